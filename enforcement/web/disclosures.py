"""公示: the duties, one of them with its text and its gate, and the decisions about single spans."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from enforcement.actions import redaction
from enforcement.actions.registry import find
from enforcement.actions.subjects import lock_disclosure
from enforcement.facts import facts_of_many
from enforcement.law.clocks import running
from enforcement.law.disclosure import unserved
from enforcement.law.errors import NotFound
from enforcement.law.next_step import ends, next_step
from enforcement.law.reading import seen
from enforcement.models.cases import Case
from enforcement.models.disclosures import Disclosure
from enforcement.queries import people
from enforcement.queries.corrections import OpenRequest, open_requests
from enforcement.queries.disclosures import DisclosureFilter, count_disclosures, list_disclosures, stage_counts
from enforcement.queries.words import too_short
from enforcement.web import casefile, desks, here, subjects
from enforcement.web.pages import Pages, counts_exactly, wanted_place
from enforcement.work import Work
from publish import preview
from publish.document import Content

OPEN = frozenset({"due", "prepared", "released", "deferred"})
"""Stages in which it still matters whether the decision was served."""

blueprint = Blueprint("disclosures", __name__)


@blueprint.get("/disclosures")
def index() -> str:
    """Every duty to disclose, with its clock."""
    wanted = DisclosureFilter(
        q=request.args.get("q", "").strip()[:100],
        stage=request.args.get("stage", ""),
        sort="due" if request.args.get("sort") == "due" else "newest",
    )
    with here.reading() as work:
        page = list_disclosures(work, wanted, wanted_place())
        count = count_disclosures(work, wanted, exact=counts_exactly())
        counts = stage_counts(work)
        rows = page.rows
        ids = {row.case_id for row in rows}
        cases = work.session.scalars(select(Case).where(Case.id.in_(ids))).all()
        facts = facts_of_many(work, cases)
    book = here.book()
    clocks = {
        row.id: next((one for one in running(facts[row.case_id], book) if one.limit.key == row.limit_key), None)
        for row in rows
    }
    return render_template(
        "disclosures.html",
        rows=rows, clocks=clocks, counts=counts, wanted=wanted, pages=Pages(page, count), too_short=too_short(wanted.q),
        stages=book.procedures["disclosure"].stages,
        unserved={case_id for case_id, known in facts.items() if unserved(known)},
    )  # fmt: skip


@blueprint.get("/disclosures/public.css")
def public_style() -> Response:
    """The public site's style sheet, so that a preview looks as the page will."""
    return send_file(preview.STYLESHEET, mimetype="text/css", max_age=3600)


def public_page(content: Content, publication_id: uuid.UUID) -> str:
    """The page the public will read, for a frame of its own."""
    return preview.page(content, publication_id, stylesheet=url_for("disclosures.public_style"))


@blueprint.get("/disclosures/<uuid:disclosure_id>")
def show(disclosure_id: uuid.UUID) -> str:
    """One disclosure: where it stands, what may be done with it, the text as it will appear."""
    book = here.book()
    with here.reading() as work:
        subject = subjects.a_disclosure(work, disclosure_id)
        facts, disclosure = subject.facts, subject.disclosure
        if facts is None or disclosure is None:
            raise NotFound("disclosure", disclosure_id)
        procedure = book.procedures["disclosure"]
        offered = procedure.next_acts(facts, book)
        # Nothing leads on from what is published: to withdraw it is a choice, not the next step.
        onward = [one for one in offered if not ends(procedure, one.act)]
        step = next_step(procedure, onward, facts.stage, book.powers, here.actor().roles)
        records = [one for one in seen(facts, book.powers) if one.data.get("disclosure") == str(disclosure_id)]
        shown = casefile.timeline(here.words(), records, people.everybody(work))
        spans = redaction.spans_of(work, disclosure)
        content = None
        if disclosure.fields:
            content = desks.public_content(work, subject)
        context = {
            "requests": asked_about(work, disclosure_id),
            "unserved": unserved(facts) and disclosure.stage in OPEN,
            "clocks": [one for one in running(facts, book) if one.limit.key == disclosure.limit_key],
            "pieces": desks.pieces(disclosure.original_text, [span for span in spans if span.accepted is not False]),
        }
    mine = [
        one for one in offered
        if set(one.who) & here.actor().roles and find(one.act).plain
        and (one.act != "settle_correction" or context["requests"])
    ]  # fmt: skip
    return render_template(
        "disclosure.html",
        subject=subject, disclosure=disclosure, case=subject.case, shown=shown, content=content, next_acts=mine,
        leading=["settle_correction", *(one.act for one in step.mine)], others=() if step.mine else step.others,
        public_address=f"{here.office().public_address}/records/{disclosure_id}", **context,
    )  # fmt: skip


def asked_about(work: Work, disclosure_id: uuid.UUID) -> list[OpenRequest]:
    """What the public asks of this publication; who asked is shown to those alone who answer."""
    if not here.actor().roles & set(here.book().powers.who("settle_correction")):
        return []
    return open_requests(work, publication_id=disclosure_id)


@blueprint.post("/disclosures/<uuid:disclosure_id>/spans/known")
def accept_known(disclosure_id: uuid.UUID) -> Response:
    """Accept every span that hides a value the case knows."""

    def decide(work: Work, disclosure: Disclosure) -> str:
        return f"已确认 {redaction.decide_all_known(work, disclosure)} 处案件已知内容。"

    return _decide(disclosure_id, decide)


@blueprint.post("/disclosures/<uuid:disclosure_id>/spans/<uuid:span_id>")
def decide_span(disclosure_id: uuid.UUID, span_id: uuid.UUID) -> Response:
    """Accept or reject one span, or word what stands in its place."""
    verdict = request.form.get("verdict")
    if verdict not in {"accept", "reject"}:
        raise BadRequest
    replacement = request.form.get("replacement", "").strip()[:100]

    def decide(work: Work, disclosure: Disclosure) -> str:
        redaction.decide_span(work, disclosure, span_id, accepted=verdict == "accept", replacement=replacement)
        return ""

    return _decide(disclosure_id, decide, anchor=f"span-{span_id}")


@blueprint.post("/disclosures/<uuid:disclosure_id>/spans")
def add_span(disclosure_id: uuid.UUID) -> Response:
    """Hide one more place: by position, or every place of a text that was typed."""
    category = request.form.get("category", "")
    if category not in here.book().redaction.categories:
        raise BadRequest
    text = request.form.get("text", "").strip()
    start, end = request.form.get("start", ""), request.form.get("end", "")

    def decide(work: Work, disclosure: Disclosure) -> str:
        original = disclosure.original_text
        if start.isdecimal() and end.isdecimal():
            redaction.add_span(work, disclosure, start=int(start), end=int(end), category=category)
            return "已增加 1 处隐去。"
        places = [at for at in range(len(original)) if text and original.startswith(text, at)]
        taken = {
            at for span in redaction.spans_of(work, disclosure) if span.accepted for at in range(span.start, span.end)
        }
        added = 0
        for at in places:
            if not taken & (covered := set(range(at, at + len(text)))):
                redaction.add_span(work, disclosure, start=at, end=at + len(text), category=category)
                taken |= covered  # 「一一一」 holds 「一一」 twice, one over the other
                added += 1
        return f"已增加 {added} 处隐去。" if added else "原文中没有找到这段文字，或者已经隐去。"

    return _decide(disclosure_id, decide)


def _decide(disclosure_id: uuid.UUID, decide: Callable[[Work, Disclosure], str], anchor: str = "spans") -> Response:
    with here.office().begin(here.actor()) as work:
        said = decide(work, lock_disclosure(work, disclosure_id, None))
    if said:
        flash(said)
    if request.headers.get("X-Requested-With") == "fetch":
        return Response(status=204)
    return redirect(url_for("acts.on_disclosure", subject_id=disclosure_id, act="prepare-disclosure", _anchor=anchor))
