"""Every page answers, for everybody, at every stage of a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests import factories

if TYPE_CHECKING:
    from tests.factories import House
    from tests.web.conftest import Visitor

EVERYBODY = ("head", "officer1", "auxiliary", "reviewer", "clerk", "releaser", "custodian", "admin")
LISTS = ("/", "/cases", "/cases?scope=all&procedure=inspection&q=%E9%A3%9F", "/recordings", "/reviews", "/disclosures",
         "/agency", "/agency/people", "/agency/ledger", "/account", "/search", "/search?q=%E8%BF%87%E6%9C%9F")  # fmt: skip
TABS = ("", "/evidence", "/documents", "/review", "/execution", "/disclosure", "/ledger", "/records/1", "/recordings/new")
HEAVIEST = 100_000


@pytest.mark.parametrize("login", EVERYBODY)
def test_every_list_answers_everybody(house: House, signed_in: Callable[[str], Visitor], login: str) -> None:
    factories.penalty(house.market, until="legal_review", **factories.MAJOR)
    factories.penalty(house.market, until="decision_made")
    factories.inspection(house.market)
    visitor = signed_in(f"scjg-{login}")
    for address in LISTS:
        page = visitor.get(address)
        assert len(page.encode()) < HEAVIEST, address
        assert "</html>" in page, address


@pytest.mark.parametrize("stage", ["investigation", "prior_notice_given", "legal_review", "decision_made", "case_closed"])
def test_every_tab_of_a_case_answers(house: House, signed_in: Callable[[str], Visitor], stage: str) -> None:
    walk = factories.penalty(house.market, until=stage, **(factories.MAJOR if stage == "legal_review" else {}))
    visitor = signed_in("scjg-officer1")
    for tab in TABS:
        page = visitor.get(f"/cases/{walk.case_id}{tab}")
        assert len(page.encode()) < HEAVIEST, tab


def test_every_act_of_a_stage_has_a_page(house: House, signed_in: Callable[[str], Visitor]) -> None:
    from enforcement.actions.registry import acts

    walk = factories.penalty(house.market, until="legal_review", **factories.MAJOR)
    visitor = signed_in("scjg-head")
    known = factories.book().procedures["penalty_ordinary"].acts
    for name, deed in acts().items():
        if deed.scope == "case" and not deed.staged and name in known:
            visitor.get(f"/cases/{walk.case_id}/acts/{deed.address}")
        elif deed.scope in {"start", "agency"}:
            where = "cases/new" if deed.scope == "start" else "agency/acts"
            visitor.get(f"/{where}/{deed.address}")


def test_every_act_on_a_disclosure_has_a_page(house: House, signed_in: Callable[[str], Visitor]) -> None:
    from enforcement.actions.registry import acts

    walk = factories.penalty(house.market, until="decision_made", party=factories.PERSON)
    visitor = signed_in("scjg-clerk")
    disclosure = walk.disclosure_id()
    visitor.get(f"/disclosures/{disclosure}")
    for deed in acts().values():
        if deed.scope == "disclosure":
            visitor.get(f"/disclosures/{disclosure}/acts/{deed.address}")
    walk.prepare()
    releaser = signed_in("scjg-releaser")
    page = releaser.get(f"/disclosures/{disclosure}/acts/release-disclosure")
    assert "发布内容检查通过" in page
    releaser.get(f"/disclosures/{disclosure}")


def test_what_is_not_there_is_said_so(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("scjg-officer1")
    for address in ("/nowhere", "/cases/00000000-0000-0000-0000-000000000000", "/cases/no/2026-9999", "/cases/new/close-case"):
        assert "没有找到" in visitor.get(address, 404)
