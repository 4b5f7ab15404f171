"""Verify the whole ledger: read everything once and name what does not hold, each damage once and nothing else.

What it proves, and against whom: with the checkpoints in the database alone, that nothing was changed by anybody who
does not hold the signing key; with a checkpoint kept outside the house, that nothing was changed by anybody at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import psycopg
from sqlalchemy import Connection, Engine

from enforcement.verify import checkpoints, places
from enforcement.verify.chains import Chains
from enforcement.verify.damaged_tree import DamagedTree
from enforcement.verify.findings import Finding, Report, Verdict
from enforcement.verify.whole_tree import WholeTree

__all__ = ["ExtraCheck", "Finding", "Verdict", "verify_ledger"]

ExtraCheck = Callable[[Connection], Iterable[Finding]]
"""A further check over the same snapshot: it reads, and gives back what does not hold."""


def verify_ledger(
    engine: Engine,
    *,
    keys: Sequence[str],
    kept_notes: Sequence[str] = (),
    extra_checks: Sequence[ExtraCheck] = (),
) -> Verdict:
    """Read the whole ledger in one snapshot and give the verdict; `verdict.holds` iff there is no finding.

    `engine` must see every agency's rows: mingjian_verifier. `keys` are the vkey texts of every key
    the log was ever signed with; `kept_notes` the texts of checkpoints that were kept outside. Writes nothing.
    Raises NoteError if a key is none.
    """
    reader = checkpoints.Reader(keys)
    report = Report()
    chains = Chains(report)
    one_snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with one_snapshot.connect() as connection:
        driver = connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("the ledger is verified through psycopg")
        chains.run(driver)
        placed = places.check(driver, chains, report)
        signed, damaged_sizes = checkpoints.check(driver, reader, report)
        kept = checkpoints.read_kept(kept_notes, reader, report)
        # A checkpoint that is named as damaged still says how far the tree once went.
        sizes = {*signed, *(at for at in damaged_sizes if at <= placed.leaves)}
        size = max(sizes, default=placed.leaves)
        if placed.leaves and not sizes:
            report.add(Finding("ledger_checkpoint", f"树有{placed.leaves}个叶子，却没有一个有效的检查点"))
        whole = WholeTree()
        whole.rebuild(driver, size, [at for at in (*signed, *kept) if at <= size])
        if not whole.sound or any(whole.roots[at] != root for at, root in signed.items()):
            damaged = DamagedTree(size, {at: root for at, root in kept.items() if at <= size} | signed)
            damaged.run(driver)
            places.name_damage(driver, damaged, chains, placed, report)
        report.extend(_contradictions(kept, signed, whole, size))
        for check in extra_checks:
            report.extend(check(connection))
    return Verdict(chains.entries, chains.chains, size, len(signed), report.findings())


def _contradictions(
    kept: Mapping[int, bytes], signed: Mapping[int, bytes], whole: WholeTree, size: int
) -> Iterable[Finding]:
    """Where checkpoints kept outside say otherwise: the first of them, and since when."""
    agreed = 0
    for at, root in sorted(kept.items()):
        if at > size:
            yield Finding("外部留存", f"外部留存的检查点有{at}条记录，台账只签署到{size}条", size=at)
            return
        if root != signed.get(at, root) or (whole.sound and root != whole.roots[at]):
            yield Finding(
                "外部留存", f"与外部留存的规模为{at}的检查点不符：位置{agreed}至{at - 1}之间曾被改写", size=at
            )
            return
        agreed = at
