"""What must be recorded in sound and picture, and whether it was, from start to end (J#9, J#10). Data:
`config/law/recording.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from enforcement.law.citation import Source, problems_of
from enforcement.law.errors import Basis, Breach, LawBookError
from enforcement.law.events import Record
from enforcement.law.facts import Fields, RecordingFacts

DutyKind = Literal["must", "or_reason", "none"]

START_CORRECTED = "recording_start_corrected"

_BASES: frozenset[str] = frozenset(get_args(Basis))
_STRICTEST: tuple[DutyKind, ...] = ("must", "or_reason")


@dataclass(frozen=True, slots=True)
class Ground:
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
    """What recording.toml says. `grounds` maps an activity to its grounds, strictest first."""

    grounds: Mapping[str, tuple[Ground, ...]]
    metadata: tuple[MetadataField, ...]
    joins_within: timedelta


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of an activity that no recording covers. Moments are aware; `start` is before `end`."""

    start: datetime
    end: datetime


def duty(activity: str, rules: RecordingRules) -> DutyKind:
    """Say whether the activity must be recorded, may instead be excused by a written reason, or neither."""
    grounds = rules.grounds.get(activity)
    return grounds[0].duty if grounds else "none"


def coverage(
    start: datetime,
    end: datetime,
    recordings: Iterable[RecordingFacts],
    *,
    explained: Iterable[tuple[datetime, datetime]] = (),
    joins_within: timedelta = timedelta(0),
) -> tuple[Gap, ...]:
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
    gaps: list[Gap] = []
    reached, joined = start, False
    for begins, ends in spans:
        if ends <= reached or begins >= end:
            continue
        if begins > reached and not (joined and begins - reached <= joins_within):
            gaps.append(Gap(reached, begins))
        reached, joined = ends, True
    if reached < end:
        gaps.append(Gap(reached, end))
    return tuple(gaps)


def corrected_starts(records: Iterable[Record]) -> dict[str, datetime]:
    """When recordings really began, by their SHA-256, as put right after they were taken in; the last word counts."""
    found = (Fields(record.data) for record in records if record.event == START_CORRECTED)
    return {one.text("sha256"): began for one in found if (began := one.moment("started_at")) is not None}


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


def load(path: Path, sources: Mapping[str, Source]) -> RecordingRules:
    """Read recording.toml. Raises LawBookError naming every fault: an unknown duty, a citation that is none, an
    activity or a field whose words are not in the quotation.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    problems = [f"{name} is missing" for name in ("duty", "metadata", "joining") if name not in table]
    if problems:
        raise LawBookError(*(f"{path.name}: {problem}" for problem in problems))
    grounds: dict[str, list[Ground]] = {}
    for entry in table["duty"]:
        problems += _problems(entry, entry.get("activities", {}), sources)
        if entry.get("duty") not in _STRICTEST:
            problems.append(f"{entry.get('row')}: unknown duty {entry.get('duty')}")
        if not problems:
            shared = {name: entry[name] for name in ("duty", "row", "cite", "quote", "basis")}
            for activity, words in entry["activities"].items():
                grounds.setdefault(activity, []).append(Ground(**shared, words=words))
    metadata, joining = table["metadata"], table["joining"]
    problems += _problems(metadata, metadata.get("fields", {}), sources)
    seconds = joining.get("seconds")
    if not isinstance(seconds, int) or seconds < 0:
        problems.append(f"joining: {seconds} is no number of seconds")
    if problems:
        raise LawBookError(*(f"{path.name}: {problem}" for problem in problems))
    return RecordingRules(
        grounds={
            activity: tuple(sorted(found, key=lambda ground: _STRICTEST.index(ground.duty)))
            for activity, found in grounds.items()
        },
        metadata=tuple(
            MetadataField(name, words, metadata["row"], metadata["cite"], metadata["basis"])
            for name, words in metadata["fields"].items()
        ),
        joins_within=timedelta(seconds=seconds),
    )


def _problems(entry: Mapping[str, Any], named: Mapping[str, str], sources: Mapping[str, Source]) -> list[str]:
    """Say what is wrong with one quotation and the words taken from it."""
    row = str(entry.get("row"))
    problems = [f"{row}: {name} is missing" for name in ("row", "cite", "quote") if not entry.get(name)]
    if problems:
        return problems
    problems += [f"{row}: {problem}" for problem in problems_of(entry["cite"], sources)]
    if entry.get("basis") not in _BASES:
        problems.append(f"{row}: unknown basis {entry.get('basis')}")
    if not named:
        problems.append(f"{row}: names nothing")
    problems += [
        f"{row}: {name}: “{words}” is not in the quotation"
        for name, words in named.items()
        if words not in entry["quote"]
    ]
    return problems
