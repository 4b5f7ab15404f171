"""The clock of a demonstration: the machine's, plus an offset kept in the database for every process to see."""

from __future__ import annotations

import datetime as dt
import math

from sqlalchemy import text

from enforcement.law.events import shanghai_day
from enforcement.sweep import Tally, publications, sweep
from enforcement.work import Office, machine_clock


class NotForward(ValueError):
    """The clock was to go back."""


FARTHEST_YEARS = 10
"""How far ahead of the machine a demonstration may run: it cannot come back, and calendars do not count for ever."""


class TooFar(ValueError):
    """The clock was to go on beyond every calendar."""


def set_to(office: Office, moment: dt.datetime) -> None:
    """Make it `moment`. Raises NotForward for an earlier moment than now, TooFar for one years ahead."""
    with office.engine.begin() as connection:
        if moment.year > machine_clock(connection).year + FARTHEST_YEARS:
            raise TooFar
        before = connection.execute(text("SELECT offset_seconds FROM enforcement.demo_clock FOR UPDATE")).scalar_one()
        offset = (moment - machine_clock(connection)).total_seconds()
        if offset < before:
            raise NotForward
        connection.execute(text("UPDATE enforcement.demo_clock SET offset_seconds = :s"), {"s": math.ceil(offset)})


def advance(
    office: Office, working_days: int, *, fetch: publications.Fetch | None = publications.fetch
) -> list[tuple[dt.date, Tally]]:
    """Let working days pass one after the other, at the same time of day, sweeping on each; what each pass did."""
    passed = []
    for _ in range(working_days):
        now = office.now()
        today = shanghai_day(now)
        tomorrow = office.book.calendar.add_working_days(today, 1).on
        set_to(office, now + (tomorrow - today))
        passed.append((tomorrow, sweep(office, fetch=fetch)))
    return passed
