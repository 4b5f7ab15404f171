"""What the public says is wrong with what was published: taken up by the clock, answered by people (G#19).

The request itself stays where the public left it; our records keep its number and what came of it, no name.
"""

import dataclasses
import datetime as dt
import uuid
from typing import Any

from sqlalchemy import select

from enforcement.actions.forms import day, long_text, pick, text, yes_no
from enforcement.actions.registry import Extra, act
from enforcement.law.errors import Breach, Invalid, NotFound, RuleViolation
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Agency
from enforcement.work import Work
from publish import rows
from publish.tables import correction_request

REQUESTED, SETTLED = "correction_requested", "correction_settled"
SETTLED_BEFORE = Breach("settled_once", "该申请已经办结", "G#19.2", "design", row="G19.2")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TakeUpCorrection:
    """Which request came in."""

    request: str = text("申请编号")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SettleCorrection:
    """What came of a request: corrected, or not and why (G#19.2)."""

    request: str = pick("更正申请或者监督建议", "corrections", cite="G#19")
    corrected: bool = yes_no("已经更正", cite="G#19.2")
    reason: str = long_text("办理情况和理由", cite="G#19.2")
    told_on: dt.date | None = day("告知当事人日期", required=False, note="当事人申请更正的必填", cite="G#19.2")


@act(TakeUpCorrection, scope="agency")
def take_up_correction(work: Work, _agency: Agency, form: TakeUpCorrection) -> Extra | None:
    """Take a request up, once: from now on it is on somebody's list. Raises NotFound where it is taken up already."""
    table = correction_request
    query = select(table).where(table.c.id == _id(form.request), table.c.taken_up_at.is_(None))
    taken = work.session.execute(query.with_for_update()).one_or_none()
    if taken is None:
        raise NotFound("correction_request", form.request)
    rows.change(work.session, table, {"id": taken.id}, {"taken_up_at": work.moment})
    publication = {"publication": str(taken.publication_id)} if taken.publication_id else {}
    return {"kind": taken.kind, "receipt_no": taken.receipt_no, **publication}


@act(SettleCorrection, scope="disclosure")
def settle_correction(work: Work, disclosure: Disclosure, form: SettleCorrection) -> Extra | None:
    """Settle a request about this publication; a party that asked is told, with the reason (G#19.2)."""
    return _settled(work, form, disclosure.id)


@act(SettleCorrection, scope="agency")
def answer_suggestion(work: Work, _agency: Agency, form: SettleCorrection) -> Extra | None:
    """Settle a request that is about the agency's disclosure and no single publication (G#19.1)."""
    return _settled(work, form, None)


def _settled(work: Work, form: SettleCorrection, publication_id: uuid.UUID | None) -> Extra:
    asked = _request(work, form.request)
    if asked is None or asked.publication_id != publication_id:
        raise NotFound("correction_request", form.request)
    if asked.kind == "correction" and form.told_on is None:
        raise Invalid({"told_on": ["当事人申请更正的，请填写告知当事人的日期"]})
    if form.told_on is not None and form.told_on > work.today:
        raise Invalid({"told_on": ["不能晚于今天"]})
    table = correction_request
    unsettled = select(table.c.id).where(table.c.id == _id(form.request), table.c.settled_at.is_(None))
    if work.session.execute(unsettled.with_for_update()).one_or_none() is None:
        raise RuleViolation(SETTLED_BEFORE)
    rows.change(work.session, table, {"id": _id(form.request)}, {"settled_at": work.moment})
    return {"kind": asked.kind, "receipt_no": asked.receipt_no}


def _request(work: Work, request: str) -> Any:
    """A request that was taken up; another agency's is as if it were not there."""
    table = correction_request.c
    query = select(table.kind, table.receipt_no, table.publication_id)
    return work.session.execute(query.where(table.id == _id(request), table.taken_up_at.is_not(None))).one_or_none()


def _id(written: str) -> uuid.UUID:
    try:
        return uuid.UUID(written)
    except ValueError:
        raise NotFound("correction_request", written) from None
