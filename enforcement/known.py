"""What a transaction knows of a case: its rows as the law reads them, read once and carried on by what acts write."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from enforcement.law import facts as law
from enforcement.law.events import NOTIFIED, Record
from enforcement.models.cases import Case, CaseOfficer, Party, ProcessRecord
from enforcement.models.people import Certificate, Person
from enforcement.models.recordings import Recording
from enforcement.wrote import Change, read

Row = TypeVar("Row", bound=Any)


@dataclasses.dataclass(frozen=True, slots=True)
class KnownCertificate:
    """A certificate of a person; `published`: the public page of officers lists it."""

    number: str
    valid_from: dt.date
    valid_to: dt.date
    suspended_on: dt.date | None
    published: bool

    def holds_on(self, day: dt.date) -> bool:
        """Whether it counts on a day: not before it begins, after it ends, or from the day of its suspension on."""
        suspended = self.suspended_on is not None and self.suspended_on <= day
        return self.valid_from <= day <= self.valid_to and not suspended

    def span(self, left_on: dt.date | None) -> tuple[dt.date, dt.date]:
        """First and last day on which it held; the last is before the first where it never did."""
        suspended = self.suspended_on
        ends = [
            self.valid_to,
            *([suspended - dt.timedelta(days=1)] if suspended else []),
            *([left_on] if left_on else []),
        ]
        return self.valid_from, min(ends)


@dataclasses.dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person with every certificate they ever had, by the day it began: any day can be asked about."""

    id: str
    name: str
    unit_id: str
    auxiliary: bool
    left_on: dt.date | None
    certificates: tuple[KnownCertificate, ...] = ()

    def on(self, day: dt.date) -> law.OfficerFacts:
        """The person on a day, with the newest certificate that counts then, or else the newest they had."""
        holding = [one for one in self.certificates if one.holds_on(day)]
        counting = next(reversed(holding or self.certificates), None)
        in_post = self.left_on is None or self.left_on >= day
        return law.OfficerFacts(
            person_id=self.id,
            name=self.name,
            certificate_no=counting.number if counting else "",
            certificate_valid=bool(holding) and in_post,
            published=counting is not None and counting.published,
            auxiliary=self.auxiliary,
            unit_id=self.unit_id,
            certified=tuple(one.span(self.left_on) for one in self.certificates),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """One case: its records in order, its parties and recordings, who is on it from which day to which, and whoever of
    the agency has been asked about, by id; None for an id that is nobody's.

    Every step is among the records, and not whom the clock notified. `seq` is how far its chain had come.
    """

    records: tuple[Record, ...] = ()
    parties: tuple[law.PartyFacts, ...] = ()
    officers: Mapping[str, tuple[dt.date, dt.date | None]] = dataclasses.field(default_factory=dict)
    recordings: tuple[law.RecordingFacts, ...] = ()
    people: Mapping[str, KnownPerson | None] = dataclasses.field(default_factory=dict)
    seq: int = 0

    @property
    def handled(self) -> frozenset[str]:
        """Everybody who handled the case, by what its records say."""
        return frozenset(person for record in self.records for person in record.people.get("handles", ()))

    def with_people(self, people: Mapping[str, KnownPerson | None]) -> Known:
        """The same and these people."""
        return dataclasses.replace(self, people={**self.people, **people})

    def after(self, record: Record, wrote: Iterable[Change]) -> Known:
        """What is known once an act has left its record and written these rows: nothing has to be read again."""
        parties = {one.id: one for one in self.parties}
        officers, recordings = dict(self.officers), {one.id: one for one in self.recordings}
        for one in wrote:
            name = one["table"]
            if name not in _TABLES:
                continue
            key, values = read(name, one["key"]), read(name, one.get("set", {}))
            if name == _OFFICERS:
                person, (from_on, to_on) = str(key["person_id"]), officers.get(str(key["person_id"]), _NEVER)
                officers[person] = values.get("from_on", from_on), values.get("to_on", to_on)
            elif name == _RECORDINGS:
                kept = recordings.get(str(key["id"]))
                recordings[str(key["id"])] = (
                    _moved(kept, **values) if kept else recording_facts(Recording(**key, **values))
                )
            elif one.get("gone"):
                parties.pop(str(key["id"]), None)
            else:
                parties[str(key["id"])] = party_facts(Party(**key, **values))
        return dataclasses.replace(
            self,
            seq=record.seq,
            records=self.records if record.event == NOTIFIED else (*self.records, record),
            parties=tuple(parties.values()),
            officers=officers,
            recordings=tuple(recordings.values()),
        )


_PARTIES, _OFFICERS, _RECORDINGS = (str(model.__table__) for model in (Party, CaseOfficer, Recording))
_TABLES = frozenset({_PARTIES, _OFFICERS, _RECORDINGS})
_NEVER = (dt.date.min, None)


def known_of(session: Session, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Known]:
    """What is written of several cases, by id, in four queries; nobody has been asked about yet."""
    ids = list(case_ids)
    records = _records_of(session, ids)
    officers = _grouped(session.scalars(select(CaseOfficer).where(CaseOfficer.case_id.in_(ids))))
    parties = _grouped(session.scalars(select(Party).where(Party.case_id.in_(ids)).order_by(Party.position)))
    recordings = _grouped(
        session.scalars(select(Recording).where(Recording.case_id.in_(ids)).order_by(Recording.started_at))
    )
    return {
        case_id: Known(
            tuple(records[case_id]),
            tuple(party_facts(row) for row in parties[case_id]),
            {str(row.person_id): (row.from_on, row.to_on) for row in officers[case_id]},
            tuple(recording_facts(row) for row in recordings[case_id]),
        )
        for case_id in ids
    }


def known_of_new(session: Session, case: Case) -> Known:
    """A case not yet written has nothing but what its starting act has just laid beside it."""
    laid = [row for row in session.new if isinstance(row, (Party, CaseOfficer)) and row.case_id == case.id]
    parties = sorted((row for row in laid if isinstance(row, Party)), key=lambda row: row.position)
    officers = {str(row.person_id): (row.from_on, row.to_on) for row in laid if isinstance(row, CaseOfficer)}
    return Known(parties=tuple(party_facts(row) for row in parties), officers=officers)


def people_of(session: Session, ids: AbstractSet[str]) -> dict[str, KnownPerson | None]:
    """These people with their certificates, in two queries; None for an id that is nobody's of this agency."""
    if not ids:
        return {}
    wanted = [uuid.UUID(one) for one in ids]
    held: dict[uuid.UUID, list[KnownCertificate]] = defaultdict(list)
    rows = session.scalars(select(Person).where(Person.id.in_(wanted))).all()
    certificates = select(Certificate).where(Certificate.person_id.in_(wanted)).order_by(Certificate.valid_from)
    for row in session.scalars(certificates):
        published = row.published_at is not None
        held[row.person_id].append(
            KnownCertificate(row.number, row.valid_from, row.valid_to, row.suspended_on, published)
        )
    found = {
        str(row.id): KnownPerson(
            str(row.id), row.name, str(row.unit_id), row.auxiliary, row.left_on, tuple(held[row.id])
        )
        for row in rows
    }
    return {one: found.get(one) for one in ids}


def _grouped(rows: Iterable[Row]) -> dict[uuid.UUID, list[Row]]:
    found: dict[uuid.UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def _records_of(session: Session, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Record]]:
    # Columns, not rows: what a record wrote is large and no law asks for it.
    found: dict[uuid.UUID, list[Record]] = defaultdict(list)
    columns = (
        ProcessRecord.chain_id, ProcessRecord.seq, ProcessRecord.event, ProcessRecord.act, ProcessRecord.stage,
        ProcessRecord.at, ProcessRecord.happened_on, ProcessRecord.actor_id, ProcessRecord.data, ProcessRecord.people,
        ProcessRecord.behalf_of,
    )  # fmt: skip
    steps = select(*columns).where(ProcessRecord.chain_id.in_(case_ids), ProcessRecord.event != NOTIFIED)
    query = steps.order_by(ProcessRecord.chain_id, ProcessRecord.seq)
    for row in session.execute(query):
        found[row.chain_id].append(as_record(row))
    return found


# -------------------------------------------------------------------------------------------------- rows as facts


def as_record(row: Any) -> Record:
    """A process record, or the columns of one, as the law reads it."""
    actor_id, behalf_of = (str(one) if one else None for one in (row.actor_id, row.behalf_of))
    return Record(
        row.seq, row.event, row.act, row.stage, row.at, row.happened_on, actor_id, row.data, row.people, behalf_of
    )


def party_facts(row: Party) -> law.PartyFacts:
    """A party's row as the law reads it."""
    return law.PartyFacts(
        id=str(row.id),
        kind=row.kind,  # type: ignore[arg-type]  # the form offers only the three kinds
        name=row.name,
        id_no=row.id_no,
        address=row.address,
        birth_on=row.birth_on,
        legal_representative=row.legal_representative,
        operator_name=row.operator_name,
        phone=row.phone,
        bank_account=row.bank_account,
        other_known=tuple(row.other_known),
    )


def recording_facts(row: Recording) -> law.RecordingFacts:
    """A recording's row as the law reads it: it begins when it really began, and is as long as it is."""
    registered = law.RecordingFacts(
        id=str(row.id),
        activity=row.activity,
        measure=row.measure,
        started_at=row.started_at,
        ended_at=row.ended_at,
        kind=row.kind,
        sha256=row.sha256,
    )
    return _moved(registered, row.began_at)


def _moved(recording: law.RecordingFacts, began_at: dt.datetime | None) -> law.RecordingFacts:
    if began_at is None or recording.started_at is None or recording.ended_at is None:
        return recording
    moved = began_at - recording.started_at
    return dataclasses.replace(recording, started_at=began_at, ended_at=recording.ended_at + moved)
