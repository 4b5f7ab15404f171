"""Limits of the agency itself run like any other: set, near, late, met, each on the list of whoever must keep it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from enforcement.actions.agency import DirectoryForm, SetBasicInformation, SetDirectory
from enforcement.actions.agency_limits import BeginYear, NoteDirectoryChange, NoteInformationChange, PublishedInYear
from enforcement.actions.registry import perform
from enforcement.law.clocks import Clock
from enforcement.law.errors import Invalid, NotFound
from enforcement.queries.clocks import clocks_where
from enforcement.queries.work_list import work_list
from enforcement.sweep import sweep
from enforcement.work import Actor
from tests import factories
from tests.factories import House
from tests.scheduler.test_running_clocks import findings
from tests.scheduler.test_sweep import received

NEXT = 2027
PUBLISHED = PublishedInYear(year=NEXT, title="示例", address="https://example.invalid/2027")
YEARLY = {
    "inspection_plan": ("record_inspection_plan", "clerk", dt.date(NEXT, 3, 31)),
    "annual_report": ("record_annual_report", "clerk", dt.date(NEXT, 1, 31)),
    "open_information_report": ("record_open_information_report", "head", dt.date(NEXT, 1, 31)),
}


def do(house: House, login: str, act: str, form: Any) -> None:
    perform(house.office, house.market.actors[login], act, form)


def on_the_list_of(house: House, login: str) -> dict[str, Clock]:
    """The limits of the agency on somebody's list, by limit."""
    with house.office.looking(house.market.actors[login]) as work:
        return {clock.limit.key: clock for clock in work_list(work).agency}


def all_of(house: House, limit: str) -> list[Clock]:
    with house.office.looking(house.market.actors["head"]) as work:
        return [clock for _, clock in clocks_where(work) if clock.limit.key == limit]


@pytest.mark.parametrize("limit", YEARLY)
def test_a_duty_of_the_year_begins_with_it_comes_near_is_late_and_is_met_when_recorded(
    house: House, limit: str
) -> None:
    act, login, due_on = YEARLY[limit]
    house.at(NEXT - 1, 12, 31)
    sweep(house.office, fetch=None)
    assert limit not in on_the_list_of(house, login)
    house.at(NEXT, 1, 1, 0, 1)
    assert sweep(house.office, fetch=None).done["year_begun"] == 2  # one in each agency
    clock = on_the_list_of(house, login)[limit]
    assert (clock.state, clock.due.due_on, clock.key) == ("running", due_on, str(NEXT))
    assert [one for one in received(house.market, "due_soon") if one[1] == limit] == []
    house.set_time(dt.datetime.combine(clock.due.target_on, dt.time(9), dt.UTC))
    sweep(house.office, fetch=None)
    assert {role for role, key in received(house.market, "due_soon") if key == limit} == set(clock.limit.who)
    house.set_time(dt.datetime.combine(due_on + dt.timedelta(days=1), dt.time(9), dt.UTC))
    sweep(house.office, fetch=None)
    assert on_the_list_of(house, login)[limit].state == "overdue"
    assert ("agency_head", limit) in received(house.market, "overdue")
    do(house, login, act, PUBLISHED)
    assert limit not in on_the_list_of(house, login)
    assert [one.state for one in all_of(house, limit)] == ["late"]
    assert findings(house) == []
    assert not sweep(house.office, fetch=None).done["year_begun"]


def test_a_clock_that_was_away_begins_each_year_once_and_a_year_not_kept_stays_owed(house: House) -> None:
    house.at(NEXT + 1, 6, 1)
    assert sweep(house.office, fetch=None).done["year_begun"] == 4
    sweep(house.office, fetch=None)
    with pytest.raises(NotFound):  # as for a second clock that comes too late
        perform(
            house.office,
            Actor.clock(house.market.agency_id),
            "begin_year",
            BeginYear(year=NEXT, from_on=dt.date(NEXT, 1, 1)),
        )
    do(house, "clerk", "record_annual_report", PUBLISHED)
    assert [(one.key, one.state) for one in all_of(house, "annual_report")] == [
        (str(NEXT), "late"),
        (str(NEXT + 1), "overdue"),
    ]


def test_what_is_not_yet_cannot_be_recorded_as_published(house: House) -> None:
    with pytest.raises(Invalid, match="不能晚于今年"):
        do(house, "clerk", "record_annual_report", PUBLISHED)


def test_changed_basic_information_is_to_be_brought_up_to_date_item_by_item(house: House) -> None:
    house.at(NEXT - 1, 12, 1)
    today = dt.date(NEXT - 1, 12, 1)
    for section in ("office_place", "enquiry_phone"):
        form = NoteInformationChange(section=section, changed_on=today, reason="搬迁。")
        do(house, "clerk", "note_information_change", form)
    assert on_the_list_of(house, "releaser")["basic_information_update"].state == "running"
    do(house, "clerk", "set_basic_information", SetBasicInformation(section="office_place", content="甲1号"))
    states = {one.key: one.state for one in all_of(house, "basic_information_update")}
    assert states["office_place"] == "met"
    assert states["enquiry_phone"] == "running"
    house.later(days=40)
    sweep(house.office, fetch=None)
    assert ("disclosure_clerk", "basic_information_update") in received(house.market, "overdue")


def test_a_change_of_law_asks_for_another_directory(house: House) -> None:
    form = NoteDirectoryChange(changed_on=factories.START.date(), reason="法律修订。")
    do(house, "reviewer", "note_directory_change", form)
    for login in ("reviewer", "head"):
        assert on_the_list_of(house, login)["directory_adjustment"].state == "running"
    house.later(days=60)
    sweep(house.office, fetch=None)
    assert ("legal_reviewer", "directory_adjustment") in received(house.market, "overdue")
    line = DirectoryForm(matter_code="CF-101", is_major=False)
    directory = SetDirectory(from_on=factories.START.date(), reason="修订。", entries=(line,))
    do(house, "head", "set_directory", directory)
    assert "directory_adjustment" not in on_the_list_of(house, "head")
