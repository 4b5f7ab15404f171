"""Pages by key: every row once, in order, in both directions, whatever the list's length."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import text

from enforcement.models.clock import Notification
from enforcement.queries.cases import CaseFilter, count_cases, list_cases
from enforcement.queries.notifications import count_notifications, list_notifications, unread_count
from enforcement.queries.paging import COUNTED, Place
from tests import factories
from tests.factories import House


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_forwards_and_backwards_are_the_same_rows(house: House, size: int) -> None:
    for _ in range(7):
        factories.open_case(house.market)
    with house.office.looking(house.market.actors["head"]) as work:
        for wanted in (CaseFilter(scope="all"), CaseFilter(scope="all", q=factories.COMPANY.name)):
            whole = [row.id for row in list_cases(work, wanted, Place(size=50)).rows]
            assert len(whole) == 7
            forwards, page = [], list_cases(work, wanted, Place(size=size))
            assert page.before == ""
            while True:
                forwards += [row.id for row in page.rows]
                if not page.after:
                    break
                page = list_cases(work, wanted, Place("after", page.after, size))
            assert forwards == whole
            backwards: list[uuid.UUID] = []
            page = list_cases(work, wanted, Place("last", size=size))
            assert page.after == ""
            while True:
                backwards = [row.id for row in page.rows] + backwards
                if not page.before:
                    break
                page = list_cases(work, wanted, Place("before", page.before, size))
            assert backwards == whole


def test_a_list_that_grows_keeps_the_pages_that_were_named(house: House) -> None:
    for _ in range(4):
        factories.open_case(house.market)
    with house.office.looking(house.market.actors["head"]) as work:
        key = list_cases(work, CaseFilter(), Place(size=2)).after
        second = list_cases(work, CaseFilter(), Place("after", key, 2)).rows
    factories.open_case(house.market)
    with house.office.looking(house.market.actors["head"]) as work:
        assert list_cases(work, CaseFilter(), Place("after", key, 2)).rows == second


def test_notifications_of_person_and_roles_are_one_list_unread_first(house: House) -> None:
    head = house.market.actors["head"]
    with house.office.begin(head) as work, work.acting():
        for number in range(2 * COUNTED // 3):
            for to_role, to_person in (("agency_head", None), ("", head.person_id), ("officer", None)):
                work.session.add(
                    Notification(
                        agency_id=head.agency_id, kind="overdue", about_on=work.today, to_role=to_role,
                        to_person=to_person, limit_key="", subject=str(number), created_at=work.moment,
                        read_at=work.moment if number % 2 else None,
                    )
                )  # fmt: skip
        work.session.flush()
    with house.office.looking(head) as work:
        assert "officer" not in head.roles
        seen, page = [], list_notifications(work, Place(size=200))
        while True:
            seen += [(row.notification.read_at is None, row.notification.id) for row in page.rows]
            if not page.after:
                break
            page = list_notifications(work, Place("after", page.after, 200))
        own = work.session.execute(
            text("SELECT count(*) FROM enforcement.notification WHERE to_role <> 'officer'")
        ).scalar_one()
        assert (len(seen), len(set(seen))) == (own, own)
        assert [unread for unread, _ in seen] == sorted((unread for unread, _ in seen), reverse=True)
        assert str(count_notifications(work)) == f"{COUNTED}+"
        assert str(count_notifications(work, exact=True)) == str(own)
        assert unread_count(work).number == own // 2
        assert str(count_cases(work, CaseFilter())) == "0"
        last = list_notifications(work, Place("last", size=200))
        assert [row.notification.id for row in last.rows] == [one for _, one in seen][-len(last.rows) :]
