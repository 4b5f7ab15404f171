"""What is stored of the clocks follows every act, can be made again, and tells the clock when to look."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine, event, func, select, text

from enforcement import projection
from enforcement.facts import facts_of
from enforcement.law.calendar import SHANGHAI
from enforcement.law.projected import projected
from enforcement.ledger import digest_of
from enforcement.models.cases import Case
from enforcement.models.clock import ClockRow, LookAgain, TurnRow, clock_columns
from enforcement.sweep import sweep
from enforcement.sweep.calendars import written
from enforcement.verify.running_clocks import running_clocks
from enforcement.verify.snapshot import snapshot
from enforcement.work import Actor
from tests import factories
from tests.actions.measuring import measure
from tests.factories import House
from tests.scheduler.test_sweep import clocks_of, received, send_request

BESIDE = {"owner_id", "agency_id", "level"}


def stored(house: House, table: Any = ClockRow) -> list[dict[str, Any]]:
    """The rows of both agencies, in order of their keys."""
    engine = create_engine(house.urls.owner)
    with engine.connect() as connection:
        query = select(table.__table__).order_by(*table.__table__.primary_key.columns)
        rows = [dict(row) for row in connection.execute(query).mappings()]
    engine.dispose()
    return rows


def findings(house: House) -> list[str]:
    """What the check of the running clocks finds, as the verifier."""
    check = running_clocks(house.office.book, digest_of(written(house.office.book.calendar)))
    engine = create_engine(house.urls.verifier)
    with snapshot(engine, demo=True) as seen:
        seen.check(check)
        found = [one.zh for one in seen.report.findings()]
    engine.dispose()
    return found


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """The statements the application sends."""
    sent: list[str] = []

    def listen(_c: object, _u: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(house.office.engine, "before_cursor_execute", listen)
    yield sent
    event.remove(house.office.engine, "before_cursor_execute", listen)


def test_after_every_act_the_rows_are_what_the_records_say_and_made_again_they_are_the_same(public: House) -> None:
    walks = [
        factories.released(factories.penalty(public.market, until="case_closed", **factories.MAJOR)),
        factories.license(public.market, until="served"),
        factories.inspection(public.market),
        factories.application(public.market),
    ]
    sweep(public.office)
    send_request(public, walks[0])
    sweep(public.office)
    for walk in walks:
        with public.office.looking(walk.staff.actors["head"]) as work:
            rows = projected(facts_of(work, work.session.get_one(Case, walk.case_id)), public.office.book)
        kept = [row for row in stored(public) if row["owner_id"] == walk.case_id]
        columns = [{name: value for name, value in row.items() if name not in BESIDE} for row in kept]
        key = lambda one: (one["limit_key"], one["started_seq"])  # noqa: E731
        assert sorted(map(clock_columns, rows), key=key) == sorted(columns, key=key)
    before, turns = stored(public), stored(public, TurnRow)
    assert {row["level"] for row in before} == {"agency", "case", "publication"}
    public.later(days=400)
    for staff in (public.market, public.street):
        projection.rebuild(public.office, staff.agency_id)
    assert stored(public) == before
    assert {row["subject_id"] for row in stored(public, TurnRow)} == {row["subject_id"] for row in turns}
    assert findings(public) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE enforcement.running_clock SET due_on = due_on + 30 WHERE limit_key = 'service_of_penalty'", "due_on"),
        ("UPDATE enforcement.running_clock SET stopped_on = anchor_on WHERE limit_key = 'service_of_penalty'", "stop"),
        ("DELETE FROM enforcement.running_clock WHERE limit_key = 'disclosure_of_penalty'", "缺失"),
        ("UPDATE enforcement.running_clock SET started_seq = 99 WHERE limit_key = 'case_opening'", "没有对应"),
        ("UPDATE enforcement.running_clock SET owner_id = gen_random_uuid()", "不属于"),
    ],
)
def test_a_row_changed_by_hand_is_named(house: House, damage: str, said: str) -> None:
    factories.penalty(house.market)
    sweep(house.office, fetch=None)
    assert findings(house) == []
    engine = create_engine(house.urls.owner)
    with engine.begin() as connection:
        connection.execute(text(damage))
    engine.dispose()
    assert any(said in one for one in findings(house))


# ---------------------------------------------------------------------------------------------------- looking again


def test_a_new_day_costs_what_is_due_and_not_what_is_open(house: House) -> None:
    for _ in range(4):
        factories.penalty(house.market, until="investigation")
    sweep(house.office, fetch=None)
    house.later(days=1)
    sweep(house.office, fetch=None)  # the agencies themselves, looked at for the first time
    house.later(days=1)
    with counted(house) as few:
        assert not sweep(house.office, fetch=None).anything
    for _ in range(8):
        factories.penalty(house.market, until="investigation")
    sweep(house.office, fetch=None)
    house.later(days=1)
    with counted(house) as many:
        sweep(house.office, fetch=None)
    assert len(many) == len(few)
    assert not any("FOR UPDATE SKIP LOCKED" in one for one in many)


def test_the_clock_looks_on_the_day_a_period_comes_near_and_on_the_day_after_it_ended(house: House) -> None:
    walk = factories.penalty(house.market)
    due = clocks_of(walk)["service_of_penalty"].due
    near = house.office.book.calendar.subtract_working_days(due.target_on + dt.timedelta(days=1), 3).on
    heard: dict[str, list[dt.date]] = {"due_soon": [], "overdue": []}
    for ahead in range(1, 15):
        day = due.started_on + dt.timedelta(days=ahead)
        house.set_time(dt.datetime.combine(day, dt.time(0, 1), SHANGHAI))
        before = {kind: of_service(house, kind) for kind in heard}
        sweep(house.office, fetch=None)
        for kind in heard:
            heard[kind] += [day] if of_service(house, kind) != before[kind] else []
    assert heard == {"due_soon": [near], "overdue": [due.due_on + dt.timedelta(days=1)]}
    assert of_service(house, "due_soon") == ["officer1", "officer2"]
    assert of_service(house, "overdue") == ["agency_head", "officer1", "officer2"]


def of_service(house: House, kind: str) -> list[str]:
    """Who was told something of the service of a penalty."""
    return [who for who, limit in received(house.market, kind) if limit == "service_of_penalty"]


def test_a_limit_of_hours_is_looked_at_again_within_the_day(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    started = house.at(2026, 9, 2, 8)
    unapproved = {"approved_before": False, "approved_by": "", "approved_at": None}
    walk.do("officer1", "take_measure", measure(walk, started - dt.timedelta(minutes=30), **unapproved))
    sweep(house.office, fetch=None)
    house.set_time(started + dt.timedelta(hours=23))
    sweep(house.office, fetch=None)
    assert [one for one in received(house.market, "overdue") if one[1] == "on_the_spot_measure_report"] == []
    house.set_time(started + dt.timedelta(hours=23, minutes=31))
    sweep(house.office, fetch=None)
    assert ("agency_head", "on_the_spot_measure_report") in received(house.market, "overdue")


def test_with_a_new_law_book_everything_is_looked_at_again_and_with_the_same_one_nothing(house: House) -> None:
    walk = factories.penalty(house.market)
    sweep(house.office, fetch=None)
    limit = house.office.book.limits["service_of_penalty"]
    longer = dataclasses.replace(limit, days=(dataclasses.replace(limit.days[0], value=9),))
    limits = {**house.office.book.limits, limit.key: longer}
    changed = dataclasses.replace(house.office.book, version="f" * 64, limits=limits)
    other = house.with_office(book=changed)
    before = {row["limit_key"]: row["due_on"] for row in stored(house)}
    sweep(other.office, fetch=None)
    after = {row["limit_key"]: row["due_on"] for row in stored(house)}
    assert after.pop("service_of_penalty") > before.pop("service_of_penalty")
    assert after == before
    with counted(other) as sent:
        sweep(other.office, fetch=None)
    assert not any("FOR UPDATE SKIP LOCKED" in one for one in sent)
    with other.office.begin(Actor.clock(walk.staff.agency_id)) as work:
        looked = work.session.execute(select(func.min(LookAgain.law), func.max(LookAgain.law))).one()
    assert tuple(looked) == (changed.version, changed.version)
