"""No day reaches back behind what it follows: the case, the decision, the order, the opinion (J#3, J#4, S#3.2)."""

from __future__ import annotations

from datetime import date

from enforcement.law.events import Record
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.registry import Answer, Gap, Law, guard

DATED = {
    "started_at": "开始时间",
    "ended_at": "结束时间",
    "approved_at": "批准时间",
    "surveyed_at": "勘验时间",
    "rechecked_at": "复查时间",
    "held_at": "举行（讨论）时间",
    "inspected_on": "检查日期",
    "received_on": "收到日期",
    "accepted_on": "受理日期",
    "performed_on": "履行日期",
}
"""What an act says of itself, by field. Not evidence, recordings and the violation: they may be older than the case."""

FOLLOWS = {
    "surveyed_at": (("application_accepted",), "受理"),
    "rechecked_at": (("correction_ordered",), "责令改正"),
    "held_at": (("review_opinion_issued",), "出具法制审核意见"),
    "received_on": (("supplement_requested", "decision_made", "result_concluded"), "所针对的告知或者决定"),
    "performed_on": (("decision_made",), "作出决定"),
}


def began_on(facts: CaseFacts) -> date | None:
    """The day the case began: the lead obtained, the materials received, the inspection begun; None before it does."""
    first = facts.records[0] if facts.records else None
    return (Fields(first.data).day("received_at") or first.on) if first else None


@guard(row="J3", cite="J#3", zh="日期早于案件开始", basis="default", of_form=True)
def dated_within_the_case(facts: CaseFacts, _: Law) -> Answer:
    """J#3 「从行政执法程序启动直至执法程序完结」: what is dated before the beginning is no record of this case.

    That it is refused is our reading; what was made before may come in as evidence, and a recording may be older.
    """
    began = began_on(facts)
    days = ((zh, facts.asked.day(name)) for name, zh in DATED.items())
    return tuple(
        Gap(f"{zh}（{day.isoformat()}）早于案件开始之日（{began.isoformat()}）；此前形成的材料可以作为证据登记")
        for zh, day in days
        if began and day and day < began
    )


@guard(row="J3", cite="J#4", zh="日期早于所依据的环节", basis="design", of_form=True)
def dated_after_what_it_follows(facts: CaseFacts, _: Law) -> Answer:
    """A measure ends after it was taken, a decision is performed after it was made, an order re-checked after it."""
    asked, gaps = facts.asked, []
    for name, (events, zh) in FOLLOWS.items():
        before, day = facts.last(*events), asked.day(name)
        if before is not None and day is not None and day < before.on:
            gaps.append(Gap(f"{DATED[name]}（{day.isoformat()}）早于{zh}之日（{before.on.isoformat()}）"))
    taken, ended = _measure(facts), asked.moment("ended_at")
    begun = Fields(taken.data).moment("started_at") if taken else None
    if begun is not None and ended is not None and ended < begun:
        gaps.append(Gap("行政强制措施的结束时间早于开始实施时间"))
    return tuple(gaps)


def _measure(facts: CaseFacts) -> Record | None:
    named = facts.asked.text("measure")
    return next((one for one in facts.all("measure_taken") if named and one.data.get("measure") == named), None)
