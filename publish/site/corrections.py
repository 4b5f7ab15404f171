"""我要提意见 / 申请更正 (G#19): the one thing the public can write, INSERT only."""

from __future__ import annotations

import math
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from publish.site.pages import site
from publish.site.reading import SHANGHAI, rows
from publish.tables import REQUEST_KINDS

_RECEIPT_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LIMITS = {"statement": 2000, "wish": 1000, "name": 50, "contact": 100}
_INSERT = """
    INSERT INTO public_site.correction_request
        (id, receipt_no, publication_id, agency_id, kind, statement, wish, name, contact)
    VALUES (%(id)s, %(receipt_no)s, %(publication_id)s, %(agency_id)s, %(kind)s, %(statement)s, %(wish)s, %(name)s,
            %(contact)s)
"""


@dataclass(frozen=True)
class _Subject:
    """What a request is about: a publication, or an agency's basic information."""

    agency_id: UUID
    agency: str
    publication_id: UUID | None = None
    document_no: str = ""


def blueprint(allowed: str) -> Blueprint:
    """The form and its receipt; an address may send as often as `allowed` says ("10 per hour; 30 per day").

    The limits' own engine is asked here alone, where the Flask extension over it would be asked for every page.
    """
    pages = Blueprint("corrections", __name__)

    @pages.after_request
    def keep_nowhere(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"  # what somebody typed about themselves
        return response

    limits, window = parse_many(allowed), FixedWindowRateLimiter(MemoryStorage())

    def full_until() -> datetime | None:
        """Count what is about to be sent; or, counting nothing, the minute from which this address may send again."""
        visitor = request.remote_addr or ""
        full = [limit for limit in limits if not window.test(limit, visitor)]
        full = full or [limit for limit in limits if not window.hit(limit, visitor)]
        if not full:
            return None
        reset = max(window.get_window_stats(limit, visitor).reset_time for limit in full)
        return datetime.fromtimestamp(math.ceil(reset / 60) * 60, SHANGHAI)

    @pages.get("/corrections/new")
    def form() -> str:
        return render_template("correction.html", subject=_subject(), values={"kind": "suggestion"}, errors={})

    @pages.post("/corrections/new")
    def send() -> Response:
        subject = _subject()
        values = {name: request.form.get(name, "").replace("\x00", "").strip() for name in ("kind", *_LIMITS)}
        wrong = _wrong(values)
        if wrong:
            page = render_template("correction.html", subject=subject, values=values, errors=wrong)
            return make_response(page, 422)
        again = full_until()
        if again is not None:
            page = render_template("correction.html", subject=subject, values=values, errors={}, again=again)
            return make_response(page, 429, {"Retry-After": str(max(int(again.timestamp() - time.time()), 1))})
        receipt_no = _new_receipt()
        rows(
            _INSERT,
            {
                "id": uuid4(),
                "receipt_no": receipt_no,
                "publication_id": subject.publication_id,
                "agency_id": subject.agency_id,
                **values,
            },
        )
        session["receipt_no"] = receipt_no
        return make_response(redirect(url_for("corrections.received"), 303))

    @pages.get("/corrections/received")
    def received() -> str:
        return render_template("received.html", receipt_no=session.get("receipt_no") or abort(404))

    return pages


def _subject() -> _Subject:
    given = request.values.get("record", "")
    if given:
        try:
            row = site().record(UUID(given))
        except ValueError:
            abort(404)
        row = row or abort(404)
        return _Subject(row.agency_id, row.agency_name, row.id, row.document_no)
    agency = site().agency_by_code(request.values.get("agency", "")) or abort(404)
    return _Subject(agency.id, agency.name)


def _wrong(values: dict[str, str]) -> dict[str, str]:
    """What keeps a request from being sent, by field, in Chinese."""
    wrong: dict[str, str] = {}
    if values["kind"] not in REQUEST_KINDS:
        wrong["kind"] = "请选择提交的类别。"
    if not values["statement"]:
        wrong["statement"] = "请写明您认为有问题的内容。"
    if values["kind"] == "correction":
        # The agency must answer the party (G#19.2): it has to know whom, and what is wanted.
        wrong |= {
            name: text
            for name, text in {
                "wish": "请写明您希望怎样更正。",
                "name": "申请更正的，请填写姓名或者名称。",
                "contact": "申请更正的，请填写联系方式，以便告知处理结果。",
            }.items()
            if not values[name]
        }
    for name, longest in _LIMITS.items():
        if len(values[name]) > longest:
            wrong[name] = f"请不要超过{longest}字。"
    return wrong


def _new_receipt() -> str:
    """GS20261012-7F3K9QXM: the day and forty random bits, without letters that read like digits."""
    day = datetime.now(SHANGHAI).strftime("%Y%m%d")
    return f"GS{day}-" + "".join(secrets.choice(_RECEIPT_SIGNS) for _ in range(8))
