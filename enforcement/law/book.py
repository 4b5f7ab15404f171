"""The law book: everything in `config/law`, `config/calendar` and `config/procedures`, read once, checked whole, then
only asked.

A book that contradicts itself does not load: an unknown source, term, event, role, row or limit, a number that its
quotation does not say.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from enforcement.law import basic_information, citation, cross_check, deadlines, recording, rows, terms, thresholds
from enforcement.law.basic_information import BasicInformation
from enforcement.law.calendar import Calendar
from enforcement.law.citation import Source
from enforcement.law.deadlines import Limit
from enforcement.law.disclosure import DisclosureRules
from enforcement.law.errors import LawBookError
from enforcement.law.major import MajorRules
from enforcement.law.powers import Powers
from enforcement.law.procedure import Procedure, load_procedures
from enforcement.law.recording import RecordingRules
from enforcement.law.review import LegalReview
from enforcement.law.rows import Row
from enforcement.law.terms import Terms
from enforcement.law.thresholds import Thresholds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Book:
    """The law in force here. `version` is the SHA-256 over every file it was read from."""

    version: str
    sources: Mapping[str, Source]
    calendar: Calendar
    limits: Mapping[str, Limit]
    thresholds: Thresholds
    procedures: Mapping[str, Procedure]
    powers: Powers
    major: MajorRules
    legal_review: LegalReview
    disclosure: DisclosureRules
    redaction: Mapping[str, Any]
    recording: RecordingRules
    basic_information: BasicInformation
    terms: Terms
    rows: Mapping[str, Row]

    @classmethod
    def load(cls, root: Path) -> Book:
        """Read the book under a `config` folder. Raises LawBookError naming every fault of every file that could be
        read.
        """
        law = root / "law"
        problems: list[str] = []

        def part(path: Path, read: Callable[[Path], T]) -> T | None:
            try:
                return read(path)
            except LawBookError as error:
                problems.extend(error.problems)
            except (OSError, KeyError, TypeError, ValueError) as error:
                problems.append(f"{path.name}: {type(error).__name__}: {error}")
            return None

        sources = part(law / "sources.toml", citation.load) or {}
        calendar = part(root / "calendar", Calendar.load)
        limits = part(law / "deadlines.toml", lambda path: deadlines.load(path, sources))
        thresholds_ = part(law / "thresholds.toml", lambda path: thresholds.load(path, sources))
        powers = part(law / "powers.toml", Powers.load)
        major = part(law / "major_decisions.toml", MajorRules.load)
        legal_review = part(law / "legal_review.toml", LegalReview.load)
        disclosure = part(law / "disclosure.toml", DisclosureRules.load)
        redaction = part(law / "redaction.toml", lambda path: tomllib.loads(path.read_text(encoding="utf-8")))
        recording_ = part(law / "recording.toml", lambda path: recording.load(path, sources))
        basic = part(law / "basic_information.toml", lambda path: basic_information.load(path, sources))
        words = part(law / "terms.toml", lambda path: terms.load(path, sources))
        rows_ = part(law / "rows.toml", lambda path: rows.load(path, sources))
        procedures = part(root / "procedures", lambda path: load_procedures(path, sources=sources))
        if (
            calendar is None
            or limits is None
            or thresholds_ is None
            or powers is None
            or major is None
            or legal_review is None
            or disclosure is None
            or redaction is None
            or recording_ is None
            or basic is None
            or words is None
            or rows_ is None
            or procedures is None
        ):
            raise LawBookError(*problems)
        book = cls(
            version=_version(root),
            sources=sources,
            calendar=calendar,
            limits=limits,
            thresholds=thresholds_,
            procedures=procedures,
            powers=powers,
            major=major,
            legal_review=legal_review,
            disclosure=disclosure,
            redaction=redaction,
            recording=recording_,
            basic_information=basic,
            terms=Terms(words, _labels(powers, procedures)),
            rows=rows_,
        )
        problems += cross_check.problems(book)
        if problems:
            raise LawBookError(*problems)
        return book

    def cite_zh(self, text: str) -> str:
        """Write a citation in short form for a page: 《行政处罚法》第四十二条第一款. Raises LawBookError if it is
        none.
        """
        return citation.Citation.parse(text).zh(self.sources)


def _labels(powers: Powers, procedures: Mapping[str, Procedure]) -> dict[str, str]:
    """Labels kept with their subject: stages, acts, roles. A word of terms.toml stands before them."""
    labels = {stage.key: stage.zh for procedure in procedures.values() for stage in procedure.stages.values()}
    labels |= {act: power.zh for act, power in powers.table.items()}
    return labels | dict(powers.roles)


def _version(root: Path) -> str:
    """Digest the names and bytes of every file of law."""
    digest = hashlib.sha256()
    for folder in ("law", "calendar", "procedures"):
        for path in sorted((root / folder).glob("*.toml")):
            content = path.read_bytes()
            digest.update(f"{folder}/{path.name}\n{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()
