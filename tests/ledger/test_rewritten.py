"""Attacks that rewrite all that leans on what they change: by a superuser without the signing key, and with it."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from enforcement.ledger import entry_hash, notes, tree
from tests.ledger.conftest import ORIGIN, SEALED, SEED, Story

LEAF = "ledger_leaf"


def rewritten(story: Story, *, tree_too: bool, chain: str = "B", seq: int = 2) -> None:
    """Rewrite an entry and all that leans on it, as a superuser without the signing key can."""
    chain_id = story.ids[chain]
    with story.superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        prev = b""
        for at, body, salt, old_prev in connection.execute(
            "SELECT seq, body, salt, prev_hash FROM enforcement.ledger_entry WHERE chain_id = %s AND seq >= %s"
            " ORDER BY seq", [chain_id, seq],
        ).fetchall():  # fmt: skip
            prev = prev or old_prev
            text_now = body.replace("立案", "销案") if at == seq else body
            leaf = entry_hash(prev, salt, text_now)
            connection.execute(
                "UPDATE enforcement.ledger_entry SET body = %s, prev_hash = %s, leaf_hash = %s"
                " WHERE chain_id = %s AND seq = %s", [text_now, prev, leaf, chain_id, at],
            )  # fmt: skip
            if tree_too:
                connection.execute(
                    "UPDATE enforcement.ledger_leaf SET leaf_hash = %s WHERE chain_id = %s AND seq = %s",
                    [leaf, chain_id, at],
                )
            prev = leaf
        connection.execute("UPDATE enforcement.ledger_chain SET head_hash = %s WHERE id = %s", [prev, chain_id])


def rebuilt(story: Story) -> None:
    """Recompute every node from the leaves."""
    with story.superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        leaves = connection.execute("SELECT leaf_hash FROM enforcement.ledger_leaf ORDER BY position").fetchall()
        for (level, index), value in tree.Growing().extend([row[0] for row in leaves]):
            connection.execute(
                "UPDATE enforcement.ledger_node SET hash = %s WHERE level = %s AND idx = %s", [value, level, index]
            )


def test_a_chain_rewritten_to_its_head_is_named_by_its_leaves(story: Story) -> None:
    rewritten(story, tree_too=False)
    assert story.named() == [(LEAF, "B", 2)]


def test_a_chain_rewritten_with_its_last_leaf_is_named_where_the_signed_roots_end_to_agree(story: Story) -> None:
    rewritten(story, tree_too=True, chain="A", seq=5)  # position 12, the last: under no node, under one root
    (finding,) = story.verify().findings
    assert (finding.table, finding.position) == ("ledger_leaf", 8)
    assert "位置8至12之间" in finding.zh


def test_a_chain_rewritten_with_its_leaves_is_named_as_narrowly_as_nodes_and_roots_tell(story: Story) -> None:
    rewritten(story, tree_too=True, seq=3)  # position 7: roots were signed at 7 and at 8
    (finding,) = story.verify().findings
    assert (finding.chain_id, finding.seq, finding.position) == (str(story.ids["B"]), 3, 7)


def test_a_rewritten_leaf_that_no_root_tells_from_its_neighbour_is_named_by_the_two_places(story: Story) -> None:
    rewritten(story, tree_too=True, seq=4)  # position 10, under a node with 11
    (finding,) = story.verify().findings
    assert (finding.table, finding.seq, finding.position) == ("ledger_leaf", None, 10)
    assert "位置10至11之间" in finding.zh


def test_a_whole_tree_rewritten_under_its_signed_roots_is_found(story: Story) -> None:
    rewritten(story, tree_too=True, seq=3)
    rebuilt(story)
    assert story.named() == [(LEAF, "B", 3)]  # the root of 7 comes out, the root of 8 does not


def signed_anew(story: Story) -> None:
    """Sign every root again: what only the holder of the key can do."""
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    with story.superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        rows = connection.execute("SELECT leaf_hash FROM enforcement.ledger_leaf ORDER BY position").fetchall()
        moments = connection.execute("SELECT size, signed_at FROM enforcement.ledger_checkpoint").fetchall()
        for size, at in moments:
            growing = tree.Growing()
            growing.extend([row[0] for row in rows[:size]])
            checkpoint = notes.Checkpoint(ORIGIN, size, growing.root(), at)
            note = notes.signed_note(checkpoint, story.key, private.sign)
            for table in ("enforcement.ledger_checkpoint", "public_site.checkpoint"):
                connection.execute(
                    f"UPDATE {table} SET root = %s, note = %s WHERE size = %s".encode(), [growing.root(), note, size]
                )


def test_with_the_key_too_only_a_checkpoint_kept_outside_finds_it(story: Story) -> None:
    kept = [story.note(size) for size in SEALED]
    rewritten(story, tree_too=True, seq=3)
    rebuilt(story)
    signed_anew(story)
    assert story.verify().holds
    (finding,) = story.verify(*kept).findings
    assert (finding.table, finding.size) == ("外部留存", 8)
    assert "位置7至7" in finding.zh


def test_a_ledger_cut_back_everywhere_is_shorter_than_the_checkpoint_kept_outside(story: Story) -> None:
    kept = story.note(13)
    for statement in (
        (
            "DELETE FROM enforcement.ledger_entry USING enforcement.ledger_leaf l WHERE"
            " l.chain_id = ledger_entry.chain_id AND l.seq = ledger_entry.seq AND l.position >= 8"
        ),
        "DELETE FROM enforcement.ledger_leaf WHERE position >= 8",
        "DELETE FROM enforcement.ledger_node WHERE (idx + 1) << level > 8",
        "DELETE FROM enforcement.ledger_checkpoint WHERE size > 8",
        "DELETE FROM public_site.checkpoint WHERE size > 8",
        (
            "UPDATE enforcement.ledger_chain SET head_seq = e.seq, head_hash = e.leaf_hash FROM (SELECT"
            " DISTINCT ON (chain_id) chain_id, seq, leaf_hash FROM enforcement.ledger_entry"
            " ORDER BY chain_id, seq DESC) e WHERE id = e.chain_id"
        ),
    ):
        story.hit(statement)
    assert story.verify().holds
    (finding,) = story.verify(kept).findings
    assert (finding.table, finding.size) == ("外部留存", 13)


def test_a_kept_checkpoint_whose_row_was_deleted_by_who_holds_the_key_still_finds_it(story: Story) -> None:
    kept = story.note(8)
    rewritten(story, tree_too=True, seq=3)
    rebuilt(story)
    signed_anew(story)
    for table in ("enforcement.ledger_checkpoint", "public_site.checkpoint"):
        story.hit(f"DELETE FROM {table} WHERE size = 8")
    assert story.verify().holds
    (finding,) = story.verify(kept).findings
    assert "位置0至7之间曾被改写" in finding.zh
    (finding,) = story.verify(kept).findings
    assert (finding.table, finding.size) == ("外部留存", 8)
