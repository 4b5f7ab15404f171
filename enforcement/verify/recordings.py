"""Hold recordings against what their taking-in put on record: their rows, and the bytes in the store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from enforcement.verify.findings import Finding
from enforcement.verify.snapshot import EVERYTHING, Snapshot, Span
from media.store import Address, Store

_TAKEN_IN = "event = 'recording_taken_in'"
_RECORDINGS = """
    WITH p AS MATERIALIZED (
        SELECT chain_id::text AS chain, seq, data ->> 'recording_id' AS id, data ->> 'sha256' AS sha256,
               data ->> 'sm3' AS sm3, data ->> 'size' AS size
        FROM enforcement.process_record WHERE {taken_in} AND {records}
    )
    SELECT coalesce(r.id, p.id) AS id, r.case_id, r.sha256, r.sm3, r.size, r.id IS NOT NULL AS there,
           p.chain, p.seq, p.sha256 AS said_sha256, p.sm3 AS said_sm3, p.size AS said_size
    FROM p FULL JOIN (
        SELECT id::text, case_id::text, sha256, sm3, size::text FROM enforcement.recording
        WHERE {cases} OR id::text IN (SELECT p.id FROM p)
    ) r ON r.id = p.id
    ORDER BY p.chain, p.seq
"""


def recordings(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
    """Every recording has the digests and the size that its taking-in put on record."""
    statement = _RECORDINGS.format(taken_in=_TAKEN_IN, records=span.where("chain_id"), cases=span.where("case_id"))
    for row in snapshot.stream(statement, span):
        if row["seq"] is None:
            yield Finding("recording", f"音像记录{row['id']}没有对应的过程记录", row["case_id"])
        elif not row["there"]:
            yield Finding("recording", f"音像记录{row['id']}缺失", row["chain"], row["seq"])
        elif (row["case_id"], row["sha256"], row["sm3"], row["size"]) != (
            row["chain"], row["said_sha256"], row["said_sm3"], row["said_size"],
        ):  # fmt: skip
            yield Finding("recording", f"音像记录{row['id']}与入库时的记录不符", row["chain"], row["seq"])


_OBJECTS = """
    SELECT id::text, case_id::text, store, store_key, sha256, sm3, size::text FROM enforcement.recording
    WHERE {where} ORDER BY id
"""


class Reread(NamedTuple):
    """One recording read again from its store; `zh` says what is wrong with its bytes, "" if nothing."""

    recording: str
    case: str
    zh: str


def changed_objects(snapshot: Snapshot, store: Store, span: Span = EVERYTHING) -> Iterator[Reread]:
    """Every recording of the span (by id), its bytes read again and both digests compared with its row."""
    for row in snapshot.stream(_OBJECTS.format(where=span.where("id")), span):
        address = Address(row["store"] or "", row["store_key"] or "")
        try:
            found = store.verify(address, row["sha256"] or "", row["sm3"] or "")
        except OSError as error:  # a disk that cannot be read ends no pass
            zh = f"无法读取（{error.strerror}）"
        else:
            size = found.found.size if found.found else 0
            zh = "" if found.intact else "缺失" if found.found is None else (
                f"内容已变（现为{size}字节，应为{row['size']}字节）"
            )  # fmt: skip
        yield Reread(row["id"], row["case_id"], zh)
