"""The decision: one of those the law knows, complete, not dated before what it rests on (APL#57, APL#59, ALL#38,
G#13).
"""

from __future__ import annotations

from enforcement.law.decision import IMPOSED, OUTCOMES
from enforcement.law.facts import CaseFacts
from enforcement.law.guards.legal_review import plain
from enforcement.law.guards.registry import Answer, Gap, Law, guard
from enforcement.law.major import concluded
from enforcement.law.review import OPINION

LIGHTER = {
    IMPOSED: (IMPOSED, "no_penalty", "not_established"),
    "no_penalty": ("no_penalty", "not_established"),
    "not_established": ("not_established",),
    "judicial_transfer": ("judicial_transfer",),
}
"""What the head may decide on a conclusion without sending the case back: nothing the party has not been told."""


@guard(row="APL57", cite="APL#57.1", zh="决定须为法定的四种之一", of_form=True)
def decision_is_one_of_four(facts: CaseFacts, _: Law) -> Answer:
    """APL#57.1(1)-(4)."""
    return facts.asked.text("outcome") in OUTCOMES


@guard(
    row="APL57", cite="APL#57.1", zh="决定超出调查结论", basis="default", mend="return_to_investigation", of_form=True
)
def decision_follows_the_conclusion(facts: CaseFacts, _: Law) -> Answer:
    """APL#57.1 「应当对调查结果进行审查」: the head may decide lighter, never past what was investigated and told."""
    asked, proposal = facts.asked, concluded(facts)
    if asked.text("outcome") not in LIGHTER.get(proposal.text("outcome"), ()):
        return (Gap("决定与调查结论不相符，应当退回补充调查"),)
    written = asked.text("outcome") == IMPOSED and asked.text("basis") and proposal.text("basis")
    same = plain(asked.text("basis")) == plain(proposal.text("basis"))
    return not written or same or (Gap("决定的依据与调查结论不一致，应当退回补充调查"),)


@guard(row="APL59", cite="APL#59.1", zh="行政处罚决定书缺少事项", of_form=True)
def decision_is_complete(facts: CaseFacts, _: Law) -> Answer:
    """APL#59.1(1)-(6), each its own breach; APL#59.2 the seal. Other outcomes need their facts and basis."""
    asked = facts.asked
    named = {
        "party_name": ("当事人的姓名或者名称", "APL#59.1(1)"),
        "party_address": ("当事人的地址", "APL#59.1(1)"),
        "facts": ("违反法律、法规、规章的事实", "APL#59.1(2)"),
        "evidence": ("违反法律、法规、规章的证据", "APL#59.1(2)"),
        "basis": ("行政处罚的依据", "APL#59.1(3)"),
        "performance_manner": ("行政处罚的履行方式", "APL#59.1(4)"),
        "performance_due": ("行政处罚的履行期限", "APL#59.1(4)"),
        "remedies": ("申请行政复议、提起行政诉讼的途径和期限", "APL#59.1(5)"),
        "agency_name": ("作出行政处罚决定的行政机关名称", "APL#59.1(6)"),
        "decided_on": ("作出决定的日期", "APL#59.1(6)"),
    }
    if asked.text("outcome") == IMPOSED:
        gaps = [Gap(f"决定书未载明{named[name][0]}", cite=named[name][1]) for name in asked.missing(*named)]
        if not asked.lines("penalties") and not asked.text("other_content"):
            gaps.append(Gap("决定书未载明行政处罚的种类", cite="APL#59.1(3)"))
        if not asked.yes("sealed"):
            gaps.append(Gap("决定书必须盖有作出行政处罚决定的行政机关的印章", cite="APL#59.2"))
        return tuple(gaps)
    words = {"facts": "认定的事实", "basis": "依据"}
    return tuple(Gap(f"决定未写明{words[name]}", cite="APL#57.1", basis="default") for name in asked.missing(*words))


@guard(row="S13.9", cite="APL#57.1(4)", zh="违法行为涉嫌犯罪的，移送司法机关，不得作出行政处罚决定", of_form=True)
def suspected_crime_stops_the_penalty(facts: CaseFacts, _: Law) -> Answer:
    """APL#57.1(4): found at the conclusion, or by the reviewer at the point that asks for it (S#13(9))."""
    reviewed = facts.read(OPINION).text("overall") == "transfer"
    suspected = concluded(facts).yes("suspected_crime") or reviewed
    return not suspected or facts.asked.text("outcome") == "judicial_transfer"


@guard(row="S9", cite="S#9", zh="未决定移送", basis="design")
def transfer_was_decided(facts: CaseFacts, _: Law) -> Answer:
    """A case goes to the judiciary only on a decision to transfer it."""
    return facts.read("decision_made").text("outcome") == "judicial_transfer"


@guard(row="S9", cite="APL#57.1(4)", zh="决定移送的案件应当移送司法机关", mend="transfer_to_judiciary")
def transfer_was_not_decided(facts: CaseFacts, _: Law) -> Answer:
    """A decision to transfer is carried out by transferring, not by serving a penalty."""
    return facts.read("decision_made").text("outcome") != "judicial_transfer"


@guard(row="G13.c", cite="G#13", zh="认定不具有一定社会影响的，应当说明理由", basis="default", of_form=True)
def downgrade_is_reasoned(facts: CaseFacts, _: Law) -> Answer:
    """Every penalty is taken to have a certain social impact (7 working days); to say otherwise takes a reason."""
    asked = facts.asked
    if asked.text("outcome") != IMPOSED or asked.yes("social_impact"):
        return True
    return bool(asked.text("downgrade_reason"))


@guard(row="S3.3a", cite="S#3.3", zh="决定日期早于法制审核或者集体讨论", of_form=True)
def decision_is_not_backdated(facts: CaseFacts, _: Law) -> Answer:
    """S#3.3 「应当在作出行政执法决定前进行」: nor does a date reach back before what the decision rests on (design)."""
    decided_on = facts.asked.day("decided_on") or facts.today
    reviewed = facts.last(OPINION, "discussion_held")
    if reviewed is not None and decided_on < reviewed.on:
        return False
    rests_on = facts.last("investigation_concluded", "prior_notice_given", "examined", "application_examined")
    if rests_on is not None and decided_on < rests_on.on:
        return (Gap("决定日期早于所依据的环节", basis="design"),)
    return decided_on <= facts.today or (Gap("决定日期晚于今天", basis="design"),)


@guard(row="J4.4b", cite="J#4.4", zh="审核未同意", basis="default", mend="return_to_investigation")
def examination_agreed(facts: CaseFacts, _: Law) -> Answer:
    """Where the case was examined (审核) without a legal review, the examiner agreed."""
    examined = facts.read("examined")
    return not examined or examined.text("conclusion") == "agree"


# ------------------------------------------------------------------------------------------------------------ license


@guard(row="ALL38", cite="ALL#38", zh="行政许可决定缺少内容", of_form=True)
def license_decision_is_complete(facts: CaseFacts, _: Law) -> Answer:
    """ALL#38.1 granted in writing; ALL#38.2 refused 「应当说明理由，并告知申请人享有……的权利」."""
    asked = facts.asked
    gaps: list[Gap] = []
    if asked.text("outcome") not in {"granted", "refused"}:
        gaps.append(Gap("应当作出准予或者不予行政许可的决定", cite="ALL#38.1"))
    if not asked.text("content"):
        gaps.append(Gap("书面决定未写明决定内容", cite="ALL#38.1"))
    if asked.text("outcome") == "refused":
        if not asked.text("reasons"):
            gaps.append(Gap("不予行政许可的，应当说明理由", cite="ALL#38.2"))
        if not asked.text("remedies"):
            gaps.append(Gap("不予行政许可的，应当告知申请行政复议或者提起行政诉讼的权利", cite="ALL#38.2"))
    begins, ends = asked.day("valid_from"), asked.day("valid_until")
    if begins is not None and ends is not None and ends < begins:
        gaps.append(Gap("有效期的届满日早于起始日", basis="design"))
    if not asked.yes("sealed"):
        gaps.append(Gap("决定或者许可证件应当加盖本行政机关印章", cite="ALL#39.1", basis="default"))
    return tuple(gaps)
