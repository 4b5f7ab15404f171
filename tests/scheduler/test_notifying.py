"""Whom the clock notified of what is on record, once, and is no step of the case that it is about."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, get_args

from sqlalchemy import create_engine, select, text

from enforcement.actions.notifications import Kind, mark_read
from enforcement.demo.walk import Walk
from enforcement.facts import facts_of
from enforcement.law.calendar import SHANGHAI
from enforcement.law.events import NOTIFIED
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.clock import LookAgain, Notification
from enforcement.sweep import sweep
from tests import factories
from tests.factories import House
from tests.robustness.agreement import disagreements
from tests.scheduler.test_pass import statements_of
from tests.scheduler.test_sweep import clocks_of, received, send_request

TABLE = "enforcement.notification"


def nearly_late(house: House) -> Walk:
    """A decided case on the day by which people should have disclosed and served it."""
    walk = factories.penalty(house.market)
    sweep(house.office, fetch=None)
    due = clocks_of(walk)["disclosure_of_penalty"].due
    house.set_time(dt.datetime.combine(due.target_on, dt.time(9), SHANGHAI))
    return walk


def notified(house: House, chain_id: uuid.UUID | None) -> list[list[dict[str, Any]]]:
    """What each record of a chain says of whom the clock notified."""
    with house.office.reading(house.market.agency_id) as session:
        query = select(ProcessRecord.wrote).where(
            ProcessRecord.chain_id == chain_id, ProcessRecord.event == NOTIFIED, ProcessRecord.actor_id.is_(None)
        )
        return [
            [one["set"] for one in wrote if one["table"] == TABLE]
            for wrote in session.scalars(query.order_by(ProcessRecord.seq))
        ]


def test_all_of_one_pass_about_one_case_is_one_record_in_its_chain(house: House) -> None:
    walk = nearly_late(house)
    tally = sweep(house.office, fetch=None)
    (wrote,) = notified(house, walk.case_id)
    assert len(wrote) == tally.done["notified"] > 4
    with house.office.reading(house.market.agency_id) as session:
        columns = (Notification.kind, Notification.to_role, Notification.to_person, Notification.limit_key)
        rows = session.execute(select(*columns).where(Notification.case_id == walk.case_id)).all()
    said = [(one["kind"], one["to_role"], one["to_person"], one["limit_key"]) for one in wrote]
    assert sorted(map(str, said)) == sorted(str((*row[:2], row[2] and str(row[2]), row[3])) for row in rows)
    assert "read_at" not in wrote[0]
    assert disagreements(house.urls) == []


def test_to_notify_is_no_step_moves_no_version_and_asks_for_no_look(house: House) -> None:
    walk = nearly_late(house)
    with house.office.looking(house.market.actors["head"]) as work:
        before = work.session.get_one(Case, walk.case_id)
        seen = facts_of(work, before)
    sweep(house.office, fetch=None)
    assert len(notified(house, walk.case_id)) == 1
    with house.office.looking(house.market.actors["head"]) as work:
        after = work.session.get_one(Case, walk.case_id)
        again_at = work.session.get_one(LookAgain, walk.case_id).again_at
        assert (after.version, after.stage, after.last_seq) == (before.version, before.stage, before.last_seq + 1)
        assert facts_of(work, after).records == seen.records
        assert again_at is not None
        assert again_at > work.moment
    assert not sweep(house.office, fetch=None).anything


def test_what_was_said_is_not_said_again_however_often_the_clock_looks(house: House) -> None:
    walk = nearly_late(house)
    sweep(house.office, fetch=None)
    owner = create_engine(house.urls.owner)
    with owner.begin() as connection:
        connection.execute(text("UPDATE enforcement.look_again SET again_at = '2026-01-01Z'"))
    owner.dispose()
    sent = statements_of(house.office, lambda: sweep(house.office, fetch=None))
    assert len(notified(house, walk.case_id)) == 1
    assert sum("enforcement.notification" in one for one in sent) == 1


def test_a_day_on_which_nothing_comes_near_says_nothing(house: House) -> None:
    walk = factories.penalty(house.market)
    for _ in range(2):
        sweep(house.office, fetch=None)
    assert notified(house, walk.case_id) == []


def test_a_request_about_a_page_is_said_in_its_case_and_one_about_none_in_the_agencys_chain(house: House) -> None:
    walk = factories.released(factories.penalty(house.market))
    sweep(house.office, fetch=None)
    send_request(house, walk)
    with house.office.looking(house.market.actors["head"]) as work:
        chain_id = uuid.UUID(str(work.session.execute(text("SELECT chain_id FROM enforcement.agency")).scalar_one()))
    sweep(house.office, fetch=None)
    (of_case,) = notified(house, walk.case_id)
    assert {one["kind"] for one in of_case} == {"correction_received"}
    assert notified(house, chain_id) == []
    house.later(days=400)
    sweep(house.office, fetch=None)
    assert {one["kind"] for wrote in notified(house, chain_id) for one in wrote} == {"overdue"}
    assert disagreements(house.urls) == []


def test_a_case_that_somebody_holds_hears_of_it_in_a_later_pass(house: House) -> None:
    walk = factories.released(factories.penalty(house.market))
    sweep(house.office, fetch=None)
    send_request(house, walk)
    with house.office.engine.begin() as connection:
        connection.execute(text("SELECT set_config('mingjian.agency_id', :a, true)"), {"a": str(walk.staff.agency_id)})
        connection.execute(text("SELECT FROM enforcement.case_file WHERE id = :id FOR UPDATE"), {"id": walk.case_id})
        assert not sweep(house.office, fetch=None).failed
        assert received(house.market, "correction_received") == []
    sweep(house.office, fetch=None)
    assert len(received(house.market, "correction_received")) == 2


def test_that_somebody_has_read_it_is_in_no_record_and_no_damage(house: House) -> None:
    walk = nearly_late(house)
    sweep(house.office, fetch=None)
    head = house.market.actors["head"]
    with house.office.looking(head) as work:
        ids = work.session.scalars(select(Notification.id).where(Notification.to_role == "agency_head")).all()
    mark_read(house.office, head, ids)
    with house.office.looking(head) as work:
        read = work.session.scalars(select(Notification.id).where(Notification.read_at.is_not(None))).all()
    assert set(read) == set(ids) != set()
    assert len(notified(house, walk.case_id)) == 1
    assert disagreements(house.urls) == []


def test_every_kind_has_its_words(house: House) -> None:
    assert all(kind in house.office.book.terms for kind in get_args(Kind))
