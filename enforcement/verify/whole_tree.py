"""Rebuild the whole tree from the stored leaves, thousands at a time, and say whether every stored hash comes out.

This answers yes or no for a sound ledger at full speed; where it says no, `damaged_tree` finds out what.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import psycopg

from enforcement.ledger import HASH_BYTES
from enforcement.ledger.tree import EMPTY_ROOT, Growing, fold, subtrees

LEVELS = 14
PART = 1 << LEVELS

_LEAVES = """
    SELECT count(*), string_agg(leaf_hash, ''::bytea ORDER BY position)
    FROM enforcement.ledger_leaf WHERE position >= %(start)s AND position < %(end)s
"""
_NODES = f"""
    SELECT level, told.hashes FROM generate_series(1, {LEVELS}) AS level, LATERAL (
        SELECT string_agg(n.hash, ''::bytea ORDER BY n.idx) AS hashes FROM enforcement.ledger_node n
        WHERE n.level = level.level::smallint AND n.idx >= %(start)s::bigint >> level.level
          AND n.idx < %(end)s::bigint >> level.level
    ) AS told
"""  # noqa: S608  (a number of this file)
_HIGH = "SELECT level, idx, hash FROM enforcement.ledger_node WHERE level > %(levels)s"


class WholeTree:
    """The tree as the leaves make it; `sound` falls at the first stored hash, count or place that is not as it must."""

    def __init__(self) -> None:
        self.sound = True
        self.roots: dict[int, bytes] = {}
        self._high: dict[tuple[int, int], bytes] = {}

    def rebuild(self, connection: psycopg.Connection[Any], size: int, sizes: Iterable[int]) -> None:
        """Rebuild the tree of `size` leaves, noting its root at each of `sizes` (none above `size`)."""
        with connection.cursor(binary=True) as cursor:
            counted = cursor.execute(
                "SELECT (SELECT count(*) FROM enforcement.ledger_leaf), (SELECT count(*) FROM enforcement.ledger_node)"
            ).fetchone()
            if counted != (size, size - size.bit_count()):
                self.sound = False
                return
            # A table just filled has no statistics yet; by its key is the only sensible way in any case.
            cursor.execute("SET LOCAL enable_seqscan = off")
            wanted = sorted(set(sizes), reverse=True)
            if wanted and wanted[-1] == 0:
                self.roots[wanted.pop()] = EMPTY_ROOT
            above = Growing()  # its leaves are whole parts
            for start in range(0, size, PART):
                edge = above.edge()
                levels = self._part(cursor, start, min(size, start + PART))
                if not self.sound:
                    return
                while wanted and wanted[-1] <= start + PART:
                    last = wanted.pop()
                    own = [_pick(levels[level], index) for level, index in subtrees(0, last - start)]
                    self.roots[last] = fold([*edge, *own])
                if len(levels[-1]) == HASH_BYTES and len(levels) == LEVELS + 1:
                    self._high.update(
                        {(level + LEVELS, index): value for (level, index), value in above.append(levels[-1])}
                    )
            stored = {(level, index): value for level, index, value in cursor.execute(_HIGH, {"levels": LEVELS})}
            cursor.execute("SET LOCAL enable_seqscan = on")
            self.sound = stored == self._high

    def part_holds(self, connection: psycopg.Connection[Any], start: int, end: int) -> bool:
        """Whether the leaves [start, end), `start` the beginning of a part, make the nodes stored above them."""
        with connection.cursor(binary=True) as cursor:
            self._part(cursor, start, end)
        return self.sound

    def _part(self, cursor: psycopg.Cursor[Any], start: int, end: int) -> list[bytes]:
        """The hashes of one part, level by level, each level in one piece; stored nodes are held against it."""
        place = {"start": start, "end": end}
        count, leaves = cursor.execute(_LEAVES, place).fetchone() or (0, b"")
        levels = [leaves or b""]
        stored = dict(cursor.execute(_NODES, place).fetchall())
        self.sound = count == end - start and len(levels[0]) == count * HASH_BYTES
        while self.sound and len(levels[-1]) > HASH_BYTES:
            levels.append(_pairs(levels[-1]))
            self.sound = levels[-1] == (stored[len(levels) - 1] or b"")
        return levels


def _pairs(below: bytes) -> bytes:
    """One level up: the hash of every complete pair."""
    sha256 = hashlib.sha256
    pair = 2 * HASH_BYTES
    whole = len(below) // pair * pair
    return b"".join([sha256(b"\x01" + below[at : at + pair]).digest() for at in range(0, whole, pair)])


def _pick(hashes: bytes, index: int) -> bytes:
    return hashes[index * HASH_BYTES : (index + 1) * HASH_BYTES]
