"""Hold every checkpoint against its signature, against its own columns, and against the copy the public is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from enforcement.ledger.notes import Checkpoint, NoteError
from enforcement.signed_notes import Reader
from enforcement.verify.findings import Finding, Report
from enforcement.verify.moments import TOLERANCE, Windows
from enforcement.verify.snapshot import EVERYTHING, Snapshot, Span

_PUBLIC = "public_site.checkpoint"
_INSIDE = "ledger_checkpoint"
# As text: it may be anything. `AD`: a year before our era has the same digits.
_MOMENT = """to_char({}.signed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US AD')"""
_ROWS = f"""
    SELECT coalesce(i.size, p.size), i.size IS NOT NULL, i.root, i.note, {_MOMENT.format("i")},
           p.size IS NOT NULL, p.root, p.note, {_MOMENT.format("p")}
    FROM (SELECT * FROM enforcement.ledger_checkpoint WHERE {{where}}) i
    FULL JOIN (SELECT * FROM public_site.checkpoint WHERE {{where}}) p ON p.size = i.size
    ORDER BY 1
"""  # noqa: S608  (columns of this file)


class Row(NamedTuple):
    """One stored checkpoint."""

    size: int
    root: bytes | None
    note: str | None
    signed_at: str | None


class Checkpoints:
    """The pass over all checkpoints. After `run`: what a key of ours signed, and where damage is named already."""

    def __init__(self, snapshot: Snapshot, reader: Reader) -> None:
        self.snapshot = snapshot
        self.report = snapshot.report
        self.reader = reader
        self.signed: dict[int, Checkpoint] = {}
        self.blamed: set[int] = set()
        """Sizes whose damage is named already."""

    def run(self, span: Span = EVERYTHING) -> None:
        """Report every checkpoint of the span (by size) that does not hold, and give the snapshot what was signed."""
        gone: dict[str, list[int]] = {_INSIDE: [], _PUBLIC: []}
        differ = []
        with self.snapshot.driver.cursor(binary=True) as cursor:
            statement = _ROWS.format(where=span.where("size", "bigint"))
            for size, *values in cursor.stream(statement.encode(), span.bounds, size=500):
                inside = Row(size, *values[1:4]) if values[0] else None
                public = Row(size, *values[5:8]) if values[4] else None
                for table, row in ((_INSIDE, inside), (_PUBLIC, public)):
                    if row is None:
                        gone[table].append(size)
                    elif (table == _INSIDE or row != inside) and (what := self._what_is_wrong(row)):
                        self.report.note(Finding(table, what, size=size))
                if inside is not None and public is not None and inside != public:
                    differ.append(size)
        for table, sizes in gone.items():
            if missing := [size for size in sizes if size not in self.blamed]:
                more = f"等{len(missing)}个检查点" if len(missing) > 1 else "的检查点"
                self.report.note(Finding(table, f"规模为{missing[0]}{more}缺失", size=missing[0]))
        for size in differ:
            if size not in self.blamed:
                self.report.note(Finding(_PUBLIC, f"规模为{size}的检查点与内部所存不一致", size=size))
        self._in_order()
        self.snapshot.roots = {size: said.root for size, said in self.signed.items()}
        self.snapshot.blamed = self.blamed
        self.snapshot.windows = Windows((size, said.signed_at) for size, said in self.signed.items())

    def _in_order(self) -> None:
        """A larger tree is signed later."""
        latest: datetime | None = None
        for size, said in sorted(self.signed.items()):
            if latest is not None and latest - said.signed_at > TOLERANCE:
                zh = f"规模为{size}的检查点签署时间早于较小的检查点"
                self.report.note(Finding(_INSIDE, zh, size=size))
            latest = max(latest or said.signed_at, said.signed_at)

    def _what_is_wrong(self, row: Row) -> str:
        """What is wrong with one row, in words; "" if nothing. A signed note counts whatever stands beside it."""
        try:
            said = self.reader.read(row.note or "")
        except NoteError:
            self.blamed.add(row.size)
            return f"规模为{row.size}的检查点签名无效"
        if self.signed.setdefault(said.size, said).root != said.root:
            self.blamed.update((row.size, said.size))
            return f"规模为{said.size}的树签出过两个不同的根"
        signed_at = said.signed_at.strftime("%Y-%m-%dT%H:%M:%S.%f AD")
        if (said.size, said.root, signed_at) != (row.size, row.root, row.signed_at):
            self.blamed.update((row.size, said.size))
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
