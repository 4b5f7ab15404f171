"""The words people search by are those that cases, recordings and people say today."""

from __future__ import annotations

from collections.abc import Iterator

from enforcement.verify.findings import Finding
from enforcement.verify.snapshot import Snapshot, Span

_WRONG = """
    SELECT w.id::text AS id, coalesce(
        (SELECT k.id FROM enforcement.ledger_chain k WHERE k.id = w.id),
        (SELECT r.case_id FROM enforcement.recording r WHERE r.id = w.id),
        (SELECT a.chain_id FROM enforcement.agency a WHERE a.id = w.agency_id))::text AS chain,
        EXISTS (SELECT FROM enforcement.person p WHERE p.id = w.id) AS person
    FROM enforcement.words_wrong w WHERE {span} ORDER BY w.id
"""


def words(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
    """Words that would be cut otherwise today, are missing, or belong to nothing; `flask words rebuild` mends them.

    They follow from rows of the law: where one of those is named, nothing can be said of its words.
    """
    for row in snapshot.stream(_WRONG.format(span=span.where("w.id")), span):
        # A certificate put under somebody else, perhaps of another agency, changes the words of two.
        leans = snapshot.report.mentions(row["id"]) or (row["person"] and snapshot.report.names("certificate"))
        if not leans:
            zh = f"{row['id']}的检索词与案件、音像记录或者人员的内容不符"
            yield Finding("words", zh, row["chain"], derived=True)
