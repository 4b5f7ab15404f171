"""Whatever byte of whatever row of the ledger is changed: it is found, once, and named."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from psycopg import sql

from tests.ledger.conftest import Ledger, Story, ledger_of

if TYPE_CHECKING:
    from enforcement.runtime.embedded import DatabaseUrls, Server

COLUMNS = {
    "ledger_entry": ("body", "salt", "leaf_hash", "prev_hash", "chain_id", "agency_id", "seq"),
    "ledger_chain": ("id", "agency_id", "kind", "head_seq", "head_hash"),
    "ledger_leaf": ("position", "chain_id", "seq", "leaf_hash"),
    "ledger_node": ("level", "idx", "hash"),
    "ledger_checkpoint": ("size", "root", "note", "signed_at"),
}
KEYS = {
    "ledger_entry": ("chain_id", "seq"),
    "ledger_chain": ("id",),
    "ledger_leaf": ("position",),
    "ledger_node": ("level", "idx"),
    "ledger_checkpoint": ("size",),
}


@pytest.fixture(scope="module")
def told(server: Server, urls: DatabaseUrls) -> Iterator[Story]:
    with ledger_of(server, urls, Story) as story:
        story.tell()
        yield story


def changed(value: Any, at: int, mask: int) -> Any:
    """The value with one byte of it changed."""
    if isinstance(value, bytes | str):
        raw = bytearray(value.encode() if isinstance(value, str) else value)
        raw[at % len(raw)] ^= mask
        if isinstance(value, bytes):
            return bytes(raw)
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            assume(False)
        assume("\x00" not in text)
        return text
    if isinstance(value, uuid.UUID):
        return uuid.UUID(bytes=changed(value.bytes, at, mask))
    return value ^ (mask << at % 7 * 8)


@contextmanager
def with_one_byte_changed(ledger: Ledger, table: str, row: int, column: str, at: int, mask: int) -> Iterator[Any]:
    """Change the byte for the length of the block, as a superuser without triggers; give the row's key as it was."""
    keys = KEYS[table]
    name, field = sql.Identifier("enforcement", table), sql.Identifier(column)
    where = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(key)) for key in keys)
    shown = field if column != "signed_at" else sql.SQL("(extract(epoch FROM signed_at) * 1000000)::bigint")
    setting = sql.SQL("%s") if column != "signed_at" else sql.SQL("to_timestamp(%s::numeric / 1000000)")
    with ledger.superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        order = sql.SQL(", ").join(map(sql.Identifier, keys))
        key_rows = connection.execute(sql.SQL("SELECT {0} FROM {1} ORDER BY {0}").format(order, name)).fetchall()
        key = key_rows[row % len(key_rows)]
        before = connection.execute(sql.SQL("SELECT {} FROM {} WHERE {}").format(shown, name, where), key).fetchone()
        assert before is not None
        after = changed(before[0], at, mask)
        if column == "signed_at":
            assume(abs(int(after)) < 10**17)  # what the column can hold
        change = sql.SQL("UPDATE {} SET {} = {} WHERE {}").format(name, field, setting, where)
        try:
            connection.execute(change, [after, *key])
            connection.commit()
        except (psycopg.IntegrityError, psycopg.DataError):  # the key of another row, or no value of this type
            connection.rollback()
            assume(False)
        key_after = [after if part == column else old for part, old in zip(keys, key, strict=True)]
        try:
            yield key
        finally:
            connection.execute("SET session_replication_role = replica")
            connection.execute(change, [before[0], *key_after])
            connection.commit()


@settings(suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(0, 12), st.integers(0, 400), st.integers(1, 255))
def test_any_byte_of_any_entry_is_found_and_named(told: Story, data: Any, row: int, at: int, mask: int) -> None:
    column = data.draw(st.sampled_from(COLUMNS["ledger_entry"]))
    with with_one_byte_changed(told, "ledger_entry", row, column, at, mask) as (chain_id, seq):
        findings = told.verify().findings
        assert [(finding.chain_id, finding.seq) for finding in findings] == [(str(chain_id), seq)]
    assert told.verify().holds


@settings(suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(set(COLUMNS) - {"ledger_entry"})), st.data(), st.integers(0, 12), st.integers(0, 400),
    st.integers(1, 255),
)  # fmt: skip
def test_any_byte_of_any_other_row_is_one_finding(
    told: Story, table: str, data: Any, row: int, at: int, mask: int
) -> None:
    column = data.draw(st.sampled_from(COLUMNS[table]))
    with told.superuser() as connection:
        places: dict[int, tuple[str, str]] = dict(
            connection.execute("SELECT position, (chain_id::text, seq) FROM enforcement.ledger_leaf").fetchall()
        )
    with with_one_byte_changed(told, table, row, column, at, mask) as key:
        (finding,) = told.verify().findings
        if table == "ledger_chain":
            assert finding.chain_id == str(key[0])
        elif table == "ledger_leaf":
            named = (finding.chain_id, str(finding.seq))
            assert named == tuple(places[key[0]])
        elif table == "ledger_node":
            assert finding.subtree == tuple(key)
        else:
            assert finding.table == table
            assert finding.size == key[0] or column == "size"
    assert told.verify().holds
