"""What the law looks at, read from the tables: the one bridge from rows to :class:`CaseFacts`."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from enforcement.known import Known, KnownPerson, known_of, known_of_new, people_of
from enforcement.law import facts as law
from enforcement.law.clocks import running
from enforcement.models.cases import Case
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Agency
from enforcement.models.powers import AgencyParameter, DirectoryEntry, Matter
from enforcement.work import Actor, Work

_UUID_LENGTH = 36


@dataclasses.dataclass(frozen=True, slots=True)
class AgencySettings:
    """The agency, and what it has set for itself: rows as they are, whatever the day."""

    agency: Agency
    parameters: tuple[AgencyParameter, ...]
    directory: tuple[DirectoryEntry, ...]
    matters: Mapping[str, Matter]
    people: dict[str, KnownPerson] = dataclasses.field(default_factory=dict)
    """Whoever of the agency has been asked about; only acts of the agency change people and certificates."""


def agency_settings(work: Work) -> AgencySettings:
    """The agency's settings. Only its own acts change them, so what was read holds until its chain grows."""
    kept = work.office.kept.get(work.actor.agency_id)
    if kept is not None and work.agency_seq is not None and kept[0] == work.agency_seq:
        return cast(AgencySettings, kept[1])
    with Session(work.session.connection(), expire_on_commit=False, autoflush=False) as session:
        found = AgencySettings(
            session.scalars(select(Agency)).one(),
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

    Read once in a transaction: its acts carry on what they write. Certificates are those of the day the act happened:
    `happened_on`, else today. With a disclosure, `stage` is the disclosure's own and `disclosure` is filled in.
    """
    form = form or {}
    named = frozenset(_people_in(form))
    known = work.cases.get(case.id)
    if known is None or known.seq != case.last_seq:
        if case in work.session.new:
            known = known_of_new(work.session, case)
        else:
            work.session.flush()
            known = known_of(work.session, [case.id])[case.id]
        known = dataclasses.replace(known, seq=case.last_seq)
    known = known.with_people(_people(work, _asked_about(work, known, named) - known.people.keys()))
    work.cases[case.id] = known
    facts = dataclasses.replace(_facts(work, case, known, named, happened_on), form=form)
    return with_disclosure(work, facts, disclosure) if disclosure else facts


def facts_of_many(work: Work, cases: Sequence[Case]) -> dict[uuid.UUID, law.CaseFacts]:
    """The facts of several cases in a fixed number of queries, by case id."""
    if not cases:
        return {}
    read = known_of(work.session, [case.id for case in cases])
    people = _people(work, frozenset().union(*(_asked_about(work, known) for known in read.values())))
    return {case.id: _facts(work, case, read[case.id].with_people(people)) for case in cases}


def _people(work: Work, ids: AbstractSet[str]) -> dict[str, KnownPerson | None]:
    """These people, of whom is read only whoever was not asked about before; None for an id that is nobody's here."""
    kept = agency_settings(work).people
    read = people_of(work.session, ids - kept.keys())
    kept |= {one: person for one, person in read.items() if person is not None}
    return {one: kept.get(one) for one in ids}


def _asked_about(work: Work, known: Known, named: AbstractSet[str] = frozenset()) -> AbstractSet[str]:
    """Whom the law may ask about: on the case, in its records, in the form, and whoever acts now."""
    actor = {str(work.actor.person_id)} if work.actor.person_id else set()
    return known.officers.keys() | known.handled | named | actor


def _facts(
    work: Work,
    case: Case,
    known: Known,
    named: AbstractSet[str] = frozenset(),
    happened_on: dt.date | None = None,
) -> law.CaseFacts:
    day = happened_on or work.today
    people = {one: person.on(day) for one, person in known.people.items() if person is not None}
    return law.CaseFacts(
        case_id=str(case.id),
        procedure=case.procedure,
        stage=case.stage,
        today=work.today,
        now=work.moment,
        law=work.book.version,
        matter=_matter(agency_settings(work).matters.get(case.matter_code)),
        parties=known.parties,
        officers=tuple(
            dataclasses.replace(people[one], from_on=from_on, to_on=to_on)
            for one, (from_on, to_on) in known.officers.items()
        ),
        handling_unit_id=str(case.unit_id),
        records=known.records,
        recordings=known.recordings,
        parameters=parameters(work),
        directory=directory(work),
        actor=actor_facts(work.actor),
        named={one: person for one, person in people.items() if one in named},
        acted={one: person for one, person in people.items() if one in known.handled},
        clears=work.book.procedures[case.procedure].clears,
    )


def with_disclosure(work: Work, facts: law.CaseFacts, disclosure: Disclosure) -> law.CaseFacts:
    """The same facts seen from one disclosure of the case: its stage, its due day."""
    due_on = due_day(facts, disclosure, work)
    seen = law.DisclosureFacts(id=str(disclosure.id), due_on=due_on)
    return dataclasses.replace(facts, stage=disclosure.stage, disclosure=seen)


def due_day(facts: law.CaseFacts, disclosure: Disclosure, work: Work) -> dt.date | None:
    """The last lawful day of a disclosure as its clock stands now, or None where no clock of it runs."""
    clocks = (clock for clock in running(facts, work.book) if clock.limit.key == disclosure.limit_key)
    return next((clock.due.due_on for clock in clocks), None)


def parameters(work: Work) -> dict[str, law.ParameterFacts]:
    """The agency's dated numbers in force today, each with those before it."""
    found: dict[str, law.ParameterFacts] = {}
    for row in agency_settings(work).parameters:
        if row.from_on <= work.today:
            earlier = found.get(row.name)
            found[row.name] = law.ParameterFacts(
                row.name, row.value, row.from_on, row.cite, row.quote, row.set_at, earlier
            )
    return found


def directory(work: Work) -> tuple[law.DirectoryEntryFacts, ...] | None:
    """The newest version of the directory of major decisions in force today, or None where there is none (S#11)."""
    rows = [row for row in agency_settings(work).directory if row.from_on <= work.today]
    newest = max((row.version for row in rows), default=0)
    return (
        tuple(
            law.DirectoryEntryFacts(row.matter_code, row.is_major, row.ground_row, row.amount_from_fen, row.cite)
            for row in rows
            if row.version == newest
        )
        or None
    )


def _people_in(form: Mapping[str, Any]) -> Iterable[str]:
    # Whoever a form names by id, wherever in it: the law wants to know each one's certificate today.
    for value in form.values():
        for item in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(item, Mapping):
                yield from _people_in(item)
            elif isinstance(item, str) and len(item) == _UUID_LENGTH:
                with suppress(ValueError):
                    yield str(uuid.UUID(item))


def _matter(row: Matter | None) -> law.MatterFacts:
    if row is None:
        return law.NOT_LISTED
    return law.MatterFacts(row.code, row.zh, row.kind, row.basis, from_on=row.from_on, to_on=row.to_on)


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
