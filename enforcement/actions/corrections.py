"""What the public says is wrong with what was published: taken up by the clock, answered by people (G#19).

The request itself stays where the public left it; our records keep its number, a digest of all that was sent in and
what came of it: no word of it, no name. What is answered is what was taken up, and that is what had been read.
"""

import dataclasses
import datetime as dt
import uuid

from sqlalchemy import RowMapping, select

from enforcement.actions.forms import day, long_text, pick, text, yes_no
from enforcement.actions.registry import Extra, act
from enforcement.law.errors import Breach, Invalid, NotFound, RuleViolation
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Agency
from enforcement.models.requests import digest_of_request
from enforcement.work import Work
from publish import rows
from publish.tables import correction_request

REQUESTED, SETTLED = "correction_requested", "correction_settled"
SETTLED_BEFORE = Breach("settled_once", "该申请已经办结", "G#19.2", "design", row="G19.2")
CHANGED = Breach(
    "request_is_as_taken_up",
    "申请内容与登记时不一致，不得办结；请先核验台账",
    "G#19.2",
    "design",
    row="G19.2",
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TakeUpCorrection:
    """Which request came in, and what was read of it."""

    request: str = text("申请编号")
    content: str = text("所见申请内容的哈希值")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SettleCorrection:
    """What came of a request: corrected, or not and why (G#19.2)."""

    request: str = pick("更正申请或者监督建议", "corrections", cite="G#19")
    corrected: bool = yes_no("已经更正", cite="G#19.2")
    reason: str = long_text("办理情况和理由", cite="G#19.2")
    told_on: dt.date | None = day("告知当事人日期", required=False, note="当事人申请更正的必填", cite="G#19.2")


@act(TakeUpCorrection, scope="agency")
def take_up_correction(work: Work, _agency: Agency, form: TakeUpCorrection) -> Extra | None:
    """Take up what was read of a request, once: from now on it is on somebody's list, and whoever changes it is named.

    Raises NotFound where it is taken up already, Invalid where it is not what was read.
    """
    taken = _locked(work, form.request)
    if taken is None or taken["taken_up_at"] is not None:
        raise NotFound("correction_request", form.request)
    digest = digest_of_request(taken)
    if digest != form.content:
        raise Invalid({"content": ["申请内容与所见的不一致，请重新查看"]})
    rows.change(work.session, correction_request, {"id": taken["id"]}, {"taken_up_at": work.moment, "digest": digest})
    publication = {"publication": str(taken["publication_id"])} if taken["publication_id"] else {}
    return {"kind": taken["kind"], "receipt_no": taken["receipt_no"], **publication}


@act(SettleCorrection, scope="disclosure")
def settle_correction(work: Work, disclosure: Disclosure, form: SettleCorrection) -> Extra | None:
    """Settle a request about this publication; a party that asked is told, with the reason (G#19.2)."""
    return _settled(work, form, disclosure.id)


@act(SettleCorrection, scope="agency")
def answer_suggestion(work: Work, _agency: Agency, form: SettleCorrection) -> Extra | None:
    """Settle a request that is about the agency's disclosure and no single publication (G#19.1)."""
    return _settled(work, form, None)


def _settled(work: Work, form: SettleCorrection, publication_id: uuid.UUID | None) -> Extra:
    asked = _locked(work, form.request)
    if asked is None or asked["taken_up_at"] is None or asked["publication_id"] != publication_id:
        raise NotFound("correction_request", form.request)
    if asked["kind"] == "correction" and form.told_on is None:
        raise Invalid({"told_on": ["当事人申请更正的，请填写告知当事人的日期"]})
    if form.told_on is not None and form.told_on > work.today:
        raise Invalid({"told_on": ["不能晚于今天"]})
    if asked["settled_at"] is not None:
        raise RuleViolation(SETTLED_BEFORE)
    if digest_of_request(asked) != asked["digest"]:
        raise RuleViolation(CHANGED)
    rows.change(work.session, correction_request, {"id": asked["id"]}, {"settled_at": work.moment})
    return {"kind": asked["kind"], "receipt_no": asked["receipt_no"]}


def _locked(work: Work, request: str) -> RowMapping | None:
    """A request, locked; another agency's is as if it were not there."""
    query = select(correction_request).where(correction_request.c.id == _id(request))
    return work.session.execute(query.with_for_update()).mappings().one_or_none()


def _id(written: str) -> uuid.UUID:
    try:
        return uuid.UUID(written)
    except ValueError:
        raise NotFound("correction_request", written) from None
