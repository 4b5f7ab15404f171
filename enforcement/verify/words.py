"""The words people search by are those that cases, recordings and people say today."""

from __future__ import annotations

from collections.abc import Iterator

from enforcement.verify.findings import Finding
from enforcement.verify.snapshot import Snapshot, Span

_WRONG = "SELECT id::text AS id FROM enforcement.words_wrong WHERE {span} ORDER BY id"


def words(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
    """Words that would be cut otherwise today, are missing, or belong to nothing; `flask words rebuild` mends them."""
    for row in snapshot.stream(_WRONG.format(span=span.where("id")), span):
        yield Finding("words", "检索词与案件、音像记录或者人员的内容不符", row["id"])
