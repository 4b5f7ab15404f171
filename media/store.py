"""What the product asks of a place for recordings: written once, known by their content, never changed (J#13).

A recording is *staged* (appended to, nothing promised), then *sealed*: digested, compared with what the sender
declared, put into its place and read back from there. From then on no code path writes to it. Every object has an
`Address`: in which store it lies and under which key. Callers keep the address and hand it back, so that where old and
new recordings lie in different stores, nothing but `media.stores` has to know it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol, Self

from media.digest import Digests


@dataclass(frozen=True, slots=True)
class Address:
    """Where one object lies: the name of its store, and its key there (opaque to callers)."""

    store: str
    key: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One sealed object: its address, size in bytes, and both digests in hexadecimal."""

    address: Address
    size: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading an object again showed. `found` is None when it is gone, or no file any more."""

    address: Address
    intact: bool
    found: Digests | None


class ByteRange(Protocol):
    """The bytes [start, end) of one object, in chunks. Iterate it once, or close it."""

    @property
    def length(self) -> int:
        """How many bytes iterating yields."""

    def __iter__(self) -> Iterator[bytes]:
        """The bytes in order. Raises OSError where the object has become shorter than it was when opened."""

    def close(self) -> None:
        """Let go of the object. Closing twice is harmless."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class Staged(Protocol):
    """Bytes on their way in. One writer; discarded unless sealed. Use as a context manager."""

    @property
    def path(self) -> Path:
        """The bytes as a file of this machine: what looks at a recording before it is sealed reads files."""

    @property
    def size(self) -> int:
        """How many bytes have come so far."""

    def append(self, chunk: bytes) -> None:
        """Add bytes at the end. Raises MediaRefused: "too_large" beyond the limit, "no_room" where the disk is full."""

    def append_stream(self, stream: BinaryIO) -> None:
        """Append everything a stream yields, one bounded chunk at a time. Raises as `append`."""

    def sha256(self) -> str:
        """SHA-256 in hexadecimal of what has come so far."""

    def seal(self, declared: str | None = None) -> StoredObject:
        """Make the bytes a recording: digested, compared, in their write-once place, read back from there.

        `declared` is the SHA-256 the sender names (hexadecimal), if any. Afterwards, or when refused, nothing is staged
        any more. Raises MediaRefused("empty", "digest_mismatch" or "no_room"), and StoreDamaged if the place already
        holds other bytes or reads back wrong.
        """

    def close(self) -> None:
        """Discard what is staged. Closing twice, or after sealing, is harmless."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class Store(Protocol):
    """A place for recordings. `tests/media/test_store_contract.py` is what every one must pass."""

    def stage(self, *, limit: int | None = None) -> Staged:
        """Begin to take bytes in, at most `limit` of them."""

    def open_range(self, address: Address, start: int = 0, end: int | None = None) -> ByteRange:
        """Open the bytes [start, end) of an object; `end` None means its end.

        Raises NotStored (also for another store's address), StoreDamaged where something else is in its place, or
        ValueError for bounds outside it.
        """

    def require_intact(self, address: Address, sha256: str | None = None) -> None:
        """Before bytes are shown: the object is the one of this digest (None: of the one the store knows it by).

        It is read whole the first time and whenever the store sees that it was touched. Raises NotStored, StoreDamaged.
        """

    def verify(self, address: Address, sha256: str, sm3: str) -> Verification:
        """Read an object again and compare it with the digests the ledger has."""

    def sweep(self, now: datetime, older_than: timedelta) -> int:
        """Remove what was staged and abandoned: what nobody holds and nobody wrote to for `older_than`.

        Return how many. Sealed objects are never touched.
        """
