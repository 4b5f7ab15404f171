"""Acts that every kind of case knows: assignment, suspension, extension, overturning, closing."""

import dataclasses
import datetime as dt
import uuid

from sqlalchemy import select

from enforcement.actions.forms import choice, day, duration, long_text, number, people, pick, text
from enforcement.actions.redaction import leaks_of
from enforcement.actions.registry import Extra, act, form_of
from enforcement.facts import agency_settings
from enforcement.law.errors import Invalid
from enforcement.models.cases import Case, CaseOfficer
from enforcement.work import Work


@form_of("resume_case", "drop_case")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """An act whose only word is its reason."""

    reason: str = long_text("理由")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AssignOfficers:
    """The officers from now on."""

    officers: tuple[str, ...] = people("承办执法人员", "officer", cite="APL#42.1")
    reason: str = text("变更理由", required=False)


@form_of("suspend_case")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """Why the case stands still, and under which article."""

    ground: str = long_text("中止事由")
    cite: str = text("依据条款", note="写明法律、法规、规章的条款")
    needed_days: int | None = number("所需时间（日）", required=False, note="行政许可必填", cite="ALL#45")
    told_on: dt.date | None = day("书面告知申请人的日期", required=False, note="行政许可必填", cite="ALL#45")


@form_of("extend_limit")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """How long a limit is extended, why, and under which article."""

    limit: str = pick("延长的期限", "limits")
    measure: str = pick("强制措施", "measures", required=False, note="延长查封、扣押期限的填写", cite="ACL#25.1")
    days: int = duration("延长天数")
    ground: str = long_text("延长理由")
    cite: str = text("依据条款")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Overturn:
    """The instrument that overturned the decision (G#18.2)."""

    kind: str = choice("变更或者撤销的种类", "altered", "annulled", "held_unlawful", "held_void", cite="G#18.2")
    instrument: str = text("文书名称和文号", note="复议决定、判决或者本机关的决定")
    received_on: dt.date | None = day("收到生效文书之日", note="三个工作日自此日起算（系统内控要求）", cite="G#18.2")
    reason: str = long_text("向社会公开的撤回理由", max_length=2_000, note="不得重复已撤回的内容", cite="G#18.2")
    replaced_by: str = text("替代的决定书文号", required=False)


@form_of("close_case")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CloseCase:
    """What came of the case."""

    summary: str = long_text("结案情况")


def take_matter(work: Work, case: Case, code: str, title: str) -> None:
    """Let a new case run under an item of the agency's list, which is of its kind. Raises Invalid."""
    matter = agency_settings(work).matters.get(code)
    if (
        matter is None
        or matter.kind != work.book.procedures[case.procedure].matter
        or matter.from_on > work.today
        or (matter.to_on is not None and matter.to_on < work.today)
    ):
        raise Invalid({"matter_code": ["权责清单中没有这一有效事项"]})
    case.matter_code, case.title = matter.code, title


def replace_officers(work: Work, case: Case, officers: tuple[str, ...]) -> None:
    """Put these people on the case from today on; who leaves keeps a row with the day it ended."""
    wanted = {uuid.UUID(person) for person in officers}
    query = select(CaseOfficer).where(CaseOfficer.case_id == case.id)
    # A case not yet written has no officers to look for.
    present = {} if case in work.session.new else {row.person_id: row for row in work.session.scalars(query)}
    for person_id, row in present.items():
        row.to_on = None if person_id in wanted else (row.to_on or work.today)
    for person_id in wanted - present.keys():
        work.session.add(
            CaseOfficer(case_id=case.id, person_id=person_id, agency_id=case.agency_id, from_on=work.today, to_on=None)
        )


def take_off(work: Work, case: Case, officer: str) -> None:
    """Somebody is on the case no more; their row stays with the day it ended."""
    row = work.session.get(CaseOfficer, (case.id, uuid.UUID(officer)))
    if row is not None and row.to_on is None:
        row.to_on = work.today


@act(AssignOfficers)
def assign_officers(work: Work, case: Case, form: AssignOfficers) -> Extra | None:
    """Change who works on the case."""
    replace_officers(work, case, form.officers)
    return None


def _gate_of_reason(work: Work, _case: Case, form: Overturn) -> Extra:
    # These words become public as they stand when the clock withdraws.
    return {"leaks": leaks_of(work, work.known, form.reason)}


form_of("overturn_decision", on="received_on", computes=_gate_of_reason)(Overturn)
