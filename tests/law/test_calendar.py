"""Working days come out as the State Council's notices say, and say so where no notice is loaded."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.law.book import Book
from enforcement.law.calendar import Calendar
from enforcement.law.errors import LawBookError
from tests.law import places
from tests.law.places import YEARS, scenarios

YEAR = "calendar/2026"
LOADED = Calendar.of(YEARS)
DAYS = st.dates(date(2015, 1, 1), date(2026, 12, 31))
COUNTS = st.integers(1, 60)


def test_every_day_of_twelve_years_agrees_with_an_independent_calendar() -> None:
    day, differing = date(2015, 1, 1), []
    while day <= date(2026, 12, 31):
        if LOADED.is_working_day(day) is not chinese_calendar.is_workday(day):
            differing.append(day)
        day += timedelta(days=1)
    assert differing == []
    assert frozenset(range(2015, 2027)) == LOADED.years


def test_2026_has_248_working_days_of_which_six_are_weekend_days() -> None:
    days = [date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(365)]
    assert sum(LOADED.is_working_day(day) for day in days) == 248
    assert sum(LOADED.is_working_day(day) and day.weekday() >= 5 for day in days) == 6


@pytest.mark.parametrize("case", scenarios("working_days", "working_days"), ids=lambda case: str(case["says"]))
def test_three_seven_and_twenty_working_days_come_out_right(case: dict[str, Any]) -> None:
    found = {count: LOADED.add_working_days(case["start"], count) for count in (3, 7, 20)}
    assert [found[count].on for count in (3, 7, 20)] == [case["three"], case["seven"], case["twenty"]]
    assert [found[count].provisional for count in (3, 7, 20)] == [False, False, case.get("provisional", False)]


@pytest.mark.parametrize("case", scenarios("working_days", "change"), ids=lambda case: str(case["says"]))
def test_a_notice_in_mid_year_changes_the_count_from_its_day_on(case: dict[str, Any]) -> None:
    known = Calendar.of(YEARS, known_on=case["announced_on"] - timedelta(days=1))
    assert known.add_working_days(case["start"], case["count"]).on == case["before"]
    known = Calendar.of(YEARS, known_on=case["announced_on"])
    assert known.add_working_days(case["start"], case["count"]).on == case["after"]
    assert LOADED.add_working_days(case["start"], case["count"]).on == case["after"]


def test_a_year_without_a_notice_follows_weekdays_and_says_provisional() -> None:
    assert LOADED.is_working_day(date(2027, 10, 1))
    assert LOADED.is_provisional(date(2027, 10, 1))
    assert LOADED.add_working_days(date(2031, 1, 1), 5).provisional
    assert not LOADED.add_working_days(date(2026, 12, 30), 1).provisional


def test_the_start_is_walked_over_without_making_the_result_provisional() -> None:
    assert not LOADED.add_working_days(date(2014, 12, 31), 3).provisional
    assert LOADED.subtract_working_days(date(2027, 1, 2), 3).provisional


@given(DAYS, COUNTS)
def test_the_due_day_is_a_working_day_with_exactly_that_many_counted(start: date, count: int) -> None:
    found = LOADED.add_working_days(start, count)
    assert LOADED.is_working_day(found.on)
    assert LOADED.working_days_between(start, found.on) == count


@given(DAYS, DAYS, COUNTS)
def test_starting_later_is_never_due_earlier(one: date, other: date, count: int) -> None:
    first, second = sorted((one, other))
    assert LOADED.add_working_days(first, count).on <= LOADED.add_working_days(second, count).on


@given(DAYS, COUNTS)
def test_going_back_as_far_as_one_went_leads_no_later_than_the_start(start: date, count: int) -> None:
    end = LOADED.add_working_days(start, count).on
    back = LOADED.subtract_working_days(end, count).on
    assert back <= start
    assert LOADED.working_days_between(back, start) == 0


@given(DAYS, DAYS)
def test_days_between_count_backwards_with_the_opposite_sign(one: date, other: date) -> None:
    assert LOADED.working_days_between(one, other) == -LOADED.working_days_between(other, one)


@given(DAYS)
def test_the_next_and_the_last_working_day_enclose_any_day(day: date) -> None:
    following, before = LOADED.next_working_day(day).on, LOADED.last_working_day(day).on
    assert before <= day <= following
    assert (before == day == following) is LOADED.is_working_day(day)
    between = (before + timedelta(days=one) for one in range(1, (following - before).days))
    assert LOADED.is_working_day(before)
    assert LOADED.is_working_day(following)
    assert not any(LOADED.is_working_day(one) for one in between)


def test_a_count_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="a count starts at one"):
        LOADED.add_working_days(date(2026, 1, 5), 0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("year   = 2026\n", "the file says year"),
        ("2026-01-04]", "is worked anyway"),
        ("2026-01-03]", "is not a day of 2026"),
        ('zh   = "元旦"', "unknown field"),
        ('notice = "国务院', "unknown field"),
    ],
)
def test_a_spoiled_year_does_not_load(changed: str, said: str) -> None:
    spoiled = {
        "year   = 2026\n": "year   = 2062\n",
        "2026-01-04]": "2026-01-05]",
        "2026-01-03]": "2062-01-03]",
        'zh   = "元旦"': 'zh   = "元旦"\nworks = []',
        'notice = "国务院': 'note = 1\nnotice = "国务院',
    }[changed]
    assert said in places.said(YEAR, places.changed(YEAR, changed, spoiled))


def test_a_day_both_off_and_worked_does_not_load() -> None:
    more = '\n[[holiday]]\nzh = "某日"\nrest = [2026-01-04]\n'
    assert "2026-01-04: both a rest day and a make-up working day" in places.said(YEAR, places.text_of(YEAR) + more)


def test_an_empty_folder_is_no_calendar(tmp_path: Path) -> None:
    with pytest.raises(LawBookError, match="calendar: there is no year at all"):
        Book.load(tmp_path)
