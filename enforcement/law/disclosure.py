"""Disclosure: what is owed of a result, what may never go out, on which grounds not or not yet (G#13 to G#16).

Data: `config/law/disclosure.toml`. The conditions of the single acts are guards (`guards/disclosure.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, Protocol

from enforcement.law.decode import FILLED, TABLE_KEY, written
from enforcement.law.errors import Basis
from enforcement.law.events import Record
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.names import (
    Article,
    Choice,
    EventName,
    FieldName,
    LimitKey,
    NewResult,
    ParameterName,
    ProcedureKey,
    PublicationKind,
    RowKey,
)
from enforcement.law.thresholds import Thresholds

Form = Literal["full_text", "summary"]
GroundKind = Literal["withholding", "deferral"]
MINOR = "G16.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One kind of result and how it is disclosed."""

    key: str = field(metadata=TABLE_KEY)
    en: str
    procedure: ProcedureKey
    event: EventName
    outcomes: tuple[Choice, ...] = ()
    social_impact: bool | None = None
    parameter: ParameterName | None = None
    kind: PublicationKind
    limit_key: LimitKey = field(metadata=written("limit"))
    forms: Annotated[tuple[Form, ...], FILLED]
    anchor: FieldName | None = None
    row: RowKey
    cite: Article

    def fits(self, facts: CaseFacts, record: Record) -> bool:
        """Whether the result of this case is of this kind, by the agency's numbers as they were then."""
        data = Fields(record.data)
        if facts.procedure != self.procedure or (self.outcomes and data.text("outcome") not in self.outcomes):
            return False
        if self.parameter and facts.parameter_on(self.parameter, record.on, record.at) is None:
            return False
        return self.social_impact is None or self.social_impact == has_social_impact(data)


@dataclass(frozen=True, slots=True)
class DisclosureGround:
    """One ground for not disclosing, or not yet. `ranks`: only texts of these ranks can carry it, and one is cited."""

    row: RowKey = field(metadata=TABLE_KEY)
    cite: Article
    zh: str
    kind: GroundKind
    ranks: tuple[Literal["law", "administrative_regulation", "local_regulation", "rule"], ...] = ()
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
class TakenDown:
    """What the public is told of what came down as an error: `reason` where the ground itself must not be told,
    `history` on a page that lives again.
    """

    reason: str
    history: str


@dataclass(frozen=True, slots=True)
class DisclosureRules:
    """What disclosure.toml says."""

    by_key: Mapping[NewResult, Result] = field(metadata=written("result"))
    grounds: Mapping[RowKey, DisclosureGround] = field(metadata=written("ground"))
    taken_down: TakenDown

    @property
    def results(self) -> tuple[Result, ...]:
        """Every kind of result, in the order in which they are tried."""
        return tuple(self.by_key.values())


def has_social_impact(decision: Fields) -> bool:
    """Every penalty has, unless the decision says no and why (G13.c): silence or a missing reason is no downgrade."""
    return "social_impact" not in decision or decision.yes("social_impact") or not decision.text("downgrade_reason")


class Law(Protocol):
    """What is asked of the law book here."""

    @property
    def disclosure(self) -> DisclosureRules:
        """What is disclosed, how, and what is not (G13-G16)."""

    @property
    def thresholds(self) -> Thresholds:
        """Amounts and counts."""


def obligation(facts: CaseFacts, law: Law) -> Obligation | None:
    """What the agency owes the public of this case; None while there is no result, or none that is disclosed.

    A decision to transfer a suspected crime is addressed to another authority and is not disclosed.
    """
    for result in law.disclosure.results:
        record = facts.last(result.event)
        if record is not None and result.fits(facts, record):
            anchor_on = (Fields(record.data).day(result.anchor) if result.anchor else None) or record.on
            form, limit = result.forms[0], result.limit_key
            return Obligation(result.kind, limit, form, result.forms, anchor_on, result.row, result.cite)
    return None


def unserved(facts: CaseFacts) -> bool:
    """Whether the decision has not reached the party: G#13 counts from 作出, so this blocks nothing, but it is told."""
    return facts.has("decision_made") and not facts.has("served")


def must_withhold(facts: CaseFacts, law: Law) -> DisclosureGround | None:
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
