"""Find out which stored hash of a tree that does not come out is the damaged one.

A changed leaf or node makes every hash above it differ, so blaming each one that differs would name a hundred rows for
one. Here a hash that does not come out of its children is not blamed at once: both readings are carried upwards, the
hash as computed (then the node is damaged) and the hash as stored (then something below it is), until a node above or
a signed root comes out of one of them. That one is true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any, NamedTuple

import psycopg

from enforcement.ledger.tree import Subtree, fold, node_hash

READINGS = 64  # carried at most; more damage than this at one place is one heap of rubble
PAIRS = 16

_LEAVES = """
    SELECT l.position, l.chain_id::text, l.seq, coalesce(l.leaf_hash, ''), nullif(e.leaf_hash, l.leaf_hash)
    FROM enforcement.ledger_leaf l LEFT JOIN enforcement.ledger_entry e ON e.chain_id = l.chain_id AND e.seq = l.seq
    ORDER BY l.position
"""
_STRAYS = """
    SELECT position, chain_id::text, seq, coalesce(leaf_hash, '') FROM enforcement.ledger_leaf
    WHERE position < 0 OR position >= %(size)s ORDER BY position
"""
# A subtree is complete once `ends` leaves are there; subtrees that end together come lowest first.
# Keys that no tree has come first of all.
_NODES = """
    SELECT CASE WHEN level BETWEEN 1 AND 62 AND idx BETWEEN 0 AND 1::bigint << (62 - level) THEN (idx + 1) << level
           ELSE 0 END AS ends, level, idx, coalesce(hash, '')
    FROM enforcement.ledger_node ORDER BY ends, level, idx
"""


class Leaf(NamedTuple):
    """A stored leaf."""

    position: int
    chain_id: str
    seq: int
    leaf_hash: bytes


class Reading(NamedTuple):
    """A hash that may be the true one of a subtree, and what is damaged if it is."""

    value: bytes
    nodes: frozenset[Subtree] = frozenset()
    """Stored nodes that are not what they were."""
    below: frozenset[tuple[int, int]] = frozenset()
    """Ranges of leaves (start, end) that are not what they were."""


def _weight(reading: Reading) -> int:
    """How much must be damaged if this reading is true."""
    return len(reading.nodes) + len(reading.below)


class _Nodes:
    """The stored nodes, handed out in the order in which a growing tree asks for them."""

    def __init__(self, rows: Iterator[tuple[int, int, int, bytes]]) -> None:
        self._rows = rows
        self._next = next(rows, None)
        self.unexpected: list[tuple[Subtree, bytes]] = []
        self.missing: dict[Subtree, list[bytes]] = {}
        """Subtrees without a stored hash, with what it can have been."""

    def take(self, subtree: Subtree) -> bytes | None:
        level, index = subtree
        wanted = ((index + 1) << level, level, index)
        while self._next is not None and self._next[:3] <= wanted:
            row, self._next = self._next, next(self._rows, None)
            if row[:3] == wanted:
                return row[3]
            self.unexpected.append(((row[1], row[2]), row[3]))
        return None

    def rest(self) -> None:
        while self._next is not None:
            self.unexpected.append(((self._next[1], self._next[2]), self._next[3]))
            self._next = next(self._rows, None)


class DamagedTree:
    """One slow pass over leaves and nodes. After `run`: what is damaged, told apart from what merely leans on it."""

    def __init__(self, size: int, roots: Mapping[int, bytes]) -> None:
        """`size` leaves there must be; `roots` are the signed roots by size."""
        self.size = size
        self.roots = roots
        self.nodes: set[Subtree] = set()
        self.unexpected: list[Subtree] = []
        self.ranges: list[tuple[int, int]] = []
        """Where leaves are not what was signed: (start, end), as narrow as nodes and signed roots tell."""
        self.missing: list[int] = []
        self.strays: list[Leaf] = []
        self._stack: list[tuple[int, list[Reading]]] = []
        self._stand_for: dict[int, bytes] = {}
        self._pairs: dict[int, tuple[bytes, bytes, bytes]] = {}
        self._below: set[tuple[int, int]] = set()
        self._reproduced: list[int] = []
        self._not_reproduced: list[int] = []

    def run(self, connection: psycopg.Connection[Any]) -> None:
        """Find the damage."""
        with connection.cursor(binary=True) as cursor:
            self.strays = [Leaf(*row) for row in cursor.execute(_STRAYS, {"size": self.size})]
        with (
            connection.cursor("tree_leaves", binary=True) as leaves,
            connection.cursor("tree_nodes", binary=True) as nodes,
        ):
            leaves.execute(_LEAVES)
            nodes.execute(_NODES)
            self.read(iter(leaves), iter(nodes))

    def read(
        self, leaves: Iterator[tuple[int, str, int, bytes, bytes | None]], nodes: Iterator[tuple[int, int, int, bytes]]
    ) -> None:
        """Find the damage in leaves and nodes as they are stored: (position, chain, seq, hash, the entry's hash where
        it differs) by position; (leaves after which it is complete, level, index, hash) in the order of the three.
        """
        stored = _Nodes(nodes)
        for position, readings in self._leaves(leaves):
            self._grow(position, readings, stored)
        stored.rest()
        for _, readings in self._stack:
            if readings:
                self._believe(min(readings, key=_weight))
        self._join_moved_nodes(stored)
        self._narrow()

    def _leaves(self, rows: Iterator[tuple[int, str, int, bytes, bytes | None]]) -> Iterator[tuple[int, list[Reading]]]:
        """The readings of every leaf: the stored hash, and the entry's where they differ; none where it is missing."""
        following = next(rows, None)
        while following is not None and following[0] < 0:
            following = next(rows, None)
        for position in range(self.size):
            if following is not None and following[0] == position:
                readings = [Reading(following[3])]
                if following[4] is not None:
                    readings.append(Reading(following[4]))
                following = next(rows, None)
            else:
                self.missing.append(position)
                readings = [Reading(stray.leaf_hash) for stray in self.strays[:READINGS]]
            yield position, readings

    def _grow(self, position: int, readings: list[Reading], stored: _Nodes) -> None:
        level = 0
        while position >> level & 1:
            _, left = self._stack.pop()
            level += 1
            readings = self._join((level, position >> level), left, readings, stored)
        self._stack.append((level, readings))
        signed = self.roots.get(position + 1)
        if signed is not None:
            self._compare(position + 1, signed)

    def _join(self, subtree: Subtree, left: list[Reading], right: list[Reading], stored: _Nodes) -> list[Reading]:
        computed = [
            Reading(node_hash(one.value, other.value), one.nodes | other.nodes, one.below | other.below)
            for one, other in islice(product(left, right), READINGS)
        ]
        value = stored.take(subtree)
        if value is None:
            stored.missing[subtree] = [reading.value for reading in computed]
            return computed
        true = [reading for reading in computed if reading.value == value]
        if true:
            return [min(true, key=_weight)]
        level, index = subtree
        if level == 1 and len(left) == len(right) == 1 and len(self._pairs) < PAIRS:
            self._pairs[index * 2] = (left[0].value, right[0].value, value)
        below = frozenset({(index << level, (index + 1) << level)} if computed else ())
        return [
            *(reading._replace(nodes=reading.nodes | {subtree}) for reading in computed[: READINGS - 1]),
            Reading(value, below=below),
        ]

    def _compare(self, size: int, signed: bytes) -> None:
        """Hold the tree so far against a signed root; the readings that give it are true."""
        for chosen in islice(product(*(readings for _, readings in self._stack)), READINGS):
            if fold([reading.value for reading in chosen]) == signed:
                self._reproduced.append(size)
                for place, reading in enumerate(chosen):
                    self._believe(reading)
                    self._stack[place] = (self._stack[place][0], [Reading(reading.value)])
                return
        self._not_reproduced.append(size)

    def _believe(self, reading: Reading) -> None:
        self.nodes |= reading.nodes
        self._below |= reading.below

    def _join_moved_nodes(self, stored: _Nodes) -> None:
        """A node under a wrong key is missing in its own place: one damage, named there."""
        could_be = {value for values in stored.missing.values() for value in values}
        self.nodes |= stored.missing.keys()
        self.unexpected = [subtree for subtree, value in stored.unexpected if value not in could_be]

    def _narrow(self) -> None:
        """Make the ranges as narrow as the evidence allows: exchanged leaves, and roots signed in between."""
        ranges = sorted(self._below - self._exchanged())
        explained = [start for start, _ in ranges] + [start for start, _ in self.ranges] + self.missing[:1]
        unexplained = [size for size in self._not_reproduced if not any(start < size for start in explained)]
        if unexplained:
            ranges.append((0, unexplained[0]))
        for start, end in ranges:
            first = max([start, *(size for size in self._reproduced if start < size < end)])
            last = min([end, *(size for size in self._not_reproduced if first < size < end)])
            self.ranges.append((first, last))
        self.ranges.sort()

    def _exchanged(self) -> set[tuple[int, int]]:
        """Find leaves that stand in each other's places; return the ranges this explains."""
        pairs = {start: pair for start, pair in self._pairs.items() if (start, start + 2) in self._below}
        leaves = {start + side: pair[side] for start, pair in pairs.items() for side in (0, 1)}
        if self._stack and self._stack[-1][0] == 0 and self._stack[-1][1]:
            leaves[self.size - 1] = self._stack[-1][1][0].value
        explained = set()
        places = set()
        for start, (left, right, value) in pairs.items():
            for position, leaf in leaves.items():
                for place, children in ((start, (leaf, right)), (start + 1, (left, leaf)), (start + 1, (right, left))):
                    if node_hash(*children) == value:
                        places |= {place, position if children != (right, left) else start}
                        explained.add((start, start + 2))
        self.ranges += [(place, place + 1) for place in places]
        return explained
