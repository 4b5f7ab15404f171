"""What a page says comes next: the right act, for the right person, and what the public asked."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from enforcement.actions.disclosures import PrepareDisclosure
from enforcement.actions.people import GrantRole
from enforcement.actions.registry import perform
from enforcement.actions.review import SubmitForReview
from enforcement.demo.agencies import SINCE
from tests import factories
from tests.actions.test_corrections import asked_for
from tests.actions.test_inspection import served

if TYPE_CHECKING:
    from tests.factories import House
    from tests.web.conftest import Visitor


def next_step(page: str) -> str:
    """The words under 下一步, up to what else may be done."""
    part = page.partition('<h2 id="next">')[2].partition("还可以")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", part)))


def test_a_pending_review_waits_for_the_reviewer_and_for_nobody_to_submit_it_again(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.penalty(shop.market, until="prior_notice_given", **factories.MAJOR)
    address = f"/cases/{walk.case_id}"
    assert "提交法制审核" in next_step(signed_in("scjg-officer1").get(address))
    form = SubmitForReview(proposal="建议罚款十二万元", reasons="事实清楚", basis="第一百二十四条", declaration=True)
    walk.do("officer1", "submit_for_review", form)
    reviewer = signed_in("scjg-reviewer").get(address)
    assert "出具法制审核意见" in next_step(reviewer)
    assert "退回补充材料" not in next_step(reviewer)
    officer = next_step(signed_in("scjg-officer1").get(address))
    assert "等待法制审核人员：出具法制审核意见" in officer
    assert "提交法制审核" not in officer
    head = next_step(signed_in("scjg-head").get(address))
    assert "已送审，尚未出具审核意见" in head
    assert "由法制审核人员办理：出具法制审核意见" in head


def test_a_decision_that_is_not_major_is_led_to_no_review(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    walk = factories.license(shop.market, until="application_examined")
    officer = next_step(signed_in("scjg-officer1").get(f"/cases/{walk.case_id}"))
    assert "等待行政机关负责人：作出许可决定" in officer
    assert "提交法制审核" not in officer


def test_what_was_done_in_this_stage_is_not_the_next_step(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    walk = factories.penalty(shop.market, until="decision_made")
    head = next_step(signed_in("scjg-head").get(f"/cases/{walk.case_id}"))
    assert "等待执法人员：送达" in head
    assert "移送" not in head


def test_an_inspection_is_checked_again_only_where_correction_was_ordered(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    clean = factories.inspection(shop.market)
    head = next_step(signed_in("scjg-head").get(f"/cases/{clean.case_id}"))
    assert "结案" in head
    assert "复查" not in head
    assert "复查" not in next_step(signed_in("scjg-officer1").get(f"/cases/{clean.case_id}"))
    ordered = served(shop, "correction_ordered", ordered=True)
    assert "复查" in next_step(signed_in("scjg-officer1").get(f"/cases/{ordered.case_id}"))
    assert "等待执法人员：复查" in next_step(signed_in("scjg-head").get(f"/cases/{ordered.case_id}"))


def test_a_request_of_the_public_is_read_whole_by_those_who_answer_it(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk, request = asked_for(shop)
    address = f"/disclosures/{walk.disclosure_id()}"
    releaser = signed_in("scjg-releaser")
    receipt = f"GS{request.replace('-', '')[:16]}"
    assert receipt in releaser.get("/")
    page = releaser.get(address)
    for told in (receipt, "金额有误", "更正", "褚先生", "13801054321"):
        assert told in page
    other = signed_in("scjg-officer1")
    assert receipt not in other.get("/")
    assert "褚先生" not in other.get(address)


def test_what_ends_a_measure_is_offered_where_a_measure_stands(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.penalty(shop.market, until="investigation")
    page = signed_in("scjg-officer1").get(f"/cases/{walk.case_id}")
    assert "采取行政强制措施" in page
    assert "处理或者解除行政强制措施" not in page
    assert "处理先行登记保存的证据" not in page


def test_the_api_leads_to_what_the_page_leads_to(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    walk = factories.license(shop.market, until="application_examined")
    for login in ("scjg-officer1", "scjg-head", "scjg-clerk"):
        visitor = signed_in(login)
        page = next_step(visitor.get(f"/cases/{walk.case_id}")).partition("等待")[0]
        told = visitor.api("GET", f"/api/cases/{walk.case_id}").get_json()["next_acts"]
        assert [one["zh"] for one in told if one["primary"]] == [one["zh"] for one in told if one["zh"] in page], login
        assert any(one["primary"] for one in told) == (login == "scjg-head"), login  # nobody need review what is minor


def test_who_prepared_is_told_that_another_releases_though_they_hold_both_roles(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    for role in ("disclosure_clerk", "disclosure_releaser"):
        grant = GrantRole(person=shop.market.id("custodian"), role=role, from_on=SINCE)
        perform(shop.office, shop.market.actors["admin"], "grant_role", grant)
    walk = factories.penalty(shop.market, until="decision_made")
    walk.prepare()
    clerk = signed_in("scjg-clerk").get(f"/disclosures/{walk.disclosure_id()}")
    assert "等待公示审核人员：审核放行" in next_step(clerk)

    both = signed_in("scjg-custodian")
    address = f"/disclosures/{walk.disclosure_id()}"
    assert "等待" not in next_step(both.get(address))  # another prepared it: this one may release
    page = both.get(f"{address}/acts/prepare-disclosure")
    sent = both.post(f"{address}/acts/prepare-disclosure", _as_shown(page) | {"_do": "act"}, page=page)
    assert sent.status_code == 302, sent.text
    assert "等待另一位公示审核人员：审核放行" in next_step(both.get(address))
    home = re.sub(r"\s+", " ", both.get("/"))
    assert "等待另一位公示审核人员：审核放行" in home


def _as_shown(page: str) -> dict[str, str]:
    """The form of the clerk as the page holds it."""
    shown = dict(re.findall(r'<input [^>]*name="([^"]+)" value="([^"]*)"', page))
    shown |= {
        name: html.unescape(text) for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n([^<]*)', page)
    }
    shown |= dict(re.findall(r'type="radio" name="([^"]+)" value="([^"]*)" checked', page))
    chosen = re.findall(r'<select [^>]*name="([^"]+)".*?<option value="([^"]*)" selected', page, re.DOTALL)
    known = {field.name for field in dataclasses.fields(PrepareDisclosure)}
    return {name: text for name, text in (shown | dict(chosen)).items() if name in {*known, "version"}}
