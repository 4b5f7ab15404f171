"""Acts through their pages: what was typed is never lost, what was refused says why and what would mend it."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from enforcement import wrote
from enforcement.actions import evidence
from enforcement.law.errors import Breach
from enforcement.web.subjects import a_case, mending_address
from tests import factories
from tests.actions.filled import prior_notice

if TYPE_CHECKING:
    from flask import Flask

    from enforcement.demo.walk import Walk
    from tests.factories import House
    from tests.web.conftest import Visitor

LEAD = {
    "matter_code": "CF-102",
    "title": "涉嫌未明码标价案",
    "source": "report",
    "received_at": "2026-09-01T08:30",
    "content": "群众反映货架商品没有标价。",
    "parties.0.kind": "natural_person",
    "parties.0.name": "褚遂良",
    "parties.0.other_known": "冯巧云\n邻居赵四\n",
    "parties.0.birth_on": "1985-03-07",
    "parties.1.name": "",
    "parties.1.kind": "",
    "_do": "act",
}


def test_a_lead_is_registered_through_the_page_and_empty_rows_are_left_out(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    visitor = signed_in("scjg-officer1")
    answer = visitor.post("/cases/new/register-lead", LEAD)
    assert answer.status_code == 302, answer.text
    page = visitor.get(answer.headers["Location"])
    assert "已办理：登记违法线索" in page
    assert "褚遂良" in page
    assert "2026年9月1日 08:30" in page  # Beijing's clock, as typed
    assert "邻居赵四" in page


def test_what_is_missing_is_said_beside_the_field_and_on_top_and_nothing_typed_is_lost(
    signed_in: Callable[[str], Visitor],
) -> None:
    visitor = signed_in("scjg-officer1")
    answer = visitor.post(
        "/cases/new/register-lead", LEAD | {"matter_code": "", "received_at": "昨天", "parties.0.kind": ""}
    )
    assert answer.status_code == 422
    assert "有 3 处需要修改" in answer.text
    assert '<a href="#f-parties-0-kind">请选择主体类型</a>' in answer.text
    assert "获取时间应为日期和时间" in answer.text
    assert 'id="f-matter_code-error"' in answer.text
    assert 'value="涉嫌未明码标价案"' in answer.text
    assert "冯巧云\n邻居赵四" in answer.text


def test_rows_are_added_and_removed_without_scripts(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("scjg-officer1")
    page = visitor.post("/cases/new/register-lead", LEAD | {"_do": "add:parties"}).text
    assert 'name="parties.2.name"' in page
    assert 'value="褚遂良"' in page
    two = LEAD | {"parties.1.name": "第二人", "_do": "remove:parties.0"}
    page = visitor.post("/cases/new/register-lead", two).text
    assert 'name="parties.0.name" value="第二人"' in page
    assert "褚遂良" not in page
    assert 'name="parties.1.name"' not in page


def test_a_refusal_cites_its_article_keeps_the_form_and_links_what_mends_it(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-head")
    answer = visitor.post(*_filled(visitor, walk, "assign-officers", officers=[walk.two[0]], reason="独自承办"))
    assert answer.status_code == 409
    assert "尚不能办理" in answer.text
    assert "《行政处罚法》第四十二条第一款" in answer.text
    assert 'value="独自承办"' in answer.text
    concluded = signed_in("scjg-officer1").get(f"/cases/{walk.case_id}/acts/conclude-investigation")
    assert "现在尚不能办理" in concluded
    assert f"/cases/{walk.case_id}/acts/add-evidence" in concluded
    assert f'name="act_on" value="{walk.today - dt.timedelta(days=10)}"' in concluded  # as the lead told it
    assert "第五十四条</textarea>" not in concluded  # by which it was opened is not by which it is decided


def _filled(visitor: Visitor, walk: Walk, act: str, **typed: str | list[str]) -> tuple[str, dict[str, str | list[str]]]:
    """The address of an act of the case and what its page sends, filled in so on the version the visitor read."""
    address = f"/cases/{walk.case_id}/acts/{act}"
    return address, {**typed, "version": _version(visitor.get(address)), "_do": "act"}


def _version(page: str) -> str:
    return page.split('name="version" value="')[1].split('"', maxsplit=1)[0]


def test_a_case_that_moved_on_says_who_moved_it_and_keeps_the_text(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-head")
    address, typed = _filled(visitor, walk, "assign-officers", officers=list(walk.two), reason="维持承办")
    _moved_on(walk)
    answer = visitor.post(address, typed)
    assert answer.status_code == 412
    assert "张卫东" in answer.text
    assert "说明未作音像记录的理由" in answer.text
    assert 'value="维持承办"' in answer.text
    assert visitor.post(address, typed | {"version": _version(answer.text)}).status_code == 302


def test_what_only_adds_to_a_file_is_taken_although_another_added_meanwhile(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-officer1")
    filled = _filled(
        visitor, walk, "add-evidence", kind="documentary", title="进货票据", proves="货值金额", source="当事人提供",
        obtained_on="2026-09-01", obtained_by=[walk.two[0]],
    )  # fmt: skip
    _moved_on(walk)
    assert visitor.post(*filled).status_code == 302


def _moved_on(walk: Walk) -> None:
    walk.do("officer2", "state_no_recording", evidence.StateNoRecording(activity="on_site", reason="设备故障"))


def test_somebody_without_the_power_is_told_whose_it_is(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-officer1")
    address = f"/cases/{walk.case_id}/acts/suspend-case"
    page = visitor.get(address, 403)
    assert "由行政机关负责人办理" in page
    assert "将对" not in page  # no form that could only be refused
    version = _version(signed_in("scjg-head").get(address))
    typed = {"ground": "等待鉴定", "cite": "第一条", "version": version, "_do": "act"}
    answer = visitor.post(address, typed)
    assert answer.status_code == 403
    assert "由行政机关负责人办理" in answer.text
    assert "等待鉴定" in answer.text


def test_a_form_is_saved_while_typing_comes_back_and_goes_with_the_act(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    visitor = signed_in("scjg-officer2")
    address = "/cases/new/register-lead"
    token = {"X-CSRFToken": visitor.api("GET", "/api/session").get_json()["csrf_token"]}
    kept = visitor.client.put(
        "/saved-forms/register_lead/register-lead", data={"title": "没有写完的案名"}, headers=token
    )
    assert kept.status_code == 204
    page = signed_in("scjg-officer2").get(address)  # a new session: what was typed came through
    assert "没有写完的案名" in page
    assert "暂存的内容" in page
    assert "没有写完的案名" not in signed_in("scjg-officer1").get(address)  # nobody else's
    assert visitor.post(address, LEAD).status_code == 302
    assert "暂存的内容" not in visitor.get(address)


def test_a_form_is_saved_by_its_button_and_dropped_by_its_button(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("scjg-officer2")
    address = "/cases/new/begin-inspection"
    answer = visitor.post(address, {"title": "半张表", "_do": "save"})
    assert answer.status_code == 302
    assert "半张表" in visitor.get(address)
    dropped = visitor.post("/saved-forms/begin_inspection/begin-inspection/drop", {"back": address})
    assert dropped.headers["Location"] == address
    assert "半张表" not in visitor.get(address)


def test_a_form_whose_token_died_is_shown_again_with_what_was_typed(
    app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    visitor = signed_in("scjg-officer1")
    answer = visitor.client.post("/cases/new/register-lead", data=LEAD | {"csrf_token": "of another session"})
    assert answer.status_code == 400
    assert "请核对后再次提交" in answer.text
    assert 'value="涉嫌未明码标价案"' in answer.text
    assert visitor.post("/cases/new/register-lead", LEAD, page=answer.text).status_code == 302


def test_the_review_desk_shows_ten_points_with_what_the_system_found(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.penalty(shop.market, until="prior_notice_given", **factories.MAJOR)
    from enforcement.actions.review import SubmitForReview

    form = SubmitForReview(proposal="罚款十二万元", reasons="事实清楚", basis="第一百二十四条", declaration=True)
    walk.do("officer1", "submit_for_review", form)
    visitor = signed_in("scjg-reviewer")
    address = f"/cases/{walk.case_id}/acts/issue-opinion"
    page = visitor.get(address)
    assert page.count('class="point"') == 10
    assert "执法证号" in page
    typed = {"overall": "pass", "opinion": "合法。", "version": _version(visitor.get(address)), "_do": "act"}
    typed |= {f"findings.{index}.point": str(index + 1) for index in range(10)}
    lacking = visitor.post(address, typed)
    assert lacking.status_code == 422
    assert "第 1、2、3、4、5、6、7、8、9、10 项尚无结论" in lacking.text
    whole = typed | {f"findings.{index}.conclusion": "lawful" for index in range(10)}
    assert visitor.post(address, whole).status_code == 302
    own = signed_in("scjg-officer1").get(f"/cases/{walk.case_id}/review")
    assert "合法。" in own


def test_the_head_reads_the_decision_as_it_will_be_before_making_it(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.penalty(shop.market, until="examined")
    visitor = signed_in("scjg-head")
    address = f"/cases/{walk.case_id}/acts/make-decision"
    typed = {
        "outcome": "penalty", "facts": "事实", "evidence": "证据", "violation": "违法",
        "basis": factories.conclusion(walk.today).basis,
        "penalties": ["fine"], "fine_fen": "2,000.50", "performance_manner": "缴至指定账户",
        "performance_due": "十五日内", "remedies": "可以复议", "sealed": "1",
        "social_impact": "1", "version": _version(visitor.get(address)),
    }  # fmt: skip
    begun = html.unescape(visitor.get(address))
    assert (
        f"{factories.conclusion(walk.today).evidence_summary}</textarea>" in begun
    )  # called otherwise where it comes from
    preview = visitor.post(address, typed | {"_do": "preview"})
    assert preview.status_code == 200
    assert "罚款2,000.50元" in preview.text
    assert "文号在作出决定时编定" in preview.text
    same = typed | {"fine_fen": "2000", "_do": "act"}
    answer = visitor.post(address, same)
    assert answer.status_code == 302, answer.text
    assert "京明市监处罚〔2026〕" in visitor.get(answer.headers["Location"])


def test_a_refusal_for_the_officers_of_the_form_points_to_the_field_on_the_page(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    visitor = signed_in("scjg-officer1")
    one = {"matter_code": "JC-301", "title": "检查", "method": "on_site", "plan_item": "年度计划", "basis": "计划",
           "place": "文渊街", "officers": shop.market.id("officer1"), "parties.0.kind": "organization",
           "parties.0.name": "北京明德晴川食品有限公司", "parties.0.address": "文渊街", "_do": "act"}  # fmt: skip
    page = visitor.post("/cases/new/begin-inspection", one).text
    assert "行政检查的执法人员不得少于两人" in page
    assert '<a class="mend" href="#f-officers">在本页修改</a>' in page
    assert "去办理：指派执法人员" not in page


def test_a_link_that_mends_begins_the_form_with_what_is_missing(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-officer1")
    walk.do("officer1", "add_process_record", walk.site_record("on_site_record", "某店", "检查", "文渊街"))
    page = html.unescape(visitor.get(f"/cases/{walk.case_id}"))
    wanted = f"/cases/{walk.case_id}/acts/state-no-recording?activity=on_site"
    assert wanted in page
    assert 'name="activity" value="on_site" checked' in visitor.get(wanted)
    film = f"/cases/{walk.case_id}/recordings/new?activity=on_site"
    assert film in page
    assert '<option value="on_site" selected>' in visitor.get(film)
    assert "北京明德晴川食品有限公司" in visitor.get(film)  # and what the case says is still filled in


def test_a_party_that_has_not_answered_may_be_heard_or_may_waive(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.penalty(shop.market, until="investigation")
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    walk.do("officer1", "give_prior_notice", prior_notice(walk))
    page = signed_in("scjg-officer3").get(f"/cases/{walk.case_id}")
    assert "去办理：记录并复核陈述、申辩" in page
    assert "去办理：记录当事人放弃陈述、申辩" in page


def test_what_the_agency_must_set_is_mended_at_the_agency(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    breach = Breach("x", "尚未设定", None, "default", mend="set_parameter", fill=(("name", "defense_days"),))
    walk = factories.penalty(shop.market, until="investigation")
    assert walk.case_id is not None
    app = signed_in("scjg-head").client.application
    with app.test_request_context(), shop.office.looking(shop.market.actors["head"]) as work:
        address = mending_address(a_case(work, walk.case_id), breach)
    assert address == "/agency/acts/set-parameter?name=defense_days"
    assert 'value="defense_days" selected' in signed_in("scjg-head").get(address)


def test_the_kind_of_a_record_is_asked_before_what_it_decides(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    walk = factories.penalty(shop.market, until="investigation")
    page = signed_in("scjg-officer1").get(f"/cases/{walk.case_id}/acts/add-process-record")
    assert 0 < page.index('name="kind"') < page.index('name="started_at"') < page.index('name="credentials_shown"')


def test_the_times_of_an_interruption_are_asked_for_to_the_second(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.penalty(shop.market, until="investigation")
    visitor = signed_in("scjg-officer1")
    asked = visitor.get(f"/cases/{walk.case_id}/acts/state-interruption")
    assert asked.count('type="datetime-local" step=1') == 2
    assert "step=1" not in visitor.get(f"/cases/{walk.case_id}/acts/add-process-record")


def test_who_asks_for_a_license_is_called_the_applicant(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    walk = factories.license(shop.market)
    visitor = signed_in("scjg-officer1")
    assert "<dt>申请人</dt><dd>北京明德晴川食品有限公司" in visitor.get(f"/cases/{walk.case_id}")
    asked = visitor.get(f"/cases/{walk.case_id}/acts/set-parties")
    assert "<legend>申请人" in asked
    penalty = factories.penalty(shop.market, until="investigation")
    assert "<legend>当事人" in visitor.get(f"/cases/{penalty.case_id}/acts/set-parties")
    assert "申请人：北京明德晴川食品有限公司" in visitor.get(f"/disclosures/{walk.disclosure_id()}")


def test_after_an_upgrade_of_the_database_a_process_of_before_says_so_and_does_nothing(
    shop: House, signed_in: Callable[[str], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = signed_in("scjg-officer1")
    with monkeypatch.context() as program:
        program.setattr(wrote, "REVISION", "0001")
        answer = visitor.post("/cases/new/register-lead", LEAD)
    assert answer.status_code == 503
    assert "系统已经升级，本服务需要重新启动后才能继续办理" in answer.text
