"""Legal review: what a submission holds (S#12), the ten points (S#13), what voids an opinion.

Data: `config/law/legal_review.toml`. What is major stands in `major.py`; the points looked at in a case in
`review_checklist.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from enforcement.law.decode import written
from enforcement.law.events import Record
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.names import Article, FieldName, GuardName, MatterKind, RowKey, Shown
from enforcement.law.powers import Powers

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


class Law(Protocol):
    """What legal review asks of the law book."""

    @property
    def legal_review(self) -> LegalReview:
        """What a submission holds and what a review checks (S12-S15)."""

    @property
    def powers(self) -> Powers:
        """Who may do which act, and which acts void a review."""


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
