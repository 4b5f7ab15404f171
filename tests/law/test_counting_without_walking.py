"""Days are counted without looking at each: the results are those of somebody who does look at each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from enforcement.law import counting
from enforcement.law.calendar import Calendar, Day, Span
from enforcement.law.deadlines import Limit
from tests.law.places import FILES, YEARS

ONE_DAY = timedelta(days=1)
LOADED = Calendar.of(YEARS)
LIMITS: Mapping[str, Limit] = FILES["law/deadlines"].value or {}
PLAIN = st.sampled_from([one for one in LIMITS.values() if one.unit in {"calendar_day", "month"} and not one.rolls])

DAYS = st.dates(date(2014, 6, 1), date(2028, 12, 31))
COUNTS = st.integers(1, 120)
SOME_DAYS = st.frozensets(st.dates(date(2026, 1, 1), date(2026, 3, 31)), max_size=40)
CALENDARS = st.one_of(
    st.just(LOADED), st.builds(Calendar, years=st.just(frozenset({2025, 2026})), rest=SOME_DAYS, work=SOME_DAYS)
)
PAUSES = st.lists(
    st.tuples(st.dates(date(2025, 12, 1), date(2026, 6, 30)), st.integers(0, 60)).map(
        lambda one: (one[0], one[0] + timedelta(days=one[1]))
    ),
    max_size=4,
)


def walk(calendar: Calendar, day: date, count: int, step: timedelta, excluded: frozenset[date] = frozenset()) -> Day:
    """The `count`th working day from `day` on, day by day."""
    provisional, left = day.year not in calendar.years, count
    while True:
        if calendar.is_working_day(day) and day not in excluded:
            left -= 1
            if left == 0:
                return Day(day, provisional)
        day += step
        provisional = provisional or day.year not in calendar.years


def days_of(spans: list[Span]) -> frozenset[date]:
    return frozenset(begun + ahead * ONE_DAY for begun, end in spans for ahead in range((end - begun).days))


@given(CALENDARS, DAYS, COUNTS, st.booleans(), PAUSES)
def test_adding_working_days_ends_where_a_walk_ends(
    calendar: Calendar, start: date, count: int, counting_start: bool, pauses: list[Span]
) -> None:
    found = calendar.add_working_days(start, count, counting_start=counting_start, excluding=counting.spans_of(pauses))
    first = start if counting_start else start + ONE_DAY
    assert found == walk(calendar, first, count, ONE_DAY, days_of(pauses))


@given(CALENDARS, DAYS, COUNTS)
def test_subtracting_working_days_ends_where_a_walk_ends(calendar: Calendar, start: date, count: int) -> None:
    assert calendar.subtract_working_days(start, count) == walk(calendar, start - ONE_DAY, count, -ONE_DAY)
    assert calendar.last_working_day(start) == walk(calendar, start, 1, -ONE_DAY)
    assert calendar.next_working_day(start) == walk(calendar, start, 1, ONE_DAY)


@given(CALENDARS, DAYS, st.integers(0, 800))
def test_the_working_days_between_are_as_many_as_there_are(calendar: Calendar, start: date, length: int) -> None:
    end = start + timedelta(days=length)
    seen = sum(calendar.is_working_day(start + ahead * ONE_DAY) for ahead in range(1, length + 1))
    assert calendar.working_days_between(start, end) == seen
    assert calendar.working_days_between(end, start) == -seen


@given(PLAIN, st.dates(date(2025, 11, 1), date(2026, 6, 30)), PAUSES)
def test_a_pause_moves_a_plain_end_by_each_day_it_holds(limit: Limit, start: date, pauses: list[Span]) -> None:
    end = counting.due(limit, start, LOADED).due_on
    for day in sorted(days_of(pauses)):
        if start < day <= end:
            end += ONE_DAY
    if limit.direction == "within":
        assert counting.due(limit, start, LOADED, paused=pauses).due_on == end
