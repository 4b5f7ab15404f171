"""Duties to disclose: the list, and one with its case, its spans and who did what."""

import dataclasses
import datetime as dt
import uuid

from sqlalchemy import func, select

from enforcement.law.errors import NotFound
from enforcement.models.cases import Case
from enforcement.models.disclosures import Disclosure
from enforcement.queries.cases import row_query
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


def list_disclosures(
    work: Work, *, stage: str = "", case_id: uuid.UUID | None = None, q: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[DisclosureRow], int]:
    """A page of disclosures, oldest duty first while open, and how many there are. Two queries."""
    columns = row_query().subquery()
    conditions = [Disclosure.stage == stage] if stage else []
    if case_id is not None:
        conditions.append(Disclosure.case_id == case_id)
    conditions += [
        columns.c.title.contains(word, autoescape=True) | columns.c.document_no.contains(word, autoescape=True)
        for word in q.split()
    ]
    total = work.session.scalar(
        select(func.count())
        .select_from(Disclosure)
        .join(columns, columns.c.id == Disclosure.case_id)
        .where(*conditions)
    )
    query = (
        select(
            Disclosure.id, Disclosure.case_id, columns.c.case_no, columns.c.title, columns.c.document_no,
            columns.c.party, Disclosure.kind, Disclosure.stage, Disclosure.version, Disclosure.anchor_on,
            Disclosure.limit_key, Disclosure.review_on,
        )
        .join(columns, columns.c.id == Disclosure.case_id)
        .where(*conditions)
        .order_by(Disclosure.anchor_on.desc(), Disclosure.id)
        .offset(offset)
        .limit(limit)
    )  # fmt: skip
    return [DisclosureRow(**row) for row in work.session.execute(query).mappings()], total or 0


def stage_counts(work: Work) -> dict[str, int]:
    """How many disclosures stand in each stage."""
    query = select(Disclosure.stage, func.count().label("many")).group_by(Disclosure.stage)
    return {row.stage: row.many for row in work.session.execute(query)}


def find_disclosure(work: Work, disclosure_id: uuid.UUID) -> tuple[Disclosure, Case]:
    """One disclosure with its case. Raises NotFound."""
    row = work.session.execute(
        select(Disclosure, Case).join(Case, Case.id == Disclosure.case_id).where(Disclosure.id == disclosure_id)
    ).one_or_none()
    if row is None:
        raise NotFound("disclosure", disclosure_id)
    return row[0], row[1]
