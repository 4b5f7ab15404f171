"""Does what readers find agree with what was published? Row, search terms, bytes and digest are compared, all of them.

`check` needs only SELECT on public_site, so the public's own role can run it. That the digest is the one in the ledger
is proved elsewhere, by `verify` against a signed checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from publish.document import digest, from_bytes, to_bytes
from publish.release import row_of

_BATCH = 500

# Days and numbers as text: a column may hold what no type of ours can, and that is a disagreement, not an accident.
COLUMNS = """
    p.id::text AS id, p.document_no, p.digest, p.content, p.kind, p.form, p.decided_on::text AS decided_on,
    p.due_on::text AS due_on, p.published_on::text AS published_on, p.title, p.party_label, p.decision_kind, p.gist,
    p.version::text AS version, p.searchable, p.terms, a.name AS agency_name
"""
"""What `mismatches` needs of a publication `p` and its agency `a`."""


@dataclass(frozen=True)
class Mismatch:
    """One disagreement: which publication, and which column says something else than its bytes."""

    publication_id: UUID
    document_no: str
    what: str  # digest | content | agency | a column


_LIVE = text(
    f"SELECT {COLUMNS} FROM public_site.publication p LEFT JOIN public_site.agency a ON a.id = p.agency_id"  # noqa: S608
    " WHERE p.withdrawn_on IS NULL ORDER BY p.ordinal"
)


def check(connection: Connection) -> list[Mismatch]:
    """Every live publication whose row, terms or digest do not follow from its published bytes. Empty is well."""
    rows = connection.execute(_LIVE, execution_options={"yield_per": _BATCH}).mappings()
    return [Mismatch(UUID(row["id"]), row["document_no"], what) for row in rows for what in mismatches(dict(row))]


def mismatches(row: Mapping[str, Any]) -> Iterator[str]:
    """Which of a live publication's COLUMNS say something else than its bytes."""
    data = bytes(row["content"] or b"")
    if digest(data) != bytes(row["digest"] or b""):
        yield "digest"
    try:
        content = from_bytes(data)
    except (ValueError, RecursionError):
        yield "content"
        return
    if to_bytes(content) != data:
        yield "content"
        return
    if content.agency != row["agency_name"]:
        yield "agency"
    expected: dict[str, Any] = row_of(content, data)
    for column, value in expected.items():
        if column not in {"content", "digest"} and row[column] != _as_read(value):
            yield column


def _as_read(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int) else value
