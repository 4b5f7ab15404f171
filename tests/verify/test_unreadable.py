"""What cannot be read, digested or compared is a finding, and hides no other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from enforcement.verify.recordings import changed_objects

if TYPE_CHECKING:
    from media.file_store import FileStore
    from tests.verify.conftest import Told

RECORD = "UPDATE enforcement.process_record SET {} WHERE chain_id = {A} AND seq = 3"
PAGE = "UPDATE public_site.publication SET {} WHERE id = {page}"
# Beside each, and after it in the same chain and in another: two rows that say something else.
ALSO = (
    "UPDATE enforcement.process_record SET digest = repeat('0', 64)"
    " WHERE (chain_id = {A} AND seq = 5) OR (chain_id = {B} AND seq = 2)"
)
NAMED_TOO = {("process_record", "A", 5), ("process_record", "B", 2)}

KINDS = {
    "a decimal number": RECORD.replace("{}", "data = data || '{\"x\": 0.5}', event = 'nothing_happened'"),
    "a number with an exponent": RECORD.replace("{}", "data = data || '{\"x\": 1e400}'"),
    "a very long integer": RECORD.replace("{}", "data = jsonb_build_object('x', repeat('9', 5000)::numeric)"),
    "nesting without end": RECORD.replace(
        "{}", "data = ('{\"x\":' || repeat('[', 3000) || repeat(']', 3000) || '}')::jsonb"
    ),
    "no object at all": RECORD.replace("{}", "data = '[]'"),
    "a day of infinity": RECORD.replace("{}", "happened_on = 'infinity'"),
    "a day before our era": RECORD.replace("{}", "happened_on = '0001-01-01 BC'"),
    "a moment of infinity": RECORD.replace("{}", "at = '-infinity'"),
    "the same moment before our era": RECORD.replace("{}", "at = (at::text || ' BC')::timestamptz"),
    "a stage that is not the entry's": RECORD.replace("{}", "stage = 'decision_made'"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_an_unreadable_record_is_named_and_so_is_what_comes_after_it(told: Told, kind: str) -> None:
    told.hit(KINDS[kind])
    assert told.named() == {("process_record", "A", 3)}
    told.hit(ALSO)
    assert told.named() == {("process_record", "A", 3), *NAMED_TOO}


@pytest.mark.parametrize("change", [
    "due_on = 'infinity'",
    "changed_at = changed_at, content = convert_to('{\"format\":' || repeat('[', 5000), 'UTF8')",
    "content = '\\xff00'",
    "version = version + 1",
    "terms = terms[2:]",
    "digest = sha256('x')",
])  # fmt: skip
def test_an_unreadable_page_is_named_and_so_are_others(told: Told, change: str) -> None:
    told.hit(PAGE.replace("{}", change))
    told.hit(ALSO)
    [page] = [one for one in told.verify().findings if one.table == "public_site.publication"]
    assert page.chain_id == str(told.ids["A"])
    assert told.named() >= NAMED_TOO


@pytest.mark.parametrize(("table", "column", "where"), [
    ("process_record", "data", "chain_id = {A} AND seq = 3"),
    ("process_record", "at", "chain_id = {A} AND seq = 3"),
    ("process_record", "stage", "chain_id = {A} AND seq = 3"),
    ("process_record", "agency_id", "chain_id = {A} AND seq = 3"),
    ("ledger_entry", "body", "chain_id = {A} AND seq = 4"),
    ("ledger_entry", "leaf_hash", "chain_id = {A} AND seq = 4"),
    ("ledger_chain", "head_seq", "id = {A}"),
    ("ledger_chain", "agency_id", "id = {A}"),
    ("ledger_chain", "head_hash", "id = {A}"),
    ("ledger_leaf", "leaf_hash", "chain_id = {A} AND seq = 4"),
    ("ledger_node", "hash", "level = 2 AND idx = 0"),
    ("ledger_checkpoint", "note", "true"),
    ("recording", "sha256", "case_id = {B}"),
])  # fmt: skip
def test_nothing_where_something_must_be_is_named_and_hides_no_other(
    told: Told, table: str, column: str, where: str
) -> None:
    told.hit(f"ALTER TABLE enforcement.{table} ALTER {column} DROP NOT NULL")
    told.hit(f"UPDATE enforcement.{table} SET {column} = NULL WHERE {where}")
    told.hit(ALSO)
    named = told.named()
    assert {place for place in named if place[0] == table} - NAMED_TOO
    assert named >= {*NAMED_TOO, ("schema", f"列 enforcement.{table}.{column}", None)}


def _folder(place: Path) -> None:
    place.mkdir()


def _full_folder(place: Path) -> None:
    (place / "more").mkdir(parents=True)


def _pipe(place: Path) -> None:
    os.mkfifo(place)


def _link(place: Path) -> None:
    place.symlink_to("/dev/zero")


def _device(place: Path) -> None:
    os.mknod(place, 0o020600, os.makedev(1, 5))  # /dev/zero


@pytest.mark.parametrize("put", [_folder, _full_folder, _pipe, _link, _device])
def test_whatever_stands_in_the_place_of_a_recording_is_named(told: Told, store: FileStore, put: object) -> None:
    assert callable(put)
    told.hit(  # a second one, of bytes that were never there
        "INSERT INTO enforcement.recording SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(),"
        " 'store_key', repeat('0', 64)))).* FROM enforcement.recording r"
    )
    with told.superuser() as connection:
        key = connection.execute(
            "SELECT store_key FROM enforcement.recording WHERE store_key NOT LIKE '000%'"
        ).fetchone()
    assert key is not None
    place = told.media / "objects" / key[0][:2] / key[0][2:4] / key[0]
    place.unlink()
    try:
        put(place)
    except PermissionError:
        pytest.skip("only root makes a device")
    with told.snapshot() as seen:
        assert [one.zh for one in changed_objects(seen, store)] == ["缺失", "缺失"]
