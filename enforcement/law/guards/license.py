"""Applications: told once and in time, accepted by silence otherwise, examined, decided (ALL#32 to ALL#45)."""

from __future__ import annotations

from datetime import date

from enforcement.law.counting import due
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.registry import Answer, Gap, Law, guard

ACCEPTANCE = "license_acceptance"


def _silence_ends_on(facts: CaseFacts, law: Law) -> tuple[date, date] | None:
    """The day the newest materials came, and the last day on which something may still be said to be missing."""
    materials = facts.last("materials_received", "materials_supplemented")
    if materials is None:
        return None
    received_on = Fields(materials.data).day("received_on") or materials.on
    limit = law.limits[ACCEPTANCE]
    return received_on, due(limit, received_on, law.calendar, ruled_on=limit.ruling_day(received_on)).due_on


@guard(row="ALL32", cite="ALL#32.1(4)", zh="应当一次告知需要补正的全部内容", mend="accept_application")
def supplement_told_once(facts: CaseFacts, _: Law) -> Answer:
    """ALL#32.1(4) 「一次告知申请人需要补正的全部内容」: a second request for the same application is refused."""
    return all(record.event != "supplement_requested" for record in facts.records)


@guard(
    row="ALL32",
    cite="ALL#32.1(4)",
    zh="逾期不告知的，自收到申请材料之日起即为受理",
    mend="accept_application",
    of_form=True,
)
def supplement_told_in_time(facts: CaseFacts, law: Law) -> Answer:
    """ALL#32.1(4) 「当场或者在五日内」, afterwards 「自收到申请材料之日起即为受理」."""
    found = _silence_ends_on(facts, law)
    told_on = facts.asked.day("told_on") or facts.today
    if found is not None and told_on < found[0]:
        return (Gap("告知日期早于收到材料之日", basis="design"),)
    if found is None or told_on <= found[1]:
        return True
    return (Gap(f"告知补正的期限已于{found[1].isoformat()}届满，自收到申请材料之日起即为受理"),)


@guard(row="ALL32", cite="ALL#32.1(4)", zh="应当写明需要补正的全部内容", of_form=True)
def supplement_is_listed(facts: CaseFacts, _: Law) -> Answer:
    """ALL#32.1(4): everything that is missing."""
    return bool(facts.asked.lines("missing"))


@guard(row="ALL32", cite="ALL#32.2", zh="受理应当出具加盖专用印章和注明日期的书面凭证", of_form=True)
def receipt_is_issued(facts: CaseFacts, _: Law) -> Answer:
    """ALL#32.2 「应当出具加盖本行政机关专用印章和注明日期的书面凭证」; by silence it comes later."""
    return facts.asked.yes("deemed") or bool(facts.asked.text("receipt_no"))


@guard(row="ALL32", cite="ALL#32.1(4)", zh="视为受理的条件尚未成就", of_form=True)
def silence_has_lasted(facts: CaseFacts, law: Law) -> Answer:
    """ALL#32.1(4) 「逾期不告知的，自收到申请材料之日起即为受理」: after the five days, if nothing was told."""
    if not facts.asked.yes("deemed"):
        return True
    found = _silence_ends_on(facts, law)
    last = facts.last("materials_received", "materials_supplemented", "supplement_requested")
    if found is None or last is None or last.event == "supplement_requested":
        return (Gap("已告知补正，不适用视为受理"),)
    return facts.today > found[1] or (Gap(f"告知补正的期限至{found[1].isoformat()}，尚未届满"),)


def _accepted_by_silence_on(facts: CaseFacts, law: Law) -> date | None:
    """The day from which silence has accepted the application (ALL#32.1(4)), None while something may still be told."""
    found, told = _silence_ends_on(facts, law), facts.last("materials_supplemented", "supplement_requested")
    if found is None or facts.today <= found[1] or (told is not None and told.event == "supplement_requested"):
        return None
    return found[0]


@guard(row="ALL32", cite="ALL#32.1(4)", zh="受理日期不是材料收到之日", of_form=True)
def acceptance_does_not_outwait_silence(facts: CaseFacts, law: Law) -> Answer:
    """ALL#32.1(4) 「自收到申请材料之日起即为受理」: accepted late by hand, the period would start anew."""
    silent = _accepted_by_silence_on(facts, law)
    if silent is None or facts.asked.day("accepted_on") == silent:
        return True
    return (Gap(f"逾期未告知补正，自收到申请材料之日（{silent.isoformat()}）起即为受理，受理日期应当为该日"),)


@guard(row="ALL32", cite="ALL#32.1(4)", zh="申请已视为受理", mend="accept_application")
def silence_has_not_accepted(facts: CaseFacts, law: Law) -> Answer:
    """ALL#32.1(4): what silence has accepted nobody refuses to accept."""
    silent = _accepted_by_silence_on(facts, law)
    return silent is None or (Gap(f"逾期未告知，自{silent.isoformat()}收到申请材料之日起即为受理，不得再不予受理"),)


@guard(row="ALL32", cite="ALL#32.1(5)", zh="补正材料尚未收到", basis="default", mend="receive_supplement")
def nothing_is_awaited(facts: CaseFacts, _: Law) -> Answer:
    """After a request for a supplement the application is accepted on what came in answer."""
    last = facts.last("supplement_requested", "materials_supplemented")
    return last is None or last.event == "materials_supplemented"


@guard(row="ALL32", cite="ALL#32.1(5)", zh="没有待补正的材料", basis="design")
def something_is_awaited(facts: CaseFacts, law: Law) -> Answer:
    """A supplement answers a request."""
    return nothing_is_awaited(facts, law) is not True


@guard(row="ALL32", cite="ALL#32", zh="不予受理应当说明理由和依据", of_form=True)
def refusal_to_accept_is_reasoned(facts: CaseFacts, _: Law) -> Answer:
    """ALL#32.1(1)(2): not accepted only where no license is needed or another authority is competent; said with
    reason.
    """
    return not facts.asked.missing("reason", "basis")


@guard(row="ALL34", cite="ALL#34.1", zh="应当对申请材料进行审查", mend="examine_application")
def application_was_examined(facts: CaseFacts, _: Law) -> Answer:
    """ALL#34.1 「行政机关应当对申请人提交的申请材料进行审查」."""
    return facts.has("application_examined")


@guard(row="ALL45", cite="ALL#45", zh="应当将所需时间书面告知申请人", of_form=True)
def pause_is_grounded(facts: CaseFacts, _: Law) -> Answer:
    """ALL#45: only hearing, tender, auction, inspection, testing, quarantine, appraisal and expert review do not
    count; 「行政机关应当将所需时间书面告知申请人」.
    """
    asked = facts.asked
    if not asked.text("ground"):
        return (Gap("应当写明不计入期限的事由"),)
    told = bool(asked.day("told_on")) and asked.number("needed_days") > 0
    return told or (Gap("应当将所需时间书面告知申请人，并写明"),)


@guard(
    row="ALL38", cite="ALL#38", zh="决定与审查意见不一致", basis="design", mend="return_to_examination", of_form=True
)
def license_decision_follows_the_examination(facts: CaseFacts, _: Law) -> Answer:
    """The head decides on what was examined; to decide otherwise the examination is done again."""
    proposed = facts.read("application_examined").text("proposed")
    return not proposed or facts.asked.text("outcome") == proposed


@guard(row="ALL36", cite="ALL#36", zh="应当告知利害关系人并听取意见", of_form=True)
def interested_persons_are_told_and_heard(facts: CaseFacts, _: Law) -> Answer:
    """ALL#36: 「应当告知该利害关系人」, 「应当听取申请人、利害关系人的意见」."""
    asked = facts.asked
    if not asked.yes("affects_others"):
        return True
    gaps = [] if asked.lines("told_to") else [Gap("许可事项直接关系他人重大利益的，应当告知该利害关系人")]
    return (*gaps, *(() if asked.text("heard") else (Gap("应当听取申请人、利害关系人的意见"),)))


@guard(row="ALL47", cite="ALL#47.1", zh="未告知要求听证的权利", mend="return_to_examination")
def interested_persons_may_ask_for_a_hearing(facts: CaseFacts, _: Law) -> Answer:
    """ALL#47.1 「应当告知申请人、利害关系人享有要求听证的权利」: where others are directly concerned."""
    if not facts.read("application_examined").yes("affects_others") or facts.has("hearing_right_told"):
        return True
    mend = "tell_hearing_right" if facts.stage != "legal_review" else None
    return (Gap("许可直接涉及他人重大利益，决定前应当告知申请人、利害关系人享有要求听证的权利", mend=mend),)
