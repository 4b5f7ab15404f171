"""Hold every checkpoint against its signature, against its own columns, and against the copy the public is shown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from enforcement.ledger.notes import Checkpoint, NoteError, VerifierKey, read_note
from enforcement.verify.findings import Finding, Report

_PUBLIC = "public_site.checkpoint"
_INSIDE = "ledger_checkpoint"
_MOMENT = """to_char(signed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""  # as text: it may be anything
_ROWS = {
    _INSIDE: f"SELECT size, root, note, {_MOMENT} FROM enforcement.ledger_checkpoint ORDER BY size",  # noqa: S608
    _PUBLIC: f"SELECT size, root, note, {_MOMENT} FROM public_site.checkpoint ORDER BY size",  # noqa: S608
}


class Row(NamedTuple):
    """One stored checkpoint."""

    size: int
    root: bytes
    note: str
    signed_at: str


class Reader:
    """Reads notes signed by any of the keys this log has had."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys` are vkey texts. Raises NoteError if one is none."""
        self._keys = []
        for text in keys:
            key = VerifierKey.parse(text)
            self._keys.append((key, Ed25519PublicKey.from_public_bytes(key.public_key)))

    def read(self, note: str) -> Checkpoint:
        """What a note says. Raises NoteError if none of the keys signed it."""
        reason = NoteError("no key")
        for key, public in self._keys:
            try:
                return read_note(note, key, partial(_holds, public))
            except NoteError as error:
                reason = error
        raise reason


def _holds(public: Ed25519PublicKey, signature: bytes, text: bytes) -> bool:
    try:
        public.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def check(
    connection: psycopg.Connection[Any], reader: Reader, report: Report
) -> tuple[dict[int, bytes], frozenset[int]]:
    """Report every checkpoint that does not hold.

    Returns the root by size of all that a key of ours signed, and the sizes at which damage is named already.
    """
    signed: dict[int, bytes] = {}
    found: dict[str, dict[int, Row]] = {}
    blamed: set[int] = set()  # sizes whose damage is named already
    for table, statement in _ROWS.items():
        found[table] = {}
        with connection.cursor(binary=True) as cursor:
            for values in cursor.stream(statement, size=500):
                row = Row(*values)
                twin = found[_INSIDE].get(row.size)
                if table == _PUBLIC and row == twin:
                    found[table][row.size] = row
                    continue
                what = _what_is_wrong(row, reader, signed, blamed)
                if what:
                    report.add(Finding(table, what, size=row.size))
                found[table][row.size] = row
    for table, other in ((_INSIDE, _PUBLIC), (_PUBLIC, _INSIDE)):
        gone = sorted(found[other].keys() - found[table].keys() - blamed)
        if gone:
            more = f"等{len(gone)}个检查点" if len(gone) > 1 else "的检查点"
            report.add(Finding(table, f"规模为{gone[0]}{more}缺失", size=gone[0]))
    inside, public = found[_INSIDE], found[_PUBLIC]
    for size in sorted(inside.keys() & public.keys() - blamed):
        if inside[size] != public[size]:
            report.add(Finding(_PUBLIC, f"规模为{size}的检查点与内部所存不一致", size=size))
    return signed, frozenset(blamed)


def _what_is_wrong(row: Row, reader: Reader, signed: dict[int, bytes], blamed: set[int]) -> str:
    """What is wrong with one row, in words; "" if nothing. A signed note counts whatever the columns beside it say."""
    try:
        said = reader.read(row.note)
    except NoteError:
        blamed.add(row.size)
        return f"规模为{row.size}的检查点签名无效"
    if signed.setdefault(said.size, said.root) != said.root:
        blamed.update((row.size, said.size))
        return f"规模为{said.size}的树签出过两个不同的根"
    signed_at = said.signed_at.strftime("%Y-%m-%dT%H:%M:%S.%f")
    if (said.size, said.root, signed_at) != (row.size, row.root, row.signed_at):
        blamed.update((row.size, said.size))
        return f"规模为{said.size}的检查点各栏与其签名文本不符"
    return ""


def read_kept(notes: Sequence[str], reader: Reader, report: Report) -> dict[int, bytes]:
    """The roots by size of notes kept outside the house; one that no key of ours signed is reported and left out."""
    kept: dict[int, bytes] = {}
    for note in notes:
        try:
            said = reader.read(note)
        except NoteError:
            report.add(Finding("外部留存", "外部留存的检查点不是由本台账密钥签署"))
            continue
        if kept.setdefault(said.size, said.root) != said.root:
            report.add(Finding("外部留存", f"外部留存的检查点对规模为{said.size}的树说法不一", size=said.size))
    return kept
