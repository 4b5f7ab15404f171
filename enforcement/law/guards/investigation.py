"""What an investigation leaves and how it concludes (APL#36, APL#40, APL#54, APL#55, APL#57, S#11)."""

from __future__ import annotations

from enforcement.law.counting import due
from enforcement.law.decision import IMPOSED, OUTCOMES
from enforcement.law.disclosure import is_under
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.process_records import FACE_TO_FACE
from enforcement.law.guards.registry import Answer, Gap, Law, guard
from enforcement.law.major import classify, concluded


@guard(row="APL54", cite="APL#54.1", zh="尚未收集证据", mend="add_evidence")
def evidence_exists(facts: CaseFacts, _: Law) -> Answer:
    """APL#54.1 「必须全面、客观、公正地调查，收集有关证据」."""
    return facts.has("evidence_added")


@guard(row="APL46", cite="APL#46.1", zh="对应的音像记录不是本案的记录", basis="design", of_form=True)
def evidence_is_of_the_case(facts: CaseFacts, _: Law) -> Answer:
    """A piece of evidence points to a recording of this case, or to none."""
    named = facts.asked.text("recording_id")
    return not named or named in {one.id for one in facts.recordings}


@guard(row="APL42", cite="APL#42.1", zh="取得证据的人员没有有效的行政执法证件", of_form=True)
def evidence_obtained_by_the_qualified(facts: CaseFacts, _: Law) -> Answer:
    """APL#42.1 「应当由具有行政执法资格的执法人员实施」: collecting evidence is part of it (APL#54.1)."""
    people = (facts.named.get(person) for person in facts.asked.lines("obtained_by"))
    unqualified = (one.name for one in people if one is not None and not one.certificate_valid)
    return tuple(Gap(f"{name}没有有效的行政执法证件，不得取证") for name in unqualified)


@guard(row="APL55", cite="APL#55.2", zh="没有询问笔录或者现场笔录", basis="default", mend="add_process_record")
def inquiry_recorded(facts: CaseFacts, _: Law) -> Answer:
    """APL#55.2 「询问或者检查应当制作笔录」; that every investigation has one of the two is our reading."""
    kinds = {Fields(one.data).text("kind") for one in facts.all("process_recorded")}
    return bool(kinds & set(FACE_TO_FACE)) or facts.has("on_site_checked")


@guard(row="APL57", cite="APL#57.1", zh="处理建议须为法定的四种之一", of_form=True)
def outcome_is_one_of_four(facts: CaseFacts, _: Law) -> Answer:
    """APL#57.1(1)-(4): a penalty, no penalty, not established, transfer."""
    return facts.asked.text("outcome") in OUTCOMES


@guard(row="APL57", cite="APL#57.1(1)", zh="处罚种类和数额前后不一致", basis="design", of_form=True)
def penalties_agree_with_amounts(facts: CaseFacts, _: Law) -> Answer:
    """A penalty names its kinds; a fine has an amount and an amount a fine; without a penalty there is neither.

    What is confiscated is an amount, or things that are named: APL#44 「拟作出的行政处罚内容」 is told to the party.
    """
    asked = facts.asked
    kinds = set(asked.lines("penalties"))
    fine, confiscation = asked.number("fine_fen"), asked.number("confiscation_fen")
    if asked.text("outcome") != IMPOSED:
        return not (kinds or fine or confiscation) or (Gap("不予处罚或者移送的，不得填写处罚种类和数额"),)
    gaps = []
    if not kinds and not asked.text("other_content"):
        gaps.append(Gap("拟给予行政处罚的，应当写明处罚种类"))
    if ("fine" in kinds) != (fine > 0):
        gaps.append(Gap("处以罚款的应当写明数额，写明罚款数额的应当选择罚款"))
    if confiscation > 0 and "confiscation" not in kinds:
        gaps.append(Gap("写明没收数额的，应当选择没收"))
    if "confiscation" in kinds and not confiscation and not asked.text("other_content"):
        words = "没收违法所得、非法财物的，应当写明数额，或者在其他处罚内容中写明没收的财物"
        gaps.append(Gap(words, cite="APL#44", row="APL44", basis="default"))
    return tuple(gaps)


@guard(row="S13.9", cite="APL#57.1(4)", zh="违法行为涉嫌犯罪的，移送司法机关，不得作出行政处罚", of_form=True)
def suspected_crime_is_transferred(facts: CaseFacts, _: Law) -> Answer:
    """APL#57.1(4) 「违法行为涉嫌犯罪的，移送司法机关」: the penalty track stops (APL#8.2, S#13(9))."""
    suspected = facts.asked.yes("suspected_crime") or concluded(facts).yes("suspected_crime")
    return not suspected or facts.asked.text("outcome") == "judicial_transfer"


@guard(row="S11.1", cite="S#11", zh="本机关重大行政执法决定事项目录未列明本事项", basis="default", mend="set_directory")
def matter_is_mapped(facts: CaseFacts, law: Law) -> Answer:
    """S#11 commands the directory; that what it does not name, as major or not, cannot go on is our reading."""
    if not classify(facts, law).unmapped:
        return True
    if facts.directory is None:
        return (Gap("本机关尚未制定重大行政执法决定事项目录，不得办理"),)
    return (Gap(f"重大行政执法决定事项目录未列明“{facts.matter.zh or facts.matter.code}”是否重大，不得办理"),)


@guard(row="APL36", cite="APL#36.1", zh="违法行为已超过追责时效，不再给予行政处罚")
def within_limitation_period(facts: CaseFacts, law: Law) -> Answer:
    """APL#36.1 「违法行为在二年内未被发现的，不再给予行政处罚」; five years for life, health or finance with harm.

    Counted from the end of the violation to the day the lead came in; a violation not penalized is not asked.
    """
    proposal = facts.asked if "outcome" in facts.form else concluded(facts)
    if proposal.text("outcome") != IMPOSED:
        return True
    acted_on = proposal.day("act_on") or concluded(facts).day("act_on")
    lead = facts.last("lead_registered")
    if acted_on is None or lead is None:
        return (Gap("未写明违法行为发生（终了）之日，无法核对追责时效", cite="APL#36.2", basis="design"),)
    serious = proposal.yes("serious_harm") or concluded(facts).yes("serious_harm")
    limit = law.bounds["limitation_serious_harm"] if serious else law.limits["limitation"]
    found_on = Fields(lead.data).day("received_at") or lead.on
    value = limit.on(limit.ruling_day(found_on))
    last = due(limit, acted_on, law.calendar, ruled_on=limit.ruling_day(found_on))
    return found_on <= last.due_on or (
        Gap(f"违法行为自{acted_on.isoformat()}起{value.value}年内未被发现，不再给予行政处罚"),
    )


@guard(row="APL30", cite="APL#30", zh="不满十四周岁的未成年人有违法行为的，不予行政处罚", of_form=True)
def nobody_under_fourteen_is_punished(facts: CaseFacts, law: Law) -> Answer:
    """APL#30 「不满十四周岁的未成年人有违法行为的，不予行政处罚」: on the day of the act, where the birth is known."""
    age = law.thresholds.on("age_of_responsibility", facts.today)
    young = _younger_than(facts, age)
    return tuple(Gap(f"当事人{name}在违法行为发生之日不满{age}周岁，不予行政处罚") for name in young)


@guard(row="APL30", cite="APL#30", zh="对未成年人应当从轻或者减轻行政处罚", of_form=True)
def a_minor_is_punished_less(facts: CaseFacts, law: Law) -> Answer:
    """APL#30 「已满十四周岁不满十八周岁的未成年人有违法行为的，应当从轻或者减轻行政处罚」: said in the decision."""
    if facts.asked.text("leniency"):
        return True
    majority = law.thresholds.on("age_of_majority", facts.today)
    younger = _younger_than(facts, law.thresholds.on("age_of_responsibility", facts.today))
    minors = (name for name in _younger_than(facts, majority) if name not in younger)
    words = "应当从轻或者减轻行政处罚并写明"
    return tuple(Gap(f"当事人{name}在违法行为发生之日不满{majority}周岁，{words}") for name in minors)


def _younger_than(facts: CaseFacts, age: int) -> tuple[str, ...]:
    """Whom a penalty is proposed for though younger than this on the day of the act; an unknown birth says nothing."""
    proposal = concluded(facts)
    acted_on = facts.asked.day("act_on") or proposal.day("act_on")
    if facts.asked.text("outcome") != IMPOSED or acted_on is None:
        return ()
    people = ((one.name, one.birth_on) for one in facts.parties if one.kind != "organization")
    return tuple(name for name, born in people if born is not None and is_under(age, born, acted_on))
