"""What a verification found: each damage named once, at the first entry that does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

MOST = 500
"""Named one by one of each table; of the rest the number."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold. `zh` says it; the rest says where, as far as it can be told.

    `table` is the table that holds the damage as far as the evidence goes. `chain_id` and `seq` name an entry,
    `position` its place in the tree, `subtree` a node (level, index), `size` a checkpoint.
    """

    table: str
    zh: str
    chain_id: str | None = None
    seq: int | None = None
    position: int | None = None
    subtree: tuple[int, int] | None = None
    size: int | None = None
    lacks_entry: bool = False
    """The entry this row answers to is not there: where its chain breaks before, that break has said so."""
    derived: bool = False
    """What follows from the records of its chain: while one of them is named, nothing can be said of it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a verification: how much was read, and every finding."""

    entries: int
    chains: int
    size: int
    checkpoints: int
    findings: tuple[Finding, ...]
    waiting: int = 0
    """Entries that wait for their place in the tree: not wrong, not signed yet."""
    set_clock: int = 0
    """Entries written on a clock that was set (sample data)."""
    restores: tuple[str, ...] = ()
    """Every restore from a backup that was ever registered, in words."""

    @property
    def holds(self) -> bool:
        """Whether the whole ledger is as it was written."""
        return not self.findings


class Report:
    """Findings as they come in.

    Of every chain only the first *break* is kept, for whatever follows in it leans on it. A row beside the chain leans
    on its own entry alone: it is named wherever it is, unless its very entry is named already.
    """

    def __init__(self) -> None:
        self._breaks: dict[str, Finding] = {}
        self._rows: list[Finding] = []
        self._chains: set[str] = set()
        """Chains of which a record, or another row of its own, is named."""
        self._more: Counter[str] = Counter()
        self._named: Counter[str] = Counter()

    def add(self, finding: Finding) -> None:
        """Take a break in, unless its chain is known to break at that entry or before it."""
        if finding.chain_id is None or finding.seq is None:
            self.note(finding)
            return
        known = self._breaks.get(finding.chain_id)
        if known is None or known.seq is None or finding.seq < known.seq:
            self._breaks[finding.chain_id] = finding

    def note(self, finding: Finding) -> None:
        """Take in what does not hold by itself, whatever else is wrong with the chain."""
        if self._said(finding):
            return
        if self._named[finding.table] >= MOST:
            self._more[finding.table] += 1
            return
        self._named[finding.table] += 1
        self._rows.append(finding)
        if finding.chain_id is not None and not finding.derived:
            self._chains.add(finding.chain_id)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Note several."""
        for finding in findings:
            self.note(finding)

    def mentions(self, key: str) -> bool:
        """Whether a row with this key is named already."""
        return any(key in one.zh for one in self._rows)

    def names(self, table: str) -> bool:
        """Whether anything of this table is named already."""
        return any(one.table == table for one in self._rows)

    def breaks(self, chain_id: str | None) -> bool:
        """Whether this chain is known to break anywhere."""
        return chain_id in self._breaks

    def covers(self, chain_id: str, seq: int) -> bool:
        """Whether this chain is known to break at this entry or before it."""
        known = self._breaks.get(chain_id)
        return known is not None and known.seq is not None and known.seq <= seq

    def drop(self, chain_id: str) -> None:
        """Take a chain's break out again: it turned out to be the other half of another one."""
        self._breaks.pop(chain_id, None)

    def findings(self) -> tuple[Finding, ...]:
        """All of them: breaks first, in the order of their chains."""
        breaks = (self._breaks[chain] for chain in sorted(self._breaks))
        rows = (finding for finding in self._rows if not self._said(finding))
        more = (Finding(table, f"另有{count}处不符") for table, count in sorted(self._more.items()))
        return (*breaks, *rows, *more)

    def _said(self, finding: Finding) -> bool:
        if finding.derived and (finding.chain_id in self._chains or finding.chain_id in self._breaks):
            return True
        if finding.chain_id is None or finding.seq is None:
            return False
        known = self._breaks.get(finding.chain_id)
        if known is None:
            return False
        return known.seq == finding.seq or (finding.lacks_entry and self.covers(finding.chain_id, finding.seq))
