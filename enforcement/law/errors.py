"""What can be wrong: with an act (the law says no), with a request, or with the law book itself.

Errors carry data, not sentences: one table in `enforcement.web.errors` turns them into HTTP, the page turns them into
Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Basis = Literal["law", "default", "design"]
"""law: the words command it · default: a reading we chose · design: sound practice.  Only the first speaks in the
law's name.
"""


@dataclass(frozen=True, slots=True)
class Breach:
    """One unmet condition on our side.

    `code` names the guard; `zh` is the sentence people read; `cite` an article in short form ("APL#42.1"); `row` our
    requirement row; `mend` the act that would mend it, if one would, `or_else` another that would as well; `fill` what
    the form of either begins with.
    """

    code: str
    zh: str
    cite: str | None
    basis: Basis
    row: str | None = None
    mend: str | None = None
    fill: tuple[tuple[str, str], ...] = ()
    or_else: str | None = None


class RuleViolation(Exception):
    """The law says no. `breaches` holds every unmet condition, never only the first."""

    def __init__(self, *breaches: Breach) -> None:
        if not breaches:
            msg = "a rule violation names at least one breach"
            raise ValueError(msg)
        super().__init__("；".join(breach.zh for breach in breaches))
        self.breaches: tuple[Breach, ...] = breaches


class LawBookError(Exception):
    """The law book does not load. `problems` lists every fault found, each naming its file and entry."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems: tuple[str, ...] = problems


class NotFound(Exception):
    """Nothing of that kind has that key (within what the actor may see)."""

    def __init__(self, what: str, key: object) -> None:
        super().__init__(f"{what} {key} not found")
        self.what = what
        self.key = key


class Stale(Exception):
    """The case has moved on since the page was read: `expected` is the version sent, `actual` the one found."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"version {expected} expected, {actual} found")
        self.expected = expected
        self.actual = actual


class Forbidden(Exception):
    """This person may not do this act. `breach` says which rule of powers stands against it."""

    def __init__(self, breach: Breach) -> None:
        super().__init__(breach.zh)
        self.breach = breach


class Invalid(Exception):
    """The form is not in shape: `fields` maps a field's name to its messages in Chinese."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__("; ".join(f"{name}: {', '.join(messages)}" for name, messages in fields.items()))
        self.fields: dict[str, list[str]] = {name: list(messages) for name, messages in fields.items()}
