"""The tables of the ledger: one row per act, each chained to the one before it, all of them in one RFC 6962 tree.

`append_entry` is the only way in; the tree is written by `enforcement.sequencer`. Triggers and grants in migration
0001 hold everybody to that.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Identity, SmallInteger, UniqueConstraint, func
from sqlalchemy.orm import Mapped, Session, mapped_column

from enforcement import ledger
from enforcement.ledger import tree
from enforcement.models.base import Base, Moment
from enforcement.models.driver import driver_of


class LedgerChain(Base):
    """One chain: a case's, or the agency's own. The head stands here, outside the entries, so that a cut shows."""

    __tablename__ = "ledger_chain"
    __table_args__ = (CheckConstraint("kind IN ('case', 'agency')", name="kind_known"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    # No foreign key: the ledger stands before every other table, and an agency's chain before the agency.
    agency_id: Mapped[uuid.UUID] = mapped_column(index=True)
    kind: Mapped[str]
    head_seq: Mapped[int]
    head_hash: Mapped[bytes]


class LedgerEntry(Base):
    """One act, for ever: canonical JSON text, its salt, its hash and the hash of the entry before it."""

    __tablename__ = "ledger_entry"

    # No foreign key: the trigger that moves the head of the chain finds it, or refuses the entry.
    chain_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agency_id: Mapped[uuid.UUID]
    body: Mapped[str]
    salt: Mapped[bytes]
    leaf_hash: Mapped[bytes]
    prev_hash: Mapped[bytes]


class LedgerPending(Base):
    """An entry that waits for its place in the tree: written by the trigger, taken by the sequencer."""

    __tablename__ = "ledger_pending"

    ticket: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    chain_id: Mapped[uuid.UUID]
    seq: Mapped[int]
    entered_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())


class SequencerTurn(Base):
    """Always empty: locking it is a sequencer's turn. An advisory lock could be taken by any role that may connect."""

    __tablename__ = "sequencer_turn"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class LedgerLeaf(Base):
    """An entry's place in the tree."""

    __tablename__ = "ledger_leaf"
    __table_args__ = (UniqueConstraint("chain_id", "seq"),)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chain_id: Mapped[uuid.UUID]
    seq: Mapped[int]
    leaf_hash: Mapped[bytes]


class LedgerNode(Base):
    """The hash of a complete subtree of `2 ** level` leaves from position `idx << level`. Level 0 is `ledger_leaf`."""

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(SmallInteger(), primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class LedgerCheckpoint(Base):
    """The signed root of the tree at one size. `public_site.checkpoint` holds the same rows for everybody to read."""

    __tablename__ = "ledger_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[bytes]
    note: Mapped[str]
    signed_at: Mapped[Moment]


PUBLIC_ACTOR = "agency"
"""Who acts, in entries whose body becomes public with its proof: the agency, never a person of it (J14.1a). No other
entry says so.
"""
PLACED_AT_ONCE = 5_000
"""The most entries that the sequencer places under one checkpoint."""


def publication_of(body: Mapping[str, Any]) -> uuid.UUID | None:
    """The publication an entry is about, if the entry was made for the public: it names no person then (J14.1a)."""
    if body.get("actor") != PUBLIC_ACTOR:
        return None
    try:
        return uuid.UUID(body["data"]["publication"])
    except (AttributeError, KeyError, TypeError, ValueError):  # one odd entry must not keep all others out of the tree
        return None


_OPEN = """
    INSERT INTO enforcement.ledger_chain (id, agency_id, kind) VALUES (%(chain)s::uuid, %(agency)s::uuid, %(kind)s)
"""


def open_chain(session: Session | Connection, *, chain_id: uuid.UUID, agency_id: uuid.UUID, kind: str) -> None:
    """Begin a chain before its first entry; `kind` is "case" or "agency". The database sets the head to its origin."""
    row = {"chain": str(chain_id), "agency": str(agency_id), "kind": kind}
    _connection(session).exec_driver_sql(_OPEN, row)


def _connection(session: Session | Connection) -> Connection:
    return session.connection() if isinstance(session, Session) else session


# One round trip, for it runs inside every act: the head is read and locked, the body closed with the number, the hash
# taken where the previous one lies. A second writer of the same chain waits here for this transaction instead of
# failing on a head that moved (an agency's own chain has no case row to lock).
_APPEND = """
    INSERT INTO enforcement.ledger_entry (chain_id, seq, agency_id, body, salt, leaf_hash, prev_hash)
    SELECT %(chain)s::uuid, h.head_seq + 1, %(agency)s::uuid, t.body, %(salt)s::bytea,
           sha256('\\x00'::bytea || h.head_hash || %(salt)s::bytea || convert_to(t.body, 'UTF8')), h.head_hash
    FROM enforcement.ledger_head(%(chain)s::uuid, %(agency)s::uuid) h
    CROSS JOIN LATERAL (SELECT %(opening)s || (h.head_seq + 1)::text || %(ending)s AS body) t
    RETURNING seq
"""


def append_entry(
    session: Session | Connection,
    *,
    chain_id: uuid.UUID,
    agency_id: uuid.UUID,
    act: str,
    event: str,
    actor: str,
    at: datetime,
    case_id: uuid.UUID | None,
    data: Mapping[str, ledger.Text],
    digest: str,
    set_clock: bool = False,
) -> int:
    """Append one entry in the caller's transaction and return its number in the chain (1, 2, …).

    `data` holds strings only (or lists and mappings of strings), identifiers and never names; `digest` is that of the
    process record (`ledger.digest_of`); `at` is aware; `set_clock` says that it comes from a clock that was set. Raises
    LookupError for a chain this agency does not have and TypeError for a value that is no text. The chain stays locked
    until the transaction ends.
    """
    chain, agency = str(chain_id), str(agency_id)
    opening = ledger.entry_opening(
        chain=chain,
        agency=agency,
        act=act,
        event=event,
        actor=actor,
        at=at,
        case=str(case_id) if case_id else None,
        data=data,
        digest=digest,
        set_clock=set_clock,
    )
    row = {
        "chain": chain,
        "agency": agency,
        "salt": secrets.token_bytes(ledger.SALT_BYTES),
        "opening": opening,
        "ending": ledger.ENDING,
    }
    appended = driver_of(session).execute(_APPEND, row).fetchone()
    if appended is None:
        raise LookupError(f"agency {agency} has no ledger chain {chain}")
    return int(appended[0])


_HASHES = """
    SELECT 0, position, leaf_hash FROM enforcement.ledger_leaf WHERE position = ANY(%(positions)s::bigint[])
    UNION ALL
    SELECT level, idx, hash FROM enforcement.ledger_node
        JOIN unnest(%(levels)s::smallint[], %(indexes)s::bigint[]) AS wanted (level, idx) USING (level, idx)
"""


def read_hashes(connection: Connection, subtrees: Iterable[tree.Subtree]) -> dict[tree.Subtree, bytes]:
    """The stored hashes of complete subtrees, in one round trip; one that is not stored is left out."""
    wanted = set(subtrees)
    above = [subtree for subtree in wanted if subtree[0]]
    rows = connection.exec_driver_sql(
        _HASHES,
        {
            "positions": [index for level, index in wanted if not level],
            "levels": [level for level, _ in above],
            "indexes": [index for _, index in above],
        },
    )
    return {(level, index): bytes(value) for level, index, value in rows}
