"""Hold the working tables against the ledger: process records, recordings, and what the public is shown.

The ledger itself is verified elsewhere; here a row that says something else than its entry is named, once. Where the
entry is damaged too, the ledger's own finding stands and this one falls away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from enforcement.ledger import digest_of
from enforcement.ledger.entries import moment_text
from enforcement.models.ledger import PUBLIC_ACTOR
from enforcement.verify.findings import Finding
from publish import integrity
from publish.document import written_digest

_BATCH = 2_000

_RECORDS = """
    SELECT coalesce(e.chain_id, r.chain_id)::text AS chain, coalesce(e.seq, r.seq) AS seq, e.body,
           r.chain_id IS NOT NULL AS there, r.agency_id::text AS agency, r.event, r.act, r.stage, r.at, r.happened_on,
           r.actor_id::text AS actor, r.data, r.digest
    FROM enforcement.ledger_entry e
    FULL JOIN enforcement.process_record r ON r.chain_id = e.chain_id AND r.seq = e.seq
    ORDER BY 1, 2
"""
_RECORDINGS = """
    SELECT r.id, t.case_id::text AS case_id, t.sha256, t.sm3, t.size, p.chain_id::text AS chain, p.seq, p.data
    FROM (SELECT id::text AS id FROM enforcement.recording
          UNION
          SELECT data ->> 'recording_id' FROM enforcement.process_record WHERE event = 'recording_taken_in') AS r
    LEFT JOIN enforcement.recording t ON t.id::text = r.id
    LEFT JOIN enforcement.process_record p ON p.event = 'recording_taken_in' AND p.data ->> 'recording_id' = r.id
    ORDER BY p.chain_id, p.seq
"""
_ENTRIES = """
    SELECT chain_id::text AS chain, seq, body FROM enforcement.ledger_entry
    WHERE strpos(body, '"event":"publication_') > 0 ORDER BY chain_id, seq
"""
_PUBLICATIONS = """
    SELECT id::text, document_no, digest, content, withdrawn_on IS NOT NULL AS withdrawn FROM public_site.publication
    ORDER BY ordinal
"""
_RECORDED = """
    SELECT data ->> 'disclosure' AS id, chain_id::text AS chain, max(seq) AS seq FROM enforcement.process_record
    WHERE event LIKE 'publication\\_%' AND data ->> 'disclosure' = ANY(:ids) GROUP BY 1, 2
"""
_PROOFS = """
    SELECT p.chain_id::text AS chain, p.seq FROM public_site.log_proof p
    LEFT JOIN enforcement.ledger_entry e ON e.chain_id = p.chain_id AND e.seq = p.seq
    WHERE e.seq IS NULL OR (e.body, e.salt, e.prev_hash, e.leaf_hash) <> (p.body, p.salt, p.prev_hash, p.leaf_hash)
    ORDER BY 1, 2
"""


def process_records(connection: Connection) -> Iterator[Finding]:
    """Every entry has its process record, and the record says what the entry says."""
    for row in _stream(connection, _RECORDS):
        if row["body"] is None:
            yield Finding("process_record", f"第{row['seq']}条过程记录没有对应的台账记录", row["chain"], row["seq"])
        elif not row["there"]:
            yield Finding("process_record", f"第{row['seq']}条过程记录缺失", row["chain"], row["seq"])
        elif what := _says_otherwise(row):
            yield Finding("process_record", f"第{row['seq']}条过程记录的{what}与台账不符", row["chain"], row["seq"])


def _says_otherwise(row: Mapping[str, Any]) -> str:
    """Which column contradicts the entry; "" if none. An unreadable body is the ledger's own damage."""
    try:
        body = json.loads(row["body"])
        said = body["data"]
        expected = {
            "内容": (digest_of(row["data"]), body["digest"]),
            "哈希值": (row["digest"], body["digest"]),
            "事项": (row["event"], body["event"]),
            "行为": (row["act"], body["act"]),
            "环节": (row["stage"], said["stage"]),
            "日期": (row["happened_on"].isoformat(), said["on"]),
            "时间": (moment_text(row["at"]), body["at"]),
            "机关": (row["agency"], body["agency"]),
        }
        actor = body["actor"]
    except (ValueError, KeyError, TypeError):
        return ""
    what = next((name for name, (here, there) in expected.items() if here != there), "")
    if what or actor == PUBLIC_ACTOR:
        return what
    return "" if actor == row["actor"] or (row["actor"] is None and actor in _NOBODY) else "办理人"


_NOBODY = frozenset({"clock", "operator"})


def recordings(connection: Connection) -> Iterator[Finding]:
    """Every recording has the digests and the size that its taking-in put on record. The files: `recordings verify`."""
    for row in _stream(connection, _RECORDINGS):
        if row["data"] is None:
            yield Finding("recording", f"音像记录{row['id']}没有对应的过程记录", row["case_id"])
        elif row["sha256"] is None:
            yield Finding("recording", f"音像记录{row['id']}缺失", row["chain"], row["seq"])
        else:
            data = row["data"]
            here = (row["case_id"], row["sha256"], row["sm3"], row["size"])
            if here != (row["chain"], data.get("sha256"), data.get("sm3"), data.get("size")):
                yield Finding("recording", f"音像记录{row['id']}与入库时的记录不符", row["chain"], row["seq"])


def publications(connection: Connection) -> Iterator[Finding]:
    """What the public is shown is what the ledger says was published, and nothing withdrawn is shown."""
    told = _told(connection)
    mismatches: dict[str, str] = {}
    for mismatch in integrity.check(connection):
        mismatches.setdefault(str(mismatch.publication_id), mismatch.what)
    seen: set[str] = set()
    untold: dict[str, str] = {}
    for row in _stream(connection, _PUBLICATIONS):
        seen.add(row["id"])
        history = told.get(row["id"], ())
        if not history:
            untold[row["id"]] = row["document_no"]
            continue
        chain, seq, _ = history[-1]
        if what := _shown_otherwise(row, [body for _, _, body in history], mismatches.get(row["id"], "")):
            yield Finding("public_site.publication", f"公示{row['document_no']}的{what}", chain, seq)
    # Where the case remembers it, the entry is what is gone, and the ledger's own finding stands.
    recorded = {row.id: (row.chain, row.seq) for row in connection.execute(text(_RECORDED), {"ids": list(untold)})}
    for publication_id, document_no in untold.items():
        where = recorded.get(publication_id, (None, None))
        yield Finding("public_site.publication", f"公示{document_no}没有对应的台账记录", *where)
    for publication_id, history in told.items():
        if publication_id not in seen:
            yield Finding("public_site.publication", f"公示{publication_id}缺失", *history[-1][:2])
    for row in _stream(connection, _PROOFS):
        yield Finding("public_site.log_proof", f"第{row['seq']}条的公开证明与台账不符", row["chain"], row["seq"])


def _told(connection: Connection) -> dict[str, list[tuple[str, int, Mapping[str, Any]]]]:
    """Every ledger entry about a publication, by publication, in order."""
    told: dict[str, list[tuple[str, int, Mapping[str, Any]]]] = {}
    for row in _stream(connection, _ENTRIES):
        try:
            body = json.loads(row["body"])
            publication = body["data"]["publication"] if body["actor"] == PUBLIC_ACTOR else ""
        except (ValueError, KeyError, TypeError):
            continue
        if publication:
            told.setdefault(publication, []).append((row["chain"], row["seq"], body))
    return told


def _shown_otherwise(row: Mapping[str, Any], bodies: Sequence[Mapping[str, Any]], mismatch: str) -> str:
    """What of a publication's row contradicts the ledger; "" if nothing."""
    withdrawn = bodies[-1]["event"] in {"publication_taken_down", "publication_withdrawn"}
    if row["withdrawn"] != withdrawn:
        return "撤回情况与台账不符"
    digest = next((body["data"].get("digest") for body in reversed(bodies) if "digest" in body["data"]), None)
    if written_digest(bytes(row["digest"])) != digest:
        return "哈希值与台账不符"
    if row["content"] is not None and written_digest(hashlib.sha256(bytes(row["content"])).digest()) != digest:
        return "公示原文与台账不符"
    return f"{mismatch}一栏与公示原文不符" if mismatch else ""


def _stream(connection: Connection, statement: str) -> Iterator[Mapping[str, Any]]:
    streaming = {"stream_results": True, "yield_per": _BATCH}
    for row in connection.execute(text(statement), execution_options=streaming).mappings():
        yield dict(row)


CHECKS = (process_records, recordings, publications)
"""For `verify_ledger(extra_checks=...)`."""
