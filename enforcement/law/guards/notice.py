"""Before a penalty: told, heard, answered, not made worse off for speaking (APL#44, #45, #62, #63)."""

from __future__ import annotations

from enforcement.law.clocks import Clock, running
from enforcement.law.decision import IMPOSED
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.registry import Answer, Gap, Law, guard
from enforcement.law.major import amounts_concerning, concluded, hearing_grounds
from enforcement.law.money import yuan

NOTICE = "prior_notice_given"


def is_penalty(facts: CaseFacts) -> bool:
    """Whether a penalty is what the case is heading for: only that takes notice, defense and hearing."""
    outcome = facts.asked.text("outcome") or concluded(facts).text("outcome")
    return outcome == IMPOSED


def clock_of(facts: CaseFacts, law: Law, key: str) -> Clock | None:
    """The newest clock of a limit in this case, running or stopped."""
    clocks = facts.derived(("clocks", id(law)), lambda: running(facts, law))
    found = [one for one in clocks if one.limit.key == key]
    return max(found, key=lambda one: one.row.started_seq, default=None)


# --------------------------------------------------------------------------------------------------------- giving the
# notice


@guard(row="APL44", cite="APL#44", zh="只有拟给予行政处罚的才作处罚前告知", basis="design")
def a_penalty_is_proposed(facts: CaseFacts, _: Law) -> Answer:
    """APL#44 speaks of 「拟作出的行政处罚内容」: without one there is nothing to tell."""
    return concluded(facts).text("outcome") == IMPOSED


@guard(row="APL44", cite="APL#44", zh="陈述、申辩期限尚未设定", basis="default", mend="set_parameter")
def defense_period_is_set(facts: CaseFacts, _: Law) -> Answer:
    """The law names no period for the defense: while the agency has set none, no notice goes out."""
    if facts.parameter("defense_days") is not None:
        return True
    sentence = "法律未规定陈述、申辩的天数，本机关尚未设定，不得发出告知书"
    return (Gap(sentence, fill=(("name", "defense_days"),)),)


@guard(row="APL63", cite="APL#63.1", zh="听证的“较大数额”标准尚未设定", basis="default", mend="set_parameter")
def hearing_amount_is_set(facts: CaseFacts, law: Law) -> Answer:
    """APL#63.1 leaves 「较大数额」 open: while the agency has fixed no amount, no notice of that sum goes out."""
    proposed = facts.asked if "fine_fen" in facts.form else concluded(facts)
    unset = (one for one in amounts_concerning(facts, proposed, law.major) if facts.parameter(one.parameter) is None)
    return tuple(
        Gap(f"本机关尚未设定“{one.zh}”的数额标准，不得发出告知书", cite=one.cite, fill=(("name", one.parameter),))
        for one in unset
    )


@guard(row="APL44", cite="APL#44", zh="告知书送达日期早于调查终结", basis="design", of_form=True)
def told_after_the_conclusion(facts: CaseFacts, _: Law) -> Answer:
    """What was not concluded could not be told: a notice of an earlier day would let the period lapse at once."""
    served_on, conclusion = facts.asked.day("served_on"), facts.last("investigation_concluded")
    return served_on is None or conclusion is None or served_on >= conclusion.on


@guard(row="APL44", cite="APL#44", zh="告知书缺少事项", of_form=True)
def notice_is_complete(facts: CaseFacts, _: Law) -> Answer:
    """APL#44: 「拟作出的行政处罚内容及事实、理由、依据」."""
    named = {"content": "拟作出的行政处罚内容", "facts": "事实", "reasons": "理由", "basis": "依据"}
    return tuple(Gap(f"告知书未载明{named[name]}") for name in facts.asked.missing(*named))


@guard(row="APL44", cite="APL#44", zh="未告知当事人依法享有的陈述、申辩的权利", of_form=True)
def defense_right_told(facts: CaseFacts, _: Law) -> Answer:
    """APL#44 「并告知当事人依法享有的陈述、申辩、要求听证等权利」."""
    return facts.asked.yes("defense_right_told")


@guard(row="APL63", cite="APL#63.1", zh="应当告知当事人有要求听证的权利", of_form=True)
def hearing_right_was_told_where_due(facts: CaseFacts, law: Law) -> Answer:
    """APL#63.1 「应当告知当事人有要求听证的权利」: the heavy kinds always, sums from the agency's amount on."""
    return _untold(facts, facts.asked, law)


@guard(row="APL63", cite="APL#63.1", zh="应当告知当事人有要求听证的权利", mend="return_to_investigation")
def hearing_right_told(facts: CaseFacts, law: Law) -> Answer:
    """The same, of the notice that stands."""
    return not is_penalty(facts) or _untold(facts, facts.read(NOTICE), law)


def _untold(facts: CaseFacts, notice: Fields, law: Law) -> Answer:
    if notice.yes("hearing_right_told"):
        return True
    grounds = hearing_grounds(facts, notice, law.major)
    return tuple(
        Gap(f"拟作出{one.zh}，应当告知当事人有要求听证的权利", cite=one.cite, basis=one.basis) for one in grounds
    )


@guard(
    row="APL44",
    cite="APL#44",
    zh="告知的处罚与调查结论不一致",
    basis="default",
    mend="return_to_investigation",
    of_form=True,
)
def notice_matches_conclusion(facts: CaseFacts, _: Law) -> Answer:
    """What is told is what is intended: kinds and sums of the notice are those of the conclusion."""
    return _differences(facts.asked, concluded(facts), "告知书", "调查结论")


@guard(row="APL44", cite="APL#44", zh="告知的处罚与调查结论不一致", basis="default")
def notice_matches_conclusion_now(facts: CaseFacts, _: Law) -> Answer:
    """The same, of the notice that stands."""
    return not facts.has(NOTICE) or _differences(facts.read(NOTICE), concluded(facts), "告知书", "调查结论")


SUMS = {"fine_fen": "罚款", "confiscation_fen": "没收"}


def _differences(one: Fields, other: Fields, here: str, there: str) -> tuple[Gap, ...]:
    sums = tuple(
        Gap(f"{here}的{zh}数额（{yuan(one.number(name))}）与{there}（{yuan(other.number(name))}）不一致")
        for name, zh in SUMS.items()
        if one.number(name) != other.number(name)
    )
    kinds = set(one.lines("penalties")) != set(other.lines("penalties"))
    return (*sums, *((Gap(f"{here}的处罚种类与{there}不一致"),) if kinds else ()))


# -------------------------------------------------------------------------------------------------- hearing the party
# out


@guard(row="APL62", cite="APL#62", zh="未告知当事人拟作出的行政处罚内容及事实、理由、依据", mend="give_prior_notice")
def party_was_notified(facts: CaseFacts, _: Law) -> Answer:
    """APL#44, APL#62: 「未依照本法第四十四条、第四十五条的规定向当事人告知……不得作出行政处罚决定」."""
    return not is_penalty(facts) or facts.has(NOTICE)


@guard(row="APL62", cite="APL#62", zh="现在的当事人不是被告知的当事人", mend="return_to_investigation")
def every_party_was_told(facts: CaseFacts, _: Law) -> Answer:
    """APL#62 「向当事人告知」: who became a party after the notice was told nothing by it."""
    told = facts.read(NOTICE).lines("told_parties")
    if not is_penalty(facts) or not told:
        return True
    untold = (one.name for one in facts.parties if one.name not in told)
    return tuple(Gap(f"当事人{name}未被告知拟作出的行政处罚内容及事实、理由、依据") for name in untold)


@guard(row="APL45", cite="APL#45.1", zh="当事人的陈述、申辩尚未处理", mend="record_defense", or_else="waive_defense")
def party_answered_waived_or_let_lapse(facts: CaseFacts, law: Law) -> Answer:
    """APL#45.1 heard and checked, APL#62 expressly waived, or the period told in the notice ran out unused.

    One of the three; the last day of the period still belongs to the party.
    """
    if not is_penalty(facts) or not facts.has(NOTICE):
        return True
    defense = facts.last("defense_recorded")
    if defense is not None:
        checked = Fields(defense.data).text("reviewed")
        return bool(checked) or (Gap("对当事人提出的事实、理由和证据，应当进行复核"),)
    if facts.has("defense_waived"):
        return True
    clock = clock_of(facts, law, "defense")
    if clock is None:
        return (Gap("未设定陈述、申辩期限，无法认定当事人未在期限内陈述、申辩", basis="default"),)
    if facts.today > clock.due.due_on:
        return True
    last = clock.due.due_on.isoformat()
    return (Gap(f"陈述、申辩期限至{last}届满，当事人尚未陈述、申辩，也未明确放弃", cite="APL#62", row="APL62"),)


@guard(row="APL45", cite="APL#45.1", zh="应当复核当事人的陈述、申辩并说明采纳与否的理由", of_form=True)
def defense_is_checked(facts: CaseFacts, _: Law) -> Answer:
    """APL#45.1 「对当事人提出的事实、理由和证据，应当进行复核」; that the reason is written down is our reading."""
    if facts.asked.missing("content", "reviewed"):
        return False
    return not facts.asked.missing("reason") or (Gap("应当写明采纳或者不采纳的理由", basis="default"),)


@guard(row="APL62", cite="APL#62", zh="放弃陈述、申辩须由当事人明确作出，并写明形式", of_form=True)
def waiver_is_express(facts: CaseFacts, _: Law) -> Answer:
    """APL#62 「当事人明确放弃陈述或者申辩权利的除外」."""
    return not facts.asked.missing("form")


@guard(row="APL45", cite="APL#45.1", zh="日期早于告知当事人权利之日", basis="design", of_form=True)
def answered_after_being_told(facts: CaseFacts, _: Law) -> Answer:
    """Nobody answers, waives, asks or is summoned before having been told: no day reaches back behind the notice."""
    told = facts.last(NOTICE, "hearing_right_told")
    days = (facts.asked.day(name) for name in ("received_on", "waived_on", "requested_on", "notified_on"))
    return told is None or all(day >= told.on for day in days if day is not None)


# ------------------------------------------------------------------------------------------------- not made worse off


def _heavier(decided: Fields, told: Fields) -> tuple[str, ...]:
    sums = tuple(
        f"{zh}数额（{yuan(decided.number(name))}）高于告知的数额（{yuan(told.number(name))}）"
        for name, zh in SUMS.items()
        if decided.number(name) > told.number(name)
    )
    added = set(decided.lines("penalties")) - set(told.lines("penalties"))
    return (*sums, *(("增加了未告知的处罚种类",) if added else ()))


@guard(row="APL62", cite="APL#62", zh="决定内容超出告知范围", mend="return_to_investigation", of_form=True)
def decision_was_noticed(facts: CaseFacts, _: Law) -> Answer:
    """APL#62: what was not told may not be decided: neither a further kind nor a higher sum."""
    if facts.asked.text("outcome") != IMPOSED or not facts.has(NOTICE):
        return True
    heavier = _heavier(facts.asked, facts.read(NOTICE))
    return tuple(Gap(f"{what}，未告知当事人的处罚内容不得写入决定") for what in heavier)


@guard(row="APL45", cite="APL#45.2", zh="不得因当事人陈述、申辩而给予更重的处罚", basis="default", of_form=True)
def no_heavier_for_defending(facts: CaseFacts, law: Law) -> Answer:
    """APL#45.2 「不得因当事人陈述、申辩而给予更重的处罚」.

    Why it became heavier nobody can compute. Our reading: after a defense or a hearing nothing becomes heavier than
    the notice it answered, going back and telling anew included, unless new evidence came in between.
    """
    spoken = [one for one in facts.records if one.event in {"defense_recorded", "hearing_held"}]
    if facts.asked.text("outcome") != IMPOSED or not spoken:
        return True
    answered = [one for one in facts.records if one.event == NOTICE and one.seq < spoken[0].seq]
    if not answered or any(one.event in law.powers.evidence and one.seq > spoken[0].seq for one in facts.records):
        return True
    heavier = _heavier(facts.asked, Fields(answered[-1].data))
    return tuple(Gap(f"{what}，不得因当事人陈述、申辩而给予更重的处罚") for what in heavier)
