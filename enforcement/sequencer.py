"""Give every ledger entry its place in the one tree, and sign the tree whenever it grew.

One pass (`run_once`) may run any number of times, late, doubled or in parallel: one lock in the database lets one
pass work, and a pass has no memory. The scheduler runs it every two seconds, so that a checkpoint covers any entry
within ten.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from enforcement.high_water import SAID, HighWater
from enforcement.ledger import notes, tree
from enforcement.models.ledger import PLACED_AT_ONCE, PUBLIC_ACTOR, publication_of, read_hashes

_TURN = "LOCK TABLE enforcement.sequencer_turn IN EXCLUSIVE MODE NOWAIT"


class BrokenTreeError(RuntimeError):
    """The stored tree is not the one last signed: nothing is added or signed until somebody has looked (`verify`)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry without a place yet; `body`, `salt` and `prev_hash` only where it may be about a publication."""

    ticket: int
    chain_id: str
    seq: int
    leaf_hash: bytes
    body: str | None
    salt: bytes | None
    prev_hash: bytes | None


_WAITING = """
    SELECT p.ticket, p.chain_id::text, p.seq, e.leaf_hash,
           CASE WHEN public THEN e.body END, CASE WHEN public THEN e.salt END, CASE WHEN public THEN e.prev_hash END
    FROM enforcement.ledger_pending p
    JOIN enforcement.ledger_entry e USING (chain_id, seq)
    CROSS JOIN LATERAL (SELECT strpos(e.body, %(public)s) > 0 AS public) AS told
    WHERE NOT EXISTS (SELECT FROM enforcement.ledger_leaf l WHERE l.chain_id = p.chain_id AND l.seq = p.seq)
    ORDER BY p.ticket LIMIT %(limit)s
"""
_PUBLIC = f'"actor":"{PUBLIC_ACTOR}"'
"""How an entry for the public reads; whatever else holds these letters is read and found to be none."""
_STAND = """
    SELECT coalesce((SELECT max(position) + 1 FROM enforcement.ledger_leaf), 0), c.size, c.root,
           date_trunc('second', now())
    FROM (SELECT) AS one LEFT JOIN LATERAL
        (SELECT size, root FROM enforcement.ledger_checkpoint ORDER BY size DESC LIMIT 1) c ON true
"""
_LEAVES = """
    INSERT INTO enforcement.ledger_leaf (position, chain_id, seq, leaf_hash)
    SELECT * FROM unnest(%(positions)s::bigint[], %(chains)s::uuid[], %(seqs)s::bigint[], %(hashes)s::bytea[])
"""
_NODES = """
    INSERT INTO enforcement.ledger_node (level, idx, hash)
    SELECT * FROM unnest(%(levels)s::smallint[], %(indexes)s::bigint[], %(hashes)s::bytea[])
"""
_DONE = "DELETE FROM enforcement.ledger_pending WHERE ticket = ANY(%(tickets)s::bigint[])"
_CHECKPOINTS = tuple(
    f"INSERT INTO {table} (size, root, note, signed_at) VALUES (%(size)s, %(root)s, %(note)s, %(signed_at)s)"  # noqa: S608
    for table in ("enforcement.ledger_checkpoint", "public_site.checkpoint")
)
_PROOF = """
    INSERT INTO public_site.log_proof (chain_id, seq, publication_id, event, body, salt, prev_hash, leaf_hash, position,
                                       path, checkpoint_size)
    VALUES (%(chain)s, %(seq)s, %(publication)s, %(event)s, %(body)s, %(salt)s, %(prev)s, %(leaf)s, %(position)s,
            %(path)s::bytea[], %(size)s)
"""


class RolledBackError(BrokenTreeError):
    """The tree is not as far as it is known to have come: nothing is added or signed until a restore is registered."""


def run_once(engine: Engine, signing_key: bytes, origin: str, high_water: Path | None) -> int:
    """Place every waiting entry and sign the tree; return how many were placed (0 also if another pass is at work).

    `engine` connects as mingjian_sequencer, `signing_key` is the Ed25519 seed (32 bytes), `origin` the log's name.
    `high_water` is the file that keeps how far the tree has come, None where none is kept. Raises BrokenTreeError if
    the stored tree is not the one last signed, RolledBackError if it contradicts the high-water mark.
    """
    private = Ed25519PrivateKey.from_private_bytes(signing_key)
    key = notes.VerifierKey(notes.require_origin(origin), private.public_key().public_bytes_raw())
    mark = HighWater(high_water, [str(key)]) if high_water else None
    placed = PLACED_AT_ONCE
    total = 0
    while placed == PLACED_AT_ONCE:
        with engine.begin() as connection:
            if not _has_turn(connection):
                return total
            placed = _place(connection, private, key, mark)
        total += placed
        if mark is not None and placed:
            with engine.connect() as connection:
                mark.rise(connection)
    return total


def _has_turn(connection: Connection) -> bool:
    """Whether this transaction may work on the tree: until it ends, no other pass does."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(_TURN)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            return False
        raise
    return True


def empty_note(signing_key: bytes, origin: str, connection: Connection) -> str:
    """The signed note of a tree in which nothing stands yet."""
    private = Ed25519PrivateKey.from_private_bytes(signing_key)
    key = notes.VerifierKey(origin, private.public_key().public_bytes_raw())
    now: datetime = connection.exec_driver_sql("SELECT date_trunc('second', now())").scalar_one()
    return _note_of_nothing(private, key, now)


def _note_of_nothing(private: Ed25519PrivateKey, key: notes.VerifierKey, now: datetime) -> str:
    return notes.signed_note(notes.Checkpoint(key.origin, 0, tree.EMPTY_ROOT, now), key, private.sign)


def _place(connection: Connection, private: Ed25519PrivateKey, key: notes.VerifierKey, mark: HighWater | None) -> int:
    """One batch, in the caller's transaction; the turn goes with it."""
    rows = connection.exec_driver_sql(_WAITING, {"limit": PLACED_AT_ONCE, "public": _PUBLIC}).all()
    waiting = [Waiting(*row) for row in rows]
    if not waiting:
        return 0
    growing, signed_at = _tree_last_signed(connection)
    if mark is not None:
        if not growing.size and not mark.path.exists():  # the very first: from now on a missing file is a sign
            mark.begin(_note_of_nothing(private, key, signed_at))
        if what := mark.contradicted(growing.size, lambda size: _root(connection, size)):
            raise RolledBackError(SAID[what])
    first = growing.size
    completed = growing.extend([entry.leaf_hash for entry in waiting])
    connection.exec_driver_sql(
        _LEAVES,
        {
            "positions": list(range(first, growing.size)),
            "chains": [entry.chain_id for entry in waiting],
            "seqs": [entry.seq for entry in waiting],
            "hashes": [entry.leaf_hash for entry in waiting],
        },
    )
    connection.exec_driver_sql(
        _NODES,
        {
            "levels": [level for (level, _), _ in completed],
            "indexes": [index for (_, index), _ in completed],
            "hashes": [value for _, value in completed],
        },
    )
    connection.exec_driver_sql(_DONE, {"tickets": [entry.ticket for entry in waiting]})
    checkpoint = notes.Checkpoint(key.origin, growing.size, growing.root(), signed_at)
    row = {
        "size": checkpoint.size,
        "root": checkpoint.root,
        "note": notes.signed_note(checkpoint, key, private.sign),
        "signed_at": signed_at,
    }
    for statement in _CHECKPOINTS:
        connection.exec_driver_sql(statement, row)
    _publish_proofs(connection, waiting, first, growing.size)
    return len(waiting)


def _tree_last_signed(connection: Connection) -> tuple[tree.Growing, datetime]:
    """The tree's right edge and the present second, once the edge gives the root that was signed last.

    So a tree that somebody changed under the sequencer is never signed again.
    """
    size, signed_size, signed_root, now = connection.exec_driver_sql(_STAND).one()
    edge = tree.needed([(0, size)])
    known = read_hashes(connection, edge)
    if len(known) != len(edge) or size != (signed_size or 0):
        raise BrokenTreeError(f"the tree has {size} leaves, the last checkpoint is of {signed_size or 0}")
    growing = tree.Growing(size, [known[subtree] for subtree in edge])
    if size and growing.root() != signed_root:
        raise BrokenTreeError(f"the stored tree of {size} leaves does not give the root that was signed")
    return growing, now


def _root(connection: Connection, size: int) -> bytes | None:
    """The root of the stored tree at one size; None where it has not come so far."""
    edge = tree.needed([(0, size)])
    known = read_hashes(connection, edge)
    return tree.fold([known[subtree] for subtree in edge]) if len(known) == len(edge) else None


def _publish_proofs(connection: Connection, waiting: Sequence[Waiting], first: int, size: int) -> None:
    """Write, for every entry about a publication, a proof towards the checkpoint just signed."""
    public = []
    for position, entry in enumerate(waiting, first):
        body = _read(entry.body)
        publication = publication_of(body)
        if publication:
            public.append((position, entry, body["event"], publication, tree.inclusion_ranges(position, size)))
    if not public:
        return
    known = read_hashes(connection, [subtree for *_, ranges in public for subtree in tree.needed(ranges)])
    rows = [
        {
            "chain": entry.chain_id,
            "seq": entry.seq,
            "publication": publication,
            "event": event,
            "body": entry.body,
            "salt": entry.salt,
            "prev": entry.prev_hash,
            "leaf": entry.leaf_hash,
            "position": position,
            "path": tree.proof(ranges, known.__getitem__),
            "size": size,
        }
        for position, entry, event, publication, ranges in public
    ]
    connection.exec_driver_sql(_PROOF, rows)


def _read(body: str | None) -> dict[str, Any]:
    """The body of an entry; empty where it is none: one odd entry must not keep all others out of the tree."""
    try:
        read = json.loads(body or "{}")
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
