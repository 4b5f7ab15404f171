"""Legal review and collective discussion: no major decision without them (S#3, S#4, S#12-S#15, APL#57.2, APL#58)."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from enforcement.law.decision import IMPOSED
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.registry import Answer, Gap, Law, guard
from enforcement.law.major import classify, concluded
from enforcement.law.review import OPINION, SUBMISSION, changes_since, pending_submission, problems_found, unanswered

PASS, TRANSFER, CORRECT = "pass", "transfer", "correct_then_resubmit"
DISCUSSION = "discussion_held"
TWO = 2


def _why_major(facts: CaseFacts, law: Law) -> str:
    grounds = classify(facts, law).grounds
    return "；".join(ground.zh for ground in grounds)


# --------------------------------------------------------------------------------------------------------- submitting


@guard(row="S3.3b", cite="S#3.3", zh="本案属于重大行政执法决定，应当进行法制审核", mend="submit_for_review")
def is_not_major(facts: CaseFacts, law: Law) -> Answer:
    """S#3.3 「未经法制审核，行政执法机关不得作出重大行政执法决定」: the short way is closed to a major case."""
    if not classify(facts, law).is_major:
        return True
    return (Gap(f"本案属于重大行政执法决定（{_why_major(facts, law)}），应当进行法制审核"),)


@guard(row="S12.2", cite="S#12", zh="送审材料不完整", of_form=True)
def submission_is_complete(facts: CaseFacts, law: Law) -> Answer:
    """S#12(2) 「办理建议及理由、依据」: none of them empty."""
    missing = set(facts.asked.missing(*(part.field for part in law.legal_review.submission)))
    parts = (part for part in law.legal_review.submission if part.field in missing)
    return tuple(Gap(f"送审材料缺少{part.zh}", cite=part.cite, row=part.row) for part in parts)


@guard(
    row="S12.0b", cite="S#12", zh="办案机构应当对送审材料和执法的合法性负责并作出声明", basis="default", of_form=True
)
def declaration_is_made(facts: CaseFacts, _: Law) -> Answer:
    """S#12 makes the handling unit answer for its submission; that it says so in a declaration is our reading."""
    return facts.asked.yes("declaration")


@guard(row="S12.0a", cite="S#12", zh="应当由办案机构提交法制审核")
def submitted_by_the_handling_unit(facts: CaseFacts, _: Law) -> Answer:
    """S#12 「具体承办案件或者政务服务事项的机构……应当将下列材料提交法制机构审核」."""
    if facts.actor is None or not facts.handling_unit_id or not facts.actor.unit_id:
        return True
    officers = {one.person_id for one in facts.officers}
    return facts.actor.unit_id == facts.handling_unit_id or facts.actor.person_id in officers


@guard(row="S12.0a", cite="S#12", zh="已有一次送审尚未出具审核意见", basis="design", mend="issue_opinion")
def nothing_is_under_review(facts: CaseFacts, _: Law) -> Answer:
    """One submission at a time."""
    return not pending_submission(facts)


@guard(row="S15.1", cite="S#15", zh="审核意见尚未逐项答复", basis="default", mend="respond_to_review", tells=OPINION)
def last_opinion_is_answered(facts: CaseFacts, _: Law) -> Answer:
    """S#15 「进行研究并提出是否采纳的意见」: before the file goes back or comes again, with its answer."""
    return tuple(Gap(f"第{one.number('point')}项审核意见尚未答复是否采纳") for one in unanswered(facts))


@guard(row="S12.1", cite="S#12(1)", zh="卷宗材料不完整", basis="default", mend="return_to_investigation")
def dossier_is_complete(facts: CaseFacts, _: Law) -> Answer:
    """S#12(1) 「完整的卷宗材料」: the documents that every penalty case has by then."""
    needed = {
        "lead_registered": "违法线索登记",
        "case_opened": "立案审批",
        "evidence_added": "证据",
        "investigation_concluded": "调查终结报告",
    }
    return tuple(Gap(f"卷宗缺少{zh}") for event, zh in needed.items() if not facts.has(event))


# ---------------------------------------------------------------------------------------------------------- reviewing


@guard(row="S14.1a", cite="S#12", zh="没有待审核的送审", basis="design", mend="submit_for_review")
def a_submission_is_pending(facts: CaseFacts, _: Law) -> Answer:
    """An opinion, a return or a withdrawal answers a submission."""
    return pending_submission(facts)


@guard(row="S4.2", cite="S#4.2", zh="法制审核由本机关法制机构负责")
def reviewer_is_of_the_legal_unit(facts: CaseFacts, _: Law) -> Answer:
    """S#4.2 「法制机构……负责本机关重大行政执法决定的法制审核工作」."""
    return facts.actor is not None and facts.actor.legal_unit


@guard(row="APL58", cite="APL#58.2", zh="初次从事行政处罚决定法制审核的人员应当取得法律职业资格")
def reviewer_is_qualified(facts: CaseFacts, _: Law) -> Answer:
    """APL#58.2 「应当通过国家统一法律职业资格考试取得法律职业资格」: only penalties ask it."""
    return facts.actor is None or facts.actor.law_qualified or facts.actor.reviewed_before


@guard(row="S14.1b", cite="S#14.1", zh="应当逐项提出明确、具体的书面审核意见", of_form=True)
def ten_points_each_found(facts: CaseFacts, law: Law) -> Answer:
    """S#14.1 「逐项对照本办法第十三条规定的内容提出明确、具体的书面审核意见」."""
    given = facts.asked.group("findings")
    findings = {one.number("point"): one for one in given}
    gaps = _stray(given, {point.no for point in law.legal_review.points}, "要点", "S#14.1")
    for point in law.legal_review.points:
        finding = findings.get(point.no)
        if finding is None or not finding.text("conclusion"):
            gaps.append(Gap(f"第{point.no}项未提出意见：{point.zh}", row=point.row))
        elif finding.text("conclusion") == "problem":
            named = {"reason": "具体意见", "category": "问题类别", "nature": "合法性或者合理性"}
            gaps += [Gap(f"第{point.no}项指出问题，但未写明{named[name]}") for name in finding.missing(*named)]
        elif finding.text("conclusion") == "not_applicable" and not (point.at_times or finding.text("reason")):
            gaps.append(Gap(f"第{point.no}项认为不涉及，但未说明理由", basis="default", row=point.row))
    return tuple(gaps)


def _stray(given: Sequence[Fields], known: AbstractSet[int], what: str, cite: str) -> list[Gap]:
    """Points that are none, or are there twice and could contradict each other."""
    points = [one.number("point") for one in given]
    twice = sorted({point for point in points if points.count(point) > 1})
    gaps = [Gap(f"第{point}项写了不止一次", cite=cite, basis="design") for point in twice]
    return gaps + [Gap(f"没有第{no}项{what}", cite=cite, basis="design") for no in sorted(set(points) - known)]


@guard(row="S3.4", cite="S#3.3", zh="审核结论与逐项意见不一致", of_form=True)
def overall_follows_the_findings(facts: CaseFacts, law: Law) -> Answer:
    """S#3.3: with a legality problem open no decision; a suspected crime is transferred (S#13(9))."""
    problems = [one for one in facts.asked.group("findings") if one.text("conclusion") == "problem"]
    overall = facts.asked.text("overall")
    gaps: list[Gap] = []
    if overall == PASS and any(one.text("nature") == "legality" for one in problems):
        gaps.append(Gap("存在合法性问题的，应当在纠正或者改正后作出决定，不得审核通过"))
    crime = next((point.no for point in law.legal_review.points if point.shown == "crime"), 0)
    suspected = any(one.number("point") == crime for one in problems)
    if overall == PASS and suspected:
        gaps.append(Gap("涉嫌犯罪或者职务违法的，应当提出移送意见", cite="S#13(9)", basis="default", row="S13.9"))
    if overall == CORRECT and not problems:
        words = "要求纠正后重新送审的，应当在逐项意见中指出问题"
        gaps.append(Gap(words, cite="S#14.1", basis="default", row="S14.1b"))
    if not overall:
        gaps.append(Gap("未作出审核结论", cite="S#14.1", row="S14.1b"))
    return tuple(gaps)


# --------------------------------------------------------------------------------------------------------- answering,
# discussing


@guard(row="S15.1", cite="S#15", zh="应当逐项提出是否采纳的意见", of_form=True, tells=OPINION)
def responds_to_every_finding(facts: CaseFacts, _: Law) -> Answer:
    """S#15 「进行研究并提出是否采纳的意见」; with a reason: our reading."""
    given = facts.asked.group("responses")
    answers = {one.number("point"): one for one in given}
    gaps = _stray(given, {one.number("point") for one in problems_found(facts)}, "待答复的意见", "S#15")
    for finding in problems_found(facts):
        answer = answers.get(finding.number("point"))
        if answer is None:
            gaps.append(Gap(f"第{finding.number('point')}项审核意见尚未答复是否采纳"))
        elif not answer.text("reason"):
            gaps.append(Gap(f"第{finding.number('point')}项答复未说明理由", basis="default"))
    return tuple(gaps)


@guard(row="S15.1", cite="S#15", zh="还没有审核意见可供答复", basis="design")
def an_opinion_is_there(facts: CaseFacts, _: Law) -> Answer:
    """An answer answers an opinion."""
    return facts.has(OPINION)


@guard(row="S3.2", cite="S#3.2", zh="集体讨论应当由两名以上负责人参加", basis="default", of_form=True)
def discussed_by_several(facts: CaseFacts, _: Law) -> Answer:
    """S#3.2 「应当经过集体讨论」; the measures set no quorum: two is the least that is a collective."""
    return len(set(facts.asked.lines("members"))) >= TWO


JUDGED = {
    "social_risk": ("S5.3", "S#5(3)", "可能造成重大社会影响、引发社会风险"),
    "major_public_interest": ("S6.1", "S#6(1)", "涉及重大公共利益"),
    "complex_case": ("S6.3", "S#6(3)", "疑难复杂、涉及多个法律关系"),
}
"""What only a person can say: field, row, article, words."""


@guard(row="S6.1", cite="S#6(1)", zh="认定为重大的，应当写明理由", basis="default", of_form=True)
def judgement_is_reasoned(facts: CaseFacts, _: Law) -> Answer:
    """The classes that nothing computes rest on somebody's judgement; the measures ask no reason for it, we do."""
    if facts.asked.text("major_reason"):
        return True
    judged = (JUDGED[name] for name in JUDGED if facts.asked.yes(name))
    return tuple(Gap(f"认定{zh}的，应当写明理由", row=row, cite=cite) for row, cite, zh in judged)


# ------------------------------------------------------------------------------------------------ before the decision


@guard(
    row="S3.3b",
    cite="S#3.3",
    zh="未经法制审核，行政执法机关不得作出重大行政执法决定",
    mend="submit_for_review",
    tells=OPINION,
)
def legal_review_passed_if_major(facts: CaseFacts, law: Law) -> Answer:
    """S#3.3 「未经法制审核，行政执法机关不得作出重大行政执法决定」; for penalties also APL#58.1."""
    major = classify(facts, law)
    if not major.is_major:
        return True
    opinion = facts.last(OPINION)
    submission = facts.last(SUBMISSION)
    penalty = concluded(facts).text("outcome") == IMPOSED
    if pending_submission(facts):
        waits = "已送审，尚未出具审核意见：未经法制审核，行政执法机关不得作出重大行政执法决定"
        return (Gap(waits, mend="issue_opinion"),)
    if opinion is None or submission is None or opinion.seq < submission.seq:
        return False
    overall = str(opinion.data.get("overall", ""))
    lawful = {PASS, TRANSFER} if concluded(facts).text("outcome") == "judicial_transfer" else {PASS}
    if overall in lawful:
        return True
    if overall == TRANSFER:
        return (Gap("法制审核意见为移送，不得作出行政处罚决定", cite="S#13(9)", basis="default", row="S13.9"),)
    cite = "APL#58.1" if penalty else None
    return (Gap("法制审核未通过，不得作出决定", cite=cite, basis=None if penalty else "default"),)


@guard(
    row="S3.3b", cite="S#3.3", zh="送审后事实、证据、依据或者金额已经变更", basis="default", mend="submit_for_review"
)
def opinion_still_stands(facts: CaseFacts, law: Law) -> Answer:
    """The measures are silent on changes after the review; that any change of what was reviewed voids it is our
    reading.
    """
    if not classify(facts, law).is_major or not facts.has(OPINION):
        return True
    changes = changes_since(facts, law)
    return tuple(Gap(f"送审后{change.zh}（{change.on.isoformat()}），应当重新送审") for change in changes)


@guard(row="S3.4", cite="S#3.3", zh="审核意见指出的问题尚未解决", mend="respond_to_review", tells=OPINION)
def findings_resolved(facts: CaseFacts, law: Law) -> Answer:
    """S#3.3 legality: 「应当在纠正或者改正后作出」, with a new review; S#15 every finding answered, a dispute settled.

    The heads may settle a dispute about reasonableness, never about legality (our reading of S#3.3 against S#15).
    """
    if not classify(facts, law).is_major:
        return True
    answers = {one.number("point"): one for one in facts.read("responded_to_review").group("responses")}
    discussion = facts.read(DISCUSSION)
    gaps: list[Gap] = []
    for finding in problems_found(facts):
        point, answer = finding.number("point"), answers.get(finding.number("point"))
        if finding.text("nature") == "legality":
            sentence = f"第{point}项存在合法性问题，应当纠正或者改正后重新送审"
            gaps.append(Gap(sentence, mend="submit_for_review"))
        elif answer is None:
            gaps.append(Gap(f"第{point}项审核意见尚未答复是否采纳", cite="S#15", row="S15.1"))
        elif not answer.yes("adopted") and not discussion.yes("settles_disagreement"):
            sentence = f"第{point}项审核意见未采纳，应当报请负责人集体讨论决定"
            gaps.append(Gap(sentence, cite="S#15", row="S15.3", mend="hold_discussion"))
    return tuple(gaps)


@guard(row="S3.2", cite="S#3.2", zh="重大行政执法决定应当经过集体讨论", mend="hold_discussion", tells=DISCUSSION)
def collective_discussion_held_if_major(facts: CaseFacts, law: Law) -> Answer:
    """S#3.2 「作出重大行政执法决定应当经过集体讨论」; for penalties also APL#57.2. After the opinion: our reading."""
    if not classify(facts, law).is_major:
        return True
    discussion = facts.last(DISCUSSION)
    if discussion is None:
        return False
    opinion = facts.last(OPINION)
    gaps: list[Gap] = []
    if opinion is not None and discussion.seq < opinion.seq:
        gaps.append(Gap("集体讨论应当在法制审核意见出具之后进行", basis="default"))
    if not Fields(discussion.data).yes("agreed"):
        gaps.append(Gap("集体讨论未同意作出该决定", basis="default"))
    return tuple(gaps)


@guard(row="S3.3b", cite="S#3.3", zh="决定与送审内容不一致", basis="default", mend="submit_for_review", of_form=True)
def decision_matches_reviewed(facts: CaseFacts, law: Law) -> Answer:
    """What was reviewed is what is decided: outcome, sums, kinds and basis are those of the submission."""
    submission = facts.read(SUBMISSION)
    if not submission or not classify(facts, law).is_major:
        return True
    named = {"outcome": "决定种类", "fine_fen": "罚款数额", "confiscation_fen": "没收数额"}
    asked = facts.asked
    gaps = [
        Gap(f"{zh}与送审内容不一致")
        for name, zh in named.items()
        if name in submission and (asked.text(name) or "0") != (submission.text(name) or "0")
    ]
    if "penalties" in submission and set(asked.lines("penalties")) != set(submission.lines("penalties")):
        gaps.append(Gap("处罚种类与送审内容不一致"))
    if asked.text("basis") and plain(asked.text("basis")) != plain(submission.text("basis")):
        gaps.append(Gap("依据与送审内容不一致"))
    return tuple(gaps)


def plain(text: str) -> str:
    """A text without space and punctuation, for asking whether two say the same."""
    return "".join(character for character in text if character.isalnum())


@guard(row="S14.2", cite="S#14.2", zh="法制审核意见尚未存入执法案卷")
def review_opinion_filed(facts: CaseFacts, law: Law) -> Answer:
    """S#14.2 「一份反馈办案机构存入执法案卷」: a major decision's file does not close without it."""
    return not facts.has("decision_made") or not classify(facts, law).is_major or facts.has(OPINION)
