"""Legal review and collective discussion of major decisions (S#12 to S#15, S#3)."""

import dataclasses
import datetime as dt

from enforcement.actions.cases import Reason
from enforcement.actions.forms import choice, group, lines, long_text, moment, number, people, pick, yes_no
from enforcement.actions.registry import Extra, act, form_of
from enforcement.law.major import classify, concluded
from enforcement.law.review import earlier_answers
from enforcement.ledger import digest_of
from enforcement.models.cases import Case
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SubmitForReview:
    """What the handling unit submits (S#12)."""

    proposal: str = long_text("办理建议", cite="S#12(2)")
    reasons: str = long_text("理由", cite="S#12(2)")
    basis: str = long_text("依据", cite="S#12(2)")
    attachments: tuple[str, ...] = lines("其他需要提交的证据、证明材料", required=False, cite="S#12(3)")
    declaration: bool = yes_no(
        "本机构对提交材料的真实性、完整性、准确性，以及执法的事实、证据、法律适用、程序的合法性负责", cite="S#12"
    )


@form_of("return_for_supplement")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReturnForSupplement:
    """What the submission lacks."""

    missing: str = long_text("需要补充的材料", cite="S#12")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The finding on one of the ten points of S#13."""

    point: int | None = number("要点", cite="S#13")
    conclusion: str = choice("结论", "lawful", "problem", "not_applicable")
    reason: str = long_text("理由", required=False, max_length=4_000)
    category: str = choice("问题类别", "subject", "fact", "basis", "procedure", "other", required=False, cite="S#3.3")
    nature: str = choice("问题性质", "legality", "reasonableness", required=False, cite="S#15")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IssueOpinion:
    """The written opinion, point by point (S#14)."""

    findings: tuple[Finding, ...] = group("逐项审核意见", Finding, cite="S#14.1", begins="points")
    overall: str = choice("审核结论", "pass", "correct_then_resubmit", "transfer")
    opinion: str = long_text("书面审核意见", cite="S#14.1")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Whether one finding is adopted (S#15)."""

    point: int | None = number("要点")
    adopted: bool = yes_no("采纳", cite="S#15")
    reason: str = long_text("采纳或者不采纳的理由", max_length=4_000)


@form_of("respond_to_review")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RespondToReview:
    """The handling unit's answer (S#15)."""

    responses: tuple[Response, ...] = group(
        "对审核意见的答复", Response, required=False, cite="S#15", begins="problems"
    )
    correction: str = long_text("已作的纠正", required=False, cite="S#3.3")
    consultation: str = long_text("协商沟通情况", required=False, cite="S#15")


@form_of("hold_discussion", on="held_at")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HoldDiscussion:
    """The collective discussion (S#3.2, APL#57.2)."""

    held_at: dt.datetime | None = moment("讨论时间", to_the_minute=True)
    presider: str = pick("主持人", "heads")
    members: tuple[str, ...] = people("参加讨论的负责人", "agency_head", cite="S#3.2")
    opinions: str = long_text("讨论意见")
    conclusion: str = long_text("结论")
    agreed: bool = yes_no("同意办理建议")
    settles_disagreement: bool = yes_no("对未达成一致的审核意见作出决定", cite="S#15")


def _submission(work: Work, _case: Case, _form: SubmitForReview) -> Extra:
    # S12.1: the whole case file as it stands; its digest is what "after the opinion" is measured against.
    facts = work.known
    proposal = concluded(facts)
    return {
        "dossier_digest": digest_of(
            {
                "records": [record.seq for record in facts.standing],
                "recordings": [recording.sha256 for recording in facts.recordings],
            }
        ),
        "outcome": proposal.text("proposed") or proposal.text("outcome"),
        "fine_fen": proposal.number("fine_fen"),
        "confiscation_fen": proposal.number("confiscation_fen"),
        "penalties": list(proposal.lines("penalties")),
        "answers": [{"point": one.number("point"), **answer} for one, answer in earlier_answers(facts)],
        "major_grounds": [ground.row for ground in classify(facts, work.book).grounds],
    }


@act(IssueOpinion)
def issue_opinion(_work: Work, _case: Case, _form: IssueOpinion) -> Extra | None:
    """Issue the review opinion on the ten points; one copy goes to the case file, one to the legal unit (S#14.2)."""
    return {"copies": ["case_file", "legal_unit"]}


form_of("submit_for_review", computes=_submission)(SubmitForReview)
form_of("withdraw_submission")(Reason)
