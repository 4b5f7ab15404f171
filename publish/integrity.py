"""Does what readers find agree with what was published? Row, search terms, bytes and digest are compared, all of them.

`check` needs only SELECT on public_site, so the public's own role can run it. That the digest is the one in the ledger
is proved elsewhere, by `verify` against a signed checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from publish.document import digest, from_bytes, to_bytes
from publish.release import row_of
from publish.tables import agency, publication

_BATCH = 500


@dataclass(frozen=True)
class Mismatch:
    """One disagreement: which publication, and which column says something else than its bytes."""

    publication_id: UUID
    document_no: str
    what: str  # digest | content | agency | a column


def check(connection: Connection) -> list[Mismatch]:
    """Every live publication whose row, terms or digest do not follow from its published bytes. Empty is well."""
    statement = (
        select(publication, agency.c.name.label("agency_name"))
        .join(agency)
        .where(publication.c.withdrawn_on.is_(None))
        .order_by(publication.c.ordinal)
        .execution_options(yield_per=_BATCH)
    )
    return [found for row in connection.execute(statement).mappings() for found in _compare(row)]


def _compare(row: RowMapping) -> Iterator[Mismatch]:
    def mismatch(what: str) -> Mismatch:
        return Mismatch(row["id"], row["document_no"], what)

    data = bytes(row["content"])
    if digest(data) != bytes(row["digest"]):
        yield mismatch("digest")
    try:
        content = from_bytes(data)
    except ValueError:
        yield mismatch("content")
        return
    if to_bytes(content) != data:
        yield mismatch("content")
    if content.agency != row["agency_name"]:
        yield mismatch("agency")
    expected: dict[str, Any] = row_of(content, data)
    for column, value in expected.items():
        if column not in {"content", "digest"} and row[column] != value:
            yield mismatch(column)
