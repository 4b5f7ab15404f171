"""What the law looks at: one case, as its process records tell it, on one day, for one act that somebody wants to do.

Everything is frozen; nothing is asked of a database or of the clock. `enforcement.facts` builds `CaseFacts`; the tests
build it in one line.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from enforcement.law.events import Record, shanghai_day

T = TypeVar("T")
PartyKind = Literal["natural_person", "sole_trader", "organization"]


class Fields(Mapping[str, Any]):
    """A form or the data of a record, read by type.

    A form holds Python values, a record what JSON made of them (ISO days and moments, strings for numbers, "true"):
    both read alike. What is missing or empty reads as "", None, 0, False or (); an empty `Fields` is false.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values: Mapping[str, Any] = values if values is not None else {}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str) -> str:
        """One text, stripped; "" where there is none."""
        value = self._values.get(name)
        return "" if value is None else str(value).strip()

    def missing(self, *names: str) -> tuple[str, ...]:
        """Those of the names that hold nothing."""
        return tuple(name for name in names if not self.text(name) or self._values.get(name) in ((), []))

    def day(self, name: str) -> date | None:
        """One day; a moment gives its Shanghai day."""
        value = self._values.get(name)
        if isinstance(value, datetime):
            return shanghai_day(value)
        if isinstance(value, date):
            return value
        text = self.text(name)
        if not text:
            return None
        return (
            date.fromisoformat(text) if len(text) == len("2026-01-01") else shanghai_day(datetime.fromisoformat(text))
        )

    def moment(self, name: str) -> datetime | None:
        """One aware moment."""
        value = self._values.get(name)
        if isinstance(value, datetime):
            return value
        return datetime.fromisoformat(self.text(name)) if self.text(name) else None

    def number(self, name: str) -> int:
        """One whole number: fen, days, points; 0 where there is none."""
        text = self.text(name)
        return int(text) if text else 0

    def yes(self, name: str) -> bool:
        """One yes or no; no answer is no."""
        value = self._values.get(name)
        return value.strip().lower() in {"true", "1", "yes", "on"} if isinstance(value, str) else bool(value)

    def lines(self, name: str) -> tuple[str, ...]:
        """Several lines, choices or person ids, without empty ones; a text gives its lines."""
        value = self._values.get(name)
        many = value.splitlines() if isinstance(value, str) else (value or ())
        return tuple(str(line).strip() for line in many if str(line).strip())

    def group(self, name: str) -> tuple[Fields, ...]:
        """The parts of a group, each again as fields."""
        return tuple(
            Fields(part if isinstance(part, Mapping) else dataclasses.asdict(part))
            for part in self._values.get(name) or ()
        )


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """The matter on the list of powers and duties (G6.2) under which the case runs. `kind`: penalty | license |
    inspection.
    """

    code: str
    zh: str
    kind: str
    basis_text: str = ""
    from_on: date | None = None
    to_on: date | None = None


NOT_LISTED = MatterFacts(code="", zh="", kind="")
"""The matter of a case whose code is on no list: of no kind, so nothing that asks for a kind is met."""


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A party: a natural person, a sole trader or an organization. Names stay inside: the ledger holds their digest."""

    id: str
    kind: PartyKind
    name: str = ""
    id_no: str = ""
    address: str = ""
    birth_on: date | None = None
    legal_representative: str = ""
    operator_name: str = ""
    phone: str = ""
    bank_account: str = ""
    other_known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfficerFacts:
    """A person on the day of the act, without an enforcement certificate unless it says otherwise. `from_on`/`to_on`:
    on this case; `certified`: first and last day of every time with a certificate, where that is asked.
    """

    person_id: str
    name: str
    certificate_no: str = ""
    certificate_valid: bool = False
    published: bool = False
    auxiliary: bool = False
    unit_id: str = ""
    from_on: date | None = None
    to_on: date | None = None
    certified: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """A recording in the case. `kind`: video | audio | photo; moments are aware; `measure` is the key of the compulsory
    measure it covers, "" where it covers none.
    """

    id: str
    activity: str
    started_at: datetime | None
    ended_at: datetime | None
    kind: str
    sha256: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryEntryFacts:
    """One line of the agency's directory of major decisions (S#11) in force today.

    A matter is mapped when a line names it, major or not. `ground_row` says under which item the agency put it
    ("S6.5"); `cite` the law or regulation where the ground is S6.4; with `amount_from_fen` the line is major from
    that fine on.
    """

    matter_code: str
    is_major: bool
    ground_row: str
    amount_from_fen: int | None = None
    cite: str = ""


@dataclass(frozen=True, slots=True)
class ParameterFacts:
    """A number the law leaves to the agency, in force today, with the paper that fixed it.

    `set_at` is when the agency set it, `earlier` what was in force before it.
    """

    name: str
    value: int
    from_on: date | None = None
    cite: str = ""
    quote: str = ""
    set_at: datetime | None = None
    earlier: ParameterFacts | None = None


@dataclass(frozen=True, slots=True)
class DisclosureFacts:
    """The disclosure item an act is about; its stage is that of the facts. `due_on` is the last lawful day as it stands
    now, None where no clock of it runs.
    """

    id: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """Who wants to act. `roles` are role identifiers of powers.toml.

    `legal_unit`: belongs to the registered legal unit of the agency or one authorised under S#4.3. `law_qualified`:
    holds the national legal qualification; `reviewed_before`: was a reviewer before this system began, so is not
    「初次从事」 (APL#58.2).
    """

    person_id: str
    name: str = ""
    roles: frozenset[str] = frozenset()
    unit_id: str = ""
    legal_unit: bool = False
    law_qualified: bool = False
    reviewed_before: bool = False
    kind: str = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One case on one day. `act` is being attempted with `form`; `named` are the people that names, by id, as of today;
    `acted` those whom its records name as officers.

    `clears` maps an act to the events it wipes out (`Procedure.clears`); `Procedure.admit` takes the procedure's own.
    `law` is the version of the book they were read under; no other judges them.

    Only what can be missing has a default, and the default grants nothing.
    """

    case_id: str
    procedure: str
    stage: str
    today: date
    now: datetime
    law: str
    matter: MatterFacts
    parties: tuple[PartyFacts, ...]
    officers: tuple[OfficerFacts, ...]
    handling_unit_id: str
    records: tuple[Record, ...]
    recordings: tuple[RecordingFacts, ...]
    parameters: Mapping[str, ParameterFacts | None]
    directory: tuple[DirectoryEntryFacts, ...] | None
    actor: ActorFacts | None
    clears: Mapping[str, frozenset[str]]
    act: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)
    named: Mapping[str, OfficerFacts] = field(default_factory=dict)
    acted: Mapping[str, OfficerFacts] = field(default_factory=dict)
    disclosure: DisclosureFacts | None = None
    _derived: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def asked(self) -> Fields:
        """The form of the act being attempted."""
        return Fields(self.form)

    @property
    def standing(self) -> tuple[Record, ...]:
        """The records that still count: going back wiped out what its act clears (an old approval must not let a new
        decision through).
        """
        return self.derived("standing", lambda: _standing(self.records, self.clears))

    def derived(self, key: Hashable, make: Callable[[], T]) -> T:
        """What follows from these facts, worked out once however many conditions ask for it; `key` names it."""
        if key not in self._derived:
            self._derived[key] = make()
        found: T = self._derived[key]
        return found

    def all(self, *events: str) -> tuple[Record, ...]:
        """Standing records of these events, in order."""
        return tuple(record for record in self.standing if record.event in events)

    def last(self, *events: str) -> Record | None:
        """The newest standing record of these events."""
        return next((record for record in reversed(self.standing) if record.event in events), None)

    def has(self, *events: str) -> bool:
        """Whether one of these events stands."""
        return self.last(*events) is not None

    def read(self, *events: str) -> Fields:
        """The data of the newest standing record of these events; empty where there is none."""
        record = self.last(*events)
        return Fields(record.data if record else None)

    def parameter(self, name: str) -> int | None:
        """A number the agency has fixed, or None where it has not."""
        parameter = self.parameters.get(name)
        return None if parameter is None else parameter.value

    def parameter_on(self, name: str, day: date, at: datetime) -> int | None:
        """The number in force on a day as it was known at a moment: what was set afterwards does not count."""
        found = self.parameters.get(name)
        while found is not None and (
            (found.from_on is not None and found.from_on > day) or (found.set_at is not None and found.set_at > at)
        ):
            found = found.earlier
        return None if found is None else found.value

    def after(self, record: Record) -> CaseFacts:
        """The same case once this record stands beside the others, with nothing being attempted."""
        stage = self.stage if self.disclosure else record.stage
        return dataclasses.replace(self, records=(*self.records, record), stage=stage, form={})

    @property
    def entered_at_seq(self) -> int:
        """Place of the record that brought the case into its present stage (0 at the very start)."""
        entered = 0
        before = ""
        for record in self.records:
            if record.stage != before or record.act in self.clears:
                entered, before = record.seq, record.stage
        return entered

    @property
    def suspended(self) -> bool:
        """Whether the case stands still: suspended and not resumed (J4.1c)."""
        last = self.last("suspended", "resumed")
        return last is not None and last.event == "suspended"


def _standing(records: Iterable[Record], clears: Mapping[str, frozenset[str]]) -> tuple[Record, ...]:
    kept: list[Record] = []
    for record in records:
        if wiped := clears.get(record.act):
            kept = [earlier for earlier in kept if earlier.event not in wiped]
        kept.append(record)
    return tuple(kept)


def unmatched(facts: CaseFacts, begun: str, ended: str, key: str) -> tuple[Fields, ...]:
    """The data of every `begun` record whose `key` no `ended` record names: measures not ended, preservations not
    settled.
    """
    closed = {Fields(record.data).text(key) for record in facts.all(ended)}
    data = (Fields(record.data) for record in facts.all(begun))
    return tuple(fields for fields in data if fields.text(key) not in closed)


def unapproved(facts: CaseFacts) -> tuple[Fields, ...]:
    """The measures taken on the spot that no head has approved (ACL#19), those lifted again left out."""
    lifted = (Fields(one.data) for one in facts.all("measure_ended"))
    settled = {one.text("measure") for one in lifted if one.text("kind") == "lifted"}
    settled |= {Fields(one.data).text("measure") for one in facts.all("measure_approved")}
    taken = (Fields(one.data) for one in facts.all("measure_taken"))
    left = (one for one in taken if not one.yes("approved_before") and one.moment("approved_at") is None)
    return tuple(one for one in left if one.text("measure") not in settled)
