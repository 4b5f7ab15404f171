"""Where recordings are kept: written once, known by their content, never changed (J#13).

A recording is *staged* (appended to, nothing promised), then *sealed*: forced to disk, read again, digested, compared
with what the sender declared, linked into its place under its SHA-256 and read back from there. From then on no code
path writes to it. What was never sealed is swept away. Root and the disk's owner can still change bytes; `verify`
finds it, because the digests stand in the ledger.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol, Self

from media.digest import CHUNK, Digests, digest_descriptor, sha256_of
from media.errors import MediaRefused, NotStored, StoreDamaged, StoreUnfit

_KEY = re.compile(r"[0-9a-f]{64}")
_PRIVATE_DIRECTORY = 0o700
_PRIVATE_FILE = 0o600
_SEALED_FILE = 0o400
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One sealed object: its key in the store (opaque to callers), size in bytes, and both digests in hexadecimal."""

    key: str
    size: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading an object again showed. `found` is None when it is gone, or no file any more."""

    key: str
    intact: bool
    found: Digests | None


class Part:
    """The bytes [start, end) of one object, in chunks. Iterate it once, or close it."""

    def __init__(self, descriptor: int, start: int, end: int) -> None:
        self._descriptor = descriptor
        self.start = start
        self.end = end

    @property
    def length(self) -> int:
        """How many bytes iterating yields."""
        return self.end - self.start

    def __iter__(self) -> Iterator[bytes]:
        offset = self.start
        try:
            while offset < self.end:
                chunk = os.pread(self._descriptor, min(CHUNK // 4, self.end - offset), offset)
                if not chunk:
                    raise OSError("a sealed object is shorter than it was when it was opened")
                offset += len(chunk)
                yield chunk
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file. Closing twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class StagedFile:
    """Bytes on their way in. One writer; discarded unless sealed. Use as a context manager."""

    def __init__(self, path: Path, limit: int | None) -> None:
        self.path = path
        self.limit = limit
        self.size = 0
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE_FILE)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the sweep leaves alone what someone holds

    def append(self, chunk: bytes) -> None:
        """Add bytes at the end. Raises MediaRefused: "too_large" beyond the limit, "no_room" where the disk is full."""
        if self.limit is not None and self.size + len(chunk) > self.limit:
            raise MediaRefused("too_large", f"more than {self.limit} bytes")
        rest = memoryview(chunk)
        while rest:
            with _room():
                written = os.write(self._descriptor, rest)
            rest = rest[written:]
        self.size += len(chunk)

    def append_stream(self, stream: BinaryIO) -> None:
        """Append everything a stream yields, one bounded chunk at a time."""
        while chunk := stream.read(CHUNK):
            self.append(chunk)

    def settle(self) -> int:
        """Force the bytes to disk, forget them in memory, and return the descriptor to read them back by."""
        with _room():
            os.fsync(self._descriptor)
        _forget(self._descriptor)
        return self._descriptor

    def close(self) -> None:
        """Let go of the file and remove its staging name. Closing twice is harmless."""
        if self._descriptor >= 0:
            with suppress(FileNotFoundError):
                self.path.unlink()
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Store(Protocol):
    """What the product needs of a place for recordings; `FileStore` is the one on a file system."""

    def stage(self, *, limit: int | None = None) -> StagedFile:
        """Begin to take bytes in."""

    def seal(self, staged: StagedFile, sha256: str | None = None) -> StoredObject:
        """Make staged bytes a recording that never changes again."""

    def open_range(self, key: str, start: int = 0, end: int | None = None) -> Part:
        """Open the bytes [start, end) of an object."""

    def verify(self, key: str, sha256: str, sm3: str) -> Verification:
        """Read an object again and compare."""

    def sweep(self, now: datetime, older_than: timedelta) -> int:
        """Remove what was staged and abandoned."""


class FileStore:
    """A store in one private folder: `staging/` for what arrives, `objects/ab/cd/<sha256>` for what is sealed."""

    def __init__(self, root: Path, *, served: Iterable[Path] = ()) -> None:
        """Make or open the store. `served` are the folders a web server gives out: the store may share no path with
        them.

        Raises StoreUnfit when the folder cannot keep recordings safely, so that an unfit configuration does not
        start.
        """
        self.root = root.resolve()
        for folder in served:
            public = folder.resolve()
            if self.root.is_relative_to(public) or public.is_relative_to(self.root):
                raise StoreUnfit(f"recordings must not be kept in a served folder: {self.root} and {public}")
        self._staging = self.root / "staging"
        self._objects = self.root / "objects"
        try:
            for folder in (self.root, self._staging, self._objects):
                folder.mkdir(mode=_PRIVATE_DIRECTORY, parents=True, exist_ok=True)
                folder.chmod(_PRIVATE_DIRECTORY)
            self._try_linking()
        except OSError as error:
            raise StoreUnfit(f"{self.root} cannot keep recordings: {error.strerror}") from error

    def _try_linking(self) -> None:
        """Sealing needs hard links, which some file systems lack: find out at the start, not at the first recording."""
        with self.stage() as staged:
            linked = self._objects / staged.path.name
            os.link(staged.path, linked)
            linked.unlink()

    def stage(self, *, limit: int | None = None) -> StagedFile:
        """Begin to take bytes in, at most `limit` of them. The name on disk is ours; no sender's name ever becomes
        one.
        """
        return StagedFile(self._staging / secrets.token_hex(16), limit)

    def seal(self, staged: StagedFile, sha256: str | None = None) -> StoredObject:
        """Make staged bytes a recording: on disk, digested, compared, in their write-once place, read back.

        `sha256` is what the sender declared (hexadecimal), if anything. Afterwards, or when refused, the staged file
        is closed. Raises MediaRefused("empty", "digest_mismatch" or "no_room"), and StoreDamaged if the place already
        holds other bytes or reads back wrong.
        """
        with staged:
            if staged.size == 0:
                raise MediaRefused("empty")
            descriptor = staged.settle()
            digests = digest_descriptor(descriptor)
            if digests.size != staged.size:
                raise StoreDamaged(digests.sha256)
            if sha256 is not None and sha256.strip().lower() != digests.sha256:
                raise MediaRefused("digest_mismatch", f"{digests.sha256} received")
            key = digests.sha256
            place = self._place(key)
            with _room():
                self._make_place(place)
            os.fchmod(descriptor, _SEALED_FILE)
            os.fsync(descriptor)
            with suppress(FileExistsError), _room():  # the same bytes came before: what is there is read back below
                os.link(staged.path, place, follow_symlinks=False)
            _sync_directory(place.parent)
        self._read_back(key)
        return StoredObject(key, digests.size, digests.sha256, digests.sm3)

    def open_range(self, key: str, start: int = 0, end: int | None = None) -> Part:
        """Open the bytes [start, end) of an object; `end` None means its end. Raises NotStored, or ValueError for
        bounds outside it.
        """
        descriptor = self._open(key)
        size = os.fstat(descriptor).st_size
        stop = size if end is None else end
        if not 0 <= start <= stop <= size:
            os.close(descriptor)
            raise ValueError(f"bytes {start} to {stop} of an object of {size}")
        return Part(descriptor, start, stop)

    def verify(self, key: str, sha256: str, sm3: str) -> Verification:
        """Read an object again from disk and compare it with the digests the ledger has."""
        try:
            descriptor = self._open(key)
        except (NotStored, StoreDamaged):
            return Verification(key, intact=False, found=None)
        try:
            _forget(descriptor)
            found = digest_descriptor(descriptor)
        finally:
            os.close(descriptor)
        return Verification(key, intact=(found.sha256, found.sm3) == (sha256, sm3), found=found)

    def sweep(self, now: datetime, older_than: timedelta) -> int:
        """Remove staged files that nobody holds and nobody wrote to for `older_than`; return how many. Sealed objects
        are never touched.
        """
        swept = 0
        for path in self._staging.iterdir():
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            except FileNotFoundError:
                continue  # sealed or discarded meanwhile
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC) <= now - older_than:
                    path.unlink()
                    swept += 1
            except BlockingIOError:
                continue  # being written
            finally:
                os.close(descriptor)
        return swept

    def _place(self, key: str) -> Path:
        if _KEY.fullmatch(key) is None:
            raise NotStored(key)
        return self._objects / key[:2] / key[2:4] / key

    def _make_place(self, place: Path) -> None:
        for folder in (place.parent.parent, place.parent):
            with suppress(FileExistsError):
                folder.mkdir(mode=_PRIVATE_DIRECTORY)
                _sync_directory(folder.parent)

    def _open(self, key: str) -> int:
        try:
            return os.open(self._place(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NotStored(key) from None
        except OSError as error:
            raise StoreDamaged(key) from error  # a link or a folder where a sealed file was

    def _read_back(self, key: str) -> None:
        descriptor = self._open(key)
        try:
            _forget(descriptor)
            if sha256_of(descriptor) != key:
                raise StoreDamaged(key)
        finally:
            os.close(descriptor)


@contextmanager
def _room() -> Iterator[None]:
    """Say of a full disk or an exhausted quota that it is one: a reason to tell whoever uploads, not an accident."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise MediaRefused("no_room", error.strerror or "") from error


def _forget(descriptor: int) -> None:
    """Drop the file's pages from memory, so that the next read comes from the disk."""
    if hasattr(os, "posix_fadvise"):  # not on every system
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
