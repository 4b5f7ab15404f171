"""Whose case it is, which version somebody saw, and on which day something happens."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from enforcement.actions import penalties
from enforcement.actions.registry import perform
from enforcement.demo.walk import Walk
from enforcement.law.calendar import SHANGHAI
from enforcement.law.errors import Invalid, NotFound, Stale
from tests import factories
from tests.actions.leads import accepted, opening, registered
from tests.actions.watching import (
    assert_agreement,
    invalid,
    unchanged,
)
from tests.factories import House


def test_a_version_that_has_moved_on_is_stale_and_nothing_is_written(house: House) -> None:
    walk = registered(house)
    form = penalties.Opinion(opinion="建议立案。")
    actor = house.market.actors["officer1"]
    with unchanged(house), pytest.raises(Stale) as stale:
        perform(house.office, actor, "accept_lead", form, walk.case_id, version=0)
    assert (stale.value.expected, stale.value.actual) == (0, 1)
    outcome = perform(house.office, actor, "accept_lead", form, walk.case_id, version=1)
    assert outcome.version == 2


def test_another_agencys_case_is_as_if_it_were_not_there(house: House) -> None:
    walk = registered(house)
    stranger = Walk(house.street)
    stranger.case_id = walk.case_id
    for login, act, form in (
        ("officer1", "accept_lead", penalties.Opinion(opinion="受案。")),
        ("head", "open_case", opening(stranger, "officer1", "officer2")),
    ):
        with unchanged(house), pytest.raises(NotFound):
            stranger.do(login, act, form)


def test_an_officer_of_another_agency_is_nobody_here(house: House) -> None:
    walk = accepted(house)
    form = dataclasses.replace(opening(walk), officers=(walk.staff.id("officer1"), house.street.id("officer1")))
    with unchanged(house), pytest.raises(Exception) as refusal:  # noqa: PT011  (either wall may stand first)
        walk.do("head", "open_case", form)
    assert type(refusal.value).__name__ in {"RuleViolation", "Invalid"}


def test_an_act_that_is_not_of_this_procedure_is_not_found(house: House) -> None:
    walk = registered(house)
    with unchanged(house), pytest.raises(NotFound):
        walk.do("officer1", "serve_result", walk.receipt())


def test_a_quarter_past_midnight_in_shanghai_is_the_new_day(house: House) -> None:
    house.at(2026, 9, 8, 0, 15)  # in UTC it is still the 7th
    walk = registered(house)
    record = factories.records(walk)[0]
    assert record.happened_on == dt.date(2026, 9, 8)
    assert record.at.astimezone(dt.UTC).date() == dt.date(2026, 9, 7)
    assert_agreement(walk)


def test_a_moment_before_midnight_in_shanghai_is_told_by_its_own_day(house: House) -> None:
    house.at(2026, 9, 8, 0, 15)
    walk = factories.open_case(house.market)
    ended = dt.datetime(2026, 9, 7, 23, 50, tzinfo=SHANGHAI)
    form = dataclasses.replace(
        walk.site_record("on_site_record", "当事人", "检查", "现场"),
        started_at=ended - dt.timedelta(minutes=20),
        ended_at=ended.astimezone(dt.UTC),
    )
    walk.do("officer1", "add_process_record", form)
    assert factories.records(walk)[-1].happened_on == dt.date(2026, 9, 7)


def test_nothing_happens_tomorrow(house: House) -> None:
    house.at(2026, 9, 7, 23, 50)  # in UTC it is the afternoon of the same day
    walk = factories.penalty(house.market)
    served = dataclasses.replace(walk.receipt(), served_on=dt.date(2026, 9, 8))
    assert invalid(house, walk, "officer1", "serve_decision", served) == {"served_on": ["不能晚于今天"]}
    house.at(2026, 9, 8, 0, 1)
    walk.do("officer1", "serve_decision", served)


def test_a_matter_of_another_kind_or_of_nobody_opens_no_case(house: House) -> None:
    for code in ("XK-201", "CF-401", "nothing"):
        with unchanged(house), pytest.raises(Invalid) as refusal:
            registered(house, matter_code=code)
        assert set(refusal.value.fields) == {"matter_code"}
