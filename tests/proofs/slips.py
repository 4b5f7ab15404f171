"""A slip in every key and every name of the law's data is refused, and the refusal says where.

A slip is what a hand does: a letter left out, written twice, two of them changed about; and of a key's value, another
type. What is a name is told by the types of the law's own dataclasses; text for people is none.
"""

from __future__ import annotations

import dataclasses
import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from config.settings import ROOT
from enforcement.actions.program import program
from enforcement.commands.places import Places
from enforcement.law import book
from enforcement.law.decode import Steps, path_of
from tests.proofs.frame import Trial, prove

CONFIG = ROOT / "config"
PROGRAM = dataclasses.replace(program(), places=Places())
FILES = book.read(CONFIG)

Way = Literal["dropped", "doubled", "swapped", "wrong type"]


@dataclass(frozen=True, slots=True)
class Slip:
    """One place of one file, written wrongly. `steps` lead to it; `of_key`: its key is, otherwise its value."""

    file: str
    steps: Steps
    of_key: bool
    way: Way
    written: Any

    def __str__(self) -> str:
        what = "key" if self.of_key else "value"
        return f"{self.file}.toml: {path_of(self.steps)}: {what} {self.way}: {self.written!r}"

    def spoil(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """The file's table with the slip in it."""
        changed: dict[str, Any] = _replaced(table, self.steps, self.written, of_key=self.of_key)
        return changed

    def refused(self) -> list[str]:
        """What the book says of it."""
        changed = book.decode_table(self.file, self.spoil(table_of(self.file)))
        return book.faults({**FILES, self.file: changed}, PROGRAM)

    def fault(self) -> str | None:
        """None where it is refused by its place; otherwise what is wrong with that."""
        problems = self.refused()
        if not problems:
            return f"{self} is not refused"
        words = {str(step) for step in self.steps if isinstance(step, str)} | {str(self.written)}
        if any(
            word in problem and problem.split(": ", 1)[0].endswith(".toml") for problem in problems for word in words
        ):
            return None
        return f"{self} is refused, but not by its place: {problems}"


_TABLES: dict[str, dict[str, Any]] = {}


def table_of(file: str) -> dict[str, Any]:
    """What a file says, as TOML gives it."""
    if file not in _TABLES:
        _TABLES[file] = tomllib.loads((CONFIG / f"{file}.toml").read_text("utf-8"))
    return _TABLES[file]


def _replaced(value: Any, steps: Steps, written: Any, *, of_key: bool) -> Any:
    step, rest = steps[0], steps[1:]
    if isinstance(value, list):
        return [
            (written if not rest else _replaced(one, rest, written, of_key=of_key)) if at == step else one
            for at, one in enumerate(value)
        ]
    if not rest:
        return {
            written if of_key and key == step else key: one if of_key or key != step else written
            for key, one in value.items()
        }
    return {key: _replaced(one, rest, written, of_key=of_key) if key == step else one for key, one in value.items()}


def slips(seed: int) -> list[Slip]:
    """Every key and every name of every file, each with one slip of each way; where in the word is drawn by `seed`."""
    chance = random.Random(seed)
    found: list[Slip] = []
    for file in sorted(name for name in FILES if book.shape_of(name) is not None):
        table = table_of(file)
        for steps, siblings, value in _keys(table, ()):
            found += [
                Slip(file, steps, True, way, slip)
                for way, slip in _words(str(steps[-1]), chance)
                if slip not in siblings
            ]
            found.append(Slip(file, steps, False, "wrong type", _other_type(value)))
        for named in FILES[file].names:
            if _value_at(table, named.steps) == named.name:
                found += [Slip(file, named.steps, False, way, slip) for way, slip in _words(named.name, chance)]
    return list(dict.fromkeys(found))


def _keys(value: Any, steps: Steps) -> Iterator[tuple[Steps, Mapping[str, Any], Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield (*steps, key), value, one
            yield from _keys(one, (*steps, key))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _keys(one, (*steps, at))


def _value_at(table: Any, steps: Steps) -> Any:
    for step in steps:
        table = table[step]
    return table


def _words(word: str, chance: random.Random) -> Iterator[tuple[Way, str]]:
    """The word with one slip of each way, at letters: a number in an article or a row is a value."""
    letters = [at for at, letter in enumerate(word) if letter.isalpha() or letter == "_"]
    pairs = [at for at in letters if at + 1 in letters and word[at] != word[at + 1]]
    if letters:
        at = chance.choice(letters)
        yield "dropped", word[:at] + word[at + 1 :]
        at = chance.choice(letters)
        yield "doubled", word[:at] + word[at] + word[at:]
    if pairs:
        at = chance.choice(pairs)
        yield "swapped", word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _other_type(value: Any) -> Any:
    """A value of a type that the key does not take: text for whatever is no text, a number for text and lists."""
    return 7 if isinstance(value, str | list | dict) else "七"


def trials(seed: int) -> list[Trial]:
    """One trial for each slip."""
    return [Trial(slip.way, slip.fault) for slip in slips(seed)]


if __name__ == "__main__":
    prove("slips", trials, inputs=[CONFIG, ROOT / "enforcement" / "law"])
