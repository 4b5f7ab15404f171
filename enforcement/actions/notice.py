"""Telling the party before a penalty, and hearing it (APL#44, APL#45, APL#62 to APL#65)."""

import dataclasses
import datetime as dt
from typing import ClassVar

from enforcement.actions.forms import choice, choices, day, lines, long_text, moment, money, people, pick, text, yes_no
from enforcement.actions.meeting import credentials, five_points
from enforcement.actions.penalties import PENALTIES
from enforcement.actions.registry import Extra, form_of
from enforcement.facts import parameters
from enforcement.models.cases import Case
from enforcement.work import Work

METHODS = ("direct", "by_leaving", "postal", "electronic", "by_notice")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GivePriorNotice:
    """What the party is told before the decision (APL#44)."""

    adds: ClassVar[tuple[str, ...]] = ("defense_days", "told_parties")
    """What the record, or the facts, hold beside the form."""

    document_no: str = text("告知书文号")
    facts: str = long_text("拟处罚的事实", cite="APL#44")
    reasons: str = long_text("理由", cite="APL#44")
    basis: str = long_text("依据", cite="APL#44")
    penalties: tuple[str, ...] = choices("拟处罚种类", *PENALTIES, cite="APL#44")
    fine_fen: int = money("拟罚款金额")
    confiscation_fen: int = money("拟没收金额")
    content: str = long_text("拟作出的处罚内容", cite="APL#44")
    defense_right_told: bool = yes_no("已告知陈述、申辩的权利", cite="APL#44")
    hearing_right_told: bool = yes_no("已告知要求听证的权利", cite="APL#63")
    publicity_told: bool = yes_no("已告知处罚信息将依法公示")
    method: str = choice("送达方式", *METHODS)
    served_on: dt.date | None = day("告知书送达日期")
    receiver: str = text("签收人", required=False)
    officers: tuple[str, ...] = people("送达人员", "officer", required=False, note="直接送达、留置送达的填写")
    credentials_shown: bool = credentials()
    told: tuple[str, ...] = five_points()


@form_of("record_defense", on="received_on")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecordDefense:
    """What the party said and what came of checking it (APL#45.1)."""

    received_on: dt.date | None = day("收到日期")
    content: str = long_text("陈述、申辩的内容")
    reviewed: str = long_text("复核情况", cite="APL#45.1")
    adopted: bool = yes_no("采纳")
    reason: str = long_text("采纳或者不采纳的理由")


@form_of("waive_defense", on="waived_on")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WaiveDefense:
    """An express waiver (APL#62)."""

    waived_on: dt.date | None = day("放弃日期")
    form: str = text("明确放弃的形式", note="例如：当事人签署的放弃陈述申辩声明", cite="APL#62")


@form_of("request_hearing", on="requested_on")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RequestHearing:
    """The party asks for a hearing."""

    requested_on: dt.date | None = day("提出日期", cite="APL#64(1)")
    note: str = text("说明", required=False)


@form_of("waive_hearing", on="waived_on")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WaiveHearing:
    """The party waives the hearing."""

    waived_on: dt.date | None = day("放弃日期")
    form: str = text("明确放弃的形式")


@form_of("notify_hearing", on="notified_on")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NotifyHearing:
    """Time and place of the hearing (APL#64(2))."""

    hearing_at: dt.datetime | None = moment("听证时间", ahead=True, to_the_minute=True, cite="APL#64(2)")
    place: str = text("听证地点")
    presider: str = pick("听证主持人", "persons", cite="APL#64(4)")
    notified_on: dt.date | None = day("通知日期")
    public: bool = yes_no("公开举行", default=True, cite="APL#64(3)")


@form_of("hold_hearing", on="held_at")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HoldHearing:
    """The hearing and its record (APL#64(8))."""

    held_at: dt.datetime | None = moment("举行时间", to_the_minute=True)
    presider: str = pick("听证主持人", "persons", cite="APL#64(4)")
    attendees: tuple[str, ...] = lines("参加人")
    agents: tuple[str, ...] = lines("委托代理人", required=False, note="每名当事人可以委托一至二人", cite="APL#64(5)")
    record: str = long_text("听证笔录", cite="APL#64(8)")
    signed: bool = yes_no("已核对签字或者盖章")
    refusal_note: str = text("拒绝签字的情况", required=False)


def _told(work: Work, _case: Case, _form: GivePriorNotice) -> Extra:
    """The period the notice gives, and whom it told: whoever is a party later has not been told by it."""
    days = parameters(work).get("defense_days")
    told = {"told_parties": [party.name for party in work.known.parties]}
    return told | ({"defense_days": days.value} if days else {})


form_of("give_prior_notice", on="served_on", computes=_told)(GivePriorNotice)
