"""Every limit of the book runs: set by an act, near, due, late, stopped by an act, on the list of a role it names."""

from __future__ import annotations

import datetime as dt

import pytest

from enforcement.law.calendar import SHANGHAI
from enforcement.law.clocks import Clock
from enforcement.queries.clocks import clocks_where
from enforcement.queries.corrections import open_requests
from enforcement.queries.work_list import work_list
from enforcement.sweep import sweep
from enforcement.work import Actor
from tests import factories
from tests.factories import House
from tests.scheduler.limit_scenarios import AT_ONCE, BY_THE_CLOCK, SCENARIOS, WAITED_FOR
from tests.scheduler.test_running_clocks import findings
from tests.scheduler.test_sweep import received


def clocks_of(house: House, limit: str) -> list[Clock]:
    """Every clock of a limit in the agency."""
    with house.office.looking(Actor.clock(house.market.agency_id)) as work:
        return [clock for _, clock in clocks_where(work) if clock.limit.key == limit]


def running(house: House, limit: str) -> Clock:
    [clock] = [one for one in clocks_of(house, limit) if one.stopped_on is None]
    return clock


def holders(house: House, limit: str) -> set[str]:
    """The roles of the limit on whose holders' lists it is."""
    found: set[str] = set()
    for actor in house.market.actors.values():
        mine = actor.roles & set(factories.book().limits[limit].who)
        if not mine:
            continue
        with house.office.looking(actor) as work:
            lists = work_list(work)
            told_of = {clock.limit.key for task in (*lists.mine, *lists.waiting) for clock in task.clocks}
            told_of |= {task.clock.limit.key for task in (*lists.mine, *lists.waiting) if task.clock}
            told_of |= {clock.limit.key for clock in lists.agency}
            asked = factories.book().limits[limit].level == "publication" and open_requests(work)
        found |= mine if limit in told_of or asked else set()
    return found


def at(house: House, moment: dt.datetime) -> None:
    house.set_time(moment)
    sweep(house.office, fetch=None)


def test_no_limit_of_the_book_is_left_out() -> None:
    driven = [*SCENARIOS, *AT_ONCE, *WAITED_FOR, *BY_THE_CLOCK]
    assert set(factories.book().limits) - set(driven) == set(), "write its line in tests/scheduler/limit_scenarios.py"
    assert sorted(driven) == sorted(factories.book().limits)


@pytest.mark.proof
@pytest.mark.parametrize("limit", SCENARIOS)
def test_every_limit_runs_from_its_start_to_its_stop(house: House, limit: str) -> None:
    scenario, written = SCENARIOS[limit], factories.book().limits[limit]
    started = scenario.start(house)
    clock = running(house, limit)
    assert clock.state == "running"
    assert holders(house, limit)
    due_at = clock.due.due_at or dt.datetime.combine(clock.due.due_on, dt.time(23), SHANGHAI)
    at(house, due_at - dt.timedelta(minutes=1))
    assert running(house, limit).state == "running"
    assert holders(house, limit)
    at(house, due_at + dt.timedelta(hours=2))
    assert running(house, limit).state == "overdue"
    assert holders(house, limit)
    if not written.party and written.level != "publication":
        assert {role for role, key in received(house.market, "overdue") if key == limit}
    scenario.stop(house, started)
    assert "late" in {one.state for one in clocks_of(house, limit)}
    assert all(one.stopped_on is not None for one in clocks_of(house, limit))
    assert findings(house) == []


@pytest.mark.proof
@pytest.mark.parametrize("limit", AT_ONCE)
def test_what_looks_back_or_ahead_is_judged_by_the_record_that_sets_it(house: House, limit: str) -> None:
    AT_ONCE[limit](house)
    assert [clock.state for clock in clocks_of(house, limit)] == ["met"]


@pytest.mark.proof
def test_a_waiting_period_is_over_with_its_day(house: House) -> None:
    for limit, start in WAITED_FOR.items():
        start(house)
        clock = running(house, limit)
        assert (clock.state, holders(house, limit)) == ("running", {"officer"})
        at(house, dt.datetime.combine(clock.due.due_on + dt.timedelta(days=1), dt.time(9), SHANGHAI))
        assert [one.state for one in clocks_of(house, limit)] == ["met"]


@pytest.mark.proof
def test_what_the_law_answers_itself_the_clock_stops_on_the_day_after(house: House) -> None:
    for limit, start in BY_THE_CLOCK.items():
        start(house)
        clock = running(house, limit)
        assert holders(house, limit)
        at(house, dt.datetime.combine(clock.due.due_on + dt.timedelta(days=1), dt.time(9), SHANGHAI))
        assert all(one.stopped_on is not None for one in clocks_of(house, limit))
