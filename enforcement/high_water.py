"""How far the ledger has come, kept in a file outside the database, so that going back shows.

A database that is set back to an older day, or emptied, is whole in itself and needs no key to be made. What remembers
otherwise is this file: the checkpoint signed last, and how many entries of each agency stood in the tree then. It is
written after every checkpoint; it only ever rises, but for a restore that was registered (`flask ledger restored`).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, NullPool, create_engine

from config.settings import Settings, Unfit
from enforcement.ledger.notes import NoteError, VerifierKey
from enforcement.signed_notes import Reader

REMEDY = "如系依法从备份恢复，请以 flask ledger restored 登记经办人和理由；否则请立即查明"
SAID = {
    "missing": f"台账已有签署的检查点，却没有高水位文件：文件被移走，或者数据库来自别处。{REMEDY}",
    "unreadable": f"高水位文件无法读取，或者不是由本台账密钥签署。{REMEDY}",
    "emptied": f"数据库中的台账是空的，而高水位文件表明曾经签署：数据库被清空。{REMEDY}",
    "rolled_back": f"数据库中的台账短于高水位文件所载：数据库被回退到较早的状态。{REMEDY}",
    "rewritten": f"数据库中的台账与高水位文件所载的根不符：此前的记录曾被改写。{REMEDY}",
}
"""What contradicts the mark, as people read it."""

_NEWEST = "SELECT note, size FROM enforcement.ledger_checkpoint ORDER BY size DESC LIMIT 1"
_ENTRIES = """
    SELECT e.agency_id::text, count(*) FROM enforcement.ledger_leaf l
    JOIN enforcement.ledger_entry e ON e.chain_id = l.chain_id AND e.seq = l.seq
    WHERE l.position >= %(start)s AND l.position < %(end)s GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the file says: size and root of the checkpoint signed last, and entries in the tree by agency."""

    note: str
    size: int
    root: bytes
    agencies: Mapping[str, int]


class HighWater:
    """The file at `path`, its checkpoint signed by one of `keys` (vkey texts)."""

    def __init__(self, path: Path, keys: Sequence[str], held: tuple[str | None] | None = None) -> None:
        self.path = path
        self._keys = keys
        self._reader = Reader(keys)
        self._held = held

    def held(self) -> HighWater:
        """The mark as it stands now. What is read of the database afterwards is at least as far: the tree goes ahead
        and the mark follows, so that one read later than the database would speak of what was not yet there.
        """
        if self._held is not None:
            return self
        try:
            text = self._text()
        except NoteError:
            text = ""  # no mark of ours either
        return HighWater(self.path, self._keys, (text,))

    def _text(self) -> str | None:
        if self._held is not None:
            return self._held[0]
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise NoteError("the high-water mark cannot be read") from error

    def read(self) -> Mark | None:
        """What the file says; None where there is none. Raises NoteError where it is no mark of ours."""
        text = self._text()
        if text is None:
            return None
        try:
            said = json.loads(text)
            note, agencies = said["note"], {str(one): int(count) for one, count in said["agencies"].items()}
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise NoteError("no high-water mark") from error
        checkpoint = self._reader.read(note)
        return Mark(note, checkpoint.size, checkpoint.root, agencies)

    def sizes(self) -> tuple[int, ...]:
        """The size at which the mark knows the root; none where there is no mark of ours."""
        try:
            mark = self.read()
        except NoteError:
            return ()
        return (mark.size,) if mark is not None else ()

    def contradicted(self, size: int, root_at: Callable[[int], bytes | None]) -> str:
        """By what a tree of `size` leaves contradicts the mark (a key of SAID); "" if it does not."""
        try:
            mark = self.read()
        except NoteError:
            return "unreadable"
        if mark is None:
            return "missing" if size and not self.path.exists() else ""  # it may have begun since it was held
        if size < mark.size:
            return "rolled_back" if size else "emptied"
        return "" if not mark.size or root_at(mark.size) == mark.root else "rewritten"

    def begin(self, note: str) -> None:
        """Keep the signed note of the empty tree, before anything is signed."""
        with self._alone():
            if not self.path.exists():
                self._write(note, {})

    def rise(self, connection: Connection) -> None:
        """Follow the checkpoint signed last, unless another process was further. Reads as mingjian_sequencer."""
        with self._alone():
            mark = self.read()
            note, size = connection.exec_driver_sql(_NEWEST).one()
            before, agencies = (mark.size, dict(mark.agencies)) if mark else (0, {})
            if size > before:
                self._write(note, _added(agencies, connection, before, size))

    def set_back(self, connection: Connection, empty_note: str) -> None:
        """Follow the database back to where a registered restore left it. Reads as mingjian_sequencer."""
        with self._alone():
            newest = connection.exec_driver_sql(_NEWEST).one_or_none()
            note, size = newest or (empty_note, 0)
            self._write(note, _added({}, connection, 0, size))

    def _write(self, note: str, agencies: Mapping[str, int]) -> None:
        """Replace the file as a whole (0600): after a cut of power it holds the old mark or the new one."""
        fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"note": note, "agencies": dict(sorted(agencies.items()))}, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def entries_by_agency(connection: Connection, start: int, end: int) -> dict[str, int]:
    """How many entries of each agency stand at the places [start, end) of the tree."""
    rows = connection.exec_driver_sql(_ENTRIES, {"start": start, "end": end})
    return {agency: count for agency, count in rows}  # noqa: C416  (rows are no pairs to mypy)


def _added(agencies: dict[str, int], connection: Connection, start: int, end: int) -> dict[str, int]:
    for agency, count in entries_by_agency(connection, start, end).items():
        agencies[agency] = agencies.get(agency, 0) + count
    return agencies


def vkey(settings: Settings) -> str | None:
    """The verifier key of this installation, as text; None where the process holds neither half."""
    public = settings.ledger_public_key
    if public is None and settings.ledger_key is not None:
        public = Ed25519PrivateKey.from_private_bytes(settings.ledger_key).public_key().public_bytes_raw()
    return str(VerifierKey(settings.ledger_origin, public)) if public else None


def of(settings: Settings) -> HighWater | None:
    """The mark of this installation; None where the process has no key to read it by."""
    key = vkey(settings)
    return HighWater(settings.high_water, [key]) if key else None


_STANDS = "SELECT max(size) FROM enforcement.ledger_checkpoint"
_ROOT = "SELECT root FROM enforcement.ledger_checkpoint WHERE size = %(size)s"


def compared(high_water: HighWater, connection: Connection) -> str:
    """By what the checkpoints in the database contradict the mark (a key of SAID), for any role that reads them."""
    mark = high_water.held()
    size: int = connection.exec_driver_sql(_STANDS).scalar_one() or 0
    return mark.contradicted(size, lambda at: connection.exec_driver_sql(_ROOT, {"size": at}).scalar())


def require(settings: Settings, url: str) -> None:
    """Refuse to work on a database that has gone back. Raises Unfit."""
    high_water = of(settings)
    if high_water is None:
        return
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        what = compared(high_water, connection)
    engine.dispose()
    if what:
        raise Unfit(f"{SAID[what]}。")
