"""The review file from inside the agency: every way to it, for every account (S#3.1)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from enforcement.actions.cases import AssignOfficers, Reason
from enforcement.actions.people import NameDeputy
from enforcement.actions.registry import perform
from enforcement.actions.review import (
    Finding,
    HoldDiscussion,
    IssueOpinion,
    RespondToReview,
    Response,
    ReturnForSupplement,
    SubmitForReview,
)
from enforcement.sweep import sweep
from tests import factories

if TYPE_CHECKING:
    from enforcement.demo.walk import Walk
    from tests.factories import House
    from tests.web.conftest import Visitor

READERS = ("officer1", "officer2", "reviewer", "head", "head2")
OTHERS = ("officer3", "auxiliary", "clerk", "releaser", "custodian", "admin")
EVENTS = {
    "submitted_for_review", "review_returned", "review_withdrawn", "review_opinion_issued", "responded_to_review",
    "discussion_held",
}  # fmt: skip
SECRET = re.compile(r"密[甲乙丙丁戊己庚辛壬癸]|第3项(存在|审核意见|答复)|未同意作出|审核意见未采纳|未通过")
"""Every text typed into the review file, and what a refusal would tell of it."""
INSTEAD = "法制审核是内部工作机制"
BASIS = "《中华人民共和国食品安全法》第一百二十四条第一款第（五）项"


def submission(reasons: str) -> SubmitForReview:
    return SubmitForReview(proposal="密甲", reasons=reasons, basis=BASIS, attachments=("密乙",), declaration=True)


@pytest.fixture(scope="module")
def walk(shop: House) -> Walk:
    """A major case: returned, withdrawn, reviewed with a problem, answered, discussed without agreement."""
    walk = factories.penalty(shop.market, until="prior_notice_given", **factories.MAJOR)
    walk.do("officer1", "submit_for_review", submission("密丙"))
    walk.do("reviewer", "return_for_supplement", ReturnForSupplement(missing="密丁"))
    walk.do("officer1", "submit_for_review", submission("密丙"))
    walk.do("officer1", "withdraw_submission", Reason(reason="密戊"))
    walk.do("officer1", "submit_for_review", submission("密丙"))
    lawful = tuple(Finding(point=point, conclusion="lawful", reason="密己") for point in range(1, 11))
    problem = dataclasses.replace(
        lawful[2], conclusion="problem", reason="密庚", category="basis", nature="reasonableness"
    )
    findings = (*lawful[:2], problem, *lawful[3:])
    walk.do("reviewer", "issue_opinion", IssueOpinion(findings=findings, overall="pass", opinion="密辛"))
    answer = RespondToReview(responses=(Response(point=3, adopted=False, reason="密壬"),))
    walk.do("officer1", "respond_to_review", answer)
    staff = walk.staff
    discussion = HoldDiscussion(
        held_at=walk.now,
        presider=staff.id("head"),
        members=(staff.id("head"), staff.id("head2")),
        opinions="密癸",
        conclusion="密癸",
        agreed=False,
    )
    walk.do("head", "hold_discussion", discussion)
    return walk


def ways(walk: Walk, visitor: Visitor) -> Iterator[tuple[str, str, int]]:
    """Every address that shows something of a case, with what it answers: to read, to try, to ask for as data."""
    case = f"/cases/{walk.case_id}"
    records = visitor.api("GET", f"/api{case}/records").get_json()
    addresses = [
        case, *(f"{case}/{tab}" for tab in ("review", "evidence", "documents", "execution", "disclosure", "ledger")),
        *(f"{case}/records/{one['seq']}" for one in records),
        "/", "/reviews", "/cases", "/disclosures", "/notifications", "/agency", f"{case}/recordings/new",
        "/search?q=密", *(f"/search?q={word}" for word in ("密庚", "密辛", "畸轻")),
        f"/api{case}", f"/api{case}/clocks", f"/api{case}/records", "/api/cases?q=密", "/api/disclosures",
    ]  # fmt: skip
    for address in addresses:
        answer = visitor.client.get(address)
        yield address, answer.text, answer.status_code
    for name in sorted(factories.book().procedures["penalty_ordinary"].acts):
        address = f"{case}/acts/{name.replace('_', '-')}"
        first = visitor.client.get(address)
        yield address, first.text, first.status_code
        for doing in ("preview", "add:findings", "add:responses", "remove:findings.0", "act"):
            answer = visitor.post(address, {"_do": doing, "version": "0"})
            yield f"{address} {doing}", answer.text, answer.status_code
        answer = visitor.api("POST", f"/api{case}/{name.replace('_', '-')}", {}, version=0)
        yield f"/api{case}/{name}", answer.text, answer.status_code


def plain(page: str) -> str:
    """A page as it reads; an address that was asked with a word says that word back and nothing more."""
    words = re.sub(r'value="[^"]*"|[?&]q=[^"&]*|搜索：\S+', " ", page) if "<title>搜索" in page else page
    return html.unescape(words)


@pytest.mark.parametrize("login", OTHERS)
def test_no_way_leads_those_who_may_not_read_into_the_review_file(
    walk: Walk, signed_in: Callable[[str], Visitor], login: str
) -> None:
    visited = 0
    for address, page, status in ways(walk, signed_in(f"scjg-{login}")):
        found = SECRET.search(plain(page))
        assert found is None, (login, address, status, found and plain(page)[found.start() - 200 : found.end() + 50])
        visited += 1
    assert visited > 100


@pytest.mark.parametrize("login", READERS)
def test_those_who_may_read_find_every_word_of_it(walk: Walk, signed_in: Callable[[str], Visitor], login: str) -> None:
    visitor = signed_in(f"scjg-{login}")
    for address in (f"/cases/{walk.case_id}", f"/cases/{walk.case_id}/review", f"/api/cases/{walk.case_id}/records"):
        page = visitor.client.get(address).get_data(as_text=True)
        page = page.encode().decode("unicode_escape") if address.startswith("/api") and "\\u" in page else page
        assert set(re.findall("密.", page)) >= {f"密{one}" for one in "甲乙丙丁戊己庚辛壬癸"}, address
        assert INSTEAD not in page


@pytest.mark.parametrize("login", OTHERS)
def test_that_it_happened_and_when_is_seen_with_the_article_in_place_of_the_words(
    walk: Walk, signed_in: Callable[[str], Visitor], login: str
) -> None:
    visitor = signed_in(f"scjg-{login}")
    case = f"/cases/{walk.case_id}"
    page = visitor.get(f"{case}/review")
    for act in ("提交法制审核", "退回补充材料", "撤回送审", "出具法制审核意见", "答复法制审核意见", "集体讨论"):
        assert act in page
    assert page.partition('<aside class="next"')[0].count(INSTEAD) == 8
    assert "第三条" in page
    assert "系统内控要求，为落实" in page
    records = visitor.api("GET", f"/api{case}/records").get_json()
    assert {one["event"] for one in records if one["withheld"]} == EVENTS
    for one in records:
        assert ("data" in one) == (one["withheld"] is None)
        assert one["on"]
        assert one["stage"]
        if one["withheld"]:
            assert one["withheld"]["cite"] == "S#3.1"
            sheet = visitor.get(f"{case}/records/{one['seq']}")
            assert INSTEAD in sheet


def test_the_api_describes_what_it_leaves_out(signed_in: Callable[[str], Visitor]) -> None:
    described = signed_in("scjg-officer1").api("GET", "/api/openapi.json").get_json()
    record = described["components"]["schemas"]["Record"]
    assert "withheld" in record["required"]
    assert "data" not in record["required"]
    assert "不提供 data" in record["properties"]["withheld"]["description"]


def test_nothing_the_clock_tells_holds_a_word_of_it(
    shop: House, walk: Walk, signed_in: Callable[[str], Visitor]
) -> None:
    shop.later(days=40)
    try:
        sweep(shop.office, fetch=None)
        for login in OTHERS:
            visitor = signed_in(f"scjg-{login}")
            for address in ("/", "/notifications", f"/cases/{walk.case_id}"):
                assert SECRET.search(plain(visitor.get(address))) is None, (login, address)
    finally:
        shop.later(days=-40)


def test_who_is_taken_off_a_case_gets_neither_the_form_nor_the_saved_form_back(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.penalty(shop.market, until="prior_notice_given", **factories.MAJOR)
    walk.do("officer1", "submit_for_review", submission("密丙"))
    walk.do("reviewer", "return_for_supplement", ReturnForSupplement(missing="密丁"))
    walk.do("officer1", "submit_for_review", submission("密丙"))
    staff, address = shop.market, f"/cases/{walk.case_id}/acts/submit-for-review"
    officer = signed_in("scjg-officer3")
    assert SECRET.search(officer.get(address, 403)) is None
    three = (*walk.two, staff.id("officer3"))
    walk.do("head", "assign_officers", AssignOfficers(officers=three, reason="增派"))
    assert "密甲" in officer.get(address)
    saved = officer.post(address, {"_do": "save", "proposal": "密甲", "reasons": "密丙"})
    assert saved.status_code == 302
    assert "已恢复" in officer.get(address)
    walk.do("head", "assign_officers", AssignOfficers(officers=walk.two, reason="调离"))
    closed = officer.get(address, 403)
    assert SECRET.search(closed) is None
    assert INSTEAD in closed


def test_a_deputy_of_the_head_reads_for_as_long_as_they_deputise(
    shop: House, walk: Walk, signed_in: Callable[[str], Visitor]
) -> None:
    page = f"/cases/{walk.case_id}/review"
    assert "密辛" not in signed_in("scjg-clerk").get(page)
    today = walk.today
    form = NameDeputy(
        head=shop.market.id("head"), deputy=shop.market.id("clerk"), from_on=today, to_on=today, reason="出差"
    )
    perform(shop.office, shop.market.actors["head"], "name_deputy", form)
    assert "密辛" in signed_in("scjg-clerk").get(page)
    shop.later(days=1)
    try:
        assert "密辛" not in signed_in("scjg-clerk").get(page)
        assert walk.today == today + dt.timedelta(days=1)
    finally:
        shop.later(days=-1)
