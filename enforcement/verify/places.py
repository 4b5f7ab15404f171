"""Hold entries and their places in the tree against each other: nothing without a place, no place without an entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from enforcement.verify.chains import Chains
from enforcement.verify.damaged_tree import DamagedTree
from enforcement.verify.findings import Finding, Report
from enforcement.verify.moments import TOLERANCE
from enforcement.verify.snapshot import Snapshot

NODES_NAMED = 20  # each by itself; beyond that one sentence gives their number

_UNPLACED = """
    SELECT e.chain_id::text, e.seq, e.leaf_hash, p.ticket IS NOT NULL, p.entered_at < %(signed)s::timestamptz
    FROM enforcement.ledger_entry e
    LEFT JOIN enforcement.ledger_leaf l ON l.chain_id = e.chain_id AND l.seq = e.seq
    LEFT JOIN enforcement.ledger_pending p ON p.chain_id = e.chain_id AND p.seq = e.seq
    WHERE l.position IS NULL ORDER BY e.chain_id, e.seq
"""
_WITHOUT_ENTRY = """
    SELECT l.position, l.chain_id::text, l.seq, l.leaf_hash FROM enforcement.ledger_leaf l
    WHERE NOT EXISTS (SELECT FROM enforcement.ledger_entry e WHERE e.chain_id = l.chain_id AND e.seq = l.seq)
    ORDER BY l.position
"""
_WAITING_FOR_NOTHING = """
    SELECT p.chain_id::text, p.seq FROM enforcement.ledger_pending p
    WHERE NOT EXISTS (SELECT FROM enforcement.ledger_entry e WHERE e.chain_id = p.chain_id AND e.seq = p.seq)
    ORDER BY p.ticket
"""
# The sequencer takes each entry once: what waits for a second place would keep all others from theirs.
_WAITING_IN_VAIN = """
    SELECT p.chain_id::text, p.seq, bool_or(l.position IS NOT NULL) FROM enforcement.ledger_pending p
    LEFT JOIN enforcement.ledger_leaf l ON l.chain_id = p.chain_id AND l.seq = p.seq
    GROUP BY p.chain_id, p.seq HAVING count(*) > 1 OR bool_or(l.position IS NOT NULL) ORDER BY p.chain_id, p.seq
"""
_AT = """
    SELECT position, chain_id::text, seq FROM enforcement.ledger_leaf
    WHERE position >= %(start)s AND position < %(end)s ORDER BY position
"""


@dataclass(frozen=True, slots=True)
class Places:
    """How entries and leaves answer to each other."""

    leaves: int
    homeless: int
    """Entries that neither stand in the tree nor wait for a place."""
    waiting: int = 0
    """Entries that wait for theirs: how long is a matter of health, not of truth."""


def check(snapshot: Snapshot, chains: Chains) -> Places:
    """Report entries without a place, places without an entry, and whatever a checkpoint passed over."""
    report = snapshot.report
    with snapshot.driver.cursor(binary=True) as cursor:
        (leaves,) = cursor.execute("SELECT count(*) FROM enforcement.ledger_leaf").fetchone() or (0,)
        homeless, waiting = _without_a_place(snapshot, chains, cursor) if chains.unplaced else ({}, 0)
        places = Places(leaves, len(homeless), waiting)
        if leaves != chains.entries - chains.unplaced:
            signed = max(snapshot.roots, default=leaves)
            for position, chain, seq, leaf_hash in cursor.execute(_WITHOUT_ENTRY):
                if position >= signed:
                    continue  # never placed by the sequencer: a stray, and named as one
                if leaf_hash in homeless:
                    true_chain, true_seq = homeless.pop(leaf_hash)
                    zh = f"第{true_seq}条的叶子（位置{position}）被改为指向链{chain}第{seq}条"
                    report.add(Finding("ledger_leaf", zh, true_chain, true_seq, position))
                else:
                    report.add(Finding("ledger_entry", f"第{seq}条缺失，树中位置{position}仍在", chain, seq, position))
        for chain, seq in cursor.execute(_WAITING_FOR_NOTHING).fetchall():
            if homeless:
                _, (true_chain, true_seq) = homeless.popitem()
                zh = f"第{true_seq}条的等候被改为指向链{chain}第{seq}条"
                report.add(Finding("ledger_pending", zh, true_chain, true_seq))
            else:
                report.add(Finding("ledger_entry", f"等候入树的第{seq}条缺失", chain, seq))
        for chain, seq, placed in cursor.execute(_WAITING_IN_VAIN):
            what = "已在树中，却仍在等候" if placed else "重复等候"
            report.note(Finding("ledger_pending", f"第{seq}条{what}", chain, seq))
        # With as many leaves as were signed none is gone: what is gone waited.
        table = "ledger_leaf" if leaves < max(snapshot.roots, default=0) else "ledger_pending"
        for chain, seq in homeless.values():
            report.add(Finding(table, f"第{seq}条既不在树中，也不在等候", chain, seq))
    return places


def _without_a_place(
    snapshot: Snapshot, chains: Chains, cursor: psycopg.Cursor[Any]
) -> tuple[dict[bytes, tuple[str, int]], int]:
    """The entries that have no leaf and wait for none, by hash, and how many wait."""
    newest = snapshot.windows.newest
    passed_over = (newest - TOLERANCE).isoformat() if newest else None
    homeless: dict[bytes, tuple[str, int]] = {}
    aliens = {(alien.chain_id, alien.seq) for alien in chains.aliens}  # named already, where they belong
    waiting = 0
    for chain, seq, leaf_hash, waits, late in cursor.execute(_UNPLACED, {"signed": passed_over}):
        waiting += bool(waits)
        if not waits and (chain, seq) not in aliens:
            homeless[leaf_hash] = (chain, seq)
        elif waits and late:
            snapshot.report.note(Finding("ledger_pending", f"第{seq}条在等候中被后来的检查点越过", chain, seq))
    return homeless, waiting


def name_damage(
    connection: psycopg.Connection[Any], damaged: DamagedTree, chains: Chains, places: Places, report: Report
) -> None:
    """Report what a damaged tree showed, entry by entry where it can be told."""
    for stray in damaged.strays:
        zh = f"第{stray.seq}条的叶子在位置{stray.position}，不在任何签署过的树内"
        report.add(Finding("ledger_leaf", zh, stray.chain_id, stray.seq, stray.position))
    unexplained = len(damaged.missing) - len(damaged.strays) - places.homeless - chains.missing
    if unexplained > 0:
        first = damaged.missing[0]
        report.add(Finding("ledger_leaf", f"位置{first}等{len(damaged.missing)}处的叶子缺失", position=first))
    with connection.cursor(binary=True) as cursor:
        for start, end in damaged.ranges:
            here = cursor.execute(_AT, {"start": start, "end": end}).fetchall()
            if any(report.covers(chain, seq) for _, chain, seq in here):
                continue
            if end - start == 1 and here:
                position, chain, seq = here[0]
                report.add(Finding("ledger_leaf", f"第{seq}条（位置{position}）与签署过的树不符", chain, seq, position))
            else:
                report.add(Finding("ledger_leaf", f"位置{start}至{end - 1}之间有叶子与签署过的树不符", position=start))
    nodes = sorted(damaged.nodes, key=lambda subtree: ((subtree[1] + 1) << subtree[0], subtree[0]))
    for subtree in nodes[:NODES_NAMED]:
        report.add(Finding("ledger_node", f"第{subtree[0]}层第{subtree[1]}个节点被改动或者缺失", subtree=subtree))
    if len(nodes) > NODES_NAMED:
        report.add(Finding("ledger_node", f"另有{len(nodes) - NODES_NAMED}个节点被改动或者缺失"))
    for subtree in damaged.unexpected[:NODES_NAMED]:
        report.add(Finding("ledger_node", f"第{subtree[0]}层第{subtree[1]}个节点不应存在", subtree=subtree))
