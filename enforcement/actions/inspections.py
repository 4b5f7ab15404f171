"""An inspection from the moment it begins to its conclusion and re-check (J#4.2, G#8.2, G#15)."""

import dataclasses
import datetime as dt

from sqlalchemy import select

from enforcement.actions.cases import replace_officers, take_matter
from enforcement.actions.evidence import SiteRecord
from enforcement.actions.forms import choice, day, group, long_text, moment, people, pick, text, yes_no
from enforcement.actions.parties import PartyForm, replace_parties
from enforcement.actions.penalties import RegisterLead
from enforcement.actions.registry import Extra, act, find, form_of, perform_in
from enforcement.actions.subjects import new_case
from enforcement.law.errors import Invalid
from enforcement.models.cases import Case
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BeginInspection:
    """What is inspected, why, how and by whom."""

    matter_code: str = pick("检查事项", "inspection_matters", cite="G#6(2)")
    title: str = text("检查名称")
    method: str = choice("检查方式", "on_site", "off_site", "random", "special", cite="G#15")
    plan_item: str = text("年度检查计划项目", required=False, cite="G#11")
    basis: str = long_text("检查依据")
    place: str = text("检查地点")
    begun_on: dt.date | None = day("检查开始日期", required=False, note="不填为今天", cite="J#4.2")
    officers: tuple[str, ...] = people("检查人员", "officer")
    parties: tuple[PartyForm, ...] = group("检查对象", PartyForm, cite="G#15")


@form_of("check_on_site", on="ended_at")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckOnSite(SiteRecord):
    """The on-site check with its record (J#4.2 现场核查)."""

    findings: str = long_text("检查发现")


@form_of("order_correction")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OrderCorrection:
    """An order to correct (J#4.2 责令改正)."""

    document_no: str = text("责令改正通知书文号")
    problem: str = long_text("存在的问题")
    basis: str = long_text("依据")
    until: dt.date | None = day("改正期限届满日", ahead=True)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeInspection:
    """The conclusion as the public will read it in summary (G#15)."""

    check_sheet_no: str = text("检查单编号", cite="G#15")
    conclusion: str = choice(
        "检查结论", "no_problem", "problem_corrected", "correction_ordered", "handed_to_penalty", cite="G#15"
    )
    gist: str = long_text("结论摘要", max_length=500, cite="G#15")
    inspected_on: dt.date | None = day("检查日期", cite="G#15")


@form_of("recheck", on="rechecked_at")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """The re-check after an order to correct (J#4.2 复查)."""

    rechecked_at: dt.datetime | None = moment("复查时间", to_the_minute=True)
    officers: tuple[str, ...] = people("复查人员", "officer")
    corrected: bool = yes_no("已改正")
    content: str = long_text("复查情况")


@act(BeginInspection, scope="start", on="begun_on")
def begin_inspection(work: Work, case: Case, form: BeginInspection) -> Extra | None:
    """Begin an inspection."""
    take_matter(work, case, form.matter_code, form.title)
    replace_parties(work, case, form.parties)
    replace_officers(work, case, form.officers)
    return None


@act(ConcludeInspection)
def conclude_inspection(work: Work, case: Case, form: ConcludeInspection) -> Extra | None:
    """Conclude; the duty to publish a summary begins by itself (G#13, G#15), under a number no other document has."""
    used = select(Case.id).where(Case.document_no == form.check_sheet_no, Case.id != case.id)
    if work.session.scalar(select(used.exists())):
        raise Invalid({"check_sheet_no": ["已经登记，不得重复"]})
    case.document_no = form.check_sheet_no
    return None


@act(RegisterLead)
def hand_to_penalty(work: Work, case: Case, form: RegisterLead) -> Extra | None:
    """Hand a violation found over to a penalty case: one act, two cases, one transaction."""
    parties = form.parties or tuple(
        PartyForm(**{field.name: getattr(party, field.name) for field in dataclasses.fields(PartyForm)})
        for party in work.known.parties
    )
    lead, started = find("register_lead"), dataclasses.replace(form, parties=parties)
    opened = perform_in(work, lead, new_case(work, lead.name, case.id), started)
    return {"penalty_case": str(opened.subject_id)}
