"""Cases: the list with its filters, one case, its records with the names of those who acted."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import Select, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from enforcement.law.errors import NotFound
from enforcement.models.cases import Case, CaseOfficer, Party
from enforcement.models.clock import LookAgain
from enforcement.models.people import Person
from enforcement.queries import words
from enforcement.queries.paging import FIRST, Count, Order, Page, Place, count_of, page_of
from enforcement.work import Work

Scope = Literal["open", "closed", "all"]
Sort = Literal["newest", "due"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What the list is narrowed to; empty means not narrowed. `mine`: only cases this person works on; sorted by "due"
    it holds those in which something of ours falls due, the earliest first.
    """

    q: str = ""
    procedure: str = ""
    stage: str = ""
    scope: Scope = "open"
    mine: bool = False
    sort: Sort = "newest"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One line of a list of cases; `party` and `officers` are names, joined."""

    id: uuid.UUID
    case_no: str
    title: str
    procedure: str
    stage: str
    version: int
    document_no: str
    created_at: dt.datetime
    closed_on: dt.date | None
    party: str
    officers: str


PARTIES = (
    select(func.string_agg(Party.name, aggregate_order_by(literal("、"), Party.position)))
    .where(Party.case_id == Case.id)
    .correlate(Case)
    .scalar_subquery()
)
_OFFICERS = (
    select(func.string_agg(Person.name, aggregate_order_by(literal("、"), Person.name)))
    .join(CaseOfficer, CaseOfficer.person_id == Person.id)
    .where(CaseOfficer.case_id == Case.id, CaseOfficer.to_on.is_(None))
    .correlate(Case)
    .scalar_subquery()
)


def row_query() -> Select[*tuple[Any, ...]]:
    """The columns of `CaseRow`."""
    return select(
        Case.id, Case.case_no, Case.title, Case.procedure, Case.stage, Case.version, Case.document_no, Case.created_at,
        Case.closed_on, func.coalesce(PARTIES, "").label("party"), func.coalesce(_OFFICERS, "").label("officers"),
    )  # fmt: skip


NEWEST = Order((Case.created_at, Case.id), (dt.datetime, uuid.UUID))
NEWEST_FOUND = Order((words.here.c.at, words.here.c.id), (dt.datetime, uuid.UUID))
"""The same order, read from the words: a common word is found by walking over them from the newest."""
SOONEST = Order((LookAgain.due_on, LookAgain.owner_id), (dt.date, uuid.UUID), descending=False)


def list_cases(work: Work, wanted: CaseFilter, place: Place = FIRST) -> Page[CaseRow]:
    """A page of cases, newest or soonest due first. One query."""
    order = SOONEST if wanted.sort == "due" else NEWEST_FOUND if wanted.q.strip() else NEWEST
    return page_of(work, _narrowed(work, row_query(), wanted), order, place, lambda row: CaseRow(**row))


def count_cases(work: Work, wanted: CaseFilter, *, exact: bool = False) -> Count:
    """How many cases the list has."""
    return count_of(work, _narrowed(work, select(Case.id), wanted), exact=exact)


def _narrowed(work: Work, query: Select[*tuple[Any, ...]], wanted: CaseFilter) -> Select[*tuple[Any, ...]]:
    if found := list(words.holding(work, "case", wanted.q)):
        query = query.join(words.here, words.here.c.id == Case.id).where(*found)
    if wanted.sort == "due":
        own = (LookAgain.agency_id == work.actor.agency_id, LookAgain.due_on.is_not(None))
        query = query.join(LookAgain, LookAgain.owner_id == Case.id).where(*own)
    return query.where(*_conditions(work, wanted))


def _conditions(work: Work, wanted: CaseFilter) -> Iterable[Any]:
    if wanted.scope == "open":
        yield Case.closed_on.is_(None)
    elif wanted.scope == "closed":
        yield Case.closed_on.is_not(None)
    if wanted.procedure:
        yield Case.procedure == wanted.procedure
    if wanted.stage:
        yield Case.stage == wanted.stage
    if wanted.mine:
        mine = (
            CaseOfficer.case_id == Case.id,
            CaseOfficer.person_id == work.actor.person_id,
            CaseOfficer.to_on.is_(None),
        )
        yield exists().where(*mine)


def case_of_number(work: Work, number: str) -> uuid.UUID | None:
    """The one case with exactly this case number or, where none has it, this decision number."""
    found = work.session.scalar(select(Case.id).where(Case.case_no == number))
    if found is not None or not number:
        return found
    decided = work.session.scalars(select(Case.id).where(Case.document_no == number).limit(2)).all()
    return decided[0] if len(decided) == 1 else None


def find_case(work: Work, case_id: uuid.UUID) -> Case:
    """One case of this agency. Raises NotFound."""
    case = work.session.get(Case, case_id)
    if case is None:
        raise NotFound("case", case_id)
    return case


def case_row(work: Work, case_id: uuid.UUID) -> CaseRow:
    """One case as a line. Raises NotFound."""
    row = work.session.execute(row_query().where(Case.id == case_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("case", case_id)
    return CaseRow(**row)


def related_cases(work: Work, case: Case) -> list[CaseRow]:
    """The case this one came from and those that came from it."""
    conditions = [Case.parent_case_id == case.id]
    if case.parent_case_id is not None:
        conditions.append(Case.id == case.parent_case_id)
    query = row_query().where(or_(*conditions)).order_by(Case.created_at).limit(50)
    return [CaseRow(**row) for row in work.session.execute(query).mappings()]
