"""Hearings: asked for, notified in time, presided over by somebody else, held (APL#63-#65, ALL#47, ALL#48)."""

from __future__ import annotations

from enforcement.law.counting import due
from enforcement.law.events import shanghai_day
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.notice import NOTICE, clock_of, is_penalty
from enforcement.law.guards.registry import Answer, Gap, Law, guard


def _settled(facts: CaseFacts, law: Law, limit: str) -> Answer:
    """Waived, held after it was asked for, or not asked for in time; without the right told no time runs."""
    if facts.has("hearing_held", "hearing_waived"):
        return True
    clock = clock_of(facts, law, limit)
    if clock is None:
        return True
    last = clock.due.due_on
    asked = facts.last("hearing_requested")
    if asked is not None:
        # Asked for after the period the law gives, it need not be held; asked in time it must (APL#63.1, ALL#47.1).
        in_time = (Fields(asked.data).day("requested_on") or asked.on) <= last
        return not in_time or (Gap("当事人已要求听证，应当组织听证", mend="hold_hearing"),)
    if facts.today > last:
        return True
    return (Gap(f"要求听证的期限至{last.isoformat()}届满，当事人尚未要求听证，也未放弃", mend="waive_hearing"),)


@guard(row="APL64.1", cite="APL#64(1)", zh="听证事项尚未办结")
def hearing_right_settled(facts: CaseFacts, law: Law) -> Answer:
    """APL#63.1 「当事人要求听证的，行政机关应当组织听证」, APL#64(1) 「应当在行政机关告知后五日内提出」."""
    return not is_penalty(facts) or _settled(facts, law, "hearing_request")


@guard(row="ALL47", cite="ALL#47.1", zh="听证事项尚未办结")
def license_hearing_settled(facts: CaseFacts, law: Law) -> Answer:
    """ALL#47.1 「在被告知听证权利之日起五日内提出听证申请的，行政机关应当在二十日内组织听证」."""
    return _settled(facts, law, "license_hearing_request")


@guard(row="APL63", cite="APL#63.1", zh="未告知当事人听证权利，不能登记听证申请或者放弃", basis="design")
def hearing_right_stands(facts: CaseFacts, _: Law) -> Answer:
    """There is a right to ask for, told in the notice (penalty) or apart (license)."""
    return facts.read(NOTICE).yes("hearing_right_told") or facts.has("hearing_right_told")


@guard(row="APL64", cite="APL#64(6)", zh="放弃听证应当写明当事人放弃的形式", basis="design", of_form=True)
def hearing_waiver_is_noted(facts: CaseFacts, _: Law) -> Answer:
    """The laws do not say how a hearing is waived: the file shows how it was."""
    return bool(facts.asked.text("form"))


@guard(row="ALL47", cite="ALL#47.1", zh="告知听证权利的日期早于受理", basis="design", of_form=True)
def hearing_right_told_after_acceptance(facts: CaseFacts, _: Law) -> Answer:
    """A right told before there was an application would have lapsed before anybody could use it."""
    told_on, accepted = facts.asked.day("told_on"), facts.last("application_accepted")
    return told_on is None or accepted is None or told_on >= accepted.on


@guard(row="APL64.2", cite="APL#64(2)", zh="应当在举行听证的七日前通知", of_form=True)
def hearing_notified_in_time(facts: CaseFacts, law: Law) -> Answer:
    """APL#64(2) 「应当在举行听证的七日前，通知当事人及有关人员听证的时间、地点」."""
    return _notified_in_time(facts, law, "hearing_notice", "APL#64(2)", "APL64.2")


@guard(row="ALL48", cite="ALL#48.1(1)", zh="应当于举行听证的七日前通知", of_form=True)
def license_hearing_notified_in_time(facts: CaseFacts, law: Law) -> Answer:
    """ALL#48.1(1) 「应当于举行听证的七日前将举行听证的时间、地点通知申请人、利害关系人」."""
    return _notified_in_time(facts, law, "license_hearing_notice", "ALL#48.1(1)", "ALL48")


def _notified_in_time(facts: CaseFacts, law: Law, limit: str, cite: str, row: str) -> Answer:
    hearing_at = facts.asked.moment("hearing_at")
    told_on = facts.asked.day("notified_on") or facts.today
    if hearing_at is None:
        return True
    ruled_on = law.limits[limit].ruling_day(told_on)
    last = due(law.limits[limit], shanghai_day(hearing_at), law.calendar, ruled_on=ruled_on)
    if told_on <= last.due_on:
        return True
    return (Gap(f"最迟应当于{last.due_on.isoformat()}通知（举行听证的{last.value}个工作日前）", cite=cite, row=row),)


@guard(row="APL64.2", cite="APL#64(2)", zh="未依法通知听证的时间、地点", mend="notify_hearing", of_form=True)
def hearing_was_notified(facts: CaseFacts, _: Law) -> Answer:
    """A hearing is held on a day that was notified, not before it."""
    notified = facts.read("hearing_notified").moment("hearing_at")
    held = facts.asked.moment("held_at")
    if notified is None:
        return False
    if held is not None and held < notified:
        return (Gap("听证早于通知的时间举行"),)
    return True


@guard(
    row="APL64.4",
    cite="APL#64(4)",
    zh="听证主持人不是通知当事人的主持人",
    basis="default",
    mend="notify_hearing",
    of_form=True,
)
def presider_is_the_one_notified(facts: CaseFacts, _: Law) -> Answer:
    """APL#64(4) 「有权申请回避」, ALL#48.1(3) alike: against somebody of whom nobody was told that right is empty."""
    notified, presider = facts.read("hearing_notified").text("presider"), facts.asked.text("presider")
    if not notified or presider == notified:
        return True
    return (Gap("听证主持人与通知当事人的不一致，当事人无从申请回避，应当重新通知"),)


@guard(row="APL64.5", cite="APL#64(5)", zh="当事人可以委托一至二人代理", of_form=True)
def no_more_agents_than_allowed(facts: CaseFacts, law: Law) -> Answer:
    """APL#64(5) 「也可以委托一至二人代理」: each party."""
    most = law.thresholds.on("party_agents", facts.today) * max(len(facts.parties), 1)
    named = len(facts.asked.lines("agents"))
    return named <= most or (Gap(f"委托代理人{named}人，每名当事人可以委托一至二人代理"),)


@guard(row="APL64", cite="APL#64(8)", zh="听证应当制作笔录，并由当事人签字盖章或者注明拒签情况", of_form=True)
def hearing_record_is_signed(facts: CaseFacts, _: Law) -> Answer:
    """APL#64(8): a record, signed, or the refusal noted by the presider."""
    asked = facts.asked
    return bool(asked.text("record")) and (asked.yes("signed") or bool(asked.text("refusal_note")))
