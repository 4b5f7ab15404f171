"""Verify everything: read it once in one snapshot and name what does not hold, each damage once and nothing else.

What it proves, and against whom: with the checkpoints in the database alone, that nothing was changed by anybody who
does not hold the signing key; with a checkpoint kept outside the house, that nothing was changed by anybody at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from enforcement.high_water import SAID, HighWater
from enforcement.ledger.tree import EMPTY_ROOT
from enforcement.signed_notes import Reader
from enforcement.verify import places
from enforcement.verify.chains import Chains
from enforcement.verify.checkpoints import Checkpoints, read_kept
from enforcement.verify.damaged_tree import DamagedTree
from enforcement.verify.findings import Finding, Verdict
from enforcement.verify.projections import projections
from enforcement.verify.proofs import log_proofs
from enforcement.verify.publications import publications
from enforcement.verify.records import json_object, process_records
from enforcement.verify.schema import schema
from enforcement.verify.snapshot import Check, Snapshot, snapshot
from enforcement.verify.whole_tree import WholeTree
from enforcement.verify.words import words

__all__ = ["CHECKS", "Check", "Finding", "Snapshot", "Verdict", "verified", "verify_ledger"]

HIGH_WATER = "高水位"

BY_CHAIN: tuple[Check, ...] = (process_records, log_proofs, projections)
"""Checks of the rows that belong to a span of chains: a further one is added here and runs by itself as well."""
CHECKS: tuple[Check, ...] = (publications, *BY_CHAIN, words, schema)
"""Everything beside the ledger itself."""


def verify_ledger(
    engine: Engine,
    *,
    keys: Sequence[str],
    kept_notes: Sequence[str] = (),
    high_water: HighWater | None = None,
    checks: Sequence[Check] = CHECKS,
    demo: bool = False,
) -> Verdict:
    """Read the whole ledger in one snapshot and give the verdict; `verdict.holds` iff there is no finding.

    `engine` connects as mingjian_verifier, who sees every agency's rows. `keys` are the vkey texts of every key the log
    was ever signed with; `kept_notes` the texts of checkpoints that were kept outside; `high_water` how far the tree is
    known to have come; in a `demo` a clock may have been set. Writes nothing. Raises NoteError if a key is none.
    """
    mark = high_water.held() if high_water is not None else None
    with snapshot(engine, demo=demo) as seen:
        return verified(seen, keys=keys, kept_notes=kept_notes, high_water=mark, checks=checks)


def verified(
    seen: Snapshot,
    *,
    keys: Sequence[str],
    kept_notes: Sequence[str] = (),
    high_water: HighWater | None = None,
    checks: Sequence[Check] = CHECKS,
) -> Verdict:
    """The verdict over one snapshot; everything else as for `verify_ledger`."""
    reader, report = Reader(keys), seen.report
    signed = Checkpoints(seen, reader)
    seen.guarded("ledger_checkpoint", signed.run)
    chains = Chains(seen)
    seen.guarded("ledger_entry", chains.run)
    kept = read_kept(kept_notes, reader, report)
    tree = _Tree(seen, signed, chains, kept, high_water.sizes() if high_water is not None else ())
    seen.guarded("ledger_leaf", tree.run)
    if high_water is not None:
        seen.guarded(HIGH_WATER, lambda: _below(high_water, tree))
    for check in checks:
        seen.check(check)
    return Verdict(
        chains.entries,
        chains.chains,
        tree.size,
        len(seen.roots),
        report.findings(),
        tree.waiting,
        chains.set_clock,
        restores_of(seen),
    )


_RESTORES = """
    SELECT coalesce(a.name, '') AS agency, to_char(r.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') AS at,
           r.data::text AS data
    FROM enforcement.process_record r LEFT JOIN enforcement.agency a ON a.id = r.agency_id
    WHERE r.event = 'ledger_restored' ORDER BY r.at, r.chain_id, r.seq
"""


def restores_of(seen: Snapshot) -> tuple[str, ...]:
    """Every restore that was registered, as a sentence each; what a damaged record does not say is not known."""
    return tuple(_restore(row["agency"], row["at"], json_object(row["data"]) or {}) for row in seen.stream(_RESTORES))


def _restore(agency: str, at: str, told: Mapping[str, Any]) -> str:
    lost, kept, missing = (_known(told.get(name)) for name in ("lost_size", "kept_size", "missing"))
    return (
        f"{agency}：{at} 由{told.get('operator', '')}登记从备份恢复，台账由{lost}条回到{kept}条，"
        f"本机关缺失{missing}条；理由：{told.get('reason', '')}"
    )


def _known(value: object) -> str:
    return "（不详）" if value is None else str(value)


class _Tree:
    """The pass over places and tree, with the checkpoints that were signed or kept outside."""

    def __init__(
        self,
        seen: Snapshot,
        signed: Checkpoints,
        chains: Chains,
        kept: Mapping[int, bytes],
        asked: Iterable[int],
    ) -> None:
        """`asked` are sizes whose roots are wanted though nobody signed them here."""
        self.asked = asked
        self.seen = seen
        self.signed = signed
        self.chains = chains
        self.kept = kept
        self.size = 0
        self.waiting = 0
        self.whole = WholeTree()

    def run(self) -> None:
        """Rebuild the tree; where it does not come out, find out what is damaged."""
        seen, roots, kept = self.seen, self.seen.roots, self.kept
        placed = places.check(seen, self.chains)
        self.waiting = placed.waiting
        # A checkpoint that is named as damaged still says how far the tree once went.
        sizes = {*roots, *(at for at in self.signed.blamed if at <= placed.leaves)}
        self.size = size = max(sizes, default=placed.leaves)
        if placed.leaves and not sizes:
            seen.report.note(Finding("ledger_checkpoint", f"树有{placed.leaves}个叶子，却没有一个有效的检查点"))
        whole = self.whole
        whole.rebuild(seen.driver, size, [at for at in (*roots, *kept, *self.asked) if at <= size])
        if not whole.sound or any(whole.roots[at] != root for at, root in roots.items()):
            damaged = DamagedTree(size, {at: root for at, root in kept.items() if at <= size} | roots)
            damaged.run(seen.driver)
            places.name_damage(seen.driver, damaged, self.chains, placed, seen.report)
        seen.report.extend(_contradictions(kept, roots, whole, size))


def _below(high_water: HighWater, tree: _Tree) -> None:
    """Hold the tree against how far it is known to have come."""
    roots = {0: EMPTY_ROOT, **tree.whole.roots, **tree.seen.roots}
    if what := high_water.contradicted(tree.size, roots.get):
        tree.seen.report.note(Finding(HIGH_WATER, SAID[what]))


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
