"""Disclosure: what is owed of a result, what may never go out, on which grounds not or not yet (G#13 to G#16).

Data: `config/law/disclosure.toml`. The conditions of the single acts are guards (`guards/disclosure.py`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from enforcement.law.errors import Basis, LawBookError
from enforcement.law.events import Record
from enforcement.law.facts import CaseFacts, Fields

if TYPE_CHECKING:
    from enforcement.law.guards.registry import Law

GroundKind = Literal["withholding", "deferral"]
MINOR = "G16.1"


@dataclass(frozen=True, slots=True)
class Result:
    """One kind of result and how it is disclosed."""

    key: str
    procedure: str
    event: str
    outcomes: tuple[str, ...]
    social_impact: bool | None
    parameter: str
    kind: str
    limit_key: str
    forms: tuple[str, ...]
    anchor: str
    row: str
    cite: str

    def fits(self, facts: CaseFacts, record: Record) -> bool:
        """Whether the result of this case is of this kind, by the agency's numbers as they were then."""
        data = Fields(record.data)
        if facts.procedure != self.procedure or (self.outcomes and data.text("outcome") not in self.outcomes):
            return False
        if self.parameter and facts.parameter_on(self.parameter, record.on, record.at) is None:
            return False
        return self.social_impact is None or self.social_impact == has_social_impact(data)


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground for not disclosing, or not yet. `ranks`: only texts of these ranks can carry it, and one is cited."""

    row: str
    cite: str
    zh: str
    kind: GroundKind
    ranks: tuple[str, ...]
    basis: Basis = "law"


@dataclass(frozen=True, slots=True)
class Obligation:
    """What is owed: the kind of publication, its limit, the usual form and those allowed, the day counted from."""

    kind: str
    limit_key: str
    form: str
    forms: tuple[str, ...]
    anchor_on: date
    row: str
    cite: str


@dataclass(frozen=True, slots=True)
class DisclosureRules:
    """What disclosure.toml says."""

    results: tuple[Result, ...]
    grounds: Mapping[str, Ground]
    neutral_reason: str = ""
    """What the public is told where the ground itself must not be told."""
    republished_reason: str = ""
    """What the history of a page says of a version that was taken down as an error."""

    @classmethod
    def load(cls, path: Path) -> DisclosureRules:
        """Read disclosure.toml. Raises LawBookError for a ground of an unknown kind or a result without a form."""
        text = tomllib.loads(path.read_text("utf-8"))
        results = tuple(_result(key, entry) for key, entry in text["result"].items())
        grounds = {
            row: Ground(row, entry["cite"], entry["zh"], entry["kind"], tuple(entry.get("ranks", ())))
            for row, entry in text["ground"].items()
        }
        problems = [f"{path.name}: {one.key} names no form" for one in results if not one.forms]
        kinds = ("withholding", "deferral")
        problems += [
            f"{path.name}: {one.row} is of kind {one.kind}" for one in grounds.values() if one.kind not in kinds
        ]
        if problems:
            raise LawBookError(*problems)
        return cls(results, grounds, text["taken_down"]["reason"], text["taken_down"]["history"])


def _result(key: str, entry: Mapping[str, Any]) -> Result:
    return Result(
        key=key,
        procedure=entry["procedure"],
        event=entry["event"],
        outcomes=tuple(entry.get("outcomes", ())),
        social_impact=entry.get("social_impact"),
        parameter=entry.get("parameter", ""),
        kind=entry["kind"],
        limit_key=entry["limit"],
        forms=tuple(entry["forms"]),
        anchor=entry["anchor"],
        row=entry["row"],
        cite=entry["cite"],
    )


def has_social_impact(decision: Fields) -> bool:
    """Every penalty has, unless the decision says no and why (G13.c): silence or a missing reason is no downgrade."""
    return "social_impact" not in decision or decision.yes("social_impact") or not decision.text("downgrade_reason")


def obligation(facts: CaseFacts, law: Law) -> Obligation | None:
    """What the agency owes the public of this case; None while there is no result, or none that is disclosed.

    A decision to transfer a suspected crime is addressed to another authority and is not disclosed.
    """
    for result in law.disclosure.results:
        record = facts.last(result.event)
        if record is not None and result.fits(facts, record):
            anchor_on = Fields(record.data).day(result.anchor) or record.on
            form, limit = result.forms[0], result.limit_key
            return Obligation(result.kind, limit, form, result.forms, anchor_on, result.row, result.cite)
    return None


def unserved(facts: CaseFacts) -> bool:
    """Whether the decision has not reached the party: G#13 counts from 作出, so this blocks nothing, but it is told."""
    return facts.has("decision_made") and not facts.has("served")


def must_withhold(facts: CaseFacts, law: Law) -> Ground | None:
    """The ground that leaves nobody a choice: a party under age on the day of the act (G#16.1(1)), for the whole
    item.

    The day of the act where it is known, otherwise the day the case reached the agency: the earlier, the safer.
    """
    acted_on = _acted_on(facts)
    age = law.thresholds.on("age_of_majority", facts.today)
    born = (party.birth_on for party in facts.parties if party.kind != "organization" and party.birth_on)
    return law.disclosure.grounds[MINOR] if any(is_under(age, day, acted_on) for day in born) else None


def _acted_on(facts: CaseFacts) -> date:
    for event in ("investigation_concluded", "lead_registered"):
        if (found := facts.read(event).day("act_on")) is not None:
            return found
    return facts.records[0].on if facts.records else facts.today


def is_under(age: int, birth_on: date, day: date) -> bool:
    """Under an age until the day of that birthday; who was born on 29 February reaches it on 1 March."""
    had_birthday = (day.month, day.day) >= (birth_on.month, birth_on.day)
    return day.year - birth_on.year - (not had_birthday) < age


def birth_unknown(facts: CaseFacts) -> bool:
    """Whether a natural person's day of birth is missing, so that nobody can tell whether a minor is concerned."""
    return any(party.kind == "natural_person" and party.birth_on is None for party in facts.parties)
