"""The Merkle tree against the Certificate Transparency vectors, and against the RFC's own definition."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.ledger import tree

# The leaves and the roots of their trees of 1 to 8 leaves, as the Certificate Transparency project tests with.
LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {  # (position, size): path
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {  # (earlier, size): path
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def stored(leaves: list[bytes]) -> dict[tree.Subtree, bytes]:
    known = {(0, position): leaf for position, leaf in enumerate(leaves)}
    known.update(tree.Growing().extend(leaves))
    return known


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 writes it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return tree.node_hash(defined_root(leaves[:half]), defined_root(leaves[half:]))


CT = [tree.leaf_hash(leaf) for leaf in LEAVES]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree.Growing().root().hex() == tree.EMPTY_ROOT.hex() == empty


@pytest.mark.parametrize("size", range(1, 9))
def test_the_reference_trees_have_the_reference_roots(size: int) -> None:
    growing = tree.Growing()
    growing.extend(CT[:size])
    assert growing.root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("position", "size"), INCLUSION)
def test_the_reference_inclusion_proofs_come_out(position: int, size: int) -> None:
    path = tree.proof(tree.inclusion_ranges(position, size), stored(CT[:size]).__getitem__)
    assert [value.hex() for value in path] == INCLUSION[position, size]


@pytest.mark.parametrize(("earlier", "size"), CONSISTENCY)
def test_the_reference_consistency_proofs_come_out(earlier: int, size: int) -> None:
    path = tree.proof(tree.consistency_ranges(earlier, size), stored(CT[:size]).__getitem__)
    assert [value.hex() for value in path] == CONSISTENCY[earlier, size]


def leaves_of(size: int) -> list[bytes]:
    return [tree.leaf_hash(b"%d" % number) for number in range(size)]


@given(st.integers(0, 200))
def test_a_tree_grown_leaf_by_leaf_is_the_tree_of_the_definition(size: int) -> None:
    leaves = leaves_of(size)
    growing = tree.Growing()
    completed = dict(growing.extend(leaves))
    assert growing.root() == defined_root(leaves)
    assert len(completed) == size - size.bit_count()
    for (level, index), value in completed.items():
        assert value == defined_root(leaves[index << level : (index + 1) << level])


@given(st.integers(1, 200), st.integers(0, 100))
def test_a_tree_taken_up_from_its_stored_edge_goes_on_as_if_never_laid_down(size: int, more: int) -> None:
    leaves = leaves_of(size + more)
    known = stored(leaves[:size])
    growing = tree.Growing(size, [known[subtree] for subtree in tree.subtrees(0, size)])
    growing.extend(leaves[size:])
    assert growing.root() == defined_root(leaves)


@given(st.data(), st.integers(1, 130))
def test_every_leaf_is_proved_and_nothing_else_is(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size)
    position = data.draw(st.integers(0, size - 1))
    path = tree.proof(tree.inclusion_ranges(position, size), stored(leaves).__getitem__)
    root = defined_root(leaves)
    assert tree.root_by_inclusion(leaves[position], position, size, path) == root
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != position) if size > 1 else st.none())
    if other is not None:
        assert tree.root_by_inclusion(leaves[other], position, size, path) != root
    for place in range(len(path)):
        wrong = [*path[:place], bytes(32), *path[place + 1 :]]
        assert tree.root_by_inclusion(leaves[position], position, size, wrong) != root
    with pytest.raises(ValueError, match="cannot prove"):
        tree.root_by_inclusion(leaves[position], position, size, [*path, bytes(32)])


@given(st.data(), st.integers(1, 130))
def test_every_earlier_tree_is_proved_to_begin_the_later_one(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size)
    earlier = data.draw(st.integers(1, size))
    path = tree.proof(tree.consistency_ranges(earlier, size), stored(leaves).__getitem__)
    small, large = defined_root(leaves[:earlier]), defined_root(leaves)
    assert tree.roots_by_consistency(earlier, size, small, path) == (small, large)
    for place in range(len(path)):
        wrong = [*path[:place], bytes(32), *path[place + 1 :]]
        assert tree.roots_by_consistency(earlier, size, small, wrong) != (small, large)
    with pytest.raises(ValueError, match="cannot prove"):
        tree.roots_by_consistency(earlier, size, small, [*path, bytes(32)])


def test_places_outside_the_tree_are_refused() -> None:
    for position, size in ((0, 0), (5, 5), (-1, 3)):
        with pytest.raises(ValueError, match="no position"):
            tree.inclusion_ranges(position, size)
    for earlier, size in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="no consistency proof"):
            tree.consistency_ranges(earlier, size)
    with pytest.raises(ValueError, match="not the edge"):
        tree.Growing(3, [bytes(32)])
