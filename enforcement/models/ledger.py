"""The tables of the ledger: one row per act, each chained to the one before it, all of them in one RFC 6962 tree.

`append_entry` is the only way in; the tree is written by `enforcement.sequencer`. Triggers and grants in migration
0001 hold everybody to that.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Identity, SmallInteger, UniqueConstraint, func, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from enforcement import ledger
from enforcement.models.base import Base, Moment


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

    chain_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(LedgerChain.id), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agency_id: Mapped[uuid.UUID]
    body: Mapped[str]
    salt: Mapped[bytes]
    leaf_hash: Mapped[bytes]
    prev_hash: Mapped[bytes]


class LedgerPending(Base):
    """An entry that waits for its place in the tree: written by the trigger, taken by the sequencer."""

    __tablename__ = "ledger_pending"
    __table_args__ = (UniqueConstraint("chain_id", "seq"),)

    ticket: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    chain_id: Mapped[uuid.UUID]
    seq: Mapped[int]
    entered_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())


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


def open_chain(session: Session | Connection, *, chain_id: uuid.UUID, agency_id: uuid.UUID, kind: str) -> None:
    """Begin a chain before its first entry. `kind` is "case" or "agency"; the trigger sets the head to the chain's origin."""
    session.execute(insert(LedgerChain.__table__), {"id": chain_id, "agency_id": agency_id, "kind": kind})


# Two round trips, written out: this runs inside every act. The first also makes a second writer of the same chain
# wait for this transaction instead of failing on the head that moved (agency chains have no case row to lock).
_HEAD = "SELECT head_seq, head_hash FROM enforcement.ledger_head(%(chain)s::uuid, %(agency)s::uuid)"
_APPEND = (
    "INSERT INTO enforcement.ledger_entry (chain_id, seq, agency_id, body, salt, leaf_hash, prev_hash)"
    " VALUES (%(chain)s::uuid, %(seq)s, %(agency)s::uuid, %(body)s, %(salt)s, %(leaf)s, %(prev)s)"
)


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
) -> int:
    """Append one entry in the caller's transaction and return its number in the chain (1, 2, …).

    `data` holds strings only (or lists and mappings of strings), identifiers and never names; `digest` is that of the
    process record (`ledger.digest_of`); `at` is aware. Raises LookupError for a chain this agency does not have and
    TypeError for a value that is no text. The chain stays locked until the transaction ends.
    """
    connection = session.connection() if isinstance(session, Session) else session
    chain, agency = str(chain_id), str(agency_id)
    head = connection.exec_driver_sql(_HEAD, {"chain": chain, "agency": agency}).one_or_none()
    if head is None:
        raise LookupError(f"agency {agency} has no ledger chain {chain}")
    seq, prev = head[0] + 1, bytes(head[1])
    body = ledger.entry_body(
        chain=chain,
        seq=seq,
        agency=agency,
        act=act,
        event=event,
        actor=actor,
        at=at,
        case=str(case_id) if case_id else None,
        data=data,
        digest=digest,
    )
    salt = secrets.token_bytes(ledger.SALT_BYTES)
    leaf = ledger.entry_hash(prev, salt, body)
    row = {"chain": chain, "seq": seq, "agency": agency, "body": body, "salt": salt, "leaf": leaf, "prev": prev}
    connection.exec_driver_sql(_APPEND, row)
    return int(seq)
