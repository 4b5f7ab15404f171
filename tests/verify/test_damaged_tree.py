"""Which hash of a tree is damaged, told apart from those that merely lean on it; without a database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from enforcement.ledger.tree import Growing, Subtree
from enforcement.verify.damaged_tree import DamagedTree, Leaf

OTHER = hashlib.sha256(b"other").digest()


def leaf(number: int) -> bytes:
    return hashlib.sha256(bytes([number])).digest()


def root_of(leaves: list[bytes]) -> bytes:
    grown = Growing()
    grown.extend(leaves)
    return grown.root()


@dataclass
class Stored:
    """A tree as it is stored, signed at some sizes, before and after it is damaged."""

    size: int
    signed: frozenset[int]
    leaves: dict[int, bytes] = field(init=False)
    nodes: dict[Subtree, bytes] = field(init=False)
    entries: dict[int, bytes] = field(init=False, default_factory=dict)
    """Entries whose own hash is another than their leaf's."""

    def __post_init__(self) -> None:
        self.leaves = {at: leaf(at) for at in range(self.size)}
        self.nodes = dict(Growing().extend(list(self.leaves.values())))
        hashes = list(self.leaves.values())
        self.roots = {size: root_of(hashes[:size]) for size in self.signed | {self.size}}

    def read(self) -> DamagedTree:
        damaged = DamagedTree(self.size, self.roots)
        damaged.strays = [
            Leaf(at, "c", at, value) for at, value in sorted(self.leaves.items()) if not 0 <= at < self.size
        ]
        nodes = sorted((((index + 1) << level, level, index), value) for (level, index), value in self.nodes.items())
        damaged.read(
            ((at, "c", at, value, self.entries.get(at)) for at, value in sorted(self.leaves.items())),
            ((*key, value) for key, value in nodes),
        )
        return damaged


@st.composite
def trees(draw: st.DrawFn, least: int = 2) -> Stored:
    size = draw(st.integers(least, 40))
    return Stored(size, draw(st.frozensets(st.integers(1, size), max_size=4)))


def damage(found: DamagedTree) -> tuple[set[Subtree], list[Subtree], list[tuple[int, int]], list[int]]:
    return found.nodes, found.unexpected, found.ranges, found.missing


@given(trees(least=1))
def test_a_tree_that_is_as_it_was_has_no_damage(tree: Stored) -> None:
    assert damage(tree.read()) == (set(), [], [], [])


@given(trees(), st.data())
def test_a_changed_node_is_named_and_nothing_else(tree: Stored, data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(sorted(tree.nodes)))
    tree.nodes[one] = OTHER
    assert damage(tree.read()) == ({one}, [], [], [])


@given(trees(), st.data())
def test_a_node_that_is_gone_is_named_and_nothing_else(tree: Stored, data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(sorted(tree.nodes)))
    del tree.nodes[one]
    assert damage(tree.read()) == ({one}, [], [], [])


@given(trees(), st.data())
def test_a_node_under_another_key_is_named_in_its_own_place(tree: Stored, data: st.DataObject) -> None:
    level, index = data.draw(st.sampled_from(sorted(tree.nodes)))
    tree.nodes[level, index + data.draw(st.integers(1000, 2000))] = tree.nodes.pop((level, index))
    assert damage(tree.read()) == ({(level, index)}, [], [], [])


@given(trees(), st.data())
def test_a_node_that_never_was_is_told_as_such(tree: Stored, data: st.DataObject) -> None:
    one = data.draw(st.tuples(st.integers(1, 6), st.integers(1000, 2000)))
    tree.nodes[one] = OTHER
    assert damage(tree.read()) == (set(), [one], [], [])


@given(trees(), st.data())
def test_a_changed_leaf_is_named_as_narrowly_as_its_pair_and_the_signed_roots_tell(
    tree: Stored, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, tree.size - 1))
    tree.leaves[at] = OTHER
    found = tree.read()
    [(start, end)] = found.ranges
    assert start <= at < end
    assert (found.nodes, found.unexpected, found.missing) == (set(), [], [])
    if at ^ 1 < tree.size:
        pair = at & ~1
        assert (start, end) == (
            (at, pair + 2)
            if pair + 1 in tree.signed and at > pair
            else (pair, pair + (1 if pair + 1 in tree.signed else 2))
        )


@given(trees(), st.data())
def test_a_changed_leaf_whose_entry_is_whole_leaves_the_tree_whole(tree: Stored, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, tree.size - 1))
    tree.entries[at], tree.leaves[at] = tree.leaves[at], OTHER
    assert damage(tree.read()) == (set(), [], [], [])


@given(trees(), st.data())
def test_two_leaves_in_each_others_places_are_named_each(tree: Stored, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, tree.size // 2 - 1)) * 2
    tree.leaves[at], tree.leaves[at + 1] = tree.leaves[at + 1], tree.leaves[at]
    found = tree.read()
    assert damage(found) == (set(), [], [(at, at + 1), (at + 1, at + 2)], [])


@given(trees(), st.data())
def test_a_leaf_that_is_gone_is_named_by_its_place(tree: Stored, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, tree.size - 1))
    del tree.leaves[at]
    found = tree.read()
    assert (found.missing, found.unexpected) == ([at], [])


@given(trees(), st.data())
def test_a_leaf_out_of_the_tree_is_seen_to_be_the_one_that_is_gone(tree: Stored, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, tree.size - 1))
    tree.leaves[data.draw(st.sampled_from([-1, 5000]))] = tree.leaves.pop(at)
    found = tree.read()
    assert damage(found) == (set(), [], [], [at])
