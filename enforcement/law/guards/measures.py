"""Compulsory measures and preserved evidence: taken rightly, ended in time (ACL#16-#28, APL#56)."""

from __future__ import annotations

from datetime import date, timedelta

from enforcement.law.clocks import Clock, running
from enforcement.law.counting import due
from enforcement.law.events import SHANGHAI, shanghai_day
from enforcement.law.facts import CaseFacts, unapproved, unmatched
from enforcement.law.guards.officers import enough
from enforcement.law.guards.registry import Answer, Gap, Law, guard

PERIOD = "sealing_up_or_seizure"
REPORT = "on_the_spot_measure_report"


@guard(row="ACL18", cite="ACL#18(2)", zh="行政强制措施应当由两名以上行政执法人员实施", of_form=True)
def two_officers_for_a_measure(facts: CaseFacts, law: Law) -> Answer:
    """ACL#18(2) 「由两名以上行政执法人员实施」; ACL#17.3 「具备资格的行政执法人员」: auxiliaries do not count."""
    return enough(facts, law)


@guard(row="ACL18", cite="ACL#18(1)", zh="实施前须向行政机关负责人报告并经批准", of_form=True)
def measure_is_approved(facts: CaseFacts, law: Law) -> Answer:
    """ACL#18(1) 「实施前须向行政机关负责人报告并经批准」; in an emergency ACL#19 「应当在二十四小时内」 afterwards.

    An approval that is not there yet is recorded by the head, with its own clock; one entered here is in time.
    """
    asked = facts.asked
    started, approved = asked.moment("started_at"), asked.moment("approved_at")
    if started is None:
        return True
    if asked.yes("approved_before"):
        return bool(asked.text("approved_by")) and approved is not None and approved <= started
    if approved is None or not asked.text("approved_by"):
        half = approved is not None or bool(asked.text("approved_by"))
        words = "补办批准的，应当同时写明批准人和批准时间"
        return (Gap(words, cite="ACL#19", basis="design", row="ACL19"),) if half else True
    limit, day = law.limits[REPORT], shanghai_day(started)
    report = due(limit, day, law.calendar, started_at=started, ruled_on=limit.ruling_day(day))
    gaps = []
    if approved < started:
        gaps.append(Gap("批准时间早于实施时间，不属于当场实施后补办批准", cite="ACL#19", row="ACL19"))
    if report.due_at is not None and approved > report.due_at:
        gaps.append(Gap(f"当场实施后未在{report.value}小时内补办批准手续", cite="ACL#19", row="ACL19"))
    return tuple(gaps)


@guard(row="ACL19", cite="ACL#19", zh="当场实施的行政强制措施尚未补办批准手续", mend="approve_measure")
def measures_approved(facts: CaseFacts, law: Law) -> Answer:
    """ACL#19 「应当在二十四小时内向行政机关负责人报告，并补办批准手续」: nothing passes over a measure not approved."""
    gaps = []
    for one in unapproved(facts):
        clock = _clock_of(facts, law, REPORT, one.text("measure"))
        last = clock.due.due_at.astimezone(SHANGHAI) if clock and clock.due.due_at else None
        until = f"，应当于{last:%Y-%m-%d %H:%M}前补办{'（已逾期）' if facts.now > last else ''}" if last else ""
        name = one.text("document_no") or one.text("measure")
        gaps.append(Gap(f"当场实施的行政强制措施（{name}）尚未补办批准手续{until}"))
    return tuple(gaps)


@guard(row="ACL19", cite="ACL#19", zh="没有这一待补办批准的行政强制措施", basis="design", of_form=True)
def measure_awaits_approval(facts: CaseFacts, _: Law) -> Answer:
    """Only what was taken on the spot and not approved can be approved afterwards, and not before it was done."""
    asked = facts.asked
    taken = next((one for one in unapproved(facts) if one.text("measure") == asked.text("measure")), None)
    if taken is None:
        return False
    begun, reported, approved = taken.moment("started_at"), asked.moment("reported_at"), asked.moment("approved_at")
    if begun is None or reported is None or approved is None or begun <= reported <= approved:
        return True
    return (Gap("报告应当在实施之后，批准应当在报告之后"),)


@guard(row="ACL24", cite="ACL#24.2", zh="查封、扣押决定书缺少事项", of_form=True)
def measure_document_is_complete(facts: CaseFacts, _: Law) -> Answer:
    """ACL#24.2(2)(3): reasons, basis and period; name and number of what is sealed up or seized."""
    named = {
        "reason": ("理由", "ACL#24.2(2)"),
        "basis": ("依据", "ACL#24.2(2)"),
        "until": ("期限", "ACL#24.2(2)"),
        "items": ("场所、设施或者财物的名称、数量", "ACL#24.2(3)"),
    }
    missing = facts.asked.missing(*named)
    return tuple(Gap(f"查封、扣押决定书缺少“{named[name][0]}”", cite=named[name][1]) for name in missing)


@guard(row="ACL18", cite="ACL#18(9)", zh="当事人不到场的，邀请见证人到场并由其签名或者盖章", of_form=True)
def party_or_attesting_witness_present(facts: CaseFacts, _: Law) -> Answer:
    """ACL#18(9) 「当事人不到场的，邀请见证人到场」."""
    return facts.asked.yes("party_present") or bool(facts.asked.text("attesting_witness"))


@guard(row="ACL25", cite="ACL#25.1", zh="查封、扣押的期限不得超过法定期限", of_form=True)
def measure_period_is_lawful(facts: CaseFacts, law: Law) -> Answer:
    """ACL#25.1 「查封、扣押的期限不得超过三十日」."""
    started, until = facts.asked.moment("started_at"), facts.asked.day("until")
    finished = facts.asked.moment("finished_at")
    if started and finished and finished < started:
        return (Gap("实施完毕时间早于开始实施时间", basis="design"),)
    if started is None or until is None:
        return True
    limit, day = law.limits[PERIOD], shanghai_day(started)
    last = due(limit, day, law.calendar, ruled_on=limit.ruling_day(day))
    if until < shanghai_day(started):
        return (Gap("期限届满日早于实施日"),)
    return until <= last.due_on or (Gap(f"查封、扣押的期限不得超过{last.value}日，最迟至{last.due_on.isoformat()}"),)


def _clock_of(facts: CaseFacts, law: Law, limit: str, key: str) -> Clock | None:
    clocks = facts.derived(("clocks", id(law)), lambda: running(facts, law))
    return next((one for one in clocks if one.limit.key == limit and one.key == key), None)


def _last_day(facts: CaseFacts, law: Law, measure: str, until: date | None) -> date | None:
    """The day a measure must have ended: the one written in its document, moved by a lawful extension."""
    clock = _clock_of(facts, law, PERIOD, measure)
    if clock is None:
        return until
    written = until + timedelta(days=clock.row.extended) if until else clock.due.due_on
    return min(written, clock.due.due_on)


@guard(row="ACL25", cite="ACL#25.1", zh="查封、扣押期限已经届满，应当作出处理决定或者解除", mend="end_measure")
def measures_ended_or_within_period(facts: CaseFacts, law: Law) -> Answer:
    """ACL#25.1, ACL#28.1(4): a measure still running must be inside its period."""
    gaps: list[Gap] = []
    for measure in unmatched(facts, "measure_taken", "measure_ended", "measure"):
        last = _last_day(facts, law, measure.text("measure"), measure.day("until"))
        if last is not None and facts.today > last:
            name = measure.text("document_no") or measure.text("measure")
            sentence = f"行政强制措施（{name}）的期限已于{last.isoformat()}届满，应当解除或者处理"
            gaps.append(Gap(sentence, cite="ACL#28.1(4)", fill=(("measure", measure.text("measure")),)))
    return tuple(gaps)


@guard(row="ACL27", cite="ACL#27", zh="查封、扣押尚未作出处理决定", mend="end_measure")
def measures_ended(facts: CaseFacts, _: Law) -> Answer:
    """ACL#27: within the period a decision on what was sealed up or seized; a case does not close over it."""
    open_measures = unmatched(facts, "measure_taken", "measure_ended", "measure")
    return tuple(
        Gap(
            f"行政强制措施（{one.text('document_no') or one.text('measure')}）尚未处理或者解除",
            fill=(("measure", one.text("measure")),),
        )
        for one in open_measures
    )


@guard(row="ACL27", cite="ACL#27", zh="没有这一正在实施的行政强制措施", basis="design", of_form=True)
def measure_is_running(facts: CaseFacts, _: Law) -> Answer:
    """Only a measure taken and not ended can be ended."""
    running_ones = {one.text("measure") for one in unmatched(facts, "measure_taken", "measure_ended", "measure")}
    return facts.asked.text("measure") in running_ones


@guard(row="APL56", cite="APL#56", zh="先行登记保存应当经行政机关负责人批准", of_form=True)
def preservation_is_approved(facts: CaseFacts, _: Law) -> Answer:
    """APL#56 「经行政机关负责人批准，可以先行登记保存」."""
    asked = facts.asked
    return bool(asked.text("approved_by")) and asked.moment("approved_at") is not None


@guard(row="APL56", cite="APL#56", zh="先行登记保存的证据尚未作出处理决定", mend="settle_preservation")
def preservations_settled(facts: CaseFacts, _: Law) -> Answer:
    """APL#56 「应当在七日内及时作出处理决定」: an investigation does not end over evidence left in the air."""
    left = unmatched(facts, "evidence_preserved", "preservation_settled", "preservation")
    return tuple(
        Gap(
            f"先行登记保存（{one.text('preservation')}）尚未作出处理决定",
            fill=(("preservation", one.text("preservation")),),
        )
        for one in left
    )


@guard(row="APL56", cite="APL#56", zh="没有这一待处理的先行登记保存", basis="design", of_form=True)
def preservation_is_open(facts: CaseFacts, _: Law) -> Answer:
    """Only what was preserved and not settled can be settled."""
    left = unmatched(facts, "evidence_preserved", "preservation_settled", "preservation")
    return facts.asked.text("preservation") in {one.text("preservation") for one in left}


@guard(row="ACL25", cite="ACL#25.1", zh="不符合法定的延长条件", of_form=True)
def extension_is_lawful(facts: CaseFacts, law: Law) -> Answer:
    """A limit is extended as far as its article allows, with a reason; else only by another rule that is cited."""
    asked = facts.asked
    limit = law.limits.get(asked.text("limit"))
    if limit is None:
        return (Gap("没有这一期限", cite="J#4", basis="design", row="J4.1c"),)
    ruled = limit.on(facts.today)
    allowed = limit.extension_on(facts.today)
    before = [one for one in facts.all("extended") if one.data.get("limit") == limit.key]
    gaps: list[Gap] = []
    if allowed is None:
        if not limit.extension_by_other_rule:
            return (Gap(f"{limit.zh}法律未规定可以延长", cite=ruled.cite, basis=ruled.basis, row=ruled.row),)
        if not asked.text("cite"):
            gaps.append(
                Gap(f"{limit.zh}只有法律、法规、规章另有规定的方可延长，并应当写明条款", cite=ruled.cite, row=ruled.row)
            )
    else:
        same = [one for one in before if one.data.get("measure", "") == asked.text("measure")]
        used = sum(int(one.data.get("days", 0)) for one in same)
        if used + asked.number("days") > allowed.value:
            gaps.append(
                Gap(f"{limit.zh}延长不得超过{allowed.value}日", cite=allowed.cite, basis=allowed.basis, row=allowed.row)
            )
    if asked.number("days") < 1:
        gaps.append(Gap("延长天数不得少于一日", basis="design", cite=ruled.cite, row=ruled.row))
    if not asked.text("ground"):
        gaps.append(Gap("延长期限应当说明理由", cite=(allowed or ruled).cite, row=(allowed or ruled).row))
    return tuple(gaps)


@guard(row="J4.1c", cite="J#4", zh="没有正在计算的这一期限", basis="design", of_form=True)
def extended_limit_is_running(facts: CaseFacts, law: Law) -> Answer:
    """Only what runs is extended, each measure by itself, and not after its last day: what has lapsed stays lapsed."""
    limit = law.limits.get(facts.asked.text("limit"))
    if limit is None or not (limit.extension_by_other_rule or limit.extension_on(facts.today)):
        return True
    named = facts.asked.text(limit.match) if limit.match else ""
    if limit.match and not named:
        return (Gap(f"{limit.zh}各自计算，应当写明延长哪一项"),)
    clocks = [one for one in running(facts, law) if one.limit.key == limit.key and one.key == named]
    open_ones = [one for one in clocks if one.state in {"running", "paused", "overdue"}]
    if not open_ones:
        return (Gap(f"没有正在计算的{limit.zh}"),)
    last = max(one.due.due_on for one in open_ones)
    if any(one.state != "overdue" for one in open_ones):
        return True
    ruled = limit.on(facts.today)
    cite, row = (ruled.cite, ruled.row)
    return (Gap(f"{limit.zh}已于{last.isoformat()}届满，不得再延长", cite=cite, basis="default", row=row),)
