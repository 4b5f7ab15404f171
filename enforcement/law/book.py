"""The law book: everything in `config/law`, `config/calendar` and `config/procedures`, read once, checked whole, then
only asked.

A book that contradicts itself does not load: an unknown source, term, event, role, row or limit, a number that its
quotation does not say.
"""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enforcement.law import acts, citation, cross_check, powers, recording, review, rows, thresholds
from enforcement.law import calendar as calendar_
from enforcement.law.acts import Act
from enforcement.law.basic_information import BasicInformation, BasicItem
from enforcement.law.calendar import Calendar, Year
from enforcement.law.citation import Source
from enforcement.law.contents import Contents
from enforcement.law.deadlines import Bound, Period, RunningLimit
from enforcement.law.decode import Decoded, Named, decode, defined_kinds
from enforcement.law.disclosure import DisclosureRules
from enforcement.law.errors import LawBookError
from enforcement.law.form_check import Program
from enforcement.law.major import MajorRules
from enforcement.law.names import NewAct, NewItem, NewLimit, NewRow, NewTerm, SourceKey
from enforcement.law.powers import Powers, PowersFile
from enforcement.law.procedure import Procedure
from enforcement.law.procedure_file import SHARED, ProcedureFile, SharedFile, build
from enforcement.law.procedure_file import problems as procedure_problems
from enforcement.law.recording import RecordingFile
from enforcement.law.redaction import RedactionFile
from enforcement.law.review import LegalReview
from enforcement.law.rows import Row
from enforcement.law.schema import Schema, known_names, schema_of
from enforcement.law.terms import Term, Terms
from enforcement.law.thresholds import Thresholds

FILES: Mapping[str, Any] = {
    "law/sources": Mapping[SourceKey, Source],
    "law/deadlines": Mapping[NewLimit, RunningLimit],
    "law/bounds": Mapping[NewLimit, Bound],
    "law/periods": Mapping[NewLimit, Period],
    "law/thresholds": Thresholds,
    "law/terms": Mapping[NewTerm, Term],
    "law/acts": Mapping[NewAct, Act],
    "law/rows": Mapping[NewRow, Row],
    "law/basic_information": Mapping[NewItem, BasicItem],
    "law/recording": RecordingFile,
    "law/disclosure": DisclosureRules,
    "law/major_decisions": MajorRules,
    "law/legal_review": LegalReview,
    "law/redaction": RedactionFile,
    "law/powers": PowersFile,
    f"procedures/{SHARED}": SharedFile,
}
"""Every single file and its shape; the years of `calendar/` are one `Year` each, the kinds of case of `procedures/` one
`ProcedureFile`.
"""
FOLDERS = ("law", "calendar", "procedures")


Files = Mapping[str, Decoded[Any]]


@dataclass(frozen=True, slots=True)
class Book(Contents):
    """The law in force here."""

    @classmethod
    def load(cls, root: Path, program: Program | None = None) -> Book:
        """Read the book under a `config` folder. `program` is what the acts and forms know by name; without it nothing
        is said about that. Raises LawBookError naming every fault of every file that could be read.
        """
        files = read(root)
        if problems := faults(files, program):
            raise LawBookError(*problems)
        return _assemble(files, _version(root))

    def cite_zh(self, text: str) -> str:
        """Write a citation in short form for a page: 《行政处罚法》第四十二条第一款. Raises LawBookError if it is
        none.
        """
        return citation.Citation.parse(text).zh(self.sources)


# ------------------------------------------------------------------------------------------------------------ loading


def read(root: Path) -> Files:
    """Decode every file of a folder: "law/deadlines" and so on, the years of the calendar as "calendar/2026"."""
    found: dict[str, Decoded[Any]] = {}
    for path in (path for folder in FOLDERS for path in sorted((root / folder).glob("*.toml"))):
        name = f"{path.parent.name}/{path.stem}"
        found[name] = decode_file(name, path.read_bytes())
    if not any(name.startswith("calendar/") for name in found):
        found["calendar"] = Decoded(None, ("calendar: there is no year at all",), ())
    for name in FILES.keys() - found.keys():
        found[name] = Decoded(None, (f"{name}.toml: the file is missing",), ())
    return found


def faults(files: Files, program: Program | None) -> list[str]:
    """Every fault of a book, each with its file, table and key."""
    problems = [problem for one in files.values() for problem in one.problems]
    book = _assemble(files, "")
    for key, procedure in (book.procedures or {}).items():
        written: Any = files[f"procedures/{key}"].value
        own = procedure_problems(written, procedure)
        problems += [f"{key}.toml: {problem}" for problem in own]
    names = [named for one in files.values() for named in one.names]
    problems += cross_check.problems(book, program, names, _lost(files))
    return list(dict.fromkeys(problems))


def shape_of(name: str) -> Any:
    """What a file holds, by its name; None for a file that is none of the book's."""
    if name.startswith("calendar/"):
        return Year
    return FILES.get(name, ProcedureFile if name.startswith("procedures/") else None)


def decode_table(name: str, table: object) -> Decoded[Any]:
    """Decode what one file holds, and say what it holds against itself; a value that does so is there all the same."""
    shape = shape_of(name)
    file = f"{name.partition('/')[2]}.toml"
    if shape is None:
        return Decoded(None, (f"{name}.toml: no file of the law book",), ())
    decoded = decode(shape, table, file)
    if shape is ProcedureFile:
        kind = Named("procedure", name.partition("/")[2], file, (), defines=True)
        decoded = Decoded(decoded.value, decoded.problems, (kind, *decoded.names))
    if decoded.value is None:
        return decoded
    own = tuple(f"{file}: {problem}" for problem in _own(name, decoded.value))
    return Decoded(decoded.value, own, decoded.names)


def schemas(files: Files, program: Program) -> dict[str, Schema]:
    """A JSON Schema for each file, by its name; the years of the calendar have one, "calendar/year", and so have the
    kinds of case, "procedures/kind".
    """
    book = _assemble(files, "")
    names = [named for one in files.values() for named in one.names]
    given = cross_check.known(book, program)
    known = known_names(names) | {kind: one for kind, one in given.items() if isinstance(one, Collection)}
    shapes = {**FILES, "calendar/year": Year, "procedures/kind": ProcedureFile}
    return {name: schema_of(shape, f"{name}.toml", known) for name, shape in shapes.items()}


@functools.lru_cache(maxsize=128)
def decode_file(name: str, content: bytes) -> Decoded[Any]:
    """Decode the bytes of one file; what was decoded before is not decoded again."""
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except ValueError as error:  # both of TOML and of UTF-8
        return Decoded(None, (f"{name.partition('/')[2]}.toml: is no TOML: {error}",), ())
    return decode_table(name, table)


def _own(name: str, value: Any) -> Iterable[str]:
    """What a file says against itself."""
    if name.startswith("calendar/"):
        return calendar_.problems(value, name.partition("/")[2])
    checks: Mapping[str, Callable[[Any], Iterator[str]]] = {
        "law/acts": acts.problems,
        "law/powers": powers.problems,
        "law/rows": rows.problems,
        "law/thresholds": thresholds.problems,
        "law/recording": recording.problems,
        "law/legal_review": review.problems,
    }
    return checks[name](value) if name in checks else ()


def _lost(files: Files) -> Collection[str]:
    """The kinds of names that stood in files of which nothing could be read."""
    unread = [name for name, one in files.items() if one.value is None and not one.names]
    return frozenset().union(*(defined_kinds(shape_of(name)) for name in unread if shape_of(name) is not None))


def _assemble(files: Files, version: str) -> Book:
    """Put the book together; what could not be read is None in it, and such a book is only asked for its faults."""

    def part(name: str) -> Any:
        return files[name].value

    years: list[Any] = [one.value for name, one in files.items() if name.startswith("calendar/")]
    recorded, items, words = part("law/recording"), part("law/basic_information"), part("law/terms")
    hidden = part("law/redaction")
    missing: Any = None
    written, declared = part("law/powers"), part("law/acts")
    powers = written.powers(declared) if written and declared else missing
    procedures = _procedures(files, declared)
    labels = _labels(powers, procedures) if powers and procedures else {}
    return Book(
        version=version,
        sources=part("law/sources"),
        calendar=Calendar.of(years) if years and None not in years else missing,
        limits=part("law/deadlines"),
        bounds=part("law/bounds"),
        periods=part("law/periods"),
        thresholds=part("law/thresholds"),
        procedures=procedures,
        powers=powers,
        major=part("law/major_decisions"),
        legal_review=part("law/legal_review"),
        disclosure=part("law/disclosure"),
        redaction=hidden.rules() if hidden else missing,
        recording=recorded.rules() if recorded else missing,
        basic_information=BasicInformation(items) if items else missing,
        terms=Terms(words, labels) if words and labels else missing,
        rows=part("law/rows"),
    )


def _procedures(files: Files, declared: Mapping[str, Act] | None) -> Any:
    kinds = {name: one.value for name, one in files.items() if shape_of(name) is ProcedureFile}
    shared = files[f"procedures/{SHARED}"].value
    if declared is None or shared is None or not kinds or None in kinds.values():
        return None
    found: dict[str, Any] = {name.partition("/")[2]: value for name, value in kinds.items()}
    return {key: build(key, value, shared, declared) for key, value in found.items()}


def _labels(powers: Powers, procedures: Mapping[str, Procedure]) -> dict[str, str]:
    """Labels kept with their subject: stages, acts, roles. A word of terms.toml stands before them."""
    labels = {stage.key: stage.zh for procedure in procedures.values() for stage in procedure.stages.values()}
    labels |= {act: power.zh for act, power in powers.acts.items()}
    return labels | dict(powers.roles)


def _version(root: Path) -> str:
    """Digest the names and bytes of every file of law."""
    digest = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted((root / folder).glob("*.toml")):
            content = path.read_bytes()
            digest.update(f"{folder}/{path.name}\n{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()
