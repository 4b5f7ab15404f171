"""No day reaches back behind what it follows: the case, the decision, the order, the opinion (J#3, J#4, S#3.2)."""

from __future__ import annotations

from datetime import date

from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.registry import Answer, Gap, Law, guard


def began_on(facts: CaseFacts) -> date | None:
    """The day the case began: the lead obtained, the materials received, the inspection begun; None before it does."""
    first = facts.records[0] if facts.records else None
    return (Fields(first.data).day("received_at") or first.on) if first else None


@guard(row="J3", cite="J#3", zh="日期早于案件开始", basis="default", of_form=True)
def dated_within_the_case(facts: CaseFacts, law: Law) -> Answer:
    """J#3 「从行政执法程序启动直至执法程序完结」: what is dated before the beginning is no record of this case.

    That it is refused is our reading; what was made before may come in as evidence, and a recording may be older. Which
    days of which act is said in acts.toml (`dated`).
    """
    began = began_on(facts)
    days = ((zh, facts.asked.day(name)) for name, zh in law.powers.acts[facts.act].dated.items())
    return tuple(
        Gap(f"{zh}（{day.isoformat()}）早于案件开始之日（{began.isoformat()}）；此前形成的材料可以作为证据登记")
        for zh, day in days
        if began and day and day < began
    )


@guard(row="J3", cite="J#4", zh="日期早于所依据的环节", basis="design", of_form=True)
def dated_after_what_it_follows(facts: CaseFacts, law: Law) -> Answer:
    """A decision is performed after it was made, an order re-checked after it; said in acts.toml (`follows`)."""
    gaps = []
    for name, follows in law.powers.acts[facts.act].follows.items():
        before, day = facts.last(*follows.events), facts.asked.day(name)
        if before is not None and day is not None and day < before.on:
            after = law.powers.zh(before.act)
            gaps.append(Gap(f"{follows.zh}（{day.isoformat()}）早于“{after}”之日（{before.on.isoformat()}）"))
    return tuple(gaps)


@guard(row="J3", cite="J#4", zh="行政强制措施的结束时间早于开始实施时间", basis="design", of_form=True)
def measure_ends_after_it_began(facts: CaseFacts, _: Law) -> Answer:
    """The very measure, to the second."""
    named, ended = facts.asked.text("measure"), facts.asked.moment("ended_at")
    taken = (Fields(one.data) for one in facts.all("measure_taken") if named and one.data.get("measure") == named)
    begun = next((one.moment("started_at") for one in taken), None)
    return begun is None or ended is None or begun <= ended
