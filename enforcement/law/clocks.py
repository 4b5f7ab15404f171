"""Clocks: how a limit that runs stands on a day, how long is left, what another calendar would move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from enforcement.law.calendar import Calendar
from enforcement.law.counting import Due
from enforcement.law.deadlines import RunningLimit
from enforcement.law.events import SHANGHAI, shanghai_day
from enforcement.law.facts import CaseFacts
from enforcement.law.projected import Law, RunningClock, projected

State = Literal["running", "paused", "met", "late", "overdue"]

_ONE_DAY = timedelta(days=1)
SOON_WORKING_DAYS = 2
"""From how many working days left people are told that a day comes near (design)."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit that runs or has run, seen at one moment."""

    row: RunningClock
    due: Due
    """Where a pause is open: as if it ended tomorrow, the earliest day that is still possible."""
    now: datetime
    today: date
    calendar: Calendar

    @classmethod
    def of(cls, row: RunningClock, now: datetime, calendar: Calendar) -> Clock:
        """The clock of a row, at this moment, its days counted with this calendar."""
        today = shanghai_day(now)
        return cls(row, row.due or row.due_if_resumed(today + _ONE_DAY, calendar), now, today, calendar)

    @property
    def limit(self) -> RunningLimit:
        """The limit that runs."""
        return self.row.limit

    @property
    def key(self) -> str:
        """Which measure, preservation or request, where there may be several; else ""."""
        return self.row.key

    @property
    def stopped_on(self) -> date | None:
        """The day it was stopped, if it was."""
        return self.row.stopped_on

    @property
    def state(self) -> State:
        """Met or late once stopped, else running, paused or overdue; a waiting period is met when it has passed."""
        if self.limit.direction == "not_before":
            return "met" if self.today > self.due.due_on else "running"
        if self.stopped_on is not None:
            return "late" if self._after(self.stopped_on, self.row.stopped_at) else "met"
        if self.row.due is None:
            return "paused"
        return "overdue" if self._after(self.today, self.now) else "running"

    def _after(self, day: date, moment: datetime | None) -> bool:
        if self.due.due_at is not None and moment is not None:
            return moment > self.due.due_at
        return day > self.due.due_on

    @property
    def working_days_left(self) -> int:
        """Working days after today up to and with the last day; below zero when it has passed."""
        return self.calendar.working_days_between(self.today, self.due.due_on)

    @property
    def changes(self) -> tuple[datetime, ...]:
        """The moments still to come at which it stands differently: a day comes near (one's own), or has passed."""
        if self.state not in {"running", "overdue"}:
            return ()
        days = [self.due.due_on + _ONE_DAY]
        if self.limit.direction == "within" and not self.limit.party:
            near = range(1, SOON_WORKING_DAYS + 1)
            days += [self.calendar.subtract_working_days(self.due.target_on + _ONE_DAY, left + 1).on for left in near]
        moments = [datetime.combine(day, time(), SHANGHAI) for day in days]
        if self.due.due_at is not None:
            moments.append(self.due.due_at + timedelta(seconds=1))
        return tuple(sorted(moment for moment in moments if moment > self.now))


@dataclass(frozen=True, slots=True)
class Moved:
    """A due day that another calendar puts elsewhere."""

    limit_key: str
    key: str
    started_on: date
    was: date
    now: date


def running(facts: CaseFacts, law: Law, *, calendar: Calendar | None = None) -> tuple[Clock, ...]:
    """Every clock of the case, running and stopped, the earliest due first; `calendar` instead of the book's for
    comparing.
    """
    counted = calendar or law.calendar
    clocks = [Clock.of(row, facts.now, counted) for row in projected(facts, law, calendar=counted)]
    return tuple(sorted(clocks, key=lambda clock: (clock.due.due_on, clock.limit.key, clock.row.started_seq)))


def open_clocks(facts: CaseFacts, law: Law) -> tuple[Clock, ...]:
    """Those still to be met: running, paused or overdue; a waiting period until it has passed."""
    return tuple(clock for clock in running(facts, law) if clock.state in {"running", "paused", "overdue"})


def moved(facts: CaseFacts, law: Law, before: Calendar) -> tuple[Moved, ...]:
    """Compare the due days of clocks not yet stopped under an earlier calendar and under the book's: what a notice
    changed.
    """
    earlier = {(row.limit.key, row.started_seq): row.due for row in projected(facts, law, calendar=before)}
    found = []
    for row in projected(facts, law):
        was = earlier.get((row.limit.key, row.started_seq))
        if row.stopped_on is None and row.due and was and was.due_on != row.due.due_on:
            found.append(Moved(row.limit.key, row.key, row.due.started_on, was.due_on, row.due.due_on))
    return tuple(found)
