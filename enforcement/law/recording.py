"""What must be recorded in sound and picture, and whether it was, from start to end (J#9, J#10). Data:
`config/law/recording.toml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from enforcement.law.calendar import Calendar
from enforcement.law.counting import Due, due
from enforcement.law.deadlines import Limit
from enforcement.law.decode import FILLED
from enforcement.law.errors import Basis, Breach
from enforcement.law.facts import ParameterFacts, RecordingFacts
from enforcement.law.names import Activity, Article, FieldName, RowKey

DutyKind = Literal["must", "or_reason", "none"]

_STRICTEST: tuple[DutyKind, ...] = ("must", "or_reason")


@dataclass(frozen=True, slots=True)
class RecordingDuty:
    """Why an activity is to be recorded: the words of an article, and `words`, those of them that name the activity."""

    duty: DutyKind
    row: str
    cite: str
    quote: str
    basis: Basis
    words: str


@dataclass(frozen=True, slots=True)
class MetadataField:
    """One thing that every recording must say of itself: our field name, and the words the article calls it by."""

    name: str
    words: str
    row: str
    cite: str
    basis: Basis

    def breach(self) -> Breach:
        """The refusal of a recording that lacks it."""
        return Breach("recording_metadata_missing", f"音像记录缺少{self.words}", self.cite, self.basis, self.row)


@dataclass(frozen=True, slots=True)
class RecordingRules:
    """What recording.toml says. `duties` maps an activity to why it is recorded, strictest first."""

    duties: Mapping[str, tuple[RecordingDuty, ...]]
    metadata: tuple[MetadataField, ...]
    joins_within: timedelta


@dataclass(frozen=True, slots=True)
class RecordingGap:
    """A stretch of an activity that no recording covers. Moments are aware; `start` is before `end`."""

    start: datetime
    end: datetime


def duty(activity: str, rules: RecordingRules) -> DutyKind:
    """Say whether the activity must be recorded, may instead be excused by a written reason, or neither."""
    duties = rules.duties.get(activity)
    return duties[0].duty if duties else "none"


def coverage(
    start: datetime,
    end: datetime,
    recordings: Iterable[RecordingFacts],
    *,
    explained: Iterable[tuple[datetime, datetime]] = (),
    joins_within: timedelta = timedelta(0),
) -> tuple[RecordingGap, ...]:
    """Return the stretches from `start` to `end` of an activity that nothing covers, in order; none is full coverage.

    Several cameras may overlap (J#10.2). A photo is a moment and covers no time, nor does a recording whose end is
    not known. `explained` are stretches for which there is a statement (J#10.3); `joins_within` is how much may be
    lost between two files of one recording: it never excuses a late start or an early end. Raises ValueError for
    naive moments and for an end before the start.
    """
    covering = [
        (piece.started_at, piece.ended_at)
        for piece in recordings
        if piece.kind != "photo" and piece.started_at is not None and piece.ended_at is not None
    ]
    spans = sorted([*covering, *explained])
    if any(moment.tzinfo is None for span in [(start, end), *spans] for moment in span):
        raise ValueError("coverage is measured between aware moments")
    if end < start:
        raise ValueError("an activity does not end before it starts")
    gaps: list[RecordingGap] = []
    reached, joined = start, False
    for begins, ends in spans:
        if ends <= reached or begins >= end:
            continue
        if begins > reached and not (joined and begins - reached <= joins_within):
            gaps.append(RecordingGap(reached, begins))
        reached, joined = ends, True
    if reached < end:
        gaps.append(RecordingGap(reached, end))
    return tuple(gaps)


def kept_until(limit: Limit, start: date, number: ParameterFacts | None, calendar: Calendar) -> Due:
    """The time for which a recording must be kept (J#12.1), from the later of its making and the end of its case on.

    `number` is the agency's own in force today, with those before it. Of all that were in force since `start` the
    longest counts: what was taken under a longer one is not kept for less because somebody set a shorter.
    """
    numbers: list[int] = []
    while number is not None:
        numbers.append(number.value)
        begun = number.from_on is None or number.from_on <= start
        number = None if begun else number.earlier
    ruled_on = limit.ruling_day(start)
    allowed = [value for value in numbers if limit.parameter_breach(value, ruled_on) is None]
    return due(limit, start, calendar, value=max(allowed, default=None), ruled_on=ruled_on)


def missing_metadata(values: Mapping[str, Any], rules: RecordingRules) -> tuple[MetadataField, ...]:
    """Return what a recording does not say of itself though it must: absent, empty or blank (J#10.2)."""
    return tuple(field for field in rules.metadata if _is_blank(values.get(field.name)))


def _is_blank(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, (list, tuple)):
        return all(_is_blank(part) for part in value)
    return value is None


# ------------------------------------------------------------------------------------------------------------ loading


@dataclass(frozen=True, slots=True)
class _Quoted:
    row: RowKey
    cite: Article
    quote: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Duty(_Quoted):
    """Activities that one article wants recorded, each with the words of the quotation that name it."""

    duty: Literal["must", "or_reason"]
    activities: Annotated[Mapping[Activity, str], FILLED]


@dataclass(frozen=True, slots=True)
class Metadata(_Quoted):
    """What a recording must say of itself: field names, each with the words of the quotation that name it."""

    fields: Annotated[Mapping[FieldName, str], FILLED]


@dataclass(frozen=True, slots=True)
class Joining:
    """How many seconds may be lost between two files of one recording."""

    row: RowKey
    cite: Article
    seconds: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """recording.toml as it is written."""

    duty: tuple[Duty, ...]
    metadata: Metadata
    joining: Joining

    def rules(self) -> RecordingRules:
        """What follows for each activity, strictest first."""
        duties: dict[str, list[RecordingDuty]] = {}
        for one in self.duty:
            for activity, words in one.activities.items():
                owed = RecordingDuty(one.duty, one.row, one.cite, one.quote, one.basis, words)
                duties.setdefault(activity, []).append(owed)
        about = self.metadata
        return RecordingRules(
            duties={
                activity: tuple(sorted(found, key=lambda owed: _STRICTEST.index(owed.duty)))
                for activity, found in duties.items()
            },
            metadata=tuple(
                MetadataField(name, words, about.row, about.cite, about.basis) for name, words in about.fields.items()
            ),
            joins_within=timedelta(seconds=self.joining.seconds),
        )


def problems(written: RecordingFile) -> Iterator[str]:
    """Say which words do not stand in the quotation they are said to be taken from."""
    named: list[tuple[str, str, Mapping[str, str]]] = [(one.row, one.quote, one.activities) for one in written.duty]
    named.append((written.metadata.row, written.metadata.quote, written.metadata.fields))
    for row, quote, words in named:
        yield from (
            f"{row}: {name}: “{said}” is not in the quotation" for name, said in words.items() if said not in quote
        )
    if written.joining.seconds < 0:
        yield f"joining: {written.joining.seconds} is no number of seconds"
