"""The store on a file system: who may touch its files, and what it finds when somebody did."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from media import file_store
from media.digest import digest_chunks, sha256_of
from media.errors import MediaRefused, NotStored, StoreDamaged, StoreUnfit
from media.file_store import STORE, FileStore
from media.store import Address, StoredObject

HOUR = timedelta(hours=1)
CONTENT = bytes(range(256)) * 5000


def sealed(store: FileStore, content: bytes = CONTENT, sha256: str | None = None) -> StoredObject:
    with store.stage() as staged:
        staged.append(content)
        return staged.seal(sha256)


def place(store: FileStore, key: str) -> Path:
    [path] = store.root.glob(f"objects/*/*/{key}")
    return path


def staged_files(store: FileStore) -> list[Path]:
    return list((store.root / "staging").iterdir())


def overwrite(path: Path, content: bytes) -> None:
    """Do what an intruder with the disk in his hands does."""
    path.chmod(0o600)
    path.write_bytes(content)
    path.chmod(0o400)


def test_both_digests_are_the_published_ones() -> None:
    digests = digest_chunks([b"a", b"", b"bc"])
    assert digests.size == 3
    assert digests.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digests.sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905, example 1


def test_nobody_but_the_owner_may_read_and_nobody_may_write(store: FileStore) -> None:
    path = place(store, sealed(store).sha256)
    assert path.stat().st_mode & 0o777 == 0o400
    folders = [parent for parent in path.parents if parent.is_relative_to(store.root)]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}


def test_of_bytes_other_than_declared_no_file_is_left(store: FileStore) -> None:
    with pytest.raises(MediaRefused):
        sealed(store, CONTENT, hashlib.sha256(CONTENT + b"!").hexdigest())
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_the_same_bytes_twice_are_one_object_that_was_not_written_again(store: FileStore) -> None:
    before = place(store, sealed(store).sha256).stat()
    again = sealed(store)
    after = place(store, again.sha256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_stands_in_a_place_is_never_overwritten_even_if_it_is_wrong(store: FileStore) -> None:
    path = place(store, sealed(store).sha256)
    overwrite(path, b"forged")
    with pytest.raises(StoreDamaged):
        sealed(store)
    assert path.read_bytes() == b"forged"


@pytest.mark.parametrize(
    "forged",
    [CONTENT[:-1], CONTENT + b"\0", b"\x01" + CONTENT[1:], CONTENT[:700_000] + b"\xff" + CONTENT[700_001:]],
    ids=["cut", "longer", "first byte", "one byte inside"],
)
def test_verify_finds_any_change(store: FileStore, forged: bytes) -> None:
    stored = sealed(store)
    assert store.verify(stored.address, stored.sha256, stored.sm3).intact
    overwrite(place(store, stored.sha256), forged)
    verification = store.verify(stored.address, stored.sha256, stored.sm3)
    assert not verification.intact
    assert verification.found is not None
    assert verification.found.sha256 == hashlib.sha256(forged).hexdigest()


def test_verify_finds_what_is_gone(store: FileStore) -> None:
    stored = sealed(store)
    place(store, stored.sha256).unlink()
    verification = store.verify(stored.address, stored.sha256, stored.sm3)
    assert (verification.intact, verification.found) == (False, None)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64, "a" * 64 + "\n", "/etc/passwd"])
def test_a_key_that_is_none_opens_nothing(store: FileStore, key: str) -> None:
    with pytest.raises(NotStored):
        store.open_range(Address(STORE, key))


def test_a_link_in_the_place_of_an_object_is_not_followed(store: FileStore, tmp_path: Path) -> None:
    path = place(store, sealed(store).sha256)
    (tmp_path / "elsewhere").write_bytes(CONTENT)
    address = Address(STORE, path.name)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreDamaged):
        store.open_range(address)
    assert not store.verify(address, address.key, "0" * 64).intact


@pytest.mark.parametrize("put", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_in_the_place_of_an_object_is_damage_and_nothing_waits_for_it(
    store: FileStore, put: Callable[[Path], None]
) -> None:
    path = place(store, sealed(store).sha256)
    path.unlink()
    put(path)
    with pytest.raises(StoreDamaged):
        store.open_range(Address(STORE, path.name))
    with pytest.raises(StoreDamaged):
        sealed(store)
    verification = store.verify(Address(STORE, path.name), path.name, "0" * 64)
    assert (verification.intact, verification.found) == (False, None)


@pytest.fixture
def little_room() -> Iterator[None]:
    """The kernel lets no file of this process grow beyond 64 KiB: as on a full disk, a write ends in an error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("little_room")
def test_a_full_disk_is_said_to_be_one_and_nothing_is_kept(store: FileStore) -> None:
    with store.stage() as staged, pytest.raises(MediaRefused) as refused:
        staged.append(b"x" * (1 << 17))
    assert (refused.value.reason, "存储空间不足" in refused.value.zh) == ("no_room", True)
    assert list((store.root / "staging").iterdir()) == []


def test_what_was_staged_and_abandoned_is_swept_but_not_what_is_being_written(store: FileStore) -> None:
    held = store.stage()
    held.append(b"still coming")
    abandoned = store.root / "staging" / "0123"
    abandoned.write_bytes(b"left behind by a process that died")
    stored = sealed(store)
    now = datetime.now(UTC)
    assert store.sweep(now, HOUR) == 0
    assert store.sweep(now + 2 * HOUR, HOUR) == 1
    assert staged_files(store) == [held.path]
    assert store.verify(stored.address, stored.sha256, stored.sm3).intact
    held.close()
    assert staged_files(store) == []


def test_a_store_inside_a_served_folder_or_around_one_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(StoreUnfit, match="served"):
        FileStore(tmp_path / "static" / "recordings", served=[tmp_path / "static"])
    with pytest.raises(StoreUnfit, match="served"):
        FileStore(tmp_path, served=[tmp_path / "static"])
    FileStore(tmp_path / "recordings", served=[tmp_path / "static"])


def test_a_store_that_cannot_be_written_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnfit):
        FileStore(tmp_path / "file" / "store")


GIGABYTE = """
import io, pathlib, sys
from media.file_store import FileStore

class Stream(io.RawIOBase):
    left = 1 << 30
    def read(self, size=-1):
        taken = min(size, self.left)
        self.left -= taken
        return self.left.to_bytes(8, "big") + bytes(taken - 8) if taken else b""

def peak():  # of this program alone, in KiB
    status = pathlib.Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")))

store = FileStore(pathlib.Path(sys.argv[1]))
before = peak()
with store.stage() as staged:
    staged.append_stream(Stream())
    stored = staged.seal()
read = sum(len(chunk) for chunk in store.open_range(stored.address))
print(stored.size, read, peak() - before)
"""


def test_a_gigabyte_passes_through_a_few_megabytes_of_memory(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GIGABYTE, str(tmp_path / "store")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )
    size, read, grown = map(int, done.stdout.split())
    assert (size, read) == (1 << 30, 1 << 30)
    assert grown < 24 * 1024


def test_a_file_is_digested_once_and_again_when_it_was_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path)
    with store.stage() as staged:
        staged.append(b"film" * 1000)
        stored = staged.seal()
    read: list[int] = []

    def counting(descriptor: int) -> str:
        read.append(descriptor)
        return sha256_of(descriptor)

    monkeypatch.setattr(file_store, "sha256_of", counting)
    for _ in range(5):
        store.require_intact(stored.address)
    assert len(read) == 1
    [place] = [path for path in (tmp_path / "objects").rglob("*") if path.is_file()]
    kept = place.stat()
    place.chmod(0o600)
    with place.open("r+b") as file:
        file.write(b"Film")
    os.utime(place, ns=(kept.st_atime_ns, kept.st_mtime_ns))  # the time that anybody may set is set back
    with pytest.raises(StoreDamaged):
        store.require_intact(stored.address)
    assert len(read) == 2
