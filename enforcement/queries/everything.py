"""One search over everything an officer may see: cases, parties, decisions, recordings, people."""

import dataclasses

from sqlalchemy import select

from enforcement.models.people import Certificate, Person, Unit
from enforcement.queries import words
from enforcement.queries.cases import CaseFilter, CaseRow, count_cases, list_cases
from enforcement.queries.paging import Count, Place
from enforcement.queries.recordings import RecordingFilter, RecordingRow, count_recordings, list_recordings
from enforcement.work import Work

EACH = 20


@dataclasses.dataclass(frozen=True, slots=True)
class PersonHit:
    """A person found by name or certificate number."""

    name: str
    unit: str
    certificate_no: str


@dataclasses.dataclass(frozen=True, slots=True)
class Hits:
    """What was found, of each kind the first EACH."""

    cases: list[CaseRow]
    case_count: Count
    recordings: list[RecordingRow]
    recording_count: Count
    people: list[PersonHit]


def search(work: Work, q: str) -> Hits:
    """Everything that holds all the words of `q`."""
    found, place = CaseFilter(q=q, scope="all"), Place(size=EACH)
    filmed = RecordingFilter(q=q)
    return Hits(
        list_cases(work, found, place).rows,
        count_cases(work, found),
        list_recordings(work, filmed, place).rows,
        count_recordings(work, filmed),
        _people(work, q),
    )


def _people(work: Work, q: str) -> list[PersonHit]:
    found = list(words.holding(work, "person", q))
    query = (
        select(Person.name, Unit.name, Certificate.number)
        .join(words.here, words.here.c.id == Person.id)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(Certificate, Certificate.person_id == Person.id)
        .where(*found)
        .order_by(Person.name, Certificate.number)
        .limit(EACH)
    )
    return [PersonHit(name, unit, number or "") for name, unit, number in work.session.execute(query)] if found else []
