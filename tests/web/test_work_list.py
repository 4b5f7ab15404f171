"""我的工作: the most urgent first whatever the age of the case, counted truly, the same for page and program."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest

from enforcement.queries import work_list as lists
from enforcement.queries.cases import CaseFilter, list_cases
from enforcement.queries.clocks import open_of
from enforcement.queries.disclosures import DisclosureFilter, list_disclosures
from enforcement.queries.paging import Place
from enforcement.queries.work_list import WorkList, work_list
from tests import factories
from tests.actions.filled import SUBMISSION
from tests.actions.measuring import measure
from tests.factories import House
from tests.web.conftest import Visitor

SignedIn = Callable[[str], Visitor]


def work_of(house: House, login: str) -> WorkList:
    with house.office.looking(house.market.actors[login]) as work:
        return work_list(work)


def test_what_is_due_first_stands_first_however_new_the_case_and_the_counts_are_of_all(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "SHOWN", 2)
    for _ in range(4):
        factories.penalty(house.market, until="examined")
    house.later(days=3)
    newest = factories.penalty(house.market, until="investigation")
    began = house.office.now() - dt.timedelta(minutes=5)
    newest.do(
        "officer1", "take_measure", measure(newest, began, approved_before=False, approved_by="", approved_at=None)
    )
    found = work_of(house, "head")
    assert len(found.mine) == 2
    assert found.mine_count == 5
    first = found.mine[0]
    assert (first.act, first.case_id) == ("approve_measure", newest.case_id)
    assert first.clock is not None
    assert first.clock.limit.key == "on_the_spot_measure_report"


def test_who_may_not_do_it_after_what_they_did_is_not_shown_it(house: House) -> None:
    walk = factories.penalty(house.market)
    assert [task.act for task in work_of(house, "clerk").mine] == ["prepare_disclosure"]
    walk.prepare()
    assert work_of(house, "clerk").mine == ()
    [task] = work_of(house, "releaser").mine
    assert (task.act, task.disclosure_id) == ("release_disclosure", walk.disclosure_id())


def test_a_case_in_others_hands_waits_with_its_limit_and_says_for_whom(house: House) -> None:
    walk = factories.penalty(house.market, until="prior_notice_given", **factories.MAJOR)
    walk.do("officer1", "submit_for_review", SUBMISSION)
    officer, reviewer = work_of(house, "officer1"), work_of(house, "reviewer")
    assert [task.act for task in reviewer.mine] == ["issue_opinion"]
    [task] = officer.waiting
    assert (officer.mine_count, officer.waiting_count) == (0, 1)
    assert (task.act, task.who, task.case_id) == ("issue_opinion", ("legal_reviewer",), walk.case_id)
    assert task.clock is not None
    assert task.clock.limit.key == "penalty_decision"


def test_page_and_program_say_the_same(shop: House, signed_in: SignedIn) -> None:
    factories.penalty(shop.market)
    factories.penalty(shop.market, until="investigation")
    for login in ("officer1", "head", "clerk"):
        visitor = signed_in(f"scjg-{login}")
        page, told = visitor.get("/"), visitor.client.get("/api/work").get_json()
        assert re.findall(r'<div class="task-what"><b>([^<]+)</b>', page) == [one["zh"] for one in told["mine"]]
        assert page.count("task-waiting") == len(told["waiting"])
        assert (f'<span class="count">{told["mine_count"]}</span>' in page) is bool(told["mine_count"])


def test_lists_are_sorted_by_due_day_and_say_it(house: House) -> None:
    late = factories.penalty(house.market)
    house.later(days=2)
    later = factories.penalty(house.market)
    house.later(days=1)
    closed = factories.penalty(house.market, until="case_closed")
    with house.office.looking(house.market.actors["clerk"]) as work:
        page = list_cases(work, CaseFilter(sort="due", scope="all"))
        duties = list_disclosures(work, DisclosureFilter(sort="due"))
        first = list_cases(work, CaseFilter(sort="due", scope="all"), Place(size=1))
        second = list_cases(work, CaseFilter(sort="due", scope="all"), Place("after", first.after, 1))
        clocks = open_of(work, [row.id for row in page.rows])
    assert [row.id for row in page.rows] == [late.case_id, later.case_id, closed.case_id]
    assert [row.case_id for row in duties.rows] == [late.case_id, later.case_id, closed.case_id]
    assert [row.id for row in (*first.rows, *second.rows)] == [late.case_id, later.case_id]
    due = [clocks[row.id][0].due.due_on for row in page.rows]
    assert due == sorted(due)


def test_the_list_of_cases_has_a_column_of_limits_that_sorts(shop: House, signed_in: SignedIn) -> None:
    walk = factories.penalty(shop.market)
    visitor = signed_in("scjg-officer1")
    page = visitor.get("/cases?sort=due")
    assert "aria-sort=ascending" in page
    assert "剩 7 个工作日（" in page
    assert str(walk.case_id) in page
    assert 'href="/cases?sort=due"' in visitor.get("/cases")
    assert "aria-sort=ascending" in signed_in("scjg-clerk").get("/disclosures?sort=due")


def test_one_thing_done_leads_on_to_the_next(shop: House, signed_in: SignedIn) -> None:
    served, other = factories.penalty(shop.market), factories.penalty(shop.market)
    head = signed_in("scjg-head")
    moved = head.client.get(f"/next?after={served.case_id}")
    assert moved.status_code == 302
    assert str(served.case_id) not in moved.location
    nothing = signed_in("scjg-custodian").client.get("/next")
    assert (nothing.status_code, nothing.location) == (302, "/")
    officer = signed_in("scjg-officer1").client.get(f"/next?after={other.case_id}")
    assert "/acts/" in officer.location
    assert str(other.case_id) not in officer.location
