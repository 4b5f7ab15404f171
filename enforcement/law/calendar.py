"""Working days: weekends, the State Council's rest days and its make-up working days (APL#85, CPL#85.3).

One file a year in `config/calendar/`. A year without a file follows the bare weekday rule, and every day computed
there is *provisional*: said so, never guessed into certainty, never a crash. Notices also change in mid-year
(2020-01-27), so a calendar can be asked for as it was known on a given day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated

from enforcement.law.decode import FILLED, written
from enforcement.law.events import SHANGHAI, shanghai_day

__all__ = ["SHANGHAI", "Calendar", "Day", "shanghai_day"]

_SATURDAY = 5
_WEEK = 7
_DECEMBER = 12
_ONE_DAY = timedelta(days=1)

Span = tuple[date, date]
"""From one day to another, the second not in it."""


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A computed day. `provisional`: a year counted through has no notice yet, so the day may still move."""

    on: date
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Holiday:
    """The days off of one holiday, and the weekend days worked for it."""

    zh: str
    rest: tuple[date, ...]
    work: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What a later notice changed."""

    zh: str
    announced_on: date
    rest: tuple[date, ...] = ()
    work: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One year's notice of the State Council, as its file holds it."""

    year: int
    notice: str
    no: str | None = None
    holidays: Annotated[tuple[Holiday, ...], FILLED] = field(metadata=written("holiday"))
    changes: tuple[Change, ...] = field(default=(), metadata=written("change"))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. `rest` are announced days off, `work` weekend days worked, `years` those whose notice is
    loaded.
    """

    years: frozenset[int]
    rest: frozenset[date]
    work: frozenset[date]
    _rested: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _worked: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """The ordinals of weekdays off and of weekend days worked, sorted: a count is arithmetic and two look-ups."""

    def __post_init__(self) -> None:
        off = sorted(day.toordinal() for day in self.rest - self.work if day.weekday() < _SATURDAY)
        made_up = sorted(day.toordinal() for day in self.work if day.weekday() >= _SATURDAY)
        object.__setattr__(self, "_rested", tuple(off))
        object.__setattr__(self, "_worked", tuple(made_up))

    @classmethod
    def of(cls, years: Iterable[Year], *, known_on: date | None = None) -> Calendar:
        """What the notices of these years say; with `known_on`, without changes announced after that day."""
        years = sorted(years, key=lambda one: one.year)
        rest: set[date] = set()
        work: set[date] = set()
        for year in years:
            for holiday in year.holidays:
                rest.update(holiday.rest)
                work.update(holiday.work)
            for change in year.changes:
                if known_on is None or change.announced_on <= known_on:
                    rest = (rest - set(change.work)) | set(change.rest)
                    work = (work - set(change.rest)) | set(change.work)
        return cls(frozenset(year.year for year in years), frozenset(rest), frozenset(work))

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked; in a year without a notice, whether it is a weekday (see `is_provisional`)."""
        if day in self.work:
            return True
        return day.weekday() < _SATURDAY and day not in self.rest

    def is_provisional(self, day: date) -> bool:
        """Whether the notice of the day's year is not loaded."""
        return day.year not in self.years

    def add_working_days(
        self, start: date, count: int, *, counting_start: bool = False, excluding: Sequence[Span] = ()
    ) -> Day:
        """Return the day on which `count` working days have passed (count >= 1).

        The start is not counted (CPL#85.2) unless `counting_start`; days in the spans of `excluding`, which are in
        order and apart, are passed over. Raises ValueError for a count below one.
        """
        first = start if counting_start else start + _ONE_DAY
        before = first.toordinal() - 1
        wanted = self._upto(before, excluding) + _at_least_one(count)
        days_off = len(self._rested) + sum((end - begun).days for begun, end in excluding)
        ordinals = range(before, before + _weeks_for(count + days_off))
        found = bisect_left(ordinals, wanted, key=lambda ordinal: self._upto(ordinal, excluding))
        end = _day(before + found)
        return Day(end, self._is_provisional(first, end))

    def subtract_working_days(self, start: date, count: int) -> Day:
        """Return the day `count` working days before `start`, start not counted: the last day to give a notice that
        far ahead.
        """
        return self._back(start - _ONE_DAY, count)

    def _back(self, last: date, count: int) -> Day:
        """The `count`th working day going back, `last` being the first day looked at."""
        wanted = self._upto(last.toordinal()) - _at_least_one(count) + 1
        least = max(last.toordinal() - _weeks_for(count + len(self._rested)), 1)
        found = bisect_left(range(least, last.toordinal() + 1), wanted, key=self._upto)
        end = _day(least + found)
        return Day(end, self._is_provisional(end, last))

    def _upto(self, ordinal: int, excluding: Sequence[Span] = ()) -> int:
        """How many working days there are from the first day of all up to and with this one, without those excluded."""
        weeks, rest = divmod(ordinal, _WEEK)  # day 1 of all is a Monday
        count = weeks * _SATURDAY + min(rest, _SATURDAY)
        count += bisect_right(self._worked, ordinal) - bisect_right(self._rested, ordinal)
        for begun, end in excluding:
            if begun.toordinal() > ordinal:
                break
            count -= self._upto(min(end.toordinal() - 1, ordinal)) - self._upto(begun.toordinal() - 1)
        return count

    def _is_provisional(self, first: date, last: date) -> bool:
        """Whether a day looked at lies in a year without a notice: such a count may still move."""
        return any(year not in self.years for year in range(first.year, last.year + 1))

    def next_working_day(self, day: date) -> Day:
        """Return the day itself if worked, otherwise the first working day after it (CPL#85.3)."""
        return self.add_working_days(day, 1, counting_start=True)

    def last_working_day(self, day: date) -> Day:
        """Return the day itself if worked, otherwise the last working day before it."""
        return self._back(day, 1)

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and with `end`; negative when `end` comes first."""
        return self._upto(end.toordinal()) - self._upto(start.toordinal())


def _day(ordinal: int) -> date:
    """The day of an ordinal. Raises OverflowError beyond the years that can be written."""
    try:
        return date.fromordinal(ordinal)
    except ValueError as error:
        raise OverflowError(str(error)) from None


def _at_least_one(count: int) -> int:
    if count < 1:
        msg = f"{count} working days: a count starts at one"
        raise ValueError(msg)
    return count


def _weeks_for(working_days: int) -> int:
    """Days in which there are surely so many working days and one, were every week whole."""
    return _WEEK * (working_days // _SATURDAY + 2)


def problems(year: Year, stem: str) -> Iterator[str]:
    """Say what is wrong with one year's notice: a file not named after its year, a day outside it (the last days of the
    December before are allowed: New Year notices reach back), a make-up day that is no weekend day, a day both off and
    worked.
    """
    if str(year.year) != stem:
        yield f"the file says year {year.year}"
        return
    parts: tuple[Holiday | Change, ...] = (*year.holidays, *year.changes)
    for part in parts:
        days = (*part.rest, *part.work)
        if not days:
            yield f"{part.zh}: names no day"
        yield from (f"{part.zh}: {day} is not a day of {year.year}" for day in days if not _belongs(day, year.year))
        yield from (f"{part.zh}: {day} is worked anyway" for day in part.work if day.weekday() < _SATURDAY)
    both = Calendar.of([year])
    yield from (f"{day}: both a rest day and a make-up working day" for day in sorted(both.rest & both.work))


def _belongs(day: date, year: int) -> bool:
    return day.year == year or (day.year == year - 1 and day.month == _DECEMBER)
