"""Every attack a superuser can make on the tables is found, and named once, at the first entry that does not hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from enforcement import sequencer
from enforcement.verify import Finding, Snapshot, Verdict, verify_ledger
from enforcement.verify.snapshot import Span
from tests.ledger.conftest import ORIGIN, SEALED, Ledger, Story


def test_a_sound_ledger_holds_and_says_how_much_was_read(story: Story) -> None:
    assert story.verify(*(story.note(size) for size in SEALED)) == Verdict(13, 3, 13, 4, (), 0, 13)


def test_an_empty_ledger_holds(ledger: Ledger) -> None:
    assert verify_ledger(ledger.verifying, keys=[str(ledger.key)]) == Verdict(0, 0, 0, 0, ())


def test_chains_without_entries_and_entries_that_wait_hold(story: Story) -> None:
    story.chain("agency")
    story.append(story.ids["A"])
    assert story.verify().holds


FLIP = "set_byte({0}, 5, get_byte({0}, 5) # 1)"
ENTRY, CHAIN, LEAF = "ledger_entry", "ledger_chain", "ledger_leaf"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        # ------------------------------------------------------------------------------------------- a changed byte
        ("UPDATE enforcement.ledger_entry SET body = replace(body, '立案', '立桉') WHERE chain_id = {B} AND seq = 2",
         [(ENTRY, "B", 2)]),
        *((f"UPDATE enforcement.ledger_entry SET {column} = {FLIP.format(column)} WHERE chain_id = {{B}} AND seq = 3",
           [(ENTRY, "B", 3)]) for column in ("salt", "leaf_hash", "prev_hash")),
        *((f"UPDATE enforcement.ledger_entry SET {column} = {FLIP.format(column)} WHERE chain_id = {{B}} AND seq = 1",
           [(ENTRY, "B", 1)]) for column in ("salt", "leaf_hash", "prev_hash")),
        *((f"UPDATE enforcement.ledger_entry SET {column} = {FLIP.format(column)} WHERE chain_id = {{A}} AND seq = 5",
           [(ENTRY, "A", 5)]) for column in ("salt", "leaf_hash", "prev_hash")),
        ("UPDATE enforcement.ledger_entry SET agency_id = gen_random_uuid() WHERE chain_id = {C} AND seq = 1",
         [(ENTRY, "C", 1)]),
        ("UPDATE enforcement.ledger_entry SET chain_id = gen_random_uuid() WHERE chain_id = {B} AND seq = 2",
         [(ENTRY, "B", 2)]),
        ("UPDATE enforcement.ledger_entry SET chain_id = {C} WHERE chain_id = {A} AND seq = 5", [(ENTRY, "A", 5)]),
        ("UPDATE enforcement.ledger_entry SET seq = 77 WHERE chain_id = {B} AND seq = 2", [(ENTRY, "B", 2)]),
        ("UPDATE enforcement.ledger_entry SET seq = -77 WHERE chain_id = {B} AND seq = 2", [(ENTRY, "B", 2)]),
        (("UPDATE enforcement.ledger_entry SET prev_hash = prev_hash || substr(salt, 1, 1), salt = substr(salt, 2)"
         " WHERE chain_id = {B} AND seq = 2"), [(ENTRY, "B", 2)]),
        ("UPDATE enforcement.ledger_chain SET head_seq = 3 WHERE id = {B}", [(CHAIN, "B", 4)]),
        ("UPDATE enforcement.ledger_chain SET head_seq = 0 WHERE id = {B}", [(CHAIN, "B", 1)]),
        # No such entry was ever placed nor waits for its place: it is the head that is wrong.
        ("UPDATE enforcement.ledger_chain SET head_seq = 5 WHERE id = {B}", [(CHAIN, "B", 5)]),
        (f"UPDATE enforcement.ledger_chain SET head_hash = {FLIP.format('head_hash')} WHERE id = {{B}}",
         [(CHAIN, "B", 4)]),
        ("UPDATE enforcement.ledger_chain SET agency_id = gen_random_uuid() WHERE id = {B}", [(CHAIN, "B", 1)]),
        ("UPDATE enforcement.ledger_chain SET kind = 'agency' WHERE id = {B}", [(CHAIN, "B", 1)]),
        ("UPDATE enforcement.ledger_chain SET id = gen_random_uuid() WHERE id = {B}", [(CHAIN, "B", 1)]),
        *((f"UPDATE enforcement.ledger_leaf SET leaf_hash = {FLIP.format('leaf_hash')} WHERE position = {position}",
           [(LEAF, chain, seq)]) for position, chain, seq in ((0, "A", 1), (5, "C", 2), (6, "A", 3), (12, "A", 5))),
        ("UPDATE enforcement.ledger_leaf SET chain_id = gen_random_uuid() WHERE position = 5", [(LEAF, "C", 2)]),
        ("UPDATE enforcement.ledger_leaf SET seq = 99 WHERE position = 5", [(LEAF, "C", 2)]),
        ("UPDATE enforcement.ledger_leaf SET position = 13 WHERE position = 5", [(LEAF, "C", 2)]),
        ("UPDATE enforcement.ledger_leaf SET position = 1000000007 WHERE position = 12", [(LEAF, "A", 5)]),
        ("UPDATE enforcement.ledger_leaf SET position = -1 WHERE position = 0", [(LEAF, "A", 1)]),
        # -------------------------------------------------------------------------------------------------- deleted
        ("DELETE FROM enforcement.ledger_entry WHERE chain_id = {A} AND seq = 5", [(ENTRY, "A", 5)]),
        ("DELETE FROM enforcement.ledger_entry WHERE chain_id = {A} AND seq = 2", [(ENTRY, "A", 2)]),
        ("DELETE FROM enforcement.ledger_leaf WHERE position = 12", [(LEAF, "A", 5)]),
        ("DELETE FROM enforcement.ledger_leaf WHERE position = 4", [(LEAF, "B", 2)]),
        ("DELETE FROM enforcement.ledger_chain WHERE id = {A}", [(CHAIN, "A", 1)]),
        # The last entry with its leaf; with the head moved back; all three.
        (("WITH gone AS (DELETE FROM enforcement.ledger_leaf WHERE position = 12)"
         "DELETE FROM enforcement.ledger_entry WHERE chain_id = {A} AND seq = 5"), [(ENTRY, "A", 5)]),
        (("WITH e AS (SELECT prev_hash FROM enforcement.ledger_entry WHERE chain_id = {A} AND seq = 5), moved AS"
         " (UPDATE enforcement.ledger_chain SET head_seq = 4, head_hash = e.prev_hash FROM e WHERE id = {A})"
         "DELETE FROM enforcement.ledger_entry WHERE chain_id = {A} AND seq = 5"), [(ENTRY, "A", 5)]),
        (("WITH e AS (SELECT prev_hash FROM enforcement.ledger_entry WHERE chain_id = {A} AND seq = 5), moved AS"
         " (UPDATE enforcement.ledger_chain SET head_seq = 4, head_hash = e.prev_hash FROM e WHERE id = {A}),"
         " gone AS (DELETE FROM enforcement.ledger_leaf WHERE position = 12)"
         "DELETE FROM enforcement.ledger_entry WHERE chain_id = {A} AND seq = 5"), [(LEAF, None, None)]),
        # A whole chain, row and entries.
        (("WITH gone AS (DELETE FROM enforcement.ledger_chain WHERE id = {B})"
         "DELETE FROM enforcement.ledger_entry WHERE chain_id = {B}"), [(ENTRY, "B", 1)]),
        # -------------------------------------------------------------------------------------------------- swapped
        (("UPDATE enforcement.ledger_entry e SET body = o.body FROM enforcement.ledger_entry o WHERE e.chain_id = {A}"
         " AND o.chain_id = {A} AND e.seq IN (2, 4) AND o.seq = 6 - e.seq"), [(ENTRY, "A", 2)]),
        (("UPDATE enforcement.ledger_entry e SET body = o.body, salt = o.salt, leaf_hash = o.leaf_hash,"
         " prev_hash = o.prev_hash FROM enforcement.ledger_entry o WHERE e.chain_id = {A} AND o.chain_id = {A}"
         " AND e.seq IN (2, 4) AND o.seq = 6 - e.seq"), [(ENTRY, "A", 2)]),
        (("UPDATE enforcement.ledger_entry e SET body = o.body, salt = o.salt, leaf_hash = o.leaf_hash,"
         " prev_hash = o.prev_hash FROM enforcement.ledger_entry o WHERE e.chain_id IN ({A}, {C}) AND"
         " o.chain_id IN ({A}, {C}) AND e.chain_id <> o.chain_id AND e.seq = 3 AND o.seq = 3"),
         [(ENTRY, "A", 3), (ENTRY, "C", 3)]),
        *(((f"UPDATE enforcement.ledger_leaf e SET leaf_hash = o.leaf_hash FROM enforcement.ledger_leaf o WHERE"
           f" e.position IN ({one}, {two}) AND o.position = {one} + {two} - e.position"), found)
          for one, two, found in ((4, 9, [(LEAF, "A", 4), (LEAF, "B", 2)]), (4, 5, [(LEAF, "B", 2), (LEAF, "C", 2)]))),
        (("UPDATE enforcement.ledger_node e SET hash = o.hash FROM enforcement.ledger_node o WHERE e.level = 1 AND"
         " o.level = 1 AND e.idx IN (0, 4) AND o.idx = 4 - e.idx"), [("ledger_node", None, None)] * 2),
        # -------------------------------------------------------------------------------------------------- emptied
        ("DELETE FROM enforcement.ledger_entry", [(ENTRY, "A", 1), (ENTRY, "B", 1), (ENTRY, "C", 1)]),
        ("DELETE FROM enforcement.ledger_chain", [(CHAIN, "A", 1), (CHAIN, "B", 1), (CHAIN, "C", 1)]),
        ("DELETE FROM enforcement.ledger_leaf", [(LEAF, "A", 1), (LEAF, "B", 1), (LEAF, "C", 1)]),
        ("DELETE FROM enforcement.ledger_node", [("ledger_node", None, None)] * 10),
        ("DELETE FROM enforcement.ledger_checkpoint", [("ledger_checkpoint", None, None)]),
        ("DELETE FROM public_site.checkpoint", [("public_site.checkpoint", None, None)]),
        ("TRUNCATE enforcement.ledger_chain, enforcement.ledger_entry CASCADE",
         [(ENTRY, "A", 1), (ENTRY, "B", 1), (ENTRY, "C", 1)]),
        # --------------------------------------------------------------------------------------------- several at once
        (("UPDATE enforcement.ledger_entry SET body = replace(body, '立案', '立桉') WHERE (chain_id, seq) IN"
         " (({A}, 3), ({A}, 4), ({C}, 2))"), [(ENTRY, "A", 3), (ENTRY, "C", 2)]),
    ],
)  # fmt: skip
def test_an_attack_is_named_at_the_first_entry_it_broke_and_nothing_else(
    story: Story, statement: str, found: list[tuple[str, str | None, int | None]]
) -> None:
    story.hit(statement)
    assert story.named() == found


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("how", [
    f"UPDATE enforcement.ledger_node SET hash = {FLIP.format('hash')} WHERE level = {{}} AND idx = 0",
    "DELETE FROM enforcement.ledger_node WHERE level = {} AND idx = 0",
    "UPDATE enforcement.ledger_node SET idx = 999 WHERE level = {} AND idx = 0",
    "UPDATE enforcement.ledger_node SET level = 9 WHERE level = {} AND idx = 0",
    "UPDATE enforcement.ledger_node SET idx = -1 WHERE level = {} AND idx = 0",
])  # fmt: skip
def test_a_damaged_node_is_named_and_none_of_those_above_it(story: Story, how: str, level: int) -> None:
    story.hit(how.format(level))
    (finding,) = story.verify().findings
    assert (finding.table, finding.subtree) == ("ledger_node", (level, 0))


def test_a_node_too_many_is_named(story: Story) -> None:
    story.hit("INSERT INTO enforcement.ledger_node VALUES (4, 0, sha256('x'))")
    (finding,) = story.verify().findings
    assert (finding.table, finding.subtree) == ("ledger_node", (4, 0))


@pytest.mark.parametrize("table", ["enforcement.ledger_checkpoint", "public_site.checkpoint"])
@pytest.mark.parametrize("change", [
    f"root = {FLIP.format('root')}", "size = 9", "signed_at = signed_at + interval '1 microsecond'",
    "note = replace(note, 'ledger.example', 'ledger.exemple')", "note = replace(note, E'\\n8\\n', E'\\n9\\n')",
    "note = note || E'\\n'", "note = overlay(note PLACING 'AAAA' FROM length(note) - 40)",
])  # fmt: skip
def test_a_changed_checkpoint_is_named_by_its_size_and_nothing_else(story: Story, table: str, change: str) -> None:
    story.hit(f"UPDATE {table} SET {change} WHERE size = 8")
    (finding,) = story.verify().findings
    assert finding.table == table.replace("enforcement.", "")
    assert finding.size in {8, 9}


def test_a_checkpoint_signed_by_another_key_does_not_count(story: Story) -> None:
    story.append(story.ids["A"])
    sequencer.run_once(story.sequencing, bytes(32), ORIGIN, None)
    (finding,) = story.verify().findings
    assert (finding.table, finding.size, finding.zh) == ("ledger_checkpoint", 14, "规模为14的检查点签名无效")


def test_a_kept_note_that_nobody_here_signed_is_said_to_be_none_of_ours(story: Story) -> None:
    (finding,) = story.verify(story.note(8).replace("\n8\n", "\n9\n")).findings
    assert finding.table == "外部留存"
    assert "不是由本台账密钥签署" in finding.zh


def test_an_entry_that_waits_is_no_damage_however_long_it_waits(story: Story) -> None:
    story.append(story.ids["A"])
    story.append(story.ids["A"])
    verdict = story.verify()
    assert (verdict.holds, verdict.waiting) == (True, 2)


def test_an_entry_that_later_checkpoints_pass_over_is_named(story: Story) -> None:
    story.append(story.ids["A"])
    story.hit("UPDATE enforcement.ledger_pending SET entered_at = now() - interval '6 minutes'")
    assert story.named() == [("ledger_pending", "A", 6)]


def test_an_entry_taken_out_of_the_queue_is_named_at_once(story: Story) -> None:
    story.append(story.ids["C"])
    story.hit("DELETE FROM enforcement.ledger_pending")
    assert story.named() == [("ledger_pending", "C", 5)]


def test_a_waiting_entry_cut_off_with_its_head_leaves_its_place_in_the_queue(story: Story) -> None:
    story.append(story.ids["C"])
    story.hit(
        "WITH e AS (SELECT prev_hash FROM enforcement.ledger_entry WHERE chain_id = {C} AND seq = 5), moved AS"
        " (UPDATE enforcement.ledger_chain SET head_seq = 4, head_hash = e.prev_hash FROM e WHERE id = {C})"
        "DELETE FROM enforcement.ledger_entry WHERE chain_id = {C} AND seq = 5"
    )
    assert story.named() == [(ENTRY, "C", 5)]


def test_a_further_check_sees_the_same_snapshot_and_adds_what_it_finds(story: Story) -> None:
    def check(snapshot: Snapshot, _span: Span) -> Iterator[Finding]:
        story.append(story.ids["A"])
        [row] = snapshot.stream("SELECT count(*) AS count FROM enforcement.ledger_entry")
        yield Finding("case_file", f"{row['count']}", str(story.ids["A"]), 2)

    verdict = verify_ledger(story.verifying, keys=[str(story.key)], checks=[check], demo=True)
    assert [(finding.table, finding.zh, finding.seq) for finding in verdict.findings] == [("case_file", "13", 2)]


def test_a_further_check_does_not_repeat_a_break_that_is_known(story: Story) -> None:
    story.hit("UPDATE enforcement.ledger_entry SET body = '{{}}' WHERE chain_id = {A} AND seq = 2")

    def check(_snapshot: Snapshot, _span: Span) -> Iterator[Finding]:
        yield Finding("process_record", "", str(story.ids["A"]), 2)
        yield Finding("process_record", "", str(story.ids["A"]), 4)

    verdict = verify_ledger(story.verifying, keys=[str(story.key)], checks=[check], demo=True)
    assert [(finding.table, finding.seq) for finding in verdict.findings] == [(ENTRY, 2), ("process_record", 4)]


def test_a_check_that_cannot_come_to_its_end_is_a_finding_and_hides_no_other(story: Story) -> None:
    def breaks(snapshot: Snapshot, _span: Span) -> Iterator[Finding]:
        yield from snapshot.stream("SELECT 1 / 0")  # type: ignore[misc]

    def goes_on(snapshot: Snapshot, _span: Span) -> Iterator[Finding]:
        [row] = snapshot.stream("SELECT 1 AS one")
        yield Finding("case_file", f"{row['one']}")

    verdict = verify_ledger(story.verifying, keys=[str(story.key)], checks=[breaks, goes_on], demo=True)
    assert [finding.table for finding in verdict.findings] == ["breaks", "case_file"]
    assert "没有完成" in verdict.findings[0].zh


@pytest.mark.parametrize("odd", [
    "UPDATE enforcement.ledger_checkpoint SET signed_at = 'infinity' WHERE size = 13",
    "UPDATE enforcement.ledger_checkpoint SET size = -9223372036854775808 WHERE size = 13",
    "UPDATE enforcement.ledger_checkpoint SET note = '' WHERE size = 13",
    "UPDATE enforcement.ledger_node SET idx = 9223372036854775807 WHERE level = 2 AND idx = 0",
    "UPDATE enforcement.ledger_node SET level = -32768 WHERE level = 2 AND idx = 0",
    "UPDATE enforcement.ledger_node SET hash = '' WHERE level = 2 AND idx = 0",
    "UPDATE enforcement.ledger_leaf SET position = 9223372036854775807 WHERE position = 4",
    "UPDATE enforcement.ledger_leaf SET leaf_hash = '' WHERE position = 4",
    "UPDATE enforcement.ledger_entry SET seq = -9223372036854775808 WHERE chain_id = {A} AND seq = 3",
    "UPDATE enforcement.ledger_entry SET body = '', salt = '', prev_hash = '' WHERE chain_id = {A} AND seq = 3",
    "UPDATE enforcement.ledger_chain SET head_seq = -9223372036854775808 WHERE id = {A}",
    "UPDATE enforcement.ledger_chain SET head_seq = 9223372036854775807, head_hash = '' WHERE id = {A}",
])  # fmt: skip
def test_the_oddest_values_are_one_finding_and_no_crash(story: Story, odd: str) -> None:
    story.hit(odd)
    assert len(story.verify().findings) == 1
