"""Cases as a lawyer writes them down in TOML, turned into the facts the law looks at; and a way to walk them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from enforcement.law.errors import Breach, RuleViolation
from enforcement.law.events import SHANGHAI, Record
from enforcement.law.facts import (
    ActorFacts,
    CaseFacts,
    DirectoryEntryFacts,
    DisclosureFacts,
    MatterFacts,
    OfficerFacts,
    ParameterFacts,
    PartyFacts,
    RecordingFacts,
)
from tests.law.places import SCENARIOS

if TYPE_CHECKING:
    from enforcement.law.book import Book
    from enforcement.law.procedure import Procedure

KINDS = {"penalty_ordinary": "penalty", "license": "license", "inspection": "inspection"}
NAMES_OFFICERS = {"open_case", "assign_officers", "begin_inspection"}


def files() -> list[str]:
    """The names of the scenario files of cases."""
    return sorted(path.stem for path in (SCENARIOS / "cases").glob("*.toml"))


def officer(entry: str | Mapping[str, Any]) -> OfficerFacts:
    """「甲」 is a certified, published officer called so; a table says what is different."""
    said = {"person_id": entry, "certificate_no": f"京{entry}001"} if isinstance(entry, str) else entry
    return OfficerFacts(**{"name": said["person_id"], "certificate_valid": True, "published": True, **said})


def recording(entry: Mapping[str, Any]) -> RecordingFacts:
    """A film whose activity and times the entry tells, where they are asked."""
    unsaid = {"id": "r", "activity": "", "started_at": None, "ended_at": None, "kind": "video"}
    return RecordingFacts(**{**unsaid, **entry})


def case(today: date, **told: Any) -> CaseFacts:
    """A penalty case in the afternoon of a day: nothing is known, nothing has happened, but for what is told."""
    empty = {
        "case_id": "case", "procedure": "penalty_ordinary", "stage": "",
        "now": datetime.combine(today, time(15), SHANGHAI), "law": "",
        "matter": MatterFacts(code="A001", zh="示例事项", kind=KINDS.get(told.get("procedure", ""), "penalty")),
        "parties": (), "officers": (), "handling_unit_id": "", "records": (), "recordings": (), "parameters": {},
        "directory": None, "actor": None, "clears": {},
    }  # fmt: skip
    return CaseFacts(today=today, **{**empty, **told})


def record(entry: Mapping[str, Any], seq: int, procedure: Procedure, stage: str, book: Book) -> Record:
    """One record: `event`, `on`, `by`, `data`; act and stage follow from the procedure where they are not written.

    Who did it acted in the first role that may.
    """
    acts = [act for act in procedure.acts.values() if act.event == entry["event"]]
    act = entry.get("act") or (acts[0].key if acts else "")
    after = entry.get("stage") or next((one.to for one in acts if one.to), None) or stage
    at = entry.get("at") or datetime.combine(entry["on"], time(10), SHANGHAI)
    data, by = entry.get("data", {}), entry.get("by")
    declared = book.powers.acts.get(act)
    people = declared.people(by or "", list(declared.who)[:1], data) if declared else {}
    return Record(seq, entry["event"], act, after, at, entry["on"], by, data, people)


def records(entries: Iterable[Mapping[str, Any]], procedure: Procedure, book: Book) -> tuple[Record, ...]:
    """The records of a case, in order."""
    made: list[Record] = []
    for seq, entry in enumerate(entries, start=1):
        made.append(record(entry, seq, procedure, made[-1].stage if made else procedure.start, book))
    return tuple(made)


def facts(entry: Mapping[str, Any], book: Book) -> CaseFacts:
    """The facts of one entry; what it does not say is a sound and empty case on 2 March 2026."""
    kind = entry.get("procedure", "penalty_ordinary")
    procedure = book.procedures[kind]
    told = records(entry.get("records", ()), procedure, book)
    today: date = entry.get("today", date(2026, 3, 2))
    matter = {"code": "A001", "zh": "示例事项", "kind": KINDS[kind], **entry.get("matter", {})}
    actor = entry.get("actor")
    disclosed = entry.get("disclosure")
    lines = entry.get("directory")
    return case(
        today,
        procedure=kind,
        stage=entry.get("stage") or (told[-1].stage if told else procedure.start),
        now=entry.get("now") or datetime.combine(today, time(15), SHANGHAI),
        law=book.version,
        matter=MatterFacts(**matter),
        parties=tuple(PartyFacts(**{"id": "p", "kind": "organization", **one}) for one in entry.get("parties", ())),
        officers=tuple(officer(one) for one in entry.get("officers", ())),
        handling_unit_id=entry.get("handling_unit_id", ""),
        records=told,
        recordings=tuple(recording(one) for one in entry.get("recordings", ())),
        parameters={name: ParameterFacts(name, value) for name, value in entry.get("parameters", {}).items()},
        directory=None if lines is None else tuple(_line(one) for one in lines),
        actor=None
        if actor is None
        else ActorFacts(**{"person_id": "", **actor, "roles": frozenset(actor.get("roles", ()))}),
        act=entry.get("act", ""),
        form=entry.get("form", {}),
        acted={one.person_id: one for one in map(officer, entry.get("acted", ()))},
        named={one.person_id: one for one in map(officer, entry.get("named", ()))},
        disclosure=None if disclosed is None else DisclosureFacts(**{"due_on": None, **disclosed}),
        clears=procedure.clears,
    )


def _line(entry: Mapping[str, Any]) -> DirectoryEntryFacts:
    """A line of the directory under which a matter is not major, unless the entry says so."""
    return DirectoryEntryFacts(**{"is_major": False, "ground_row": "", **entry})


@dataclasses.dataclass
class Walk:
    """A case being walked through its procedure, act by act, with nothing but the law."""

    book: Book
    facts: CaseFacts
    people: Mapping[str, Mapping[str, Any]]

    @classmethod
    def begin(cls, story: Mapping[str, Any], book: Book) -> Walk:
        """A case before its first act."""
        people = story.get("people", {})
        known = {name: officer({"person_id": name, **one.get("certificate", {})}) for name, one in people.items()}
        return cls(book, dataclasses.replace(facts(story, book), named=known), people)

    def actor(self, name: str) -> ActorFacts:
        """One of the people of the story, as who acts."""
        person = self.people.get(name, {})
        return ActorFacts(person_id=name, name=name, **{k: _set(v) for k, v in person.items() if k != "certificate"})

    def attempt(self, step: Mapping[str, Any]) -> tuple[Breach, ...]:
        """Try one act on its day by its person; done, it is recorded. What stood against it, () if nothing did."""
        name, today = step["act"], step.get("on", self.facts.today)
        who = step.get("by", "")
        actor = self.actor(who)
        form = {**step.get("form", {}), **step.get("computed", {})}
        now = step.get("at") or datetime.combine(today, time(15), SHANGHAI)
        recordings = (*self.facts.recordings, *(recording(one) for one in step.get("recordings", ())))
        self.facts = dataclasses.replace(
            self.facts, today=today, now=now, actor=actor, form=form, recordings=recordings, clears={}
        )
        against = [breach for breach in [self.book.powers.may(actor.roles, name)] if breach]
        against += self.book.powers.apart(name, self.facts)
        procedure = self.book.procedures[self.facts.procedure]
        try:
            admitted = procedure.admit(name, self.facts, self.book)
        except RuleViolation as refusal:
            return (*against, *refusal.breaches)
        if against:
            return tuple(against)
        stage = admitted.stage_after or self.facts.stage
        seq = len(self.facts.records) + 1
        on = step.get("happened_on", today)
        people = self.book.powers.acts[name].people(who, actor.roles, form)
        done = Record(seq, admitted.event, name, stage, now, on, who or None, form, people)
        officers = self.facts.officers
        if name in NAMES_OFFICERS:
            officers = tuple(self.facts.named[one] for one in form["officers"])
        self.facts = dataclasses.replace(
            self.facts,
            stage=stage,
            records=(*self.facts.records, done),
            officers=officers,
            form={},
            clears=procedure.clears,
        )
        return ()


def _set(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value
