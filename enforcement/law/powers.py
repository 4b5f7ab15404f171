"""Who may do which act, in which two capacities one person may not act in one case, who may read what a record holds.

Data: `config/law/powers.toml`, and of each act `config/law/acts.toml`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from enforcement.law.acts import Act, Capacity, People, events_of
from enforcement.law.decode import FILLED, TABLE_KEY, written
from enforcement.law.errors import Basis, Breach
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.names import (
    ActName,
    Article,
    EventName,
    NewApart,
    NewReading,
    NewRole,
    ProcedureKey,
    RoleName,
    RowKey,
)

RECUSED = "recused_officers_are_off_the_case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Two capacities in which one person does not act in one case; `within` "disclosure": nor for one disclosure."""

    key: str = field(metadata=TABLE_KEY)
    en: str
    one: Capacity
    other: Capacity
    within: Literal["case", "disclosure"] = "case"
    procedures: tuple[ProcedureKey, ...] = ()
    zh: str
    row: RowKey
    cite: Article | None = None
    basis: Basis

    @property
    def breach(self) -> Breach:
        """The refusal."""
        return Breach(self.key, self.zh, self.cite, self.basis, row=self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recused:
    """In which capacities somebody recused acts no more, and the refusal."""

    capacities: Annotated[frozenset[Capacity], FILLED] = field(metadata=written("from"))
    zh: str
    mend: ActName | None = None
    row: RowKey
    cite: Article
    basis: Basis

    @property
    def breach(self) -> Breach:
        """The refusal; the name of whom it concerns stands before its words."""
        return Breach(RECUSED, self.zh, self.cite, self.basis, row=self.row, mend=self.mend)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Events whose records are not everybody's to read, and who reads them: the roles of `who`, and those of
    `of_the_case` where they are on the case or belong to its handling unit. `zh` stands in place of what they say,
    `unsettled` in a refusal that would tell it.
    """

    key: str = field(metadata=TABLE_KEY)
    en: str
    events: Annotated[frozenset[EventName], FILLED]
    who: Annotated[frozenset[RoleName], FILLED]
    of_the_case: frozenset[RoleName] = frozenset()
    zh: str
    unsettled_zh: str = field(metadata=written("unsettled"))
    row: RowKey
    cite: Article
    basis: Basis

    @property
    def breach(self) -> Breach:
        """The refusal to show."""
        return Breach(self.key, self.zh, self.cite, self.basis, row=self.row)

    @property
    def unsettled(self) -> Breach:
        """The refusal that does not tell."""
        return Breach(f"{self.key}_unsettled", self.unsettled_zh, self.cite, self.basis, row=self.row)

    def by(self, facts: CaseFacts) -> bool:
        """Whether `facts.actor` is a reader in this case."""
        actor = facts.actor
        if actor is None:
            return False
        if actor.roles & self.who:
            return True
        on_case = any(one.person_id == actor.person_id and one.to_on is None for one in facts.officers)
        in_unit = bool(actor.unit_id) and actor.unit_id == facts.handling_unit_id
        return bool(actor.roles & self.of_the_case) and (on_case or in_unit)


@dataclass(frozen=True, slots=True)
class PowersFile:
    """powers.toml as it is written."""

    roles: Annotated[Mapping[NewRole, str], FILLED]
    apart: Mapping[NewApart, Apart]
    recused: Recused
    reading: Mapping[NewReading, Reading]

    def powers(self, acts: Mapping[str, Act]) -> Powers:
        """The table, with the acts as acts.toml declares them."""
        return Powers(self.roles, acts, tuple(self.apart.values()), self.recused, tuple(self.reading.values()))


@dataclass(frozen=True, slots=True)
class Powers:
    """The table of powers. What it does not name nobody may do."""

    roles: Mapping[str, str]
    acts: Mapping[str, Act]
    pairs: tuple[Apart, ...]
    recused: Recused
    readings: tuple[Reading, ...] = ()

    def zh(self, act: str) -> str:
        """The words for an act on a screen; its name where the table does not know it."""
        power = self.acts.get(act)
        return power.zh if power else act

    def who(self, act: str) -> tuple[str, ...]:
        """The roles that may do an act; () for an act nobody may do."""
        power = self.acts.get(act)
        return tuple(power.who) if power else ()

    def may(self, role_names: Collection[str], act: str) -> Breach | None:
        """None where one of the roles may do the act; otherwise why not."""
        power = self.acts.get(act)
        if power is None:
            return Breach("may", f"{act}未列入权限表，任何人不得办理", None, "design")
        if set(role_names) & power.who.keys():
            return None
        who = "、".join(self.roles[role] for role in power.who)
        return Breach("may", f"“{power.zh}”由{who}办理", power.cite, power.basis, row=power.row)

    @property
    def evidence(self) -> frozenset[str]:
        """The events that bring new evidence."""
        return events_of(act for act in self.acts.values() if act.evidence)

    @property
    def voids(self) -> Mapping[str, str]:
        """The events after which a legal review must be asked for again, each with the words for what changed."""
        return {act.event: act.voids for act in self.acts.values() if act.voids}

    @property
    def personal(self) -> frozenset[str]:
        """Codes of the conditions that stand against a person in a case, whatever their role."""
        keys = (*(pair.key for pair in self.pairs), *(reading.key for reading in self.readings))
        return frozenset({*keys, self.recused.breach.code})

    def withheld(self, event: str, facts: CaseFacts | None) -> Breach | None:
        """Why `facts.actor` may not read what a record of this event holds; None where they may.

        Who is not known, or a case that is not, is withheld from.
        """
        reading = self._closed(event, facts)
        return reading.breach if reading else None

    def unsettled(self, event: str, facts: CaseFacts) -> Breach | None:
        """What a refusal says to `facts.actor` in place of what the records of this event hold; None where they may
        read them or nothing of the kind is on file.
        """
        reading = self._closed(event, facts)
        return reading.unsettled if reading and facts.has(*reading.events) else None

    def _closed(self, event: str, facts: CaseFacts | None) -> Reading | None:
        readings = (one for one in self.readings if event in one.events)
        return next((one for one in readings if facts is None or not one.by(facts)), None)

    def apart(self, act: str, facts: CaseFacts) -> tuple[Breach, ...]:
        """Why those who would act, `facts.actor` and whom the form names, may not after what they did in this case; ()
        where nothing stands against it.

        Both count alike: who does the act, and whom its form names. What was cleared by going back still counts: it was
        done by somebody. The clock is nobody.
        """
        declared = self.acts.get(act)
        if declared is None or facts.actor is None:
            return ()
        now = declared.people(facts.actor.person_id, facts.actor.roles, facts.form)
        if not now:
            return ()
        found = [pair.breach for pair in self.pairs if self._mixes(pair, now, facts)]
        return (*found, *self._recused(now, facts))

    def _mixes(self, pair: Apart, now: People, facts: CaseFacts) -> bool:
        if pair.procedures and facts.procedure not in pair.procedures:
            return False
        return any(
            set(now.get(here, ())) & (set(now.get(there, ())) | acted_as(there, facts, pair.within))
            for here, there in ((pair.one, pair.other), (pair.other, pair.one))
            if now.get(here)
        )

    def _recused(self, now: People, facts: CaseFacts) -> tuple[Breach, ...]:
        if not (recusals := facts.all("recusal_decided")):
            return ()
        acting = {person for capacity in self.recused.capacities for person in now.get(capacity, ())}
        out = {Fields(one.data).text("officer") for one in recusals if one.data.get("granted")}
        known = {one.person_id: one.name for one in (*facts.officers, *facts.named.values())}
        if facts.actor is not None:
            known.setdefault(facts.actor.person_id, facts.actor.name)
        refusal = self.recused.breach
        return tuple(replace(refusal, zh=f"{known.get(person, '')}{refusal.zh}") for person in sorted(acting & out))


def acted_as(capacity: Capacity, facts: CaseFacts, within: Literal["case", "disclosure"] = "case") -> set[str]:
    """Everybody who acted in that capacity in this case; an officer on the case handles it."""
    found = {
        person
        for record in facts.records
        if within == "case" or facts.disclosure is None or Fields(record.data).text("disclosure") == facts.disclosure.id
        for person in record.people.get(capacity, ())
    }
    return found | {one.person_id for one in facts.officers} if capacity == "handles" else found


def problems(powers: PowersFile) -> Iterator[str]:
    """Say which capacity is kept apart from itself."""
    yield from (
        f"apart.{one.key}: keeps a capacity from itself" for one in powers.apart.values() if one.one == one.other
    )
