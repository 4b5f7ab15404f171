"""Who may do which act, which two acts one person may not both do in one case, and who may read what a record holds.

Data: `config/law/powers.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enforcement.law.errors import Basis, Breach, LawBookError
from enforcement.law.facts import CaseFacts, Fields, took_part


@dataclass(frozen=True, slots=True)
class Power:
    """One act: its words on a screen, the roles that may do it, and the article if one commands so."""

    act: str
    zh: str
    who: tuple[str, ...]
    row: str | None
    cite: str | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Apart:
    """Two sets of acts that one person may not mix. `officers`: an officer on the case counts as having done `one`."""

    key: str
    one: frozenset[str]
    other: frozenset[str]
    officers: bool
    same_disclosure: bool
    procedures: tuple[str, ...]
    breach: Breach


@dataclass(frozen=True, slots=True)
class Reading:
    """Events whose records are not everybody's to read, and who reads them: the roles of `who`, and those of
    `of_the_case` where they are on the case or belong to its handling unit.
    """

    key: str
    events: frozenset[str]
    who: frozenset[str]
    of_the_case: frozenset[str]
    breach: Breach
    unsettled: Breach

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
class Powers:
    """The table of powers. What it does not name nobody may do."""

    roles: Mapping[str, str]
    table: Mapping[str, Power]
    pairs: tuple[Apart, ...]
    readings: tuple[Reading, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Powers:
        """Read powers.toml. Raises LawBookError naming every unknown role, act or basis."""
        return cls.parse(tomllib.loads(path.read_text("utf-8")))

    @classmethod
    def parse(cls, text: Mapping[str, Any]) -> Powers:
        """Build the table from its TOML. Raises LawBookError."""
        roles: Mapping[str, str] = text["roles"]
        table = {
            act: Power(
                act, entry["zh"], tuple(entry["who"]), entry.get("row"), entry.get("cite"), entry.get("basis", "design")
            )
            for act, entry in text["act"].items()
        }
        pairs = tuple(_apart(entry) for entry in text.get("apart", ()))
        readings = tuple(_reading(entry) for entry in text.get("reading", ()))
        problems = [
            f"powers: {act} is given to {role}, which is no role"
            for act, power in table.items()
            for role in power.who
            if role not in roles
        ]
        problems += [f"powers: nobody may do {act}" for act, power in table.items() if not power.who]
        problems += [
            f"powers: {pair.key} names {act}, which is no act"
            for pair in pairs
            for act in sorted((pair.one | pair.other) - table.keys())
        ]
        problems += [f"powers: {pair.key} holds the same act on both sides" for pair in pairs if pair.one & pair.other]
        problems += [
            f"powers: {reading.key} is given to {role}, which is no role"
            for reading in readings
            for role in sorted((reading.who | reading.of_the_case) - roles.keys())
        ]
        if problems:
            raise LawBookError(*problems)
        return cls(roles, table, pairs, readings)

    def zh(self, act: str) -> str:
        """The words for an act on a screen; its name where the table does not know it."""
        power = self.table.get(act)
        return power.zh if power else act

    def who(self, act: str) -> tuple[str, ...]:
        """The roles that may do an act; () for an act nobody may do."""
        power = self.table.get(act)
        return power.who if power else ()

    def may(self, role_names: Collection[str], act: str) -> Breach | None:
        """None where one of the roles may do the act; otherwise why not."""
        power = self.table.get(act)
        if power is None:
            return Breach("may", f"{act}未列入权限表，任何人不得办理", None, "design")
        if set(role_names) & set(power.who):
            return None
        who = "、".join(self.roles[role] for role in power.who)
        return Breach("may", f"“{power.zh}”由{who}办理", power.cite, power.basis, row=power.row)

    @property
    def personal(self) -> frozenset[str]:
        """Codes of the conditions that stand against a person in a case, whatever their role."""
        return frozenset({*(pair.key for pair in self.pairs), *(reading.key for reading in self.readings)})

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

    def apart(self, act: str, facts: CaseFacts, actor_id: str | None) -> tuple[Breach, ...]:
        """Why this person, after what they have done in this case, may not do this act too; () where nothing stands
        against it.

        What was cleared by going back still counts: it was done by somebody, who entered it or is named in it. The
        clock is nobody.
        """
        if not actor_id:
            return ()
        return tuple(pair.breach for pair in self.pairs if self._mixes(pair, act, facts, actor_id))

    def _mixes(self, pair: Apart, act: str, facts: CaseFacts, actor_id: str) -> bool:
        elsewhere = pair.procedures and facts.procedure not in pair.procedures
        if elsewhere or act not in pair.one | pair.other:
            return False
        did = {
            record.act for record in facts.records if actor_id in took_part(record) and _same(pair, record.data, facts)
        }
        if act in pair.other:
            return bool(did & pair.one) or (pair.officers and any(one.person_id == actor_id for one in facts.officers))
        return bool(did & pair.other)


def _same(pair: Apart, data: Mapping[str, Any], facts: CaseFacts) -> bool:
    if not pair.same_disclosure or facts.disclosure is None:
        return True
    return Fields(data).text("disclosure") == facts.disclosure.id


def _apart(entry: Mapping[str, Any]) -> Apart:
    return Apart(
        key=entry["key"],
        one=frozenset(entry["one"]),
        other=frozenset(entry["other"]),
        officers=bool(entry.get("officers", False)),
        same_disclosure=bool(entry.get("same_disclosure", False)),
        procedures=tuple(entry.get("procedures", ())),
        breach=Breach(entry["key"], entry["zh"], entry["cite"], entry["basis"], row=entry["row"]),
    )


def _reading(entry: Mapping[str, Any]) -> Reading:
    key, row, cite, basis = entry["key"], entry["row"], entry["cite"], entry["basis"]
    return Reading(
        key=key,
        events=frozenset(entry["events"]),
        who=frozenset(entry["who"]),
        of_the_case=frozenset(entry.get("of_the_case", ())),
        breach=Breach(key, entry["zh"], cite, basis, row=row),
        unsettled=Breach(f"{key}_unsettled", entry["unsettled"], cite, basis, row=row),
    )
