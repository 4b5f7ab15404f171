"""Legal review: what a submission holds (S#12), the ten points (S#13), what voids an opinion.

Data: `config/law/legal_review.toml`. What is major stands in `major.py`; `classify` is offered here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from enforcement.law.decode import written
from enforcement.law.errors import Breach
from enforcement.law.events import Record
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.major import Major, MajorRules, classify, concluded, is_transfer
from enforcement.law.money import yuan
from enforcement.law.names import Article, FieldName, GuardName, MatterKind, RowKey, Shown

if TYPE_CHECKING:
    from enforcement.law.guards.registry import Law

__all__ = [
    "Change",
    "LegalReview",
    "Major",
    "MajorRules",
    "PointCheck",
    "changes_for_reviewer",
    "changes_since",
    "checks",
    "classify",
    "earlier_answers",
    "pending_submission",
    "problems_found",
    "unanswered",
]

SUBMISSION = "submitted_for_review"
OPINION = "review_opinion_issued"
ANSWER = "responded_to_review"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a submission (S#12)."""

    field: FieldName
    zh: str
    row: RowKey
    cite: Article


@dataclass(frozen=True, slots=True)
class Point:
    """One of the ten points (S#13). `guards`: what the system looks at itself, by kind of case. `at_times`: it arises
    in some cases only, so that 不涉及 speaks for itself.
    """

    no: int
    row: RowKey
    cite: Article
    zh: str
    shown: Shown
    guards: Mapping[MatterKind, tuple[GuardName, ...]]
    at_times: bool = False


@dataclass(frozen=True, slots=True)
class LegalReview:
    """What a submission holds, what a review checks."""

    submission: tuple[Part, ...]
    points: tuple[Point, ...] = field(metadata=written("point"))


def problems(rules: LegalReview) -> Iterator[str]:
    """Say where the points are not numbered from 1 without a gap."""
    if [point.no for point in rules.points] != list(range(1, len(rules.points) + 1)):
        yield "the points are not numbered from 1 without a gap"


@dataclass(frozen=True, slots=True)
class PointCheck:
    """One point beside the reviewer. `ok`: False where the system found breaches, True where it found none, None
    where it cannot tell.
    """

    point: int
    zh: str
    cite: str
    ok: bool | None
    notes: tuple[str, ...]
    breaches: tuple[Breach, ...]


def checks(facts: CaseFacts, law: Law) -> tuple[PointCheck, ...]:
    """Look at the case point by point: the facts in Chinese, the breaches found. The reviewer decides."""
    from enforcement.law.guards import GUARDS

    found: list[PointCheck] = []
    for point in law.legal_review.points:
        guards = [GUARDS[name] for name in point.guards.get(facts.matter.kind, ())]
        breaches = tuple(breach for guard in guards for breach in guard.check(facts, law))
        notes = SHOWN[point.shown](facts)
        ok = not breaches if guards else None
        if point.shown == "crime" and is_transfer(facts):
            ok = False
        found.append(PointCheck(point.no, point.zh, point.cite, ok, notes, breaches))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened after the last submission and voids the review. `zh` says what kind of change."""

    seq: int
    event: str
    on: date
    zh: str


def changes_since(facts: CaseFacts, law: Law) -> tuple[Change, ...]:
    """Every change of facts, evidence, basis or amount after the last submission; () where nothing was submitted."""
    submission = facts.last(SUBMISSION)
    return () if submission is None else _changes_after(submission, facts, law)


def changes_for_reviewer(facts: CaseFacts, law: Law) -> tuple[Change, ...]:
    """What changed since the reviewer last read the file: since the submission before the one that waits."""
    submissions = [record for record in facts.records if record.event == SUBMISSION]
    return _changes_after(submissions[-2], facts, law) if len(submissions) > 1 else changes_since(facts, law)


def _changes_after(submission: Record, facts: CaseFacts, law: Law) -> tuple[Change, ...]:
    voided_by = law.powers.voids
    later = (record for record in facts.records if record.seq > submission.seq and record.event in voided_by)
    return tuple(Change(record.seq, record.event, record.on, voided_by[record.event]) for record in later)


def pending_submission(facts: CaseFacts) -> bool:
    """Whether a submission waits for its opinion: submitted, not returned, not withdrawn, not answered."""
    last = facts.last(SUBMISSION, OPINION, "review_returned", "review_withdrawn")
    return last is not None and last.event == SUBMISSION


def problems_found(facts: CaseFacts) -> tuple[Fields, ...]:
    """The findings of the standing opinion that name a problem."""
    return tuple(
        finding for finding in facts.read(OPINION).group("findings") if finding.text("conclusion") == "problem"
    )


def unanswered(facts: CaseFacts) -> tuple[Fields, ...]:
    """The problems of the standing opinion that the handling unit has not said whether it adopts, with a reason
    (S#15).
    """
    answers = {one.number("point") for one in facts.read(ANSWER).group("responses") if one.text("reason")}
    return tuple(finding for finding in problems_found(facts) if finding.number("point") not in answers)


def earlier_answers(facts: CaseFacts) -> tuple[tuple[Fields, Fields], ...]:
    """Each problem of the last opinion ever issued with what the unit answered: a new submission carries both.

    Going back and submitting anew clear them from what counts, not from what was said.
    """
    opinion = next((one for one in reversed(facts.records) if one.event == OPINION), None)
    if opinion is None:
        return ()
    said = next((one for one in reversed(facts.records) if one.event == ANSWER and one.seq > opinion.seq), None)
    answers = {one.number("point"): one for one in Fields(said.data if said else None).group("responses")}
    findings = (one for one in Fields(opinion.data).group("findings") if one.text("conclusion") == "problem")
    return tuple((one, answers[one.number("point")]) for one in findings if one.number("point") in answers)


# ----------------------------------------------------------------------------------------------- facts beside a point


def _documents(facts: CaseFacts) -> Iterable[str]:
    by_stage = len({record.event for record in facts.standing})
    yield f"过程记录{len(facts.standing)}件，涉及{by_stage}类行为；音像记录{len(facts.recordings)}件"
    if changed := facts.last(SUBMISSION):
        yield f"最近一次送审：{changed.on.isoformat()}"


def _matter(facts: CaseFacts) -> Iterable[str]:
    yield f"权责清单事项：{facts.matter.code}　{facts.matter.zh}" if facts.matter.code else "未关联权责清单事项"
    if facts.matter.basis_text:
        yield f"事项依据：{facts.matter.basis_text}"
    if facts.matter.from_on:
        until = f"至{facts.matter.to_on.isoformat()}" if facts.matter.to_on else "起"
        yield f"清单有效期：{facts.matter.from_on.isoformat()}{until}"


def _officers(facts: CaseFacts) -> Iterable[str]:
    for officer in facts.officers:
        state = "有效" if officer.certificate_valid else "无效"
        shown = "已公示" if officer.published else "未公示"
        yield f"{officer.name}：执法证号{officer.certificate_no or '（无）'}，{state}，{shown}" + (
            "（辅助人员）" if officer.auxiliary else ""
        )


def _parties(facts: CaseFacts) -> Iterable[str]:
    for party in facts.parties:
        yield f"{party.name}：证照号码{party.id_no or '（未填）'}，地址{party.address or '（未填）'}"


def _evidence(facts: CaseFacts) -> Iterable[str]:
    evidence = facts.all("evidence_added")
    yield f"证据{len(evidence)}件"
    for record in evidence:
        fields = Fields(record.data)
        yield f"{fields.text('title')}（证明：{fields.text('proves') or '未说明证明对象'}）"


def _steps(facts: CaseFacts) -> Iterable[str]:
    named = {
        "case_opened": "立案",
        "investigation_concluded": "调查终结",
        "prior_notice_given": "处罚前告知",
        "defense_recorded": "陈述、申辩",
        "defense_waived": "放弃陈述、申辩",
        "hearing_requested": "申请听证",
        "hearing_held": "举行听证",
        "application_accepted": "受理",
        "application_examined": "审查",
    }
    for record in facts.all(*named):
        yield f"{named[record.event]}：{record.on.isoformat()}"


def _basis(facts: CaseFacts) -> Iterable[str]:
    basis = concluded(facts).text("basis")
    yield f"拟适用依据：{basis}" if basis else "未写明依据"


def _proposal(facts: CaseFacts) -> Iterable[str]:
    fields = concluded(facts)
    if fine := fields.number("fine_fen"):
        yield f"拟处罚款{yuan(fine)}"
    if confiscation := fields.number("confiscation_fen"):
        yield f"拟没收{yuan(confiscation)}"
    if discretion := fields.text("discretion"):
        yield f"裁量说明：{discretion}"


def _crime(facts: CaseFacts) -> Iterable[str]:
    yield "调查终结时认为涉嫌犯罪" if is_transfer(facts) else "调查终结时未认为涉嫌犯罪"


SHOWN: Mapping[str, Callable[[CaseFacts], tuple[str, ...]]] = {
    "documents": lambda facts: tuple(_documents(facts)),
    "matter": lambda facts: tuple(_matter(facts)),
    "officers": lambda facts: tuple(_officers(facts)),
    "parties": lambda facts: tuple(_parties(facts)),
    "evidence": lambda facts: tuple(_evidence(facts)),
    "steps": lambda facts: tuple(_steps(facts)),
    "basis": lambda facts: tuple(_basis(facts)),
    "proposal": lambda facts: tuple(_proposal(facts)),
    "crime": lambda facts: tuple(_crime(facts)),
    "nothing": lambda _: (),
}
