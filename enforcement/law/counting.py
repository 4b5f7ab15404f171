"""Counting a period: from the day it starts, in its unit, to the target and to the last lawful day.

Two days are computed where the text leaves room (G13.e): the *target*, with the first day counted, that people work
to, and the *last day*, first day not counted (CPL#85.2), after which it is overdue. Agency periods ending on a day of
rest do not roll: the earlier day is safe.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from enforcement.law.calendar import Calendar, Day, Span
from enforcement.law.deadlines import Limit, Unit, value_zh
from enforcement.law.errors import Basis
from enforcement.law.events import SHANGHAI, shanghai_day

Pause = tuple[date, date | None]

MONTHS_A_YEAR = 12
MONTHS_A_QUARTER = 3
_HUNDRED = 100
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """When one limit falls due. `target_on` <= `due_on` for what must be done within; `due_at` only for hours counted
    from a moment.

    `provisional`: a year counted through has no holiday notice yet. `basis` is "default" where number or unit is our
    reading.
    """

    limit: Limit
    started_on: date
    target_on: date
    due_on: date
    value: int
    unit: Unit
    cite: str
    basis: Basis
    quote: str | None
    row: str
    provisional: bool
    due_at: datetime | None = None

    @property
    def value_zh(self) -> str:
        """The number and its unit in words: 7个工作日."""
        return value_zh(self.limit, self.value)


def due(
    limit: Limit,
    started_on: date,
    calendar: Calendar,
    *,
    paused: Sequence[Pause] = (),
    extended: int = 0,
    value: int | None = None,
    started_at: datetime | None = None,
    ruled_on: date | None = None,
) -> Due:
    """Compute when a limit that started (or, looking back, ends) on a day falls due.

    `paused` are [from, to) day ranges not counted, each with its end (the day of resumption counts again); `extended`
    adds that many units; `value` is the agency's own number; `ruled_on` the day whose line of law applies,
    `started_on` by default. Raises NotFound when no line was in force, ValueError for a pause without an end.
    """
    line = limit.on(ruled_on or _ruled_on(limit, started_on))
    number = (line.value if value is None else value) + extended
    excluded = spans_of(paused)
    last = _end(limit, started_on, number, calendar, excluded, counting_start=False)
    if line.target is not None and value is None:
        target = _end(limit, started_on, line.target, calendar, excluded, counting_start=False)
    else:
        target = _target(limit, started_on, number, calendar, excluded, last)
    due_at = started_at + timedelta(hours=number) if limit.unit == "hour" and started_at is not None else None
    due_on = shanghai_day(due_at) if due_at is not None else last.on
    basis: Basis = line.basis if line.basis != "law" else limit.unit_basis
    return Due(
        limit=limit,
        started_on=started_on,
        target_on=min(target.on, due_on) if limit.direction != "not_before" else due_on,
        due_on=due_on,
        value=number,
        unit=limit.unit,
        cite=line.cite,
        basis=basis,
        quote=line.quote,
        row=line.row,
        provisional=last.provisional,
        due_at=due_at,
    )


def _ruled_on(limit: Limit, started_on: date) -> date:
    """Looking back (APL#36) or ahead (APL#64(2)) from a day, the line is the one of the day of the act: never one
    before the first.
    """
    if limit.direction in {"not_older_than", "at_least_before"}:
        return limit.ruling_day(started_on)
    return started_on


def spans_of(paused: Sequence[Pause]) -> tuple[Span, ...]:
    """The pauses in order and apart, those that touch or overlap made one."""
    spans: list[Span] = []
    for begun, ended in sorted(paused, key=lambda pause: pause[0]):
        if ended is None:
            raise ValueError("a pause without an end has no due day: give the day asked about as its end")
        if spans and begun <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], ended)
        elif begun < ended:
            spans.append((begun, ended))
    return tuple(spans)


def _end(
    limit: Limit, start: date, number: int, calendar: Calendar, excluded: Sequence[Span], *, counting_start: bool
) -> Day:
    """The day a period ends, by unit; provisional where working days of an unannounced year decided it."""
    if limit.direction == "at_least_before":
        if limit.unit == "working_day":
            return calendar.subtract_working_days(start, number)
        return Day(start - timedelta(days=number))
    if limit.unit == "working_day":
        return calendar.add_working_days(start, number, counting_start=counting_start, excluding=excluded)
    first = start if counting_start else start + _ONE_DAY
    end = _pushed(_PLAIN[limit.unit](start, number, counting_start), first, excluded)
    if limit.rolls and not counting_start:
        rolled = calendar.next_working_day(end)
        return Day(rolled.on, rolled.provisional)
    return Day(end)


def _pushed(end: date, first: date, excluded: Sequence[Span]) -> date:
    """Move an end by the excluded days between first and end, and by those it then reaches."""
    for begun, ended in excluded:
        if begun <= end and ended > first:
            end += ended - max(begun, first)
    return end


def _target(limit: Limit, start: date, number: int, calendar: Calendar, excluded: Sequence[Span], last: Day) -> Day:
    """The day people work to: the first day counted; the last working day of a month or quarter; the eve of a fixed
    date (G17.0a).
    """
    if limit.direction == "at_least_before":
        return calendar.subtract_working_days(last.on, 1)
    if limit.unit in {"month_end", "quarter_end"}:
        return calendar.last_working_day(last.on)
    if limit.unit == "fixed_date":
        return Day(last.on - _ONE_DAY)
    if limit.unit == "hour":
        return last
    return _end(limit, start, number, calendar, excluded, counting_start=True)


def _calendar_days(start: date, number: int, counting_start: bool) -> date:
    return start + timedelta(days=number - counting_start)


def _hours(start: date, number: int, counting_start: bool) -> date:  # noqa: ARG001 - hours run from a moment
    return shanghai_day(datetime.combine(start, time.min, SHANGHAI) + timedelta(hours=number))


def _months(start: date, number: int, counting_start: bool) -> date:
    """The same day that many months on, or that month's last day where it has no such day (31 January + 1 = 28
    February).
    """
    year, month = divmod(start.month - 1 + number, MONTHS_A_YEAR)
    last = months.monthrange(start.year + year, month + 1)[1]
    return date(start.year + year, month + 1, min(start.day, last)) - timedelta(days=counting_start)


def _years(start: date, number: int, counting_start: bool) -> date:
    return _months(start, number * MONTHS_A_YEAR, counting_start)


def _month_end(start: date, number: int, counting_start: bool) -> date:  # noqa: ARG001 - a month's end is the same either way
    end = _months(start.replace(day=1), number, counting_start=False)
    return end.replace(day=months.monthrange(end.year, end.month)[1])


def _quarter_end(start: date, number: int, counting_start: bool) -> date:
    """The end of the year's n-th quarter, in the first year where it does not lie before the start."""
    end = _month_end(date(start.year, number * MONTHS_A_QUARTER, 1), 0, counting_start)
    return end if end >= start else _quarter_end(date(start.year + 1, 1, 1), number, counting_start)


def _fixed_date(start: date, number: int, counting_start: bool) -> date:  # noqa: ARG001 - a date of the year is the same either way
    month, day = divmod(number, _HUNDRED)
    end = date(start.year, month, day)
    return end if end >= start else date(start.year + 1, month, day)


_PLAIN: Mapping[str, Callable[[date, int, bool], date]] = {
    "calendar_day": _calendar_days,
    "hour": _hours,
    "month": _months,
    "year": _years,
    "month_end": _month_end,
    "quarter_end": _quarter_end,
    "fixed_date": _fixed_date,
}
