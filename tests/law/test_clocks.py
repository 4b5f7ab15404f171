"""The clocks of whole cases: what starts, pauses, extends and stops them, and how each stands on a day."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.law.calendar import Calendar
from enforcement.law.clocks import SOON_WORKING_DAYS, Clock, moved, running
from enforcement.law.counting import due
from enforcement.law.events import SHANGHAI, Record
from enforcement.law.facts import CaseFacts, ParameterFacts
from tests.law import cases
from tests.law.places import YEARS, scenarios

if TYPE_CHECKING:
    from enforcement.law.book import Book


def facts_of(procedure: str, today: date, records: list[dict[str, Any]], **more: Any) -> CaseFacts:
    """A case as its records tell it, at one in the afternoon of a day."""
    made = tuple(
        Record(
            seq=seq,
            event=entry["event"],
            act=entry.get("act", ""),
            stage="",
            at=entry.get("at") or datetime.combine(entry["on"], time(12), SHANGHAI),
            on=entry["on"],
            actor_id=None,
            data=entry.get("data", {}),
        )
        for seq, entry in enumerate(records, start=1)
    )
    return cases.case(today, procedure=procedure, now=datetime.combine(today, time(13), SHANGHAI), records=made, **more)


def of_limit(clocks: tuple[Clock, ...], key: str) -> list[Clock]:
    return [clock for clock in clocks if clock.limit.key == key]


def only(clocks: tuple[Clock, ...], key: str) -> Clock:
    [clock] = of_limit(clocks, key)
    return clock


@pytest.mark.parametrize("case", scenarios("clocks", "case"), ids=lambda case: str(case["says"]))
def test_the_clocks_of_a_case_stand_as_written(book: Book, case: dict[str, Any]) -> None:
    set_ = {name: ParameterFacts(name, value) for name, value in case.get("parameters", {}).items()}
    clocks = running(facts_of(case["procedure"], case["today"], case["records"], parameters=set_), book)
    for wanted in case["clocks"]:
        found = [
            clock
            for clock in of_limit(clocks, wanted["limit"])
            if wanted.get("key", clock.key) == clock.key
            and wanted.get("started", clock.due.started_on) == clock.due.started_on
        ]
        assert len(found) == 1, (wanted, found)
        clock = found[0]
        assert (clock.due.due_on, clock.state) == (wanted["due"], wanted["state"]), wanted
        assert clock.due.due_at == wanted.get("at", clock.due.due_at)
        assert clock.working_days_left == wanted.get("left", clock.working_days_left)
        assert clock.due.provisional is wanted.get("provisional", False)
        assert clock.limit.deems == wanted.get("deems", clock.limit.deems)
    wanted_limits = [wanted["limit"] for wanted in case["clocks"]]
    for key in set(wanted_limits):
        assert len(of_limit(clocks, key)) == wanted_limits.count(key)
    for key in case.get("absent", []):
        assert of_limit(clocks, key) == []


def test_every_case_limit_has_a_clock_scenario(book: Book) -> None:
    shown = {wanted["limit"] for case in scenarios("clocks", "case") for wanted in case["clocks"]}
    missing = {limit.key for limit in book.limits.values() if limit.level == "case"} - shown
    # The others are driven from start to stop in tests/scheduler/test_every_limit_runs.py, as all are.
    assert missing == {
        "court_application", "disclosure_of_other_decision", "freeze", "handover_of_collected_fine",
        "handover_to_police", "interruption_statement", "license_lower_examination", "license_test_assignment",
        "police_answer", "reconsideration_of_police_refusal", "supervision_of_police_refusal",
    }, "write a case with it in tests/law/scenarios/clocks.toml"  # fmt: skip


def test_what_was_cleared_no_longer_runs(book: Book) -> None:
    facts = facts_of("penalty_ordinary", date(2026, 3, 5), [{"event": "submitted_for_review", "on": date(2026, 3, 2)}])
    back = dataclasses.replace(
        facts.records[0], seq=2, event="returned_to_investigation", act="return_to_investigation"
    )
    cleared = dataclasses.replace(
        facts,
        records=(*facts.records, back),
        clears={"return_to_investigation": frozenset({"submitted_for_review"})},
    )
    assert of_limit(running(cleared, book), "legal_review") == []


def test_an_agency_s_own_days_count_and_the_law_s_stay(book: Book) -> None:
    notice = [{"event": "prior_notice_given", "on": date(2026, 3, 2), "data": {"served_on": "2026-03-02"}}]
    parameters = {"defense_days": ParameterFacts(name="defense_days", value=3)}
    facts = facts_of("penalty_ordinary", date(2026, 3, 3), notice, parameters=parameters)
    assert only(running(facts, book), "defense").due.due_on == date(2026, 3, 5)
    told = [{**notice[0], "data": {"served_on": "2026-03-02", "defense_days": "10"}}]
    facts = facts_of("penalty_ordinary", date(2026, 3, 3), told, parameters=parameters)
    assert only(running(facts, book), "defense").due.due_on == date(2026, 3, 16)


def test_a_reading_of_ours_says_so_and_the_law_does_not(book: Book) -> None:
    notice = [{"event": "prior_notice_given", "on": date(2026, 3, 2), "data": {"hearing_right_told": "true"}}]
    clocks = running(facts_of("penalty_ordinary", date(2026, 3, 3), notice), book)
    assert only(clocks, "defense").due.basis == "default"
    assert only(clocks, "hearing_request").due.basis == "law"
    told = [{"event": "hearing_right_told", "on": date(2026, 3, 2)}]
    unit_is_ours = only(running(facts_of("license", date(2026, 3, 3), told), book), "license_hearing_request")
    assert (unit_is_ours.due.basis, unit_is_ours.due.cite) == ("default", "ALL#47.1")


def test_a_corrected_notice_moves_the_clocks_it_touches_and_no_other(book: Book) -> None:
    before = Calendar.of(YEARS, known_on=date(2020, 1, 26))
    records = [
        {"event": "application_accepted", "on": date(2020, 1, 20)},
        {"event": "materials_received", "on": date(2020, 1, 6), "data": {"received_on": "2020-01-06"}},
    ]
    [change] = moved(facts_of("license", date(2020, 1, 28), records), book, before)
    assert (change.limit_key, change.was, change.now) == ("license_decision", date(2020, 2, 21), date(2020, 2, 25))
    done = {"event": book.limits["license_decision"].stops[0], "on": date(2020, 1, 28)}
    assert moved(facts_of("license", date(2020, 1, 28), [*records, done]), book, before) == ()


def test_a_calendar_that_changed_nothing_moves_nothing(book: Book) -> None:
    records = [{"event": "application_accepted", "on": date(2026, 3, 2)}]
    assert moved(facts_of("license", date(2026, 3, 3), records), book, book.calendar) == ()


@given(st.dates(date(2022, 1, 1), date(2026, 6, 30)), st.integers(0, 200), st.integers(1, 60), st.integers(1, 60))
def test_the_longer_a_case_stands_still_the_later_it_is_due(
    book: Book, opened: date, after: int, days: int, more: int
) -> None:
    def due_on(length: int) -> date:
        begun = opened + timedelta(days=after)
        records = [
            {"event": "case_opened", "on": opened},
            {"event": "suspended", "on": begun},
            {"event": "resumed", "on": begun + timedelta(days=length)},
        ]
        today = begun + timedelta(days=length)
        return only(running(facts_of("penalty_ordinary", today, records), book), "penalty_decision").due.due_on

    assert due_on(days) <= due_on(days + more) <= due_on(days) + timedelta(days=more)


def _record(seq: int, event: str, on: date) -> Record:
    return Record(seq, event, "", "", datetime.combine(on, time(12), SHANGHAI), on, None, {})


def test_hours_are_counted_from_a_moment_and_only_from_one(book: Book) -> None:
    limit, day = book.limits["transfer_delivery"], date(2026, 3, 2)
    moment = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    assert due(limit, day, book.calendar).due_at is None
    assert due(limit, day, book.calendar, started_at=moment).due_at == datetime(2026, 3, 3, 9, tzinfo=SHANGHAI)
    assert due(book.limits["service_of_penalty"], day, book.calendar, started_at=moment).due_at is None


def test_a_clock_says_when_it_will_stand_differently(book: Book) -> None:
    opened = [{"event": "case_opened", "on": date(2026, 3, 2)}]
    own = only(running(facts_of("penalty_ordinary", date(2026, 3, 3), opened), book), "penalty_decision")
    days = [moment.astimezone(SHANGHAI).date() for moment in own.changes]
    assert days[-1] == own.due.due_on + timedelta(days=1)
    near = [
        day for day in days[:-1] if 0 < book.calendar.working_days_between(day, own.due.target_on) <= SOON_WORKING_DAYS
    ]
    assert near == days[:-1]
    assert len(near) == SOON_WORKING_DAYS
    assert all(moment.astimezone(SHANGHAI).time() == time() for moment in own.changes)
    late = only(running(facts_of("penalty_ordinary", own.due.due_on + timedelta(days=2), opened), book), own.limit.key)
    assert (late.state, late.changes) == ("overdue", ())
    done = [*opened, {"event": "decision_made", "on": date(2026, 3, 3)}]
    assert only(running(facts_of("penalty_ordinary", date(2026, 3, 3), done), book), own.limit.key).changes == ()


def test_a_clock_of_hours_changes_a_second_after_its_last_moment_and_a_partys_only_when_it_is_over(book: Book) -> None:
    crime = [{"event": "decision_made", "on": date(2026, 3, 2), "data": {"outcome": "judicial_transfer"}}]
    hours = only(running(facts_of("penalty_ordinary", date(2026, 3, 2), crime), book), "transfer_delivery")
    assert datetime(2026, 3, 3, 12, 0, 1, tzinfo=SHANGHAI) in hours.changes
    told = [{"event": "prior_notice_given", "on": date(2026, 3, 2), "data": {"served_on": "2026-03-02"}}]
    theirs = only(running(facts_of("penalty_ordinary", date(2026, 3, 3), told), book), "defense")
    assert [moment.date() for moment in theirs.changes] == [theirs.due.due_on + timedelta(days=1)]
