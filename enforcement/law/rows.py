"""Every requirement row the product carries: its article, its basis, where it is enforced and which test shows it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from enforcement.law.citation import Source, problems_of
from enforcement.law.errors import Basis, LawBookError

Status = Literal["enforced", "recorded", "not_yet"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of our own numbering ("G13.b"); `article` is the law's. `classes`: hard gate H, check C, record only R.

    `where` is "module:name" or "config/file.toml:key", `test` "tests/….py::name"; both stand unless the row is not
    yet built. `lacks` says in few words what of the duty is not held: all of it, or the part that is missing.
    """

    key: str
    article: str
    classes: str
    basis: Basis
    duty: str
    status: Status
    where: str | None = None
    test: str | None = None
    lacks: str | None = None


def load(path: Path, sources: Mapping[str, Source]) -> dict[str, Row]:
    """Read rows.toml. Raises LawBookError for an unknown field, article, basis or status, a built row that names no
    place or test, or one not yet built that does not say what it lacks or names a place all the same.
    """
    problems: list[str] = []
    rows: dict[str, Row] = {}
    for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        where = f"{path.name}: {key}"
        unknown = [name for name in entry if name not in Row.__dataclass_fields__ or name == "key"]
        lacking = [name for name in ("article", "classes", "basis", "duty", "status") if name not in entry]
        problems += [f"{where}: unknown field {name}" for name in unknown]
        problems += [f"{where}: {name} is missing" for name in lacking]
        if unknown or lacking:
            continue
        row = Row(key=key, **entry)
        rows[key] = row
        problems += [f"{where}: {problem}" for problem in problems_of(row.article, sources)]
        if row.basis not in get_args(Basis) or row.status not in get_args(Status):
            problems.append(f"{where}: unknown basis or status")
        if row.status != "not_yet" and not (row.where and row.test):
            problems.append(f"{where}: {row.status}, but names no place or no test")
        if row.status == "not_yet" and (row.where or row.test or not row.lacks):
            problems.append(f"{where}: not_yet, but names a place or a test, or does not say what it lacks")
    if problems:
        raise LawBookError(*problems)
    return rows
