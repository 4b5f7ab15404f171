"""What a guard is: one condition of the law, its article, the sentence of its refusal, the act that mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from enforcement.law import major, projected, review
from enforcement.law.decode import written
from enforcement.law.errors import Basis, Breach, LawBookError
from enforcement.law.facts import CaseFacts
from enforcement.law.names import Article, GuardName, RowKey
from enforcement.law.recording import RecordingRules


class Law(projected.Law, major.Law, review.Law, Protocol):
    """What the guards ask of the law book. `book.Book` is one."""

    @property
    def version(self) -> str:
        """Which book it is; facts say under which they were read."""

    @property
    def recording(self) -> RecordingRules:
        """What must be filmed (J9, J10)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing missing, in Chinese. What is None is taken from the guard: article, basis, row, mend. `fill`: what the
    form of the mending act begins with.
    """

    zh: str
    cite: str | None = None
    basis: Basis | None = None
    row: str | None = None
    mend: str | None = None
    fill: tuple[tuple[str, str], ...] = ()


Answer = bool | tuple[Gap, ...]
"""True or () where the condition holds; False for the guard's own sentence; gaps where there is more to say."""

Condition = Callable[["CaseFacts", Law], Answer]


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition as a kind of case asks it. What it says stands in place of what the condition says of itself: another
    law says the same in another article, or in none.
    """

    guard: GuardName = field(metadata=written("is"))
    cite: Article | None = None
    basis: Basis | None = None
    row: RowKey | None = None
    zh: str | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition.

    `of_form`: it judges the form of the act, so the panel of next acts cannot know it yet; `of_team`: it judges the
    officers the form names or, where it names none, those on the case; `tells`: the event of which its sentences say
    what the record holds, so that they are for those who may read it; `or_else`: another act that mends as well.
    """

    code: str
    row: str
    cite: str | None
    zh: str
    basis: Basis
    mend: str | None
    of_form: bool
    of_team: bool
    tells: str
    holds: Condition
    or_else: str | None = None

    def check(self, facts: CaseFacts, law: Law, asked: Asked | None = None) -> tuple[Breach, ...]:
        """Every breach of this condition, as this kind of case asks it; () where it holds."""
        answer = self.holds(facts, law)
        if answer is True or answer == ():
            return ()
        said = asked or Asked(self.code)
        gaps = (Gap(said.zh or self.zh),) if answer is False else answer
        found = tuple(
            Breach(
                code=self.code,
                zh=gap.zh,
                cite=gap.cite or said.cite or self.cite,
                basis=gap.basis or said.basis or self.basis,
                row=gap.row or said.row or self.row,
                mend=gap.mend or self.mend,
                fill=gap.fill,
                or_else=None if gap.mend else self.or_else,
            )
            for gap in gaps
        )
        instead = law.powers.unsettled(self.tells, facts) if self.tells and facts.actor else None
        return tuple(replace(instead, mend=one.mend) for one in found) if instead else found


GUARDS: dict[str, Guard] = {}


def guard(
    *,
    row: str,
    cite: str | None,
    zh: str,
    basis: Basis = "law",
    mend: str | None = None,
    or_else: str | None = None,
    of_form: bool = False,
    of_team: bool = False,
    tells: str = "",
) -> Callable[[Condition], Condition]:
    """Register the decorated condition under its own name. `zh` says what is missing when it does not hold."""

    def register(holds: Condition) -> Condition:
        code = holds.__name__
        if code in GUARDS:
            raise LawBookError(f"two guards are called {code}")
        GUARDS[code] = Guard(code, row, cite, zh, basis, mend, of_form, of_team, tells, holds, or_else)
        return holds

    return register
