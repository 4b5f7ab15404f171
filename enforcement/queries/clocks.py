"""Running clocks read back from their table, and how they stand now."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, select

from enforcement.law.clocks import Clock
from enforcement.law.projected import RunningClock
from enforcement.models.clock import ClockRow
from enforcement.work import Work

OPEN = ClockRow.stopped_seq.is_(None)
"""The condition of the index of what still runs."""


def clocks_where(work: Work, *where: ColumnElement[bool]) -> list[tuple[uuid.UUID, Clock]]:
    """The clocks under these conditions with their owners, the earliest due first. One query."""
    query = select(ClockRow.__table__).where(*where)
    found = [(row.owner_id, clock) for row in work.session.execute(query) if (clock := _clock(work, row)) is not None]
    return sorted(found, key=lambda one: one[1].due.due_on)


def open_of(work: Work, owners: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Clock]]:
    """What still runs under each of these owners, the earliest due first. One query."""
    found: dict[uuid.UUID, list[Clock]] = {}
    for owner, clock in clocks_where(work, ClockRow.owner_id.in_(list(owners)), OPEN):
        found.setdefault(owner, []).append(clock)
    return found


def _clock(work: Work, row: Any) -> Clock | None:
    """None for a limit that the book no longer has."""
    limit = work.book.limits.get(row.limit_key)
    if limit is None:
        return None
    kept = RunningClock(
        limit=limit,
        key=row.key,
        started_seq=row.started_seq,
        started_at=row.started_at,
        anchor_on=row.anchor_on,
        ruled_on=row.ruled_on,
        value=row.value,
        extended=row.extended,
        pauses=tuple((_day(begun), _day(ended) if ended else None) for begun, ended in row.pauses),
        due=None,
        stopped_seq=row.stopped_seq,
        stopped_on=row.stopped_on,
        stopped_at=row.stopped_at,
    )
    return Clock.of(kept.with_due(work.book.calendar), work.moment, work.book.calendar)


def _day(written: str) -> dt.date:
    return dt.date.fromisoformat(written)
