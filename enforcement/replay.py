"""Replay the records of a chain: the rows they made, carried over every change of the schema since they were written.

A record names the revision of the schema it wrote for and is never rewritten. So a chain is replayed in the tables of
its own time: where a record of a later revision follows, and at the end, every row is carried over the migrations
between. A carry comes with its migration (`migrations/wrote/`), does to one row what the migration's SQL does to the
table, and is frozen with it. Replay copies and does nothing else: no form, condition, term or code of today looks at
what was done before.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TypeAlias

from enforcement.wrote import Change

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"

Texts: TypeAlias = dict[str, str | None]
Carried: TypeAlias = tuple[str, dict[str, str], Texts]
Carry: TypeAlias = Callable[[str, dict[str, str], Texts], Iterable[Carried]]
"""One row of the revision before (table, key, what its chain wrote beside the key) to its rows in this one."""
Carries: TypeAlias = Mapping[str, Carry | None]
"""Every revision that a record may name, oldest first, with the carry into it; None where rows stay as they are."""
Place: TypeAlias = tuple[str, tuple[str, ...]]
"""Table and key texts, the key's columns in the order of their names: JSON keeps none."""


class Unreplayable(Exception):
    """A record that cannot be replayed; `zh` says why, as what follows the number of a record."""

    def __init__(self, zh: str) -> None:
        super().__init__(zh)
        self.zh = zh


@dataclass(slots=True)
class Row:
    """One row as its chain has made it."""

    table: str
    key: dict[str, str]
    values: Texts
    """What the chain wrote of it beside the key: a row that several chains write is whole in none."""
    seq: int
    """The last record that wrote it."""


class Replay:
    """The rows of one chain, from its records in their order."""

    def __init__(self, carries: Carries) -> None:
        self.rows: dict[Place, Row] = {}
        self.last: dict[Place, int] = {}
        """The last record that wrote a row, or took it away."""
        self.doubted = False
        """Whether a record could not be trusted: only what was written after it is known, and no row that is not."""
        self._carries = carries
        self._revisions = list(carries)
        self._at = 0

    def record(self, revision: str, seq: int, wrote: Iterable[Change]) -> None:
        """Let what the next record wrote happen. Raises Unreplayable."""
        if revision not in self._carries:
            raise Unreplayable(f"写于结构版本{revision}，本程序不认识这一版本")
        to = self._revisions.index(revision)
        if to < self._at:
            raise Unreplayable(f"写于结构版本{revision}，此前的记录已经是{self._revisions[self._at]}")
        self._carry(to)
        try:
            for one in wrote:
                self._happen(one, seq)
        except Exception as error:
            raise Unreplayable(f"所写内容无法解读（{type(error).__name__}）") from error

    def doubt(self) -> None:
        """Forget what every row held: the next record cannot be trusted, and may have written any of it."""
        self.doubted = True
        for row in self.rows.values():
            row.values.clear()

    def end(self) -> None:
        """Carry every row into the newest revision: `rows` is then what the tables must hold. Raises Unreplayable."""
        self._carry(len(self._revisions) - 1)

    def _happen(self, one: Change, seq: int) -> None:
        place = place_of(one["table"], one["key"])
        self.last[place] = seq
        if one.get("gone"):
            self.rows.pop(place, None)
            return
        row = self.rows.setdefault(place, Row(one["table"], dict(one["key"]), {}, seq))
        row.values.update(one["set"])
        row.seq = seq

    def _carry(self, to: int) -> None:
        for revision in self._revisions[self._at + 1 : to + 1]:
            if carry := self._carries[revision]:
                try:
                    self._over(carry)
                except Exception as error:
                    raise Unreplayable(
                        f"之前所写的内容无法改写到结构版本{revision}（{type(error).__name__}）"
                    ) from error
        self._at = max(self._at, to)

    def _over(self, carry: Carry) -> None:
        before, self.rows = self.rows, {}
        for row in before.values():
            for table, key, values in carry(row.table, dict(row.key), dict(row.values)):
                place = place_of(table, key)
                there = self.rows.setdefault(place, Row(table, key, {}, row.seq))
                there.values.update(values)
                there.seq = self.last[place] = max(there.seq, row.seq)


def place_of(table: str, key: Mapping[str, str]) -> Place:
    """Where a row lies."""
    return table, tuple(text for _, text in sorted(key.items()))


@functools.cache
def carries(folder: Path = MIGRATIONS) -> Carries:
    """The carries that the migrations in `folder` bring: none for its base, which no records were written before."""
    base = (folder / "BASE").read_text(encoding="utf-8").strip()
    files = {path.stem.split("_")[0]: path.stem for path in sorted((folder / "versions").glob("[0-9]*.py"))}
    return {revision: _carry(folder / "wrote" / f"{stem}.py") for revision, stem in files.items() if revision >= base}


def _carry(file: Path) -> Carry | None:
    if not file.is_file():
        return None
    spec = spec_from_file_location(f"migrations.wrote.r{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no module")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    carry: Carry = module.carried
    return carry
