"""What a verification found: each damage named once, at the first entry that does not hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a verification: how much was read, and every finding."""

    entries: int
    chains: int
    size: int
    checkpoints: int
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether the whole ledger is as it was written."""
        return not self.findings


class Report:
    """Findings as they come in; of every chain only the first entry that does not hold, for the rest leans on it."""

    def __init__(self) -> None:
        self._chains: dict[str, Finding] = {}
        self._others: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Take a finding in, unless its chain is known to break at that entry or before it."""
        if finding.chain_id is None or finding.seq is None:
            self._others.append(finding)
            return
        known = self._chains.get(finding.chain_id)
        if known is None or known.seq is None or finding.seq < known.seq:
            self._chains[finding.chain_id] = finding

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take several in."""
        for finding in findings:
            self.add(finding)

    def covers(self, chain_id: str, seq: int) -> bool:
        """Whether this chain is known to break at this entry or before it."""
        known = self._chains.get(chain_id)
        return known is not None and known.seq is not None and known.seq <= seq

    def drop(self, chain_id: str) -> None:
        """Take a chain's finding out again: it turned out to be the other half of another one."""
        self._chains.pop(chain_id, None)

    def findings(self) -> tuple[Finding, ...]:
        """All of them: chains first, in the order of their ids."""
        return (*(self._chains[chain] for chain in sorted(self._chains)), *self._others)
