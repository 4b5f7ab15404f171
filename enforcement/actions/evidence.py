"""Records, evidence, measures and samples: what an investigation or an inspection leaves (J#7, J#9, J#10, APL#46,
APL#56, ACL#18).
"""

import dataclasses
import datetime as dt
from typing import ClassVar

from enforcement.actions.cases import take_off
from enforcement.actions.forms import choice, day, lines, long_text, moment, people, pick, text, yes_no
from enforcement.actions.meeting import credentials, five_points
from enforcement.actions.numbers import take_number
from enforcement.actions.registry import Extra, act, form_of
from enforcement.models.cases import Case
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecord:
    """The five elements of a text record (J#7.1) and what is shown and told on the spot (G#8.2)."""

    started_at: dt.datetime | None = moment("开始时间", to_the_minute=True, cite="J#7.1")
    ended_at: dt.datetime | None = moment("结束时间", to_the_minute=True, cite="J#7.1")
    place: str = text("地点", cite="J#7.1")
    officers: tuple[str, ...] = people("执法人员", "officer", cite="J#7.1")
    target: str = text("执法对象", cite="J#7.1", begins="party_names")
    matter: str = text("执法事项", cite="J#7.1", begins="matter")
    credentials_shown: bool = credentials()
    told: tuple[str, ...] = five_points()
    content: str = long_text("记录内容")
    signed_by: str = text("签名或者盖章人", required=False)
    refusal_note: str = text("拒绝签名的情况", required=False)


@form_of("add_process_record", on="ended_at")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AddProcessRecord(SiteRecord):
    """A text record of one activity."""

    kind: str = choice(
        "记录种类",
        "interview_record",
        "on_site_record",
        "survey_record",
        "other_record",
        note="其他记录不涉及当面执法的，不填出示证件和告知",
        leads=True,
    )


@form_of("add_evidence")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AddEvidence:
    """One piece of evidence of the eight kinds."""

    kind: str = choice(
        "证据种类", "documentary", "physical", "audio_visual", "electronic_data", "testimony", "party_statement",
        "expert_opinion", "survey_or_on_site_record", cite="APL#46.1",
    )  # fmt: skip
    title: str = text("名称")
    proves: str = long_text("证明的事实")
    source: str = text("来源")
    obtained_on: dt.date | None = day("取得日期")
    obtained_by: tuple[str, ...] = people("取得人", "officer")
    recording_id: str = pick("对应的音像记录", "recordings", required=False)
    content: str = long_text("内容摘要", required=False)


APPROVED_LATER = "情况紧急、当场实施而尚未批准的，留空，由负责人在二十四小时内补办"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TakeMeasure:
    """Sealing up, seizure or freezing (ACL#18, ACL#24, ACL#29)."""

    adds: ClassVar[tuple[str, ...]] = ("measure",)
    """What the record, or the facts, hold beside the form."""

    kind: str = choice(
        "措施种类", "sealing_up", "seizure", "freeze", note="冻结只由法律规定的行政机关实施", cite="ACL#24"
    )
    document_no: str = text("查封、扣押决定书文号")
    basis: str = long_text("法律依据")
    reason: str = long_text("理由")
    items: tuple[str, ...] = lines("场所、设施或者财物清单")
    place: str = text("地点")
    started_at: dt.datetime | None = moment("开始实施时间", cite="J#9.1")
    finished_at: dt.datetime | None = moment("实施完毕时间", note="音像记录应当覆盖自开始至完毕的全程", cite="J#9.1")
    until: dt.date | None = day("期限届满日", ahead=True, cite="ACL#25.1")
    officers: tuple[str, ...] = people("实施人员", "officer", cite="ACL#18(2)")
    approved_before: bool = yes_no("实施前已经负责人批准", default=True, cite="ACL#18(1)")
    approved_by: str = pick("批准人", "heads", required=False, note=APPROVED_LATER, cite="ACL#18(1)")
    approved_at: dt.datetime | None = moment("批准时间", required=False, note=APPROVED_LATER)
    credentials_shown: bool = credentials()
    party_notified: bool = yes_no("已通知当事人到场", cite="ACL#18(4)")
    party_present: bool = yes_no("当事人到场")
    attesting_witness: str = text("见证人", required=False, note="当事人不到场的，邀请见证人到场")
    told: tuple[str, ...] = five_points(note="当事人到场的，每次都应当当场告知", cite="ACL#18(5)")
    heard: str = long_text("当事人的陈述和申辩", required=False, note="没有意见的写明无意见", cite="ACL#18(6)")
    signed_by: str = text("现场笔录签名人", required=False, note="现场笔录已另行登记的可以不填", cite="ACL#18(8)")
    refusal_note: str = text("拒绝签名的情况", required=False)
    remedies_and_seal: bool = yes_no("决定书已载明救济途径和期限，并加盖印章", cite="ACL#24.2")
    handed_over: bool = yes_no("已当场交付决定书和清单", cite="ACL#24.1")


@form_of("approve_measure", on="approved_at")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ApproveMeasure:
    """The head's approval of a measure that an emergency did not let wait (ACL#19)."""

    measure: str = pick("强制措施", "unapproved_measures", cite="ACL#19")
    reported_at: dt.datetime | None = moment("执法人员报告时间", cite="ACL#19")
    approved_at: dt.datetime | None = moment("批准时间", cite="ACL#19")
    opinion: str = long_text("批准意见", note="认为不应当采取的，不予批准，应当立即解除")


@form_of("end_measure", on="ended_at")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EndMeasure:
    """How a measure ended."""

    measure: str = pick("强制措施", "measures")
    kind: str = choice("处理方式", "lifted", "confiscated", "transferred", "expired")
    ended_at: dt.datetime | None = moment("结束时间")
    reason: str = long_text("理由")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PreserveEvidence:
    """Preservation by registration (APL#56)."""

    adds: ClassVar[tuple[str, ...]] = ("preservation",)
    """What the record, or the facts, hold beside the form."""

    items: tuple[str, ...] = lines("登记保存的物品")
    place: str = text("保存地点")
    reason: str = long_text("证据可能灭失或者以后难以取得的理由", cite="APL#56")
    officers: tuple[str, ...] = people("执法人员", "officer")
    approved_by: str = pick("批准人", "heads", cite="APL#56")
    approved_at: dt.datetime | None = moment("批准时间", to_the_minute=True)


@form_of("settle_preservation")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SettlePreservation:
    """What was decided about preserved evidence within seven working days (APL#56)."""

    preservation: str = pick("登记保存", "preservations")
    outcome: str = long_text("处理决定")


@form_of("take_sample")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TakeSample:
    """Sampling (APL#56)."""

    items: tuple[str, ...] = lines("样品名称和数量")
    place: str = text("抽样地点")
    officers: tuple[str, ...] = people("抽样人员", "officer")
    note: str = text("说明", required=False)


@form_of("order_appraisal")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OrderAppraisal:
    """Expert appraisal."""

    appraiser: str = text("鉴定机构")
    items: tuple[str, ...] = lines("鉴定事项")
    until: dt.date | None = day("鉴定期限届满日", ahead=True, required=False, cite="ACL#25.3")


@form_of("state_interruption")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StateInterruption:
    """The written statement where recording broke off and could not go on (J#10.3)."""

    activity: str = choice(
        "执法活动",
        "sealing_up",
        "seizure",
        "on_site",
        "investigation",
        "hearing",
        "service_by_leaving",
        "service_by_notice",
    )
    measure: str = pick("强制措施", "measures", required=False)
    from_at: dt.datetime | None = moment("中断起始时间")
    to_at: dt.datetime | None = moment("至")
    reason: str = long_text("无法继续记录的情况", cite="J#10.3")


@form_of("state_no_recording")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StateNoRecording:
    """Why one of the five kinds of J#9.2 was not recorded."""

    activity: str = choice(
        "执法活动", "on_site", "investigation", "hearing", "service_by_leaving", "service_by_notice", cite="J#9.2"
    )
    reason: str = long_text("未进行音像记录的理由", cite="J#9.2")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecideRecusal:
    """A decision on recusal (APL#43)."""

    officer: str = pick("执法人员", "officers")
    requested_by: str = text("申请人")
    granted: bool = yes_no("予以回避")
    reason: str = long_text("理由")


@act(TakeMeasure, on="started_at")
def take_measure(work: Work, _case: Case, _form: TakeMeasure) -> Extra | None:
    """Seal up or seize."""
    return {"measure": f"M{work.today.year}-{take_number(work, 'measure'):04d}"}


@act(PreserveEvidence)
def preserve_evidence(work: Work, _case: Case, _form: PreserveEvidence) -> Extra | None:
    """Preserve evidence by registration."""
    return {"preservation": f"P{work.today.year}-{take_number(work, 'preservation'):04d}"}


@act(DecideRecusal)
def decide_recusal(work: Work, case: Case, form: DecideRecusal) -> Extra | None:
    """Decide whether an officer is recused; who is leaves the case with it (APL#43.1)."""
    if form.granted:
        take_off(work, case, form.officer)
    return None
