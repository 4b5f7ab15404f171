"""A penalty case from lead to close, decision and review apart (J#4.4, APL#54 to APL#58)."""

import dataclasses
import datetime as dt

from enforcement.actions.cases import Reason, replace_officers, take_matter
from enforcement.actions.forms import (
    choice,
    choices,
    day,
    group,
    lines,
    long_text,
    moment,
    money,
    people,
    pick,
    text,
    yes_no,
)
from enforcement.actions.parties import PartyForm, replace_parties
from enforcement.actions.registry import Extra, act, form_of
from enforcement.law.decision import OUTCOMES
from enforcement.models.cases import Case
from enforcement.work import Work

PENALTIES = (
    "warning", "public_criticism", "fine", "confiscation", "license_suspension", "downgrade", "license_revocation",
    "business_restriction", "business_suspension", "closure", "occupational_ban", "detention",
)  # fmt: skip
LENIENCY = ("lighter_penalty", "mitigated_penalty")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLead:
    """Where a lead came from and what it says."""

    matter_code: str = pick("涉及事项", "penalty_matters", cite="G#6(2)")
    title: str = text("案件名称", note="例如：涉嫌经营超过保质期食品案")
    source: str = choice("线索来源", "report", "inspection", "transfer", "assigned", "other")
    received_at: dt.datetime | None = moment("获取时间", to_the_minute=True, cite="J#4.4")
    place: str = text("涉案地点", required=False)
    content: str = long_text("线索内容")
    act_on: dt.date | None = day("违法行为发生日期", required=False, note="连续或者继续的，填终了之日", cite="APL#36.2")
    informant: str = text("举报人", required=False, note="不对外公开")
    parties: tuple[PartyForm, ...] = group("当事人", PartyForm, required=False)


@form_of("accept_lead")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """An act whose only word is an opinion."""

    opinion: str = long_text("意见")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """What the head approves when a case is opened (APL#54.2)."""

    facts: str = long_text("立案事实")
    basis: str = long_text("立案依据", cite="APL#54.2")
    officers: tuple[str, ...] = people("承办执法人员", "officer", note="不得少于两人", cite="APL#42.1")


@form_of("begin_investigation")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BeginInvestigation:
    """How the investigation will go."""

    plan: str = long_text("调查方案")


@form_of("conclude_investigation")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeInvestigation:
    """What the investigation found and what the handling unit proposes (APL#57)."""

    facts: str = long_text("查明的事实", cite="APL#59.1(2)")
    evidence_summary: str = long_text("证据及其证明的事实", cite="APL#59.1(2)")
    violation: str = text("违法行为")
    basis: str = long_text("处理依据", note="写明法律、法规、规章的条款", cite="APL#59.1(3)")
    discretion: str = long_text("裁量理由", cite="APL#34")
    outcome: str = choice("处理建议", *OUTCOMES, cite="APL#57.1")
    penalties: tuple[str, ...] = choices("处罚种类", *PENALTIES, required=False, cite="APL#9")
    leniency: str = choice(
        "从轻、减轻", *LENIENCY, required=False, note="当事人已满十四周岁不满十八周岁的必填", cite="APL#30"
    )
    fine_fen: int = money("罚款金额")
    confiscation_fen: int = money("没收违法所得、非法财物金额")
    other_content: str = long_text("其他处罚内容", required=False)
    act_on: dt.date | None = day("违法行为发生日期", note="连续或者继续的，填终了之日", cite="APL#36.2")
    serious_harm: bool = yes_no("涉及公民生命健康安全、金融安全且有危害后果", cite="APL#36.1")
    vital_interests: bool = yes_no("直接关系当事人或者第三人重大权益", cite="S#6(2)")
    major_public_interest: bool = yes_no("涉及重大公共利益", cite="S#6(1)")
    complex_case: bool = yes_no("案件情况疑难复杂、涉及多个法律关系", cite="S#6(3)")
    major_reason: str = long_text("认定的理由", required=False, note="认定涉及重大公共利益或者疑难复杂的必填")
    law_requires_review: str = text("规定应当法制审核的法律、法规条款", required=False, cite="S#6(4)")
    suspected_crime: bool = yes_no("涉嫌犯罪或者职务违法，需要移送", cite="S#13(9)")


@form_of("examine_case")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ExamineCase:
    """The examination of a case that is not major (J#4.4 审核)."""

    conclusion: str = choice("审核结论", "agree", "disagree")
    opinion: str = long_text("审核意见")


@form_of("raise_to_major")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RaiseToMajor:
    """Why a person holds a decision to be major though the computation does not (S#11); it is never lowered."""

    reason: str = long_text("认为属于重大行政执法决定的理由")


@form_of("transfer_to_judiciary")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Where a suspected crime was transferred to (APL#57.1(4))."""

    to: str = text("移送机关")
    officers: tuple[str, ...] = people("专案组人员", "officer", note="不得少于两人", cite="TSC#5.1")
    document_no: str = text("移送书文号")
    items: tuple[str, ...] = lines("移送材料清单")
    reason: str = long_text("移送理由")


@act(RegisterLead, scope="start")
def register_lead(work: Work, case: Case, form: RegisterLead) -> Extra | None:
    """Register a lead: the case's life begins here, whether or not it is opened (J#4.4)."""
    take_matter(work, case, form.matter_code, form.title)
    replace_parties(work, case, form.parties)
    return None


@act(OpenCase)
def open_case(work: Work, case: Case, form: OpenCase) -> Extra | None:
    """Open the case and put its officers on it."""
    replace_officers(work, case, form.officers)
    return None


form_of("decline_lead", "decline_case", "return_to_investigation")(Reason)
