"""Every page answers, for everybody, at every stage of a case."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from enforcement.actions.registry import acts
from enforcement.web.database import database
from tests import factories
from tests.actions.filled import SUBMISSION

if TYPE_CHECKING:
    from flask import Flask

    from enforcement.demo.walk import Walk
    from tests.factories import House
    from tests.web.conftest import Visitor

EVERYBODY = ("head", "officer1", "auxiliary", "reviewer", "clerk", "releaser", "custodian", "admin")
LISTS = (
    "/", "/cases", "/cases?scope=all&procedure=inspection&q=食", "/cases?page=2&mine=1&scope=closed", "/recordings",
    "/reviews", "/disclosures", "/disclosures?stage=due&q=食", "/agency", "/agency/people", "/agency/ledger",
    "/account", "/search", "/search?q=食品", "/search?q=%25_",
)  # fmt: skip
TABS = (
    "",
    "/evidence",
    "/documents",
    "/review",
    "/execution",
    "/disclosure",
    "/ledger",
    "/records/1",
    "/recordings/new",
)
HEAVIEST = 100_000


@pytest.fixture(scope="module")
def walks(shop: House) -> dict[str, Walk]:
    return {
        "investigation": factories.penalty(shop.market, until="investigation"),
        "legal_review": factories.penalty(shop.market, until="legal_review", **factories.MAJOR),
        "decision_made": factories.penalty(shop.market, until="decision_made", party=factories.PERSON),
        "case_closed": factories.penalty(shop.market, until="case_closed"),
        "inspection": factories.inspection(shop.market),
        "license": factories.license(shop.market),
    }


@pytest.mark.parametrize("login", EVERYBODY)
def test_every_list_answers_everybody(walks: object, signed_in: Callable[[str], Visitor], login: str) -> None:
    visitor = signed_in(f"scjg-{login}")
    for address in LISTS:
        page = visitor.get(address)
        assert len(page.encode()) < HEAVIEST, address
        assert page.rstrip().endswith("</html>"), address


def test_every_tab_of_every_case_answers(walks: dict[str, Walk], signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("scjg-officer1")
    for stage, walk in walks.items():
        for tab in TABS:
            page = visitor.get(f"/cases/{walk.case_id}{tab}")
            assert len(page.encode()) < HEAVIEST, (stage, tab)


ROLES = {
    "agency_head": "head", "officer": "officer3", "legal_reviewer": "reviewer", "disclosure_clerk": "clerk",
    "disclosure_releaser": "releaser", "auxiliary": "auxiliary", "recording_custodian": "custodian",
    "agency_admin": "admin",
}  # fmt: skip


OF_THE_UNIT = {"submit_for_review", "withdraw_submission", "respond_to_review"}
"""Officers' acts on the review file: its pages are closed to those of another unit (tests/web/test_reading.py)."""


def _who_may(signed_in: Callable[[str], Visitor], act: str) -> tuple[Visitor, int]:
    """Somebody who may do the act, and the status of its page; what the clock alone does is closed to everybody."""
    logins = [ROLES[role] for role in ROLES if role in factories.book().powers.who(act)]
    if act in OF_THE_UNIT:
        logins = ["officer1"]
    return (signed_in(f"scjg-{logins[0]}"), 200) if logins else (signed_in("scjg-head"), 403)


def test_every_act_of_every_case_has_a_page(walks: dict[str, Walk], signed_in: Callable[[str], Visitor]) -> None:
    for stage, procedure in (
        ("legal_review", "penalty_ordinary"),
        ("license", "license"),
        ("inspection", "inspection"),
    ):
        known = factories.book().procedures[procedure].acts
        for name, deed in acts().items():
            if deed.scope == "case" and not deed.staged and name in known:
                address = f"/cases/{walks[stage].case_id}/acts/{deed.address}"
                visitor, status = _who_may(signed_in, name)
                assert ("将对" in visitor.get(address, status)) == (status == 200), name


def test_every_start_and_every_act_of_the_agency_has_a_page(walks: object, signed_in: Callable[[str], Visitor]) -> None:
    for deed in acts().values():
        if deed.scope in {"start", "agency"} and deed.plain:
            visitor, status = _who_may(signed_in, deed.name)
            place = "/cases/new" if deed.scope == "start" else "/agency/acts"
            visitor.get(f"{place}/{deed.address}", status)


def test_every_act_on_a_disclosure_has_a_page(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    walk = factories.penalty(shop.market, until="decision_made", party=factories.PERSON)
    visitor = signed_in("scjg-clerk")
    disclosure = walk.disclosure_id()
    visitor.get(f"/disclosures/{disclosure}")
    for deed in acts().values():
        if deed.scope == "disclosure" and deed.plain:
            person, status = _who_may(signed_in, deed.name)
            person.get(f"/disclosures/{disclosure}/acts/{deed.address}", status)
    walk.prepare()
    releaser = signed_in("scjg-releaser")
    page = releaser.get(f"/disclosures/{disclosure}/acts/release-disclosure")
    assert "发布内容检查通过" in page
    assert "褚某" in releaser.get(f"/disclosures/{disclosure}")


def test_the_reviews_tell_what_waits_first_and_when_the_others_ended(
    walks: dict[str, Walk], signed_in: Callable[[str], Visitor]
) -> None:
    reviewed = walks["legal_review"]
    waiting = factories.penalty(reviewed.staff, until="prior_notice_given", **factories.MAJOR)
    waiting.do("officer1", "submit_for_review", SUBMISSION)
    page = signed_in("scjg-reviewer").get("/reviews")
    rows = [row for row in page.split("<tr>") if '/review"' in row]
    assert ["已出具意见" in row for row in rows] == [False, True]
    assert waiting.case_no() in rows[0]
    assert reviewed.case_no() in rows[1]


def test_what_is_not_there_is_said_so(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("scjg-officer1")
    nothing = "/cases/00000000-0000-0000-0000-000000000000"
    for address in ("/nowhere", nothing, "/cases/no/2026-9999", "/cases/new/close-case", f"{nothing}/acts/close-case"):
        assert "没有找到" in visitor.get(address, 404)


def test_my_work_names_the_act_the_time_left_and_the_article(
    walks: object, signed_in: Callable[[str], Visitor]
) -> None:
    officer, head, clerk = (signed_in(f"scjg-{login}").get("/") for login in ("officer1", "head", "clerk"))
    assert "去送达" in officer
    assert "《行政处罚法》第六十一条第一款：7个工作日" in officer
    assert "去决定" in head
    assert "撤销案件" not in head  # breaking a case off is nobody's duty
    assert "去公示" in clerk
    assert "剩 7 个工作日（" in clerk


def test_the_agency_page_names_each_matter_and_counts_the_published_officers(
    walks: object, signed_in: Callable[[str], Visitor]
) -> None:
    page = signed_in("scjg-head").get("/agency")
    directory = page[page.index("重大行政执法决定事项目录") : page.index("权责清单事项")]
    assert "经营超过保质期的食品" in directory
    officers = page[page.index("执法人员的姓名、单位、执法证号码") :][:200]
    assert "更新" in officers
    assert "未公示" not in officers


def test_a_list_asks_as_much_of_the_database_however_long_it_is(
    app: Flask, shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    asked = (("officer1", "/"), ("officer1", "/cases?scope=all"), ("clerk", "/"), ("clerk", "/disclosures"),
             ("reviewer", "/reviews"), ("head", "/"), ("head", "/notifications"), ("officer1", "/search?q=食品"),
             ("admin", "/agency/people"))  # fmt: skip

    def more() -> None:
        factories.penalty(shop.market, until="legal_review", **factories.MAJOR)
        factories.penalty(shop.market, until="decision_made")

    more()
    people = {login: signed_in(f"scjg-{login}") for login, _ in asked}
    before = {one: _statements(app, people[one[0]], one[1]) for one in asked}
    more()
    assert {one: _statements(app, people[one[0]], one[1]) for one in asked} == before
    assert 0 < min(before.values()) <= max(before.values()) < 40


def _statements(app: Flask, visitor: Visitor, address: str) -> int:
    seen: list[str] = []
    with app.app_context():
        engine = database.engine

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        visitor.get(address)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(seen)


def test_pages_read_through_the_pool_of_the_application_and_give_every_connection_back(
    app: Flask, walks: dict[str, Walk], signed_in: Callable[[str], Visitor]
) -> None:
    visitor = signed_in("scjg-officer1")
    case = f"/cases/{walks['investigation'].case_id}"
    with app.app_context():
        pool = database.engine.pool
    asked = (("/", 200), (case, 200), (f"{case}/acts/add-evidence", 200), (f"/cases/{uuid.uuid4()}", 404))
    for address, status in asked:
        taken: list[object] = []
        event.listen(pool, "checkout", take := lambda *given, taken=taken: taken.append(given))
        visitor.get(address, status)
        event.remove(pool, "checkout", take)
        assert (bool(taken), pool.checkedout()) == (True, 0), address  # type: ignore[attr-defined]
