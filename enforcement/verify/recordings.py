"""Hold recordings against what their taking-in put on record: their rows, and the bytes in the store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from enforcement.verify.findings import Finding
from enforcement.verify.projections import projections
from enforcement.verify.records import process_records
from enforcement.verify.snapshot import EVERYTHING, Snapshot, Span
from media.store import Address, Store


def recordings(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
    """Every recording's row is what its taking-in put on record; the records themselves are looked at as well."""
    yield from process_records(snapshot, span)
    yield from projections(snapshot, span, {"enforcement.recording"})


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
