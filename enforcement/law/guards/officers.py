"""Who enforces: at least two, qualified, published, never an auxiliary (APL#42, G#6, G#7, ALL#34)."""

from __future__ import annotations

from enforcement.law.acts import OFFICERS
from enforcement.law.facts import CaseFacts, Fields, OfficerFacts
from enforcement.law.guards.registry import Answer, Gap, Law, guard


def team(facts: CaseFacts) -> tuple[OfficerFacts, ...]:
    """The officers the act names, otherwise those on the case today; each once.

    Somebody named of whom nothing is known has no certificate.
    """
    if OFFICERS in facts.form and facts.asked.text("kind") != "other_record":
        names = dict.fromkeys(facts.asked.lines(OFFICERS))
        return tuple(facts.named.get(name) or _unknown(name) for name in names)
    present = {one.person_id: one for one in facts.officers if one.to_on is None or one.to_on > facts.today}
    return tuple(present.values())


def _unknown(person_id: str) -> OfficerFacts:
    return OfficerFacts(person_id=person_id, name=person_id)


def enough(facts: CaseFacts, law: Law) -> bool:
    """Whether as many as the law asks for are there, each certified, auxiliaries not counted."""
    return _certified(facts) >= law.thresholds.on("officers_per_case", facts.today)


def _certified(facts: CaseFacts) -> int:
    return sum(one.certificate_valid and not one.auxiliary for one in team(facts))


@guard(
    row="APL42",
    cite="APL#42.1",
    zh="执法人员不得少于两人（须持有效执法证件，辅助人员不计入）",
    mend="assign_officers",
    of_team=True,
)
def two_officers(facts: CaseFacts, law: Law) -> Answer:
    """APL#42.1 「执法人员不得少于两人」."""
    return enough(facts, law)


@guard(
    row="J7.1b",
    cite="J#7.1",
    zh="行政检查的执法人员不得少于两人（须持有效执法证件，辅助人员不计入）",
    basis="default",
    mend="assign_officers",
    of_team=True,
)
def two_inspectors(facts: CaseFacts, law: Law) -> Answer:
    """No article of the measures counts inspectors; two is our reading, from the two of a penalty case."""
    return enough(facts, law)


@guard(
    row="S13.3",
    cite="APL#42.1",
    zh="行政处罚应当由具有行政执法资格的执法人员实施",
    mend="assign_officers",
    of_team=True,
)
def officers_qualified(facts: CaseFacts, _: Law) -> Answer:
    """APL#42.1 「应当由具有行政执法资格的执法人员实施」: every officer named, not only two of them."""
    return tuple(Gap(f"{one.name}没有有效的行政执法证件") for one in team(facts) if not one.certificate_valid)


@guard(
    row="S13.3", cite="S#13(3)", zh="执法人员没有有效的执法证件", basis="default", mend="assign_officers", of_team=True
)
def officers_certified(facts: CaseFacts, _: Law) -> Answer:
    """The same question where no penalty is at stake: inspections and licenses (S#13(3) asks for it in a review)."""
    return tuple(Gap(f"{one.name}没有有效的行政执法证件") for one in team(facts) if not one.certificate_valid)


@guard(row="S13.3", cite="S#13(3)", zh="执法人员在执法当日没有有效的执法证件", basis="default")
def officers_certified_each_day(facts: CaseFacts, _: Law) -> Answer:
    """S#13(3) asks it of the whole case: everybody whom a record names, on the day of that record."""
    gaps: dict[str, None] = {}
    for record in facts.standing:
        data = Fields(record.data)
        days = {"officers": record.on, "obtained_by": data.day("obtained_on") or record.on}
        for name, day in days.items():
            for one in (facts.acted[person] for person in data.lines(name) if person in facts.acted):
                if not any(first <= day <= last for first, last in one.certified):
                    gaps[f"{one.name}在{day.isoformat()}没有有效的行政执法证件"] = None
    return tuple(Gap(zh) for zh in gaps)


@guard(row="G6.3a", cite="G#6.1(3)", zh="执法人员信息尚未公示", basis="default", mend="publish_officers", of_team=True)
def officers_published(facts: CaseFacts, _: Law) -> Answer:
    """G#6.1(3) commands that officers be published; that an unpublished one works on no case is our reading."""
    return tuple(Gap(f"{one.name}的执法人员信息尚未公示，不得承办") for one in team(facts) if not one.published)


@guard(row="G7.1", cite="G#7", zh="辅助人员不得作为执法人员", basis="default", mend="assign_officers", of_team=True)
def no_auxiliary_is_an_officer(facts: CaseFacts, _: Law) -> Answer:
    """G#7 knows auxiliaries only for 「执法辅助活动」."""
    return tuple(Gap(f"{one.name}是辅助人员，不得作为执法人员") for one in team(facts) if one.auxiliary)


@guard(row="ALL34", cite="ALL#34.3", zh="应当指派两名以上工作人员进行核查", of_form=True)
def two_staff_for_a_survey(facts: CaseFacts, law: Law) -> Answer:
    """ALL#34.3 「应当指派两名以上工作人员进行核查」."""
    return len(set(facts.asked.lines("staff"))) >= law.thresholds.on("survey_staff", facts.today)


@guard(row="TSC5", cite="TSC#5.1", zh="应当指定两名以上行政执法人员组成专案组专门负责移送", of_form=True)
def two_officers_for_a_transfer(facts: CaseFacts, law: Law) -> Answer:
    """TSC#5.1 「立即指定２名或者２名以上行政执法人员组成专案组专门负责」."""
    return _certified(facts) >= law.thresholds.on("transfer_officers", facts.today)


@guard(row="G6.2", cite="G#6.1(2)", zh="案件未关联权责清单上的事项", basis="default", mend="set_matters")
def matter_is_on_the_powers_list(facts: CaseFacts, _: Law) -> Answer:
    """G#6.1(2) commands that the list be published; that a case runs under one of its items is our reading."""
    return bool(facts.matter.code)


@guard(row="S13.2", cite="S#13(2)", zh="办理时权责清单事项不在有效期内", basis="default")
def powers_held_each_day(facts: CaseFacts, _: Law) -> Answer:
    """S#13(2) asks it of the whole case: the item of the list was in force on the day of every record."""
    first, last = facts.matter.from_on, facts.matter.to_on
    days = dict.fromkeys(record.on for record in facts.standing)
    outside = (day for day in days if (first and day < first) or (last and day > last))
    return tuple(Gap(f"{day.isoformat()}办理时，权责清单事项{facts.matter.code}不在有效期内") for day in outside)


@guard(row="S13.4", cite="S#13(4)", zh="当事人尚未确认", basis="default", mend="set_parties")
def party_is_identified(facts: CaseFacts, _: Law) -> Answer:
    """A party with a name and an address: both stand in the decision (APL#59.1(1))."""
    if not facts.parties:
        return False
    lacking = (
        (one, "姓名或者名称" if not one.name else "地址") for one in facts.parties if not (one.name and one.address)
    )
    return tuple(Gap(f"当事人{one.name}缺少{what}") for one, what in lacking)
