"""Serving, carrying out, closing (APL#61, APL#66, CPL#87 to CPL#95, J#4).

APL#61.1 takes over the service rules of civil procedure for penalties; other kinds of case ask them as our reading.
"""

from __future__ import annotations

from datetime import date

from enforcement.law.counting import due
from enforcement.law.decision import IMPOSED
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.registry import Answer, Gap, Law, guard

LEAVING = "by_leaving"
LEFT = "service_by_leaving"


@guard(row="APL61", cite="CPL#87.1", zh="送达必须有送达回证，记明收到日期", of_form=True)
def receipt_is_there(facts: CaseFacts, _: Law) -> Answer:
    """CPL#87.1 「必须有送达回证，由受送达人在送达回证上记明收到日期」, by APL#61.1; elsewhere our reading."""
    return bool(facts.asked.text("receipt")) and facts.asked.day("served_on") is not None


@guard(row="APL61", cite="APL#61.2", zh="未经当事人同意并签订确认书，不得电子送达", of_form=True)
def electronic_service_consented(facts: CaseFacts, _: Law) -> Answer:
    """APL#61.2 「当事人同意并签订确认书的」; in other procedures CPL#90.1, by analogy."""
    return facts.asked.text("method") != "electronic" or facts.asked.yes("consent")


@guard(row="APL61", cite="CPL#89", zh="留置送达应当有见证人签名或者拍照、录像", of_form=True)
def leaving_is_witnessed_or_recorded(facts: CaseFacts, _: Law) -> Answer:
    """CPL#89: with attesting witnesses, or left at the home 「并采用拍照、录像等方式记录送达过程」."""
    if facts.asked.text("method") != LEAVING or facts.asked.text("attesting_witness"):
        return True
    if any(one.activity == LEFT for one in facts.recordings):
        return True
    return (
        Gap(
            "留置送达应当有见证人签名，或者拍照、录像记录送达过程",
            mend="take_in_recording",
            fill=(("activity", LEFT),),
        ),
    )


@guard(row="APL61", cite="APL#61.1", zh="送达日期早于决定日期", basis="design", of_form=True)
def served_after_the_decision(facts: CaseFacts, _: Law) -> Answer:
    """Nothing is served before it exists, nor tomorrow."""
    served_on, made = facts.asked.day("served_on"), facts.last("decision_made", "result_concluded")
    made_on = Fields(made.data).day("decided_on") or made.on if made else None
    posted_on = facts.asked.day("notice_from")
    if posted_on is not None and facts.asked.text("method") != "by_notice":
        return (Gap("不是公告送达的，不得填写公告发出日期"),)
    if made_on is not None and posted_on is not None and posted_on < made_on:
        return (Gap("公告发出日期早于决定日期"),)
    if served_on is None:
        return True
    if made_on is not None and served_on < made_on:
        return False
    return served_on <= facts.today or (Gap("送达日期晚于今天"),)


def _posted_on(served: Fields) -> date | None:
    return served.day("notice_from") or served.day("served_on")


@guard(row="CPL95", cite="CPL#95.1", zh="公告送达尚未期满")
def public_notice_has_run(facts: CaseFacts, law: Law) -> Answer:
    """CPL#95.1 「自发出公告之日起，经过三十日，即视为送达」: until then the decision has not arrived."""
    served = facts.read("served")
    posted_on = _posted_on(served)
    if served.text("method") != "by_notice" or posted_on is None:
        return True
    limit = law.limits["service_by_public_notice"]
    last = due(limit, posted_on, law.calendar, ruled_on=limit.ruling_day(posted_on))
    if facts.today > last.due_on:
        return True
    return (Gap(f"公告自{posted_on.isoformat()}发出，{last.due_on.isoformat()}期满后视为送达"),)


@guard(row="APL67", cite="APL#66.1", zh="执行情况与决定不符", basis="design", of_form=True)
def execution_agrees_with_the_decision(facts: CaseFacts, _: Law) -> Answer:
    """A fine paid is paid in full; what imposes nothing needs no performance."""
    kind, fine = facts.asked.text("kind"), facts.read("decision_made").number("fine_fen")
    outcome = facts.read("decision_made").text("outcome")
    if kind == "no_duty" and outcome == IMPOSED:
        return (Gap("行政处罚决定有履行义务，不能记为无须履行"),)
    if kind in {"paid", "collected_on_the_spot", "performed"} and facts.asked.number("amount_fen") < fine:
        return (Gap("缴纳数额少于罚款数额"),)
    return True


# ------------------------------------------------------------------------------------------------------------ closing


@guard(row="J4.2b", cite="J#4.2", zh="责令改正后尚未复查", basis="default", mend="recheck")
def correction_was_rechecked(facts: CaseFacts, _: Law) -> Answer:
    """J#4.2 names 复查; that it is owed where correction was ordered, and only there, is our reading."""
    ordered = facts.last("correction_ordered")
    rechecked = facts.last("rechecked")
    if ordered is None:
        return True
    if rechecked is None or rechecked.seq < ordered.seq:
        return False
    done = Fields(rechecked.data).yes("corrected") or facts.has("handed_to_penalty")
    return done or (Gap("复查未改正的，应当再次复查或者转入行政处罚"),)


@guard(row="J4.2b", cite="J#4.2", zh="检查结论与责令改正情况不一致", basis="design", of_form=True)
def conclusion_agrees_with_the_order(facts: CaseFacts, _: Law) -> Answer:
    """An order is concluded where one was given, no problem where none was."""
    ordered, conclusion = facts.has("correction_ordered"), facts.asked.text("conclusion")
    if conclusion == "correction_ordered" and not ordered:
        return (Gap("结论为责令改正，但没有责令改正的记录", mend="order_correction"),)
    return not (conclusion == "no_problem" and ordered) or (Gap("已责令改正的，结论不得为未发现问题"),)


@guard(row="J4.2b", cite="J#4.2", zh="检查结论不是转入行政处罚", basis="design")
def inspection_found_a_violation(facts: CaseFacts, _: Law) -> Answer:
    """An inspection is handed over when it was concluded so, or when the re-check found nothing corrected."""
    rechecked = facts.read("rechecked")
    return _is_to_be_handed_over(facts) or (bool(rechecked) and not rechecked.yes("corrected"))


@guard(row="J4.2b", cite="J#4.2", zh="结论为转入行政处罚，尚未转入", basis="design", mend="hand_to_penalty")
def handed_over_where_concluded(facts: CaseFacts, _: Law) -> Answer:
    """What was concluded to be handed over is handed over before the file closes."""
    return not _is_to_be_handed_over(facts) or facts.has("handed_to_penalty")


def _is_to_be_handed_over(facts: CaseFacts) -> bool:
    return facts.read("result_concluded").text("conclusion") == "handed_to_penalty"


@guard(row="J4.2b", cite="J#4.2", zh="未作现场核查", basis="default", mend="check_on_site")
def checked_on_site_or_off_site(facts: CaseFacts, _: Law) -> Answer:
    """J#4.2 names 现场核查; an inspection begun as off-site has none: our reading."""
    return facts.has("on_site_checked") or facts.read("inspection_begun").text("method") == "off_site"


@guard(row="J4.1c", cite="J#4", zh="写明理由", basis="design", of_form=True)
def reason_is_given(facts: CaseFacts, _: Law) -> Answer:
    """Who declines, drops, goes back or stands still says why."""
    return bool(facts.asked.text("reason") or facts.asked.text("ground")) or (Gap("应当说明理由"),)


@guard(row="J4.1c", cite="J#4", zh="案件未处于中止状态", basis="design")
def case_is_suspended(facts: CaseFacts, _: Law) -> Answer:
    """Only what stands still can go on again."""
    return facts.suspended


@guard(row="J4.1c", cite="J#4", zh="案件已处于中止状态", basis="design", mend="resume_case")
def case_is_not_suspended(facts: CaseFacts, _: Law) -> Answer:
    """What stands still cannot be suspended again."""
    return not facts.suspended


@guard(row="G18.2a", cite="G#18.2", zh="尚未作出决定", basis="design")
def there_is_a_result(facts: CaseFacts, _: Law) -> Answer:
    """What can be overturned is a decision or a result."""
    return facts.has("decision_made", "result_concluded")
