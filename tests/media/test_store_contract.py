"""What every store must do, written against the protocol alone. A new kind of store is one more line in `STORES`."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from config.settings import Settings
from media.errors import MediaRefused, NotStored, StoreDamaged, StoreUnfit
from media.file_store import FileStore
from media.store import Address, Store, StoredObject
from media.stores import open_store

HOUR = timedelta(hours=1)
CONTENT = bytes(range(256)) * 5000
SHA256 = hashlib.sha256(CONTENT).hexdigest()

STORES: dict[str, Callable[[Path], Store]] = {"files": lambda folder: FileStore(folder / "store")}


@pytest.fixture(params=STORES)
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Opens the same store each time, as another process or the next start does."""
    return lambda: STORES[request.param](tmp_path)


@pytest.fixture
def store(open_again: Callable[[], Store]) -> Store:
    return open_again()


def sealed(store: Store, content: bytes = CONTENT, declared: str | None = None) -> StoredObject:
    with store.stage() as staged:
        staged.append(content)
        return staged.seal(declared)


def test_what_is_sealed_comes_back_byte_for_byte_whole_and_in_parts(store: Store) -> None:
    with store.stage() as staged:
        staged.append_stream(BytesIO(CONTENT))
        stored = staged.seal()
    assert (stored.size, stored.sha256) == (len(CONTENT), SHA256)
    assert b"".join(store.open_range(stored.address)) == CONTENT
    assert b"".join(store.open_range(stored.address, 1000, 1001)) == CONTENT[1000:1001]
    assert b"".join(store.open_range(stored.address, 7, 7)) == b""
    with store.open_range(stored.address, 5) as rest:
        assert rest.length == len(CONTENT) - 5


def test_an_object_is_found_again_by_its_address_after_the_store_was_opened_anew(
    store: Store, open_again: Callable[[], Store]
) -> None:
    stored = sealed(store)
    assert b"".join(open_again().open_range(stored.address)) == CONTENT


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 4), (0, len(CONTENT) + 1), (len(CONTENT) + 1, None)])
def test_bounds_outside_the_object_are_an_error(store: Store, start: int, end: int | None) -> None:
    stored = sealed(store)
    with pytest.raises(ValueError, match="bytes"):
        store.open_range(stored.address, start, end)


def test_zero_bytes_are_refused(store: Store) -> None:
    with store.stage() as staged, pytest.raises(MediaRefused) as refused:
        staged.seal()
    assert refused.value.reason == "empty"


def test_bytes_other_than_declared_are_refused_and_nothing_is_kept(store: Store) -> None:
    address = sealed(store, b"something else").address
    with pytest.raises(MediaRefused) as refused:
        sealed(store, CONTENT, hashlib.sha256(CONTENT + b"!").hexdigest())
    assert refused.value.reason == "digest_mismatch"
    assert "SHA-256" in refused.value.zh
    with pytest.raises(NotStored):
        store.open_range(Address(address.store, SHA256))


def test_the_declared_digest_may_be_written_in_capitals(store: Store) -> None:
    assert sealed(store, CONTENT, SHA256.upper()).size == len(CONTENT)


def test_the_same_bytes_are_one_object_even_when_they_are_sealed_at_the_same_time(store: Store) -> None:
    with ThreadPoolExecutor(4) as four:
        addresses = set(four.map(lambda _: sealed(store).address, range(8)))
    assert len(addresses) == 1
    assert b"".join(store.open_range(addresses.pop())) == CONTENT


def test_more_than_allowed_is_refused_before_it_is_written(store: Store) -> None:
    with store.stage(limit=1000) as staged:
        staged.append(b"x" * 1000)
        with pytest.raises(MediaRefused) as refused:
            staged.append(b"x")
        assert refused.value.reason == "too_large"
        assert staged.size == 1000


def test_what_is_staged_is_a_file_that_another_process_can_read(store: Store) -> None:
    with store.stage() as staged:
        staged.append(CONTENT)
        assert staged.sha256() == SHA256
        program = "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())"
        seen = subprocess.run(
            [sys.executable, "-c", program, str(staged.path)], capture_output=True, text=True, check=True
        )
        assert seen.stdout.strip() == SHA256


def test_what_was_not_sealed_is_gone(store: Store) -> None:
    with store.stage() as staged:
        staged.append(CONTENT)
    assert not staged.path.exists()
    staged.close()
    assert store.sweep(datetime.now(UTC) + HOUR, timedelta()) == 0


def test_verify_says_whether_both_digests_still_hold(store: Store) -> None:
    stored = sealed(store)
    verification = store.verify(stored.address, stored.sha256, stored.sm3)
    assert verification.intact
    assert verification.found is not None
    assert verification.found.size == len(CONTENT)
    assert not store.verify(stored.address, stored.sha256, "0" * 64).intact
    assert not store.verify(stored.address, "0" * 64, stored.sm3).intact


def test_what_is_not_there_is_neither_opened_nor_intact(store: Store) -> None:
    there = sealed(store)
    elsewhere = Address("another store", there.address.key)
    for address in (Address(there.address.store, "a" * 64), Address(there.address.store, ""), elsewhere):
        with pytest.raises(NotStored):
            store.open_range(address)
        verification = store.verify(address, there.sha256, there.sm3)
        assert (verification.intact, verification.found) == (False, None)


def test_the_sweep_leaves_alone_what_somebody_holds_and_what_is_sealed(store: Store) -> None:
    stored = sealed(store)
    with store.stage() as held:
        held.append(CONTENT)
        assert store.sweep(datetime.now(UTC) + 2 * HOUR, HOUR) == 0
        assert held.seal().address == stored.address
    assert store.sweep(datetime.now(UTC) + 2 * HOUR, HOUR) == 0
    assert store.verify(stored.address, stored.sha256, stored.sm3).intact


def settings(media: Path) -> Settings:
    return Settings.read("internal", {"MINGJIAN_VAR": str(media.parent), "MINGJIAN_MEDIA": str(media)})


def test_one_installation_has_one_store_for_all_its_processes(tmp_path: Path) -> None:
    stored = sealed(open_store(settings(tmp_path / "media")))
    assert open_store(settings(tmp_path / "media")).verify(stored.address, stored.sha256, stored.sm3).intact
    assert not open_store(settings(tmp_path / "other")).verify(stored.address, stored.sha256, stored.sm3).intact


def test_no_process_keeps_recordings_where_a_web_server_gives_them_out() -> None:
    root = Path(__file__).resolve().parents[2]
    for folder in ("enforcement/web/static", "publish/static/recordings", "publish"):
        with pytest.raises(StoreUnfit, match="served"):
            open_store(settings(root / folder))


def test_what_is_shown_is_what_was_sealed(store: Store) -> None:
    stored = sealed(store)
    store.require_intact(stored.address)
    store.require_intact(stored.address, SHA256)
    with pytest.raises(StoreDamaged):
        store.require_intact(stored.address, "0" * 64)
    with pytest.raises(NotStored):
        store.require_intact(Address(stored.address.store, "0" * 64))
