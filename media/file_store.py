"""The store on a file system: one private folder, files written once and named by their SHA-256.

Sealing forces the bytes to disk, reads them again, links them into their place and reads them back from there. What was
never sealed is swept away. Root and the disk's owner can still change bytes; `verify` finds it, because the digests
stand in the ledger.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Self

from media.digest import CHUNK, digest_descriptor, sha256_of
from media.errors import MediaRefused, NotStored, StoreDamaged, StoreUnfit
from media.store import Address, StoredObject, Verification

STORE = "files"
"""The name of this store in addresses. There is one in an installation."""

_KEY = re.compile(r"[0-9a-f]{64}")
_PRIVATE_DIRECTORY = 0o700
_PRIVATE_FILE = 0o600
_SEALED_FILE = 0o400
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FileRange:
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

    def __init__(self, path: Path, limit: int | None, objects: Objects) -> None:
        self.path = path
        self.limit = limit
        self.size = 0
        self._objects = objects
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

    def sha256(self) -> str:
        """SHA-256 of what has come so far, read from the disk."""
        self._settle()
        return sha256_of(self._descriptor)

    def seal(self, declared: str | None = None) -> StoredObject:
        """Make the bytes a recording: on disk, digested, compared, in their write-once place, read back."""
        with self:
            if self.size == 0:
                raise MediaRefused("empty")
            self._settle()
            digests = digest_descriptor(self._descriptor)
            if digests.size != self.size:
                raise StoreDamaged(digests.sha256)
            if declared is not None and declared.strip().lower() != digests.sha256:
                raise MediaRefused("digest_mismatch", f"{digests.sha256} received")
            os.fchmod(self._descriptor, _SEALED_FILE)
            os.fsync(self._descriptor)
            self._objects.link(self.path, digests.sha256)
        self._objects.read_back(digests.sha256)
        return StoredObject(Address(STORE, digests.sha256), digests.size, digests.sha256, digests.sm3)

    def _settle(self) -> None:
        """Force the bytes to disk and forget them in memory, so that they are read back from there."""
        with _room():
            os.fsync(self._descriptor)
        _forget(self._descriptor)

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
        self.staging = self.root / "staging"
        self._objects = Objects(self.root / "objects")
        self._seen = Seen()
        try:
            for folder in (self.root, self.staging, self._objects.root):
                folder.mkdir(mode=_PRIVATE_DIRECTORY, parents=True, exist_ok=True)
                folder.chmod(_PRIVATE_DIRECTORY)
            self._try_linking()
        except OSError as error:
            raise StoreUnfit(f"{self.root} cannot keep recordings: {error.strerror}") from error

    def _try_linking(self) -> None:
        """Sealing needs hard links, which some file systems lack: find out at the start, not at the first recording."""
        with self.stage() as staged:
            linked = self._objects.root / staged.path.name
            os.link(staged.path, linked)
            linked.unlink()

    def stage(self, *, limit: int | None = None) -> StagedFile:
        """Begin to take bytes in, at most `limit` of them. The name on disk is ours; no sender's name ever becomes
        one.
        """
        return StagedFile(self.staging / secrets.token_hex(16), limit, self._objects)

    def open_range(self, address: Address, start: int = 0, end: int | None = None) -> FileRange:
        """Open the bytes [start, end) of an object; `end` None means its end. Raises NotStored, StoreDamaged, or
        ValueError for bounds outside it.
        """
        descriptor = self._open(address)
        size = os.fstat(descriptor).st_size
        stop = size if end is None else end
        if not 0 <= start <= stop <= size:
            os.close(descriptor)
            raise ValueError(f"bytes {start} to {stop} of an object of {size}")
        return FileRange(descriptor, start, stop)

    def require_intact(self, address: Address, sha256: str | None = None) -> None:
        """Raise StoreDamaged unless the object has the bytes of this digest; NotStored where there is none.

        Whether a file was touched is told by its inode, size and the times the kernel keeps: writing sets them.
        """
        descriptor = self._open(address)
        try:
            found = self._seen.digest(address.key, descriptor)
        finally:
            os.close(descriptor)
        if found != (sha256 or address.key):
            raise StoreDamaged(address.key)

    def verify(self, address: Address, sha256: str, sm3: str) -> Verification:
        """Read an object again from disk and compare it with the digests the ledger has."""
        try:
            descriptor = self._open(address)
        except (NotStored, StoreDamaged):
            return Verification(address, intact=False, found=None)
        try:
            _forget(descriptor)
            found = digest_descriptor(descriptor)
        finally:
            os.close(descriptor)
        return Verification(address, intact=(found.sha256, found.sm3) == (sha256, sm3), found=found)

    def sweep(self, now: datetime, older_than: timedelta) -> int:
        """Remove staged files that nobody holds and nobody wrote to for `older_than`; return how many. Sealed objects
        are never touched.
        """
        swept = 0
        for path in self.staging.iterdir():
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

    def _open(self, address: Address) -> int:
        if address.store != STORE:
            raise NotStored(f"{address.store}:{address.key}")
        return self._objects.open(address.key)


class Seen:
    """The digests of files read in this process, each for as long as its file is untouched."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._known: dict[str, tuple[tuple[int, ...], str]] = {}
        self._reading: defaultdict[str, Lock] = defaultdict(Lock)

    def digest(self, key: str, descriptor: int) -> str:
        """SHA-256 of an open file; one reader of a key at a time, for a player asks for many parts at once."""
        with self._reading[key]:
            found = os.fstat(descriptor)
            state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            known = self._known.get(key)
            if known is None or known[0] != state:
                known = (state, sha256_of(descriptor))
                if len(self._known) >= self._most:
                    self._known.clear()
                self._known[key] = known
            return known[1]


class Objects:
    """The sealed files: each linked into its place once, under its SHA-256, and opened for reading only."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def link(self, path: Path, key: str) -> None:
        """Give a file its place. Where the same key came before, what is there stays, and `read_back` looks at it."""
        place = self._place(key)
        with _room():
            for folder in (place.parent.parent, place.parent):
                with suppress(FileExistsError):
                    folder.mkdir(mode=_PRIVATE_DIRECTORY)
                    _sync_directory(folder.parent)
        with suppress(FileExistsError), _room():
            os.link(path, place, follow_symlinks=False)
        _sync_directory(place.parent)

    def open(self, key: str) -> int:
        """A descriptor to read an object by. Raises NotStored or StoreDamaged."""
        try:
            descriptor = os.open(self._place(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            raise NotStored(key) from None
        except OSError as error:
            raise StoreDamaged(key) from error  # a link where a sealed file was
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise StoreDamaged(key)
        return descriptor

    def read_back(self, key: str) -> None:
        """Read an object again from the disk. Raises StoreDamaged where its bytes are not those of its key."""
        descriptor = self.open(key)
        try:
            _forget(descriptor)
            if sha256_of(descriptor) != key:
                raise StoreDamaged(key)
        finally:
            os.close(descriptor)

    def _place(self, key: str) -> Path:
        if _KEY.fullmatch(key) is None:
            raise NotStored(key)
        return self.root / key[:2] / key[2:4] / key


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
