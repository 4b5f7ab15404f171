"""What the law looks at, read from the tables: the one bridge from rows to :class:`CaseFacts`."""

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from enforcement.law import facts as law
from enforcement.law.clocks import running
from enforcement.law.events import NOTIFIED, Record
from enforcement.models.cases import Case, CaseOfficer, Party, ProcessRecord
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Certificate, Person
from enforcement.models.powers import AgencyParameter, DirectoryEntry, Matter
from enforcement.models.recordings import Recording
from enforcement.work import Actor, Work

_UUID_LENGTH = 36

Row = TypeVar("Row", bound=Any)


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """What an agency has set for itself: rows as they are, whatever the day."""

    parameters: tuple[AgencyParameter, ...]
    directory: tuple[DirectoryEntry, ...]
    matters: Mapping[str, Matter]


def standing(work: Work) -> Standing:
    """The agency's settings. Only its own acts change them, so what was read holds until its chain grows."""
    kept = work.office.kept.get(work.actor.agency_id)
    if kept is not None and work.agency_seq is not None and kept[0] == work.agency_seq:
        return cast(Standing, kept[1])
    with Session(work.session.connection(), expire_on_commit=False, autoflush=False) as session:
        found = Standing(
            tuple(session.scalars(select(AgencyParameter).order_by(AgencyParameter.from_on))),
            tuple(session.scalars(select(DirectoryEntry).order_by(DirectoryEntry.version))),
            {row.code: row for row in session.scalars(select(Matter))},
        )
        session.expunge_all()
    if work.agency_seq is not None:
        work.office.kept[work.actor.agency_id] = work.agency_seq, found
    return found


def facts_of(
    work: Work,
    case: Case,
    form: Mapping[str, Any] | None = None,
    *,
    disclosure: Disclosure | None = None,
    happened_on: dt.date | None = None,
) -> law.CaseFacts:
    """Everything known of a case on the day of `work`, for the act whose values are `form`.

    Certificates are those of the day the act happened: `happened_on`, else today.

    With a disclosure, `stage` is the disclosure's own and `disclosure` is filled in.
    """
    form = form or {}
    named = set(_people_in(form))
    if case in work.session.new:
        found = _facts_of_new(work, case, named)
    else:
        work.session.flush()
        found = facts_of_many(work, [case], named, happened_on)[case.id]
    facts = dataclasses.replace(found, form=form)
    return with_disclosure(work, facts, disclosure) if disclosure else facts


def _facts_of_new(work: Work, case: Case, named: set[uuid.UUID]) -> law.CaseFacts:
    """A case not yet written has nothing but what its starting act has just laid beside it."""
    laid = [row for row in work.session.new if isinstance(row, (Party, CaseOfficer)) and row.case_id == case.id]
    officers = [row for row in laid if isinstance(row, CaseOfficer)]
    parties = sorted((row for row in laid if isinstance(row, Party)), key=lambda row: row.position)
    people = people_as_of(work, {row.person_id for row in officers} | named, work.today)
    return _facts(work, case, people, named, parties=parties, officers=officers)


def facts_of_many(
    work: Work,
    cases: Sequence[Case],
    named: AbstractSet[uuid.UUID] = frozenset(),
    happened_on: dt.date | None = None,
) -> dict[uuid.UUID, law.CaseFacts]:
    """The facts of several cases in a fixed number of queries, by case id; `named` are people a form names."""
    if not cases:
        return {}
    session, ids = work.session, [case.id for case in cases]
    records = records_of(session, ids)
    officers = _grouped(session.scalars(select(CaseOfficer).where(CaseOfficer.case_id.in_(ids))))
    parties = _grouped(session.scalars(select(Party).where(Party.case_id.in_(ids)).order_by(Party.position)))
    recordings = _grouped(
        session.scalars(select(Recording).where(Recording.case_id.in_(ids)).order_by(Recording.started_at))
    )
    acted = {case_id: set(_acting(kept)) for case_id, kept in records.items()}
    known = {row.person_id for rows in officers.values() for row in rows} | named | set().union(*acted.values())
    people = people_as_of(work, known, happened_on or work.today)
    return {
        case.id: _facts(
            work,
            case,
            people,
            named,
            parties=parties[case.id],
            officers=officers[case.id],
            records=records.get(case.id, ()),
            acted=acted.get(case.id, set()),
            recordings=recordings[case.id],
        )
        for case in cases
    }


def _facts(
    work: Work,
    case: Case,
    people: Mapping[uuid.UUID, law.OfficerFacts],
    named: AbstractSet[uuid.UUID],
    *,
    parties: Sequence[Party],
    officers: Sequence[CaseOfficer],
    records: tuple[Record, ...] = (),
    acted: AbstractSet[uuid.UUID] = frozenset(),
    recordings: Sequence[Recording] = (),
) -> law.CaseFacts:
    return law.CaseFacts(
        case_id=str(case.id),
        procedure=case.procedure,
        stage=case.stage,
        today=work.today,
        now=work.moment,
        matter=_matter(standing(work).matters.get(case.matter_code)),
        parties=tuple(party_facts(row) for row in parties),
        officers=tuple(
            dataclasses.replace(people[row.person_id], from_on=row.from_on, to_on=row.to_on) for row in officers
        ),
        handling_unit_id=str(case.unit_id),
        records=records,
        recordings=tuple(recording_facts(row) for row in recordings),
        parameters=parameters(work),
        directory=directory(work),
        actor=actor_facts(work.actor),
        named={str(key): person for key, person in people.items() if key in named},
        acted={str(key): person for key, person in people.items() if key in acted},
        clears=work.book.procedures[case.procedure].clears,
    )


def with_disclosure(work: Work, facts: law.CaseFacts, disclosure: Disclosure) -> law.CaseFacts:
    """The same facts seen from one disclosure of the case: its stage, its due day."""
    due_on = due_day(facts, disclosure, work)
    seen = law.DisclosureFacts(id=str(disclosure.id), due_on=due_on)
    return dataclasses.replace(facts, stage=disclosure.stage, disclosure=seen)


def _grouped(rows: Iterable[Row]) -> dict[uuid.UUID, list[Row]]:
    found: dict[uuid.UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def due_day(facts: law.CaseFacts, disclosure: Disclosure, work: Work) -> dt.date | None:
    """The last lawful day of a disclosure as its clock stands now, or None where no clock of it runs."""
    clocks = (clock for clock in running(facts, work.book) if clock.limit.key == disclosure.limit_key)
    return next((clock.due.due_on for clock in clocks), None)


def records_of(session: Session, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[Record, ...]]:
    """The process records of several cases in one query, in order: every step, and not whom the clock notified."""
    found: dict[uuid.UUID, list[Record]] = {}
    columns = (
        ProcessRecord.chain_id, ProcessRecord.seq, ProcessRecord.event, ProcessRecord.act, ProcessRecord.stage,
        ProcessRecord.at, ProcessRecord.happened_on, ProcessRecord.actor_id, ProcessRecord.data, ProcessRecord.people,
    )  # fmt: skip
    query = (
        select(*columns)
        .where(ProcessRecord.chain_id.in_(list(case_ids)), ProcessRecord.event != NOTIFIED)
        .order_by(ProcessRecord.chain_id, ProcessRecord.seq)
    )
    for chain_id, seq, event, act, stage, at, happened_on, actor_id, data, people in session.execute(query):
        who = str(actor_id) if actor_id else None
        record = Record(seq, event, act, stage, at, happened_on, who, data, people)
        found.setdefault(chain_id, []).append(record)
    return {case_id: tuple(records) for case_id, records in found.items()}


def as_record(row: ProcessRecord) -> Record:
    """A process record as the law reads it."""
    actor_id = str(row.actor_id) if row.actor_id else None
    return Record(row.seq, row.event, row.act, row.stage, row.at, row.happened_on, actor_id, row.data, row.people)


def parameters(work: Work) -> dict[str, law.ParameterFacts]:
    """The agency's dated numbers in force today, each with those before it."""
    found: dict[str, law.ParameterFacts] = {}
    for row in standing(work).parameters:
        if row.from_on <= work.today:
            earlier = found.get(row.name)
            found[row.name] = law.ParameterFacts(
                row.name, row.value, row.from_on, row.cite, row.quote, row.set_at, earlier
            )
    return found


def directory(work: Work) -> tuple[law.DirectoryEntryFacts, ...] | None:
    """The newest version of the directory of major decisions in force today, or None where there is none (S#11)."""
    rows = [row for row in standing(work).directory if row.from_on <= work.today]
    newest = max((row.version for row in rows), default=0)
    return (
        tuple(
            law.DirectoryEntryFacts(row.matter_code, row.is_major, row.ground_row, row.amount_from_fen, row.cite)
            for row in rows
            if row.version == newest
        )
        or None
    )


def _people_in(form: Mapping[str, Any]) -> Iterable[uuid.UUID]:
    # Whoever a form names by id, wherever in it: the law wants to know each one's certificate today.
    for value in form.values():
        for item in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(item, Mapping):
                yield from _people_in(item)
            elif isinstance(item, str) and len(item) == _UUID_LENGTH:
                with suppress(ValueError):
                    yield uuid.UUID(item)


def _acting(records: Iterable[Record]) -> Iterable[uuid.UUID]:
    """Everybody who handled the case, by what its records say."""
    return (uuid.UUID(person) for record in records for person in record.people.get("handles", ()))


def people_as_of(work: Work, ids: set[uuid.UUID], day: dt.date) -> dict[uuid.UUID, law.OfficerFacts]:
    """These people as officers, each with the certificate that counts on the day."""
    if not ids:
        return {}
    people = {row.id: row for row in work.session.scalars(select(Person).where(Person.id.in_(ids)))}
    certificates: dict[uuid.UUID, Certificate] = {}
    held: dict[uuid.UUID, list[Certificate]] = defaultdict(list)
    query = select(Certificate).where(Certificate.person_id.in_(ids)).order_by(Certificate.valid_from)
    for row in work.session.scalars(query):
        held[row.person_id].append(row)
        best = certificates.get(row.person_id)
        if best is None or not _valid(best, day) or _valid(row, day):
            certificates[row.person_id] = row
    return {
        person_id: dataclasses.replace(
            _officer(row, certificates.get(person_id), day),
            certified=tuple(_span(one, row.left_on) for one in held[person_id]),
        )
        for person_id, row in people.items()
    }


def _valid(certificate: Certificate, day: dt.date) -> bool:
    suspended = certificate.suspended_on is not None and certificate.suspended_on <= day
    return certificate.valid_from <= day <= certificate.valid_to and not suspended


def _span(certificate: Certificate, left_on: dt.date | None) -> tuple[dt.date, dt.date]:
    """First and last day on which a certificate held; the last is before the first where it never did."""
    suspended = certificate.suspended_on
    ends = [
        certificate.valid_to,
        *([suspended - dt.timedelta(days=1)] if suspended else []),
        *([left_on] if left_on else []),
    ]
    return certificate.valid_from, min(ends)


def _officer(person: Person, certificate: Certificate | None, day: dt.date) -> law.OfficerFacts:
    in_post = person.left_on is None or person.left_on >= day
    return law.OfficerFacts(
        person_id=str(person.id),
        name=person.name,
        certificate_no=certificate.number if certificate else "",
        certificate_valid=certificate is not None and in_post and _valid(certificate, day),
        published=certificate is not None and certificate.published_at is not None,
        auxiliary=person.auxiliary,
        unit_id=str(person.unit_id),
    )


def _matter(row: Matter | None) -> law.MatterFacts:
    if row is None:
        return law.NOT_LISTED
    return law.MatterFacts(row.code, row.zh, row.kind, row.basis, from_on=row.from_on, to_on=row.to_on)


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
    began_at = row.began_at or row.started_at
    return law.RecordingFacts(
        id=str(row.id),
        activity=row.activity,
        measure=row.measure,
        started_at=began_at,
        ended_at=row.ended_at + (began_at - row.started_at),
        kind=row.kind,
        sha256=row.sha256,
    )


def actor_facts(actor: Actor) -> law.ActorFacts:
    """Who acts, as the law reads it."""
    return law.ActorFacts(
        person_id=str(actor.person_id or ""),
        name=actor.name,
        roles=actor.roles,
        unit_id=str(actor.unit_id or ""),
        legal_unit=actor.legal_unit,
        law_qualified=actor.law_qualified,
        kind=actor.kind,
    )
