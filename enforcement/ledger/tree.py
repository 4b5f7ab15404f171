"""The Merkle tree of RFC 6962, section 2.1, told in complete subtrees.

A complete subtree `(level, index)` covers the `2 ** level` leaves from position `index << level`; level 0 is the leaf
itself. Every range the RFC's proofs need is a few complete subtrees, so a tree kept as their hashes proves anything in
about log2(size) look-ups, and growing never rewrites one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

Subtree = tuple[int, int]
"""(level, index)."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtrees(start: int, end: int) -> list[Subtree]:
    """The complete subtrees, left to right, that make up leaves `start` to `end` (not included) of one RFC range.

    `start` is 0 or a multiple of the largest power of two below the range's length, as all ranges in this module are.
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of a range from those of its complete subtrees, left to right; of none, the empty tree's root."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def inclusion_ranges(position: int, size: int) -> list[tuple[int, int]]:
    """The ranges whose hashes are the inclusion proof of leaf `position` in the tree of `size`, nearest first (2.1.1).

    Raises ValueError if the tree has no such leaf.
    """
    if not 0 <= position < size:
        raise ValueError(f"a tree of {size} leaves has no position {position}")
    ranges = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(earlier: int, size: int) -> list[tuple[int, int]]:
    """The ranges whose hashes prove that the tree of `earlier` leaves begins the tree of `size` (2.1.2).

    Raises ValueError unless 0 < earlier <= size.
    """
    if not 0 < earlier <= size:
        raise ValueError(f"no consistency proof from {earlier} to {size}")
    ranges = []
    start, end = 0, size
    whole = True  # the left part is still the whole earlier tree, which the verifier knows
    while earlier != end - start:
        half = _split(end - start)
        if earlier <= half:
            ranges.append((start + half, end))
            end = start + half
        else:
            ranges.append((start, start + half))
            start += half
            earlier -= half
            whole = False
    if not whole:
        ranges.append((start, end))
    return ranges[::-1]


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (count > 1)."""
    return 1 << ((count - 1).bit_length() - 1)


def needed(ranges: Sequence[tuple[int, int]]) -> list[Subtree]:
    """The complete subtrees to look up for these ranges."""
    return [subtree for start, end in ranges for subtree in subtrees(start, end)]


def proof(ranges: Sequence[tuple[int, int]], hash_of: Callable[[Subtree], bytes]) -> list[bytes]:
    """The proof that these ranges make, with the hashes of complete subtrees from `hash_of`."""
    return [fold([hash_of(subtree) for subtree in subtrees(start, end)]) for start, end in ranges]


def root_by_inclusion(leaf: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that an inclusion proof leads to. Raises ValueError if the path has the wrong length for this place."""
    ranges = inclusion_ranges(position, size)
    if len(ranges) != len(path):
        raise ValueError(f"a path of {len(path)} hashes cannot prove position {position} of {size}")
    result = leaf
    for (start, _), sibling in zip(ranges, path, strict=True):
        result = node_hash(sibling, result) if start < position else node_hash(result, sibling)
    return result


def roots_by_consistency(earlier: int, size: int, earlier_root: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots (of `earlier` and of `size` leaves) that a consistency proof leads to.

    `earlier_root` is what the verifier knows; the proof holds iff both results are the roots known. Raises ValueError
    if the path has the wrong length.
    """
    ranges = consistency_ranges(earlier, size)
    if len(ranges) != len(path):
        raise ValueError(f"a path of {len(path)} hashes cannot prove {earlier} in {size}")
    known = len(ranges) == 0 or ranges[0][0] >= earlier  # the earlier tree is one complete left part
    small = large = earlier_root if known else path[0]
    for (start, end), sibling in list(zip(ranges, path, strict=True))[0 if known else 1 :]:
        if start >= earlier:
            large = node_hash(large, sibling)
        elif end <= earlier:
            small, large = node_hash(sibling, small), node_hash(sibling, large)
    return small, large


class Growing:
    """A tree's right edge: enough to append leaves and tell the root, whatever its size."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        """`edge` holds the hashes of `subtrees(0, size)`. Raises ValueError if there are more or fewer."""
        if len(edge) != size.bit_count():
            raise ValueError(f"{len(edge)} hashes are not the edge of a tree of {size} leaves")
        self.size = size
        self._edge = list(edge)

    def append(self, leaf: bytes) -> Iterator[tuple[Subtree, bytes]]:
        """Append a leaf hash; yield every complete subtree above it that it completes, lowest first. Exhaust it."""
        position = self.size
        self.size += 1
        level = 0
        while position >> level & 1:
            leaf = node_hash(self._edge.pop(), leaf)
            level += 1
            yield (level, position >> level), leaf
        self._edge.append(leaf)

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[Subtree, bytes]]:
        """Append leaf hashes; return every complete subtree they complete, in the order they do."""
        return [completed for leaf in leaves for completed in self.append(leaf)]

    def edge(self) -> tuple[bytes, ...]:
        """The hashes of `subtrees(0, size)`."""
        return tuple(self._edge)

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return fold(self._edge)
