"""A license from the receipt of materials to the examination; its decision stands in decisions.py (J#4.1, ALL#29 to
ALL#48).
"""

import dataclasses
import datetime as dt
from typing import ClassVar

from enforcement.actions.cases import Reason, take_matter
from enforcement.actions.forms import choice, day, group, lines, long_text, moment, people, pick, text, yes_no
from enforcement.actions.parties import PartyForm, replace_parties
from enforcement.actions.registry import Extra, act, form_of
from enforcement.law.errors import Invalid
from enforcement.models.cases import Case
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveMaterials:
    """What the applicant handed in, when and how (ALL#29)."""

    matter_code: str = pick("许可事项", "license_matters", cite="G#6(2)")
    title: str = text("申请名称")
    application: str = long_text("申请内容")
    materials: tuple[str, ...] = lines("收到的材料", cite="ALL#31")
    received_on: dt.date | None = day("收到日期", cite="ALL#32")
    channel: str = choice("提交方式", "window", "online", "post")
    parties: tuple[PartyForm, ...] = group("申请人", PartyForm)


@form_of("request_supplement", on="told_on")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RequestSupplement:
    """Everything that is missing, at once (ALL#32(4))."""

    missing: tuple[str, ...] = lines("需要补正的全部内容", cite="ALL#32(4)")
    told_on: dt.date | None = day("告知日期", cite="ALL#32(4)")


@form_of("receive_supplement", on="received_on")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveSupplement:
    """What the applicant handed in afterwards."""

    materials: tuple[str, ...] = lines("补正的材料")
    received_on: dt.date | None = day("收到日期")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AcceptApplication:
    """Acceptance, with its dated receipt (ALL#32.2)."""

    adds: ClassVar[tuple[str, ...]] = ("deemed",)
    """What the record, or the facts, hold beside the form."""

    receipt_no: str = text("受理凭证编号", cite="ALL#32.2")
    accepted_on: dt.date | None = day("受理日期", required=False, note="不填为今天")
    handling: str = choice(
        "办理方式", "joint", "lower_first", required=False, note="不填为本机关单独办理", cite="ALL#42"
    )
    handling_basis: str = text("办理方式的依据", required=False, note="统一、联合、集中办理或者先经下级审查的必填")
    tests_needed: bool = yes_no("需要检验、检测、检疫", cite="ALL#55.2")


@form_of("assign_testers")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AssignTesters:
    """Who inspects, tests or quarantines, two or more (ALL#55.2)."""

    staff: tuple[str, ...] = people("检验、检测、检疫人员", "officer", note="不得少于两人", cite="ALL#55.2")
    standard: str = text("依据的技术标准、技术规范", cite="ALL#55.2")


@form_of("reject_application")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RejectApplication:
    """Why an application is not accepted (ALL#32(1), ALL#32(2))."""

    reason: str = long_text("不予受理的理由")
    basis: str = long_text("依据", cite="ALL#32")


@form_of("survey_site", on="surveyed_at")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SurveySite:
    """The on-site survey by two or more staff (ALL#34.3)."""

    surveyed_at: dt.datetime | None = moment("勘验时间", to_the_minute=True)
    place: str = text("勘验地点")
    staff: tuple[str, ...] = people("勘验人员", "officer", note="不得少于两人", cite="ALL#34.3")
    content: str = long_text("勘验情况")


@form_of("tell_hearing_right", on="told_on")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TellHearingRight:
    """Applicant and interested persons are told that they may ask for a hearing (ALL#47)."""

    told_on: dt.date | None = day("告知日期", cite="ALL#47")
    told_to: tuple[str, ...] = lines("被告知人")


@form_of("examine_application")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ExamineApplication:
    """What the examination found and proposes."""

    opinion: str = long_text("审查意见")
    proposed: str = choice("建议", "granted", "refused", cite="ALL#38")
    reasons: str = long_text("理由")
    basis: str = long_text("依据")
    affects_others: bool = yes_no("直接关系他人重大利益", cite="ALL#36")
    told_to: tuple[str, ...] = lines("已告知的利害关系人", required=False, note="直接关系他人重大利益的必填")
    heard: str = long_text("申请人、利害关系人的意见", required=False, note="直接关系他人重大利益的必填")
    tender: bool = yes_no("采取招标、拍卖等方式", cite="S#5(1)")
    social_risk: bool = yes_no("可能造成重大社会影响、引发社会风险", cite="S#5(3)")
    major_reason: str = long_text("认定的理由", required=False, note="认定可能造成重大社会影响、引发社会风险的必填")


@act(ReceiveMaterials, scope="start", on="received_on")
def receive_materials(work: Work, case: Case, form: ReceiveMaterials) -> Extra | None:
    """Receive the materials: the process begins here, not with acceptance (J#4.1)."""
    take_matter(work, case, form.matter_code, form.title)
    replace_parties(work, case, form.parties)
    return None


def _deemed(work: Work, _case: Case, _form: AcceptApplication) -> Extra:
    # ALL#32(4): told nothing in five working days, the applicant is accepted as of the day the materials came. Only
    # the clock says so.
    return {"deemed": work.actor.kind == "clock"}


@act(AcceptApplication, on="accepted_on", computes=_deemed)
def accept_application(_work: Work, _case: Case, form: AcceptApplication) -> Extra | None:
    """Accept the application; its working days begin."""
    if form.handling and not form.handling_basis.strip():
        raise Invalid({"handling_basis": ["请写明统一、联合、集中办理或者先经下级审查的依据"]})
    return None


form_of("return_to_examination")(Reason)
