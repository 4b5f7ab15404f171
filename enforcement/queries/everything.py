"""One search over everything an officer may see: cases, parties, decisions, recordings, people, acts of the law."""

import dataclasses

from sqlalchemy import or_, select

from enforcement.models.cases import Case
from enforcement.models.people import Certificate, Person, Unit
from enforcement.queries import recordings
from enforcement.queries.cases import CaseFilter, CaseRow, list_cases
from enforcement.queries.recordings import RecordingRow
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
    case_count: int
    recordings: list[RecordingRow]
    recording_count: int
    people: list[PersonHit]


def search(work: Work, q: str) -> Hits:
    """Everything that holds all the words of `q`."""
    cases, case_count = list_cases(work, CaseFilter(q=q, scope="all"), offset=0, limit=EACH)
    found, recording_count = recordings.list_recordings(work, q=q, limit=EACH)
    query = (
        select(Person.name, Unit.name, Certificate.number)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(Certificate, Certificate.person_id == Person.id)
        .order_by(Person.name)
        .limit(EACH)
    )
    for word in q.split():
        query = query.where(
            or_(Person.name.contains(word, autoescape=True), Certificate.number.contains(word, autoescape=True))
        )
    people = [PersonHit(name, unit, number or "") for name, unit, number in work.session.execute(query)]
    return Hits(cases, case_count, found, recording_count, people)


def exact_case(work: Work, q: str) -> Case | None:
    """The one case whose number or decision number is exactly this."""
    query = select(Case).where(or_(Case.case_no == q, Case.document_no == q)).limit(2)
    rows = work.session.scalars(query).all()
    return rows[0] if len(rows) == 1 and q else None
