"""When an entry can have been written: after the entry before it, and between the checkpoints around it.

A pass of the sequencer places everything that waits. So an entry that a checkpoint covers first was written after the
checkpoint before it was signed, and before it was signed itself; an entry that says otherwise was dated back or ahead.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from enforcement.ledger.entries import moment_text
from enforcement.models.ledger import PLACED_AT_ONCE

TOLERANCE = timedelta(minutes=5)
"""An act's moment is read when it begins; it then waits for whoever holds its chain, and its machine's clock may differ
from the database's. An installation in which anything takes five minutes is not well by its own account (health).
"""
LENGTH = 27
_EARLIEST, _LATEST = b"", b"\xff"


class Windows:
    """For each checkpoint the earliest and the latest moment an entry may bear that it is the first to cover."""

    def __init__(self, signed: Iterable[tuple[int, datetime]] = ()) -> None:
        """`signed` are size and time of every signed checkpoint."""
        self.sizes: list[int] = []
        self.lows: list[bytes] = []
        self.highs: list[bytes] = []
        self.newest: datetime | None = None
        floor, before = _EARLIEST, 0
        for size, at in sorted(signed):
            self.sizes.append(size)
            self.lows.append(floor)
            self.highs.append(moment_text(at + TOLERANCE).encode())
            if size - before < PLACED_AT_ONCE:  # after a full batch more may have waited as long
                floor = moment_text(at - TOLERANCE).encode()
            before = size
            self.newest = at

    def of(self, position: int | None) -> tuple[bytes, bytes]:
        """Earliest and latest moment, as the ledger writes them, of the entry at a place in the tree."""
        if position is None or (index := bisect_right(self.sizes, position)) == len(self.sizes):
            return _EARLIEST, _LATEST
        return self.lows[index], self.highs[index]


def goes_back(at: bytes, latest: bytes) -> bool | None:
    """Whether a moment lies before an earlier entry's by more than the tolerance; None if it is no moment."""
    try:
        moment, before = (datetime.strptime(text.decode(), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
                          for text in (at, latest))  # fmt: skip
    except ValueError:
        return None
    return before - moment > TOLERANCE
