"""From the decision to the public text: every span decided by a person, a gate that stays shut, two persons."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests import factories

if TYPE_CHECKING:
    from enforcement.demo.walk import Walk
    from tests.factories import House
    from tests.web.conftest import Visitor


def typed(page: str) -> dict[str, object]:
    """The form of preparation as the browser would send it unchanged."""
    from html.parser import HTMLParser

    found: dict[str, object] = {}

    class Reader(HTMLParser):
        area = ""
        inside = False

        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            given = dict(attributes)
            if tag == "form":
                self.inside = given.get("id") == "act-form"
            if not self.inside or not given.get("name"):
                return
            name = str(given["name"])
            if tag == "textarea":
                self.area, found[name] = name, ""
            elif tag == "input" and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
                found[name] = given.get("value") or ""

        def handle_data(self, data: str) -> None:
            if self.area:
                found[self.area] = str(found[self.area]) + data.removeprefix("\n")

        def handle_endtag(self, tag: str) -> None:
            self.area = "" if tag == "textarea" else self.area

    Reader().feed(page)
    return found | {"_do": "act"}


def desk(walk: Walk) -> str:
    return f"/disclosures/{walk.disclosure_id()}/acts/prepare-disclosure"


def test_the_gate_stays_shut_until_every_span_is_decided(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    walk = factories.penalty(shop.market, until="decision_made", party=factories.PERSON)
    clerk = signed_in("scjg-clerk")
    page = clerk.get(desk(walk))
    assert "发布内容检查未通过" in page
    assert "6 处隐去建议尚未决定" in page
    refused = clerk.post(desk(walk), typed(page))
    assert refused.status_code == 409
    assert "《北京市行政执法公示办法》" in refused.text

    spans = f"/disclosures/{walk.disclosure_id()}/spans"
    assert clerk.post(f"{spans}/known").status_code == 302
    page = clerk.get(desk(walk))
    assert "已确认 5 处案件已知内容" in page
    assert "1 处隐去建议尚未决定" in page
    left = page.split("span-undecided")[1].split('data-span="')[1].split('"')[0]
    assert clerk.post(f"{spans}/{left}", {"verdict": "reject"}).status_code == 302
    page = clerk.get(desk(walk))
    assert "发布内容检查通过" in page
    assert clerk.post(desk(walk), typed(page)).status_code == 302

    own = signed_in("scjg-clerk").get(f"/disclosures/{walk.disclosure_id()}/acts/release-disclosure", 403)
    assert "公示审核人员" in own  # whoever prepares does not release
    release = f"/disclosures/{walk.disclosure_id()}/acts/release-disclosure"
    releaser = signed_in("scjg-releaser")
    page = releaser.get(release)
    assert "隐去 5 处" in page
    assert "建议隐去而保留的" in page
    assert releaser.post(release, typed(page)).status_code == 302


def test_an_inspection_is_offered_as_a_summary_and_spoken_of_as_no_decision(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk, decided = factories.inspection(shop.market), factories.penalty(shop.market, until="decision_made")
    clerk = signed_in("scjg-clerk")
    page = clerk.get(desk(walk))
    assert 'value="summary" checked' in page
    assert 'value="full_text"' not in page
    assert 'value="full_text"' in clerk.get(desk(decided))
    assert "检查结果原文" in page
    assert "决定书原文" not in page + clerk.get(f"/disclosures/{walk.disclosure_id()}")
    walk.prepare(form="summary")
    release = signed_in("scjg-releaser").get(f"/disclosures/{walk.disclosure_id()}/acts/release-disclosure")
    assert "与检查结果原文的差别" in release


def test_what_the_machine_missed_a_person_hides_everywhere(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    walk = factories.penalty(shop.market, until="decision_made", party=factories.PERSON)
    clerk = signed_in("scjg-clerk")
    spans = f"/disclosures/{walk.disclosure_id()}/spans"
    clerk.post(f"{spans}/known")
    added = clerk.post(spans, {"category": "other", "text": "经营场所", "start": "", "end": ""})
    assert added.status_code == 302
    page = clerk.get(desk(walk))
    assert "处隐去" in page
    public = html.unescape(page.split('srcdoc="')[1].split('"')[0])
    assert "经营场所" not in public.split('class="document">')[1]
    assert "没有找到这段文字" in clerk.get_after(spans, {"category": "other", "text": "并不存在的文字"})
    for start, end in (("0", "999999"), ("5", "5")):
        answer = clerk.post(spans, {"category": "other", "text": "x", "start": start, "end": end})
        assert answer.status_code == 422
    assert clerk.post(spans, {"category": "nonsense", "text": "x"}).status_code == 400


def test_nobody_else_decides_a_span_and_nobody_after_it_was_handed_on(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.penalty(shop.market, until="decision_made", party=factories.PERSON)
    spans = f"/disclosures/{walk.disclosure_id()}/spans"
    assert signed_in("scjg-releaser").post(f"{spans}/known").status_code == 403
    assert signed_in("shjd-clerk").post(f"{spans}/known").status_code == 404
    walk.prepare()
    answer = signed_in("scjg-clerk").post(f"{spans}/known")
    assert answer.status_code == 409
    assert "退回后方可修改" in answer.text


def test_an_unserved_decision_is_flagged_wherever_its_disclosure_is_shown(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.penalty(shop.market, until="decision_made")
    clerk = signed_in("scjg-clerk")
    pages = (desk(walk), f"/disclosures/{walk.disclosure_id()}", "/disclosures?stage=due")
    assert all("未送达" in clerk.get(page) for page in pages)
    walk.serve()
    assert not any("未送达" in clerk.get(page) for page in pages[:2])
