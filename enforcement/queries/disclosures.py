"""Duties to disclose: the list, and one with its case, its spans and who did what."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, and_, func, literal, select

from enforcement.law.errors import NotFound
from enforcement.models.cases import Case
from enforcement.models.clock import ClockRow
from enforcement.models.disclosures import Disclosure
from enforcement.queries import words
from enforcement.queries.cases import Sort, row_query
from enforcement.queries.clocks import OPEN
from enforcement.queries.paging import COUNTED, FIRST, Count, Order, Page, Place, count_of, page_of
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureRow:
    """One line of the list of disclosures."""

    id: uuid.UUID
    case_id: uuid.UUID
    case_no: str
    title: str
    document_no: str
    party: str
    kind: str
    stage: str
    version: int
    anchor_on: dt.date
    limit_key: str
    review_on: dt.date | None


NEWEST = Order((Disclosure.anchor_on, Disclosure.id), (dt.date, uuid.UUID))
SOONEST = Order((ClockRow.due_on, Disclosure.id), (dt.date, uuid.UUID), descending=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureFilter:
    """What the list is narrowed to; empty means not narrowed."""

    q: str = ""
    stage: str = ""
    case_id: uuid.UUID | None = None
    sort: Sort = "newest"
    """By "due": those whose limit runs, the earliest due day first."""


def list_disclosures(work: Work, wanted: DisclosureFilter, place: Place = FIRST) -> Page[DisclosureRow]:
    """A page of disclosures, newest duty or soonest due first. One query."""
    columns = row_query().add_columns(
        Disclosure.id.label("disclosure_id"), Disclosure.kind, Disclosure.stage.label("disclosure_stage"),
        Disclosure.version.label("disclosure_version"), Disclosure.anchor_on, Disclosure.limit_key,
        Disclosure.review_on,
    )  # fmt: skip
    query = _narrowed(work, columns.join(Disclosure, Disclosure.case_id == Case.id), wanted)
    return page_of(work, query, SOONEST if wanted.sort == "due" else NEWEST, place, _row)


def _row(row: Mapping[Any, Any]) -> DisclosureRow:
    return DisclosureRow(
        id=row["disclosure_id"], case_id=row["id"], case_no=row["case_no"], title=row["title"],
        document_no=row["document_no"], party=row["party"], kind=row["kind"], stage=row["disclosure_stage"],
        version=row["disclosure_version"], anchor_on=row["anchor_on"], limit_key=row["limit_key"],
        review_on=row["review_on"],
    )  # fmt: skip


def count_disclosures(work: Work, wanted: DisclosureFilter, *, exact: bool = False) -> Count:
    """How many disclosures the list has."""
    query = _narrowed(work, select(Disclosure.id), wanted)
    if wanted.sort == "due":
        # Said again, so that the count begins with these clocks instead of with every disclosure there ever was.
        query = query.where(ClockRow.limit_key.in_({one.limit_key for one in work.book.disclosure.results}))
    return count_of(work, query, exact=exact)


def _narrowed(work: Work, query: Select[*tuple[Any, ...]], wanted: DisclosureFilter) -> Select[*tuple[Any, ...]]:
    if found := list(words.holding(work, "case", wanted.q)):
        query = query.join(words.here, words.here.c.id == Disclosure.case_id).where(*found)
    if wanted.stage:
        query = query.where(Disclosure.stage == wanted.stage)
    if wanted.sort == "due":
        own = (
            ClockRow.owner_id == Disclosure.case_id,
            ClockRow.limit_key == Disclosure.limit_key,
            ClockRow.started_seq == Disclosure.decision_seq,
        )
        query = query.join(ClockRow, and_(*own)).where(OPEN, ClockRow.due_on.is_not(None))
    return query.where(Disclosure.case_id == wanted.case_id) if wanted.case_id else query


def stage_counts(work: Work) -> dict[str, Count]:
    """How many disclosures stand in each stage that has any, each counted no further than others are. One query."""
    stages = work.book.procedures["disclosure"].stages
    counts = (
        select(func.count()).select_from(
            select(literal(1)).where(Disclosure.stage == stage).limit(COUNTED + 1).subquery()
        )
        for stage in stages
    )
    row = work.session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    found = dict(zip(stages, row, strict=True))
    return {stage: Count(min(many, COUNTED), many > COUNTED) for stage, many in found.items() if many}


def find_disclosure(work: Work, disclosure_id: uuid.UUID) -> tuple[Disclosure, Case]:
    """One disclosure with its case. Raises NotFound."""
    row = work.session.execute(
        select(Disclosure, Case).join(Case, Case.id == Disclosure.case_id).where(Disclosure.id == disclosure_id)
    ).one_or_none()
    if row is None:
        raise NotFound("disclosure", disclosure_id)
    return row[0], row[1]
