"""The entries of one chain, as they stand in the ledger, with their place in the tree where they have one."""

import dataclasses
import json
import uuid
from typing import Any

from sqlalchemy import and_, func, select

from enforcement import ledger
from enforcement.models.ledger import LedgerChain, LedgerEntry
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One entry. `holds`: its hash, computed again, is the one it carries, and it carries the one before it."""

    seq: int
    event: str
    act: str
    actor: str
    at: str
    digest: str
    leaf_hash: str
    prev_hash: str
    holds: bool


def count_of_chain(work: Work, chain_id: uuid.UUID) -> int:
    """How many entries a chain has."""
    return work.session.scalar(select(func.count()).where(LedgerEntry.chain_id == chain_id)) or 0


def entries_of(work: Work, chain_id: uuid.UUID, total: int, *, after: int, limit: int) -> tuple[list[EntryRow], bool]:
    """The entries behind number `after` in order, and whether the head of the chain stands where the last one says."""
    chain = work.session.get(LedgerChain, chain_id)
    condition = and_(LedgerEntry.chain_id == chain_id, LedgerEntry.seq > after)
    rows = work.session.scalars(select(LedgerEntry).where(condition).order_by(LedgerEntry.seq).limit(limit)).all()
    previous = rows[0].prev_hash if rows else b""
    made: list[EntryRow] = []
    for row in rows:
        body: dict[str, Any] = json.loads(row.body)
        recomputed = ledger.entry_hash(row.prev_hash, row.salt, row.body)
        made.append(
            EntryRow(
                seq=row.seq,
                event=body["event"],
                act=body["act"],
                actor=body["actor"],
                at=body["at"],
                digest=body["digest"],
                leaf_hash=row.leaf_hash.hex(),
                prev_hash=row.prev_hash.hex(),
                holds=recomputed == row.leaf_hash and row.prev_hash == previous,
            )
        )
        previous = row.leaf_hash
    whole = (
        chain is not None
        and chain.head_seq == total
        and (not rows or total > rows[-1].seq or chain.head_hash == previous)
    )
    return made, whole
