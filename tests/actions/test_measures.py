"""Compulsory measures: taken rightly, filmed to the end, approved, ended in time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from enforcement.actions import cases, evidence
from tests import factories
from tests.actions.filled import REASON
from tests.actions.measuring import began_at, described, ending, key_of, measure
from tests.actions.watching import assert_agreement, cites, codes, forbidden, invalid, refused
from tests.factories import House


def test_a_measure_filmed_to_its_end_is_ended_and_the_case_goes_on(house: House, film: Path) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    walk.film(described(walk, began), film)
    taken = walk.do("officer1", "take_measure", measure(walk, began + dt.timedelta(seconds=1)))
    walk.do("officer1", "end_measure", ending(walk, key_of(walk, taken), "confiscated"))
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    assert_agreement(walk)


def test_a_measure_without_a_recording_of_its_whole_course_is_not_ended(house: House, film: Path) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    taken = walk.do("officer1", "take_measure", measure(walk, began, finished_at=began + dt.timedelta(minutes=1)))
    key = key_of(walk, taken)
    breaches = refused(house, walk, "officer1", "end_measure", ending(walk, key))
    assert (codes(breaches), cites(breaches)) == ({"compulsory_measures_recorded"}, {"J#9.1"})
    walk.film(described(walk, began), film)  # only its first seconds
    assert codes(refused(house, walk, "officer1", "end_measure", ending(walk, key))) == {"compulsory_measures_recorded"}
    assert "compulsory_measures_recorded" in codes(
        refused(house, walk, "officer1", "conclude_investigation", factories.conclusion(walk.today))
    )


def test_the_written_statement_stands_for_what_could_not_be_filmed(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    taken = walk.do("officer1", "take_measure", measure(walk, began))
    key = key_of(walk, taken)
    part = evidence.StateInterruption(
        activity="seizure", measure=key, from_at=began, to_at=began + dt.timedelta(seconds=1), reason="设备故障"
    )
    walk.do("officer1", "state_interruption", part)
    assert codes(refused(house, walk, "officer1", "end_measure", ending(walk, key))) == {"compulsory_measures_recorded"}
    rest = dataclasses.replace(part, from_at=began + dt.timedelta(seconds=1), to_at=began + dt.timedelta(seconds=2))
    walk.do("officer1", "state_interruption", rest)
    walk.do("officer1", "end_measure", ending(walk, key))
    assert_agreement(walk)


def test_a_statement_of_no_reason_does_not_excuse_a_compulsory_measure(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    form = evidence.StateNoRecording(activity="seizure", reason="没带设备")
    assert set(invalid(house, walk, "officer1", "state_no_recording", form)) == {"activity"}


@pytest.mark.parametrize(
    ("differences", "code"),
    [
        ({"officers": 1}, "two_officers_for_a_measure"),
        ({"officers": "head"}, "handles_and_approves"),
        ({"approved_at": dt.timedelta(minutes=1)}, "measure_is_approved"),
        ({"approved_before": False, "approved_at": dt.timedelta(hours=-1)}, "measure_is_approved"),
        ({"until": 31}, "measure_period_is_lawful"),
        ({"finished_at": dt.timedelta(seconds=-1)}, "measure_period_is_lawful"),
        ({"party_present": False}, "party_or_attesting_witness_present"),
    ],
)
def test_a_measure_taken_wrongly_is_refused(house: House, differences: dict[str, object], code: str) -> None:
    walk = factories.open_case(house.market)
    began = began_at(walk)
    filled: dict[str, object] = {}
    for name, value in differences.items():
        if isinstance(value, dt.timedelta):
            filled[name] = began + value
        elif name == "officers":
            filled[name] = (walk.two[0], walk.staff.id("head")) if value == "head" else walk.two[:1]
        elif name == "until":
            filled[name] = walk.today + dt.timedelta(days=int(str(value)))
        else:
            filled[name] = value
    assert code in codes(refused(house, walk, "officer1", "take_measure", measure(walk, began, **filled)))


def test_a_measure_is_approved_by_a_head_and_by_nobody_else(house: House) -> None:
    walk = factories.open_case(house.market)
    for nobody in (walk.staff.id("officer3"), house.street.id("head"), "王建国"):
        form = measure(walk, began_at(walk), approved_by=nobody)
        assert set(invalid(house, walk, "officer1", "take_measure", form)) == {"approved_by"}


def test_an_emergency_measure_is_approved_within_twenty_four_hours(house: House) -> None:
    walk = factories.open_case(house.market)
    house.at(2026, 9, 2, 12)
    began = dt.datetime(2026, 9, 1, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    until = dt.date(2026, 9, 30)
    late = measure(
        walk, began, approved_before=False, approved_at=began + dt.timedelta(hours=24, minutes=1), until=until
    )
    assert codes(refused(house, walk, "officer1", "take_measure", late)) == {"measure_is_approved"}
    in_time = measure(
        walk, began, approved_before=False, approved_at=began + dt.timedelta(hours=23, minutes=59), until=until
    )
    walk.do("officer1", "take_measure", in_time)


def test_an_emergency_measure_is_approved_afterwards_by_the_head_and_nothing_is_concluded_before(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    taken = walk.do(
        "officer1",
        "take_measure",
        measure(walk, began, approved_before=False, approved_by="", approved_at=None, officers=(*walk.two,)),
    )
    walk.do(
        "officer1",
        "state_interruption",
        evidence.StateInterruption(
            activity="seizure", from_at=began, to_at=began + dt.timedelta(seconds=2), reason="设备故障"
        ),
    )
    breaches = refused(house, walk, "officer1", "conclude_investigation", factories.conclusion(walk.today))
    assert (codes(breaches), cites(breaches)) == ({"measures_approved"}, {"ACL#19"})
    form = evidence.ApproveMeasure(
        measure=key_of(walk, taken), reported_at=began, approved_at=walk.now, opinion="情况紧急，同意。"
    )
    early = dataclasses.replace(form, reported_at=began - dt.timedelta(minutes=1))
    assert codes(refused(house, walk, "head", "approve_measure", early)) == {"measure_awaits_approval"}
    assert forbidden(house, walk, "officer1", "approve_measure", form).cite == "ACL#19"
    officer = house.market.actors["officer1"]
    house.market.actors["officer1"] = dataclasses.replace(officer, roles=officer.roles | {"agency_head"})
    own = codes(refused(house, walk, "officer1", "approve_measure", form))
    house.market.actors["officer1"] = officer
    assert own == {"handles_and_approves"}
    walk.do("head", "approve_measure", form)
    assert codes(refused(house, walk, "head", "approve_measure", form)) == {"measure_awaits_approval"}
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    assert_agreement(walk)


def test_a_measure_past_its_day_stops_the_case_and_an_extension_is_counted_once(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    taken = walk.do("officer1", "take_measure", measure(walk, began))
    statement = evidence.StateInterruption(
        activity="seizure", from_at=began, to_at=began + dt.timedelta(seconds=2), reason="设备故障"
    )
    walk.do("officer1", "state_interruption", statement)
    extension = cases.Extend(
        limit="sealing_up_or_seizure", measure=key_of(walk, taken), days=30, ground="情况复杂",
        cite="《行政强制法》第二十五条",
    )  # fmt: skip
    nameless = dataclasses.replace(extension, measure="")
    assert codes(refused(house, walk, "head", "extend_limit", nameless)) == {"extended_limit_is_running"}
    walk.do("head", "extend_limit", extension)
    assert codes(refused(house, walk, "head", "extend_limit", dataclasses.replace(extension, days=1))) == {
        "extension_is_lawful"
    }
    house.later(days=40)
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    walk.do("officer1", "return_to_investigation", REASON)
    house.later(days=25)
    conclusion = factories.conclusion(walk.today)
    assert "measures_ended_or_within_period" in codes(
        refused(house, walk, "officer1", "conclude_investigation", conclusion)
    )
    walk.do("officer1", "end_measure", ending(walk, key_of(walk, taken)))
    walk.do("officer1", "conclude_investigation", conclusion)
    assert_agreement(walk)


def test_a_measure_that_was_not_taken_or_has_ended_cannot_be_ended(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    assert "measure_is_running" in codes(refused(house, walk, "officer1", "end_measure", ending(walk, "M2026-9999")))


def test_a_case_is_not_dropped_over_a_running_measure(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    walk.do("officer1", "take_measure", measure(walk, began_at(walk)))
    assert "measures_ended" in codes(refused(house, walk, "head", "drop_case", REASON))
