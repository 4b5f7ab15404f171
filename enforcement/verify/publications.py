"""Hold what the public is shown against the ledger: bytes, columns, earlier versions, publisher, withdrawal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from enforcement.models.ledger import publication_of
from enforcement.verify.findings import Finding
from enforcement.verify.records import body_of
from enforcement.verify.snapshot import Snapshot, Span
from publish import integrity
from publish.document import written_digest

_DOWN = frozenset({"publication_taken_down", "publication_withdrawn"})

# Its entries are looked for in the chain of its case and wherever a proof says they are.
_PUBLICATIONS = f"""
    SELECT {integrity.COLUMNS}, p.agency_id::text AS agency, p.withdrawn_on IS NOT NULL AS withdrawn,
           ARRAY(SELECT ARRAY[e.chain_id::text, e.seq::text, e.body] FROM enforcement.ledger_entry e
                 WHERE e.chain_id IN (
                     SELECT d.case_id FROM enforcement.disclosure d WHERE d.id = p.id
                     UNION SELECT l.chain_id FROM public_site.log_proof l WHERE l.publication_id = p.id)
                   AND strpos(e.body, '"event":"publication_') > 0 AND strpos(e.body, p.id::text) > 0
                 ORDER BY e.chain_id, e.seq) AS told,
           ARRAY(SELECT ARRAY[v.version::text, encode(v.digest, 'hex'), encode(sha256(v.content), 'hex'),
                              v.agency_id::text]
                 FROM public_site.publication_version v WHERE v.publication_id = p.id ORDER BY v.version) AS versions,
           (SELECT r.chain_id || ' ' || max(r.seq) FROM enforcement.process_record r
            WHERE r.event LIKE 'publication%%' AND r.data ->> 'disclosure' = p.id::text
              AND r.chain_id = (SELECT d.case_id FROM enforcement.disclosure d WHERE d.id = p.id)
            GROUP BY r.chain_id) AS recorded
    FROM public_site.publication p LEFT JOIN public_site.agency a ON a.id = p.agency_id
    WHERE {{where}} ORDER BY p.id
"""  # noqa: S608  (columns of a module of ours)
_WITHOUT_PAGE = """
    SELECT chain, seq, id FROM (
        SELECT e.chain_id::text AS chain, max(e.seq) AS seq,
               substring(e.body from '"publication":"([0-9a-f-]{36})"') AS id
        FROM enforcement.ledger_entry e
        WHERE WHERE_ AND strpos(e.body, '"actor":"agency"') > 0 AND strpos(e.body, '"event":"publication_') > 0
        GROUP BY 1, 3
    ) AS told
    WHERE id IS NOT NULL AND NOT EXISTS (SELECT FROM public_site.publication p WHERE p.id::text = told.id)
    ORDER BY chain, seq
"""


def publications(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
    """Every publication with its id in the span is what the ledger says was published; nothing withdrawn is shown."""
    for row in snapshot.stream(_PUBLICATIONS.format(where=span.where("p.id")), span):
        told = [
            (chain, int(seq), body)
            for chain, seq, text in row["told"]
            if (body := body_of(text)) is not None and str(publication_of(body)) == row["id"]
        ]
        if not told:
            # Where the case remembers it, the entry is what is gone, and the ledger's own finding stands.
            chain, _, seq = (row["recorded"] or "").partition(" ")
            yield Finding(
                "public_site.publication", f"公示{row['document_no']}没有对应的台账记录", chain or None,
                int(seq) if seq else None, lacks_entry=True,
            )  # fmt: skip
            continue
        if what := shown_otherwise(row, [body for _, _, body in told]):
            yield Finding("public_site.publication", f"公示{row['document_no']}的{what}", *told[-1][:2])
        for what in _versions(row["versions"], [body for _, _, body in told]):
            yield Finding("public_site.publication_version", f"公示{row['document_no']}的{what}", *told[-1][:2])


def published_and_gone(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
    """Entries about a publication, in chains of the span, of which there is no page any more."""
    statement = _WITHOUT_PAGE.replace("WHERE_", span.where("e.chain_id"))
    for row in snapshot.stream(statement, span):
        yield Finding("public_site.publication", f"公示{row['id']}缺失", row["chain"], row["seq"])


def shown_otherwise(row: Mapping[str, Any], bodies: Sequence[Mapping[str, Any]]) -> str:
    """What of a publication's row contradicts the ledger; "" if nothing."""
    if row["agency"] != bodies[-1].get("agency"):
        return "发布机关与台账不符"
    if row["withdrawn"] != (bodies[-1]["event"] in _DOWN):
        return "撤回情况与台账不符"
    digest = next((body["data"]["digest"] for body in reversed(bodies) if "digest" in body["data"]), None)
    if written_digest(row["digest"] or b"") != digest:
        return "哈希值与台账不符"
    if row["content"] is not None and written_digest(hashlib.sha256(row["content"]).digest()) != digest:
        return "公示原文与台账不符"
    # The agency's name is no column of this row: its own table is held against the chains by itself.
    differing = [] if row["withdrawn"] else [one for one in integrity.mismatches(row) if one != "agency"]
    mismatch = next(iter(differing), "")
    return f"{mismatch}一栏与公示原文不符" if mismatch else ""


def _versions(versions: Sequence[Sequence[str | None]], bodies: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Which of the versions ever put up are not what the ledger says was put up."""
    said = {body["data"].get("version"): body["data"]["digest"] for body in bodies if "digest" in body["data"]}
    kept = {version: (digest, found, whose) for version, digest, found, whose in versions}
    for version in sorted({*said, *kept}, key=str):
        if version not in kept:
            yield f"第{version}版缺失"
        elif version not in said:
            yield f"第{version}版没有对应的台账记录"
        elif kept[version] != (
            (hexadecimal := str(said[version]).removeprefix("sha256:")),
            hexadecimal,
            bodies[-1]["agency"],
        ):
            yield f"第{version}版与台账不符"
