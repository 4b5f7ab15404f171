"""What a law book holds, part by part. How it is read and asked: `book.py`; what its parts say of each other:
`cross_check.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from enforcement.law.basic_information import BasicInformation
from enforcement.law.calendar import Calendar
from enforcement.law.citation import Source
from enforcement.law.deadlines import Bound, Limit, Period, RunningLimit
from enforcement.law.disclosure import DisclosureRules
from enforcement.law.major import MajorRules
from enforcement.law.powers import Powers
from enforcement.law.procedure import Procedure
from enforcement.law.recording import RecordingRules
from enforcement.law.redaction import RedactionRules
from enforcement.law.review import LegalReview
from enforcement.law.rows import Row
from enforcement.law.terms import Terms
from enforcement.law.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Contents:
    """The parts of the law in force here. `version` is the SHA-256 over every file they were read from."""

    version: str
    sources: Mapping[str, Source]
    calendar: Calendar
    limits: Mapping[str, RunningLimit]
    bounds: Mapping[str, Bound]
    periods: Mapping[str, Period]
    thresholds: Thresholds
    procedures: Mapping[str, Procedure]
    powers: Powers
    major: MajorRules
    legal_review: LegalReview
    disclosure: DisclosureRules
    redaction: RedactionRules
    recording: RecordingRules
    basic_information: BasicInformation
    terms: Terms
    rows: Mapping[str, Row]

    def begun_by(self, act: str) -> Procedure:
        """The kind of case that an act begins. Raises KeyError where it begins none."""
        return {one.start_act: one for one in self.procedures.values()}[act]

    @property
    def every_limit(self) -> Mapping[str, Limit]:
        """What runs, what is only looked back, ahead or waited for, and the time of others: every number of days."""
        return {**self.limits, **self.bounds, **self.periods}
