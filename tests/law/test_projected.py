"""What runs follows from records and book alone: the day it is looked at changes nothing of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from enforcement.law.clocks import Clock
from enforcement.law.events import SHANGHAI
from enforcement.law.facts import ParameterFacts
from enforcement.law.projected import RunningClock, projected
from tests.law.places import scenarios
from tests.law.test_clocks import facts_of

if TYPE_CHECKING:
    from enforcement.law.book import Book


def at(day: date, hour: int = 13) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def only(rows: tuple[RunningClock, ...], key: str) -> RunningClock:
    [row] = [row for row in rows if row.limit.key == key]
    return row


@pytest.mark.parametrize("case", scenarios("clocks", "case"), ids=lambda case: str(case["says"]))
def test_a_row_is_the_same_whatever_the_day(book: Book, case: dict[str, Any]) -> None:
    own = {name: ParameterFacts(name, value) for name, value in case.get("parameters", {}).items()}
    first = projected(facts_of(case["procedure"], case["today"], case["records"], parameters=own), book)
    for days in (1, 40, 4000):
        later = case["today"] + timedelta(days=days)
        assert projected(facts_of(case["procedure"], later, case["records"], parameters=own), book) == first


def test_a_pause_still_open_leaves_the_day_open_and_resuming_gives_it(book: Book) -> None:
    opened = [{"event": "case_opened", "on": date(2026, 3, 2)}, {"event": "suspended", "on": date(2026, 3, 20)}]
    row = only(projected(facts_of("penalty_ordinary", date(2026, 4, 1), opened), book), "penalty_decision")
    assert row.due is None
    assert row.pauses == ((date(2026, 3, 20), None),)
    clock = Clock.of(row, at(date(2026, 4, 30)), book.calendar)
    assert (clock.state, clock.due.due_on) == ("paused", date(2026, 7, 12))
    resumed = [*opened, {"event": "resumed", "on": date(2026, 5, 1)}]
    row = only(projected(facts_of("penalty_ordinary", date(2026, 5, 1), resumed), book), "penalty_decision")
    assert row.due is not None
    assert row.due.due_on == date(2026, 7, 12)


def test_what_is_stopped_while_it_is_paused_keeps_one_due_day_and_is_in_time(book: Book) -> None:
    records = [
        {"event": "case_opened", "on": date(2026, 3, 2)},
        {"event": "suspended", "on": date(2026, 3, 20)},
        {"event": "case_dropped", "on": date(2026, 9, 1)},
    ]
    row = only(projected(facts_of("penalty_ordinary", date(2026, 9, 1), records), book), "penalty_decision")
    assert row.pauses == ((date(2026, 3, 20), date(2026, 9, 1)),)
    assert row.due is not None
    assert row.due.due_on == date(2026, 11, 12)
    assert Clock.of(row, at(date(2027, 9, 1)), book.calendar).state == "met"


def test_a_suspension_after_the_last_day_makes_nothing_in_time_again(book: Book) -> None:
    records = [{"event": "case_opened", "on": date(2026, 3, 2)}, {"event": "suspended", "on": date(2026, 6, 10)}]
    row = only(projected(facts_of("penalty_ordinary", date(2026, 6, 10), records), book), "penalty_decision")
    assert row.due is not None
    assert row.due.due_on == date(2026, 5, 31)
    assert Clock.of(row, at(date(2026, 6, 10)), book.calendar).state == "overdue"


def test_a_number_the_agency_sets_afterwards_moves_no_clock(book: Book) -> None:
    first = ParameterFacts("case_opening_days", 10, date(2026, 1, 1), set_at=at(date(2026, 1, 1)))
    lead = [{"event": "lead_registered", "on": date(2026, 3, 2)}]

    def due_on(number: ParameterFacts) -> date | None:
        facts = facts_of("penalty_ordinary", date(2026, 3, 20), lead, parameters={number.name: number})
        row = only(projected(facts, book), "case_opening")
        return row.due.due_on if row.due else None

    assert due_on(first) == date(2026, 3, 16)
    later = ParameterFacts("case_opening_days", 60, date(2026, 3, 10), set_at=at(date(2026, 3, 10)), earlier=first)
    assert due_on(later) == date(2026, 3, 16)
    backdated = ParameterFacts("case_opening_days", 60, date(2026, 2, 1), set_at=at(date(2026, 3, 10)), earlier=first)
    assert due_on(backdated) == date(2026, 3, 16)


def test_a_rule_taken_up_afterwards_gives_no_longer_time_to_disclose_what_was_decided_before(book: Book) -> None:
    decided = [{"event": "decision_made", "on": date(2026, 3, 2), "data": {"outcome": "penalty"}}]
    rule = ParameterFacts(
        "penalty_disclosure_by_rule_days", 20, date(2026, 1, 1), "MR45#9", set_at=at(date(2026, 3, 3))
    )
    facts = facts_of("penalty_ordinary", date(2026, 3, 4), decided, parameters={rule.name: rule})
    found = {row.limit.key for row in projected(facts, book)}
    assert "disclosure_of_penalty" in found
    assert "disclosure_of_penalty_by_rule" not in found
