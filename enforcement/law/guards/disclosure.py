"""The acts on one disclosure: prepare, release, publish, withhold, defer, withdraw (G#5, G#14 to G#16, G#18)."""

from __future__ import annotations

from enforcement.law.disclosure import MINOR, birth_unknown, must_withhold, obligation
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.registry import Answer, Gap, Law, guard


def _pending(facts: CaseFacts, proposed: str, settled: tuple[str, ...]) -> Fields:
    """The proposal on this disclosure that has not been answered yet."""
    wanted = facts.disclosure.id if facts.disclosure else ""
    for record in reversed(facts.standing):
        if record.event in (proposed, *settled) and Fields(record.data).text("disclosure") == wanted:
            return Fields(record.data) if record.event == proposed else Fields()
    return Fields()


# ---------------------------------------------------------------------------------------------- what the public reads


@guard(row="G15.1", cite="G#15", zh="行政检查结果只能采取公示摘要信息的方式", of_form=True)
def form_is_allowed(facts: CaseFacts, law: Law) -> Answer:
    """G#15 「行政检查结果公示采取公示摘要信息的方式」; decisions have the choice (G#14.1)."""
    owed = obligation(facts, law)
    return owed is None or facts.asked.text("form") in owed.forms


@guard(row="G14.2a", cite="G#14.2", zh="公示内容仍含应当隐去的信息", of_form=True)
def nothing_hidden_shows(facts: CaseFacts, _: Law) -> Answer:
    """G#14.2 「应当隐去」: no known value left in the final bytes, nor in a field a number that reads like one."""
    known = tuple(Gap(f"公示内容仍含应当隐去的信息（{leak}）") for leak in facts.asked.lines("leaks"))
    like = facts.asked.lines("unmasked")
    return known + tuple(Gap(f"疑似应当隐去的信息：{one}", row="G14.3c", basis="default") for one in like)


@guard(row="G14.2a", cite="G#14.2", zh="有隐去建议尚未处理", basis="default", of_form=True)
def every_span_is_decided(facts: CaseFacts, _: Law) -> Answer:
    """That a person decides every proposed place before anything goes out is how we carry out G#14.2."""
    left = facts.asked.number("undecided")
    return left == 0 or (Gap(f"有{left}处隐去建议尚未处理"),)


@guard(row="G14.3a", cite="G#14.3", zh="公示内容缺少规定的要素", of_form=True)
def required_fields_are_there(facts: CaseFacts, law: Law) -> Answer:
    """G#14.3 for decisions, G#15 for inspection results."""
    owed = obligation(facts, law)
    cite = "G#15" if owed is not None and owed.kind == "inspection_result" else "G#14.3"
    return tuple(Gap(f"公示内容缺少{name}", cite=cite) for name in facts.asked.lines("missing"))


@guard(
    row="G5.2",
    cite="G#5.1",
    zh="待发布的内容与审核放行的内容不一致",
    basis="default",
    mend="send_back_disclosure",
    of_form=True,
)
def what_was_released_is_published(facts: CaseFacts, _: Law) -> Answer:
    """G#5.1 puts the review before the publishing: what changed after the release was seen by nobody."""
    wanted = facts.disclosure.id if facts.disclosure else ""
    released = next(
        (
            Fields(record.data).text("seen")
            for record in reversed(facts.standing)
            if record.event == "disclosure_released" and Fields(record.data).text("disclosure") == wanted
        ),
        "",
    )
    return released != "" and released == facts.asked.text("seen")


@guard(row="G16.1", cite="G#16.1(1)", zh="当事人属于未成年人的，不予公示", mend="approve_withholding")
def no_party_is_a_minor(facts: CaseFacts, law: Law) -> Answer:
    """G#16.1(1) 「当事人属于未成年人的」; under age on the day of the act, and then the whole item: our reading."""
    return must_withhold(facts, law) is None


@guard(row="G16.1", cite="G#16.1(1)", zh="自然人当事人的出生日期未登记", basis="default", mend="set_parties")
def births_are_known(facts: CaseFacts, _: Law) -> Answer:
    """Whether G#16.1(1) applies cannot be told without a day of birth."""
    return not birth_unknown(facts) or (Gap("自然人当事人的出生日期未登记，无法判断是否属于未成年人"),)


@guard(row="G18.2a", cite="G#18.2", zh="决定已被变更、撤销、确认违法或者确认无效，不得再公示", basis="default")
def decision_was_not_overturned(facts: CaseFacts, _: Law) -> Answer:
    """G#18.2 speaks of what was published; what was not yet published does not go out after it."""
    return not facts.has("overturned")


@guard(row="G18.2a", cite="G#18.2", zh="没有可以撤回的公示信息", basis="design")
def something_to_withdraw(facts: CaseFacts, _: Law) -> Answer:
    """「撤回已公示的信息」; what was taken down as an error is still to say that its decision fell, if it did."""
    return is_public(facts) or is_taken_down(facts)


@guard(row="G18.2a", cite="G#18.2", zh="没有正在公示的信息", basis="design")
def something_is_public(facts: CaseFacts, _: Law) -> Answer:
    """A page that is being corrected stands until its next version."""
    return is_public(facts)


@guard(row="G18.2a", cite="G#18.2", zh="信息仍在公示，应当先行撤下", basis="design", mend="take_down_publication")
def nothing_is_public(facts: CaseFacts, _: Law) -> Answer:
    """Stopping or withholding inside takes nothing down outside."""
    return not is_public(facts)


def is_public(facts: CaseFacts) -> bool:
    """Whether a publication of this disclosure stands: made, and not taken down or withdrawn since."""
    return _seen_outside(facts) == "publication_made"


def is_taken_down(facts: CaseFacts) -> bool:
    """Whether its page was taken down as an error and has not come back since."""
    return _seen_outside(facts) == "publication_taken_down"


def _seen_outside(facts: CaseFacts) -> str:
    wanted = facts.disclosure.id if facts.disclosure else ""
    seen = [one.event for one in facts.records if Fields(one.data).text("disclosure") == wanted]
    return next((event for event in reversed(seen) if event in _SEEN_OUTSIDE), "")


_SEEN_OUTSIDE = ("publication_made", "publication_taken_down", "publication_withdrawn")


# ---------------------------------------------------------------------------------------------------- not, not yet


@guard(row="G16.0", cite="G#16.1", zh="不予公示的情形不成立", of_form=True)
def withholding_ground_holds(facts: CaseFacts, law: Law) -> Answer:
    """G#16.1: one of five grounds; (3) only by 法律、行政法规, (5) only by 法律、法规、规章, with the article."""
    asked = facts.asked
    ground = law.disclosure.grounds.get(asked.text("ground"))
    if ground is None or ground.kind != "withholding":
        return (Gap("不予公示须属于规定的五种情形之一"),)
    gaps: list[Gap] = []
    if ground.ranks and not asked.text("cite"):
        gaps.append(Gap("应当写明所依据的条款", cite=ground.cite, row=ground.row))
    if ground.ranks and asked.text("source_rank") not in ground.ranks:
        gaps.append(Gap(f"依据的位阶不足：本项为“{ground.zh}”", cite=ground.cite, row=ground.row))
    if ground.row == MINOR and must_withhold(facts, law) is None:
        gaps.append(Gap("当事人不属于未成年人", cite=ground.cite, row=ground.row))
    if not asked.text("reason"):
        gaps.append(Gap("不予公示应当说明理由", basis="default", row="G16.0"))
    return tuple(gaps)


@guard(row="G16.0", cite="G#16.1", zh="没有待批准的不予公示建议", basis="default", mend="propose_withholding")
def withholding_was_proposed(facts: CaseFacts, law: Law) -> Answer:
    """The measures name no approver: we ask for a proposal and an approval. Only for a minor the clock acts alone."""
    if facts.actor is not None and facts.actor.kind == "clock":
        return must_withhold(facts, law) is not None
    return bool(_pending(facts, "withholding_proposed", ("withheld", "proposal_declined")))


@guard(row="G16.6c", cite="G#16.2", zh="暂缓或者延期公示的情形不成立", of_form=True)
def deferral_ground_holds(facts: CaseFacts, law: Law) -> Answer:
    """G#16.2: a case that goes, or went, to the police or the supervisory organ; or one of a series."""
    ground = law.disclosure.grounds.get(facts.asked.text("ground"))
    if ground is None or ground.kind != "deferral":
        return (Gap("暂缓或者延期公示须属于规定的两种情形之一"),)
    return bool(facts.asked.text("reason")) or (Gap("应当说明暂缓或者延期公示的理由", basis="default"),)


@guard(row="G16.6c", cite="G#16.2", zh="应当确定复核日期", basis="default", of_form=True)
def deferral_has_a_review_day(facts: CaseFacts, _: Law) -> Answer:
    """The measures set no end: so the ground is looked at again on a day; a postponement names its new day."""
    asked = facts.asked
    review_on, until = asked.day("review_on"), asked.day("until")
    if review_on is None or review_on <= facts.today:
        return (Gap("应当确定今天以后的复核日期"),)
    if asked.text("kind") == "postponement" and (until is None or until <= facts.today):
        return (Gap("延期公示应当确定新的公示日期"),)
    return True


@guard(row="G16.6c", cite="G#16.2", zh="没有待批准的暂缓或者延期公示建议", basis="default", mend="propose_deferral")
def deferral_was_proposed(facts: CaseFacts, _: Law) -> Answer:
    """An approval answers a proposal."""
    return bool(_pending(facts, "deferral_proposed", ("deferred", "proposal_declined", "deferral_ended")))


@guard(row="G16.6c", cite="G#16.2", zh="公示期限已经届满，不得再批准暂缓或者延期", basis="default")
def deferral_is_in_time(facts: CaseFacts, _: Law) -> Answer:
    """「经行政执法机关负责人批准后」: that the approval comes before the due day has passed is our reading."""
    due_on = facts.disclosure.due_on if facts.disclosure else None
    return due_on is None or facts.today <= due_on or (Gap(f"公示期限已于{due_on.isoformat()}届满，不得再批准"),)


@guard(row="G16.0", cite="G#16", zh="没有待批准的建议", basis="design")
def a_proposal_is_pending(facts: CaseFacts, _: Law) -> Answer:
    """Only what was proposed can be declined."""
    settled = ("withheld", "deferred", "proposal_declined")
    return bool(_pending(facts, "withholding_proposed", settled) or _pending(facts, "deferral_proposed", settled))


_NOT_OVERTURNED = "尚未登记决定被变更、撤销、确认违法或者确认无效"


@guard(row="G18.2a", cite="G#18.2", zh=_NOT_OVERTURNED, basis="design", mend="overturn_decision")
def decision_was_overturned(facts: CaseFacts, _: Law) -> Answer:
    """The duty to disclose ends, and the public is told that a decision fell, only where it did."""
    return facts.has("overturned")


# -------------------------------------------------------------------------------------------------------- withdrawing


@guard(row="G18.2b", cite="G#18.2", zh="撤回已公示的信息应当公开说明理由", of_form=True)
def withdrawal_is_reasoned(facts: CaseFacts, _: Law) -> Answer:
    """G#18.2 「撤回已公示的信息并公开说明理由」."""
    return bool(facts.asked.text("reason"))


@guard(row="G18.2a", cite="G#18.2", zh="撤回原因与已登记的变更、撤销情况不一致", basis="design", of_form=True)
def withdrawal_names_what_happened(facts: CaseFacts, _: Law) -> Answer:
    """A withdrawal after an overturned decision says which of the four it was."""
    overturned = facts.read("overturned").text("kind")
    return not overturned or facts.asked.text("kind") == overturned


@guard(
    row="G18.2b",
    cite="G#18.2",
    zh="决定已被变更、撤销、确认违法或者确认无效的，应当撤回并公开说明该理由",
    basis="default",
    mend="withdraw_publication",
)
def no_overturning_is_concealed(facts: CaseFacts, _: Law) -> Answer:
    """Taken down as an error, the page would not tell the reason the article asks for."""
    return not facts.has("overturned")


@guard(row="G19.2", cite="G#19.2", zh="不予更正的，应当向当事人说明理由", of_form=True)
def correction_is_answered(facts: CaseFacts, _: Law) -> Answer:
    """G#19.2 「确需更正的，应当及时更正；不予更正的，向当事人说明理由」."""
    return facts.asked.yes("corrected") or bool(facts.asked.text("reason"))
