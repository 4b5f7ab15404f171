"""The officers' pages in a real browser: narrow and wide, light and dark, by keyboard, with scripts off."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

from config.settings import ROOT
from enforcement.actions.review import SubmitForReview
from enforcement.demo.agencies import PASSWORD
from tests import factories

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.factories import House

pytestmark = pytest.mark.browser

AXE = ROOT / "tests" / "browser" / "vendor" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NARROW, WIDE = 360, 1440


@pytest.fixture(scope="module")
def places(shop: House) -> dict[str, tuple[str, str]]:
    """Pages in their fullest state, and who looks at them."""
    investigated = factories.penalty(shop.market, until="investigation", party=factories.PERSON)
    review = factories.penalty(shop.market, until="prior_notice_given", **factories.MAJOR)
    review.do(
        "officer1",
        "submit_for_review",
        SubmitForReview(proposal="建议罚款十二万元", reasons="事实清楚", basis="第一百二十四条", declaration=True),
    )
    ready = factories.penalty(shop.market, until="legal_review", **factories.MAJOR)
    decided = factories.penalty(shop.market, until="decision_made", party=factories.PERSON)
    handed_on = factories.penalty(shop.market, until="decision_made", party=factories.PERSON)
    handed_on.prepare()
    return {
        "sign_in": ("", "/sign-in"),
        "home": ("officer1", "/"),
        "cases": ("officer1", "/cases?scope=all"),
        "lead": ("officer1", "/cases/new/register-lead"),
        "case": ("officer1", f"/cases/{investigated.case_id}"),
        "evidence": ("officer1", f"/cases/{investigated.case_id}/evidence"),
        "ledger": ("officer1", f"/cases/{decided.case_id}/ledger"),
        "record": ("officer1", f"/cases/{decided.case_id}/records/1"),
        "upload": ("officer1", f"/cases/{investigated.case_id}/recordings/new"),
        "review_desk": ("reviewer", f"/cases/{review.case_id}/acts/issue-opinion"),
        "decision_desk": ("head", f"/cases/{ready.case_id}/acts/make-decision"),
        "disclosures": ("clerk", "/disclosures"),
        "disclosure_desk": ("clerk", f"/disclosures/{decided.disclosure_id()}/acts/prepare-disclosure"),
        "release_desk": ("releaser", f"/disclosures/{handed_on.disclosure_id()}/acts/release-disclosure"),
        "agency": ("admin", "/agency"),
        "people": ("admin", "/agency/people"),
        "search": ("officer1", "/search?q=食品"),
        "notifications": ("head", "/notifications"),
        "account": ("head", "/account"),
        "not_found": ("head", "/nowhere"),
    }


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("浏览器测试需要 chromium：请用系统的软件包管理器安装 chromium 和 fonts-noto-cjk。")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


Enter = Callable[..., "BrowserContext"]


@pytest.fixture
def enter(browser: Browser, address: str) -> Iterator[Enter]:
    """A browser of one's own, signed in."""
    from enforcement.web.auth import limiter

    opened: list[BrowserContext] = []

    def sign_in(login: str, *, width: int = WIDE, scripts: bool = True, scheme: Any = "light") -> BrowserContext:
        limiter.reset()
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale="zh-CN",
            base_url=address,
            java_script_enabled=scripts,
            color_scheme=scheme,
        )
        opened.append(context)
        if login:
            page = context.new_page()
            page.goto("/sign-in")
            page.fill("#username", f"scjg-{login}")
            page.fill("#password", PASSWORD)
            page.click("main button")
            page.wait_for_url("**/")
            page.close()
        return context

    yield sign_in
    for context in opened:
        context.close()


def faults(page: Page) -> list[Any]:
    """What axe finds; asked through the debugger, which the page's policy does not bind."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    asked = "axe.run().then(r => JSON.stringify(r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))])))"
    answer = session.send("Runtime.evaluate", {"expression": asked, "awaitPromise": True})
    found: list[Any] = json.loads(answer["result"]["value"])
    return found


def listen(page: Page) -> list[str]:
    """What the page complains of, as it comes: errors of scripts, and what its own policy forbade."""
    said: list[str] = []

    def console(message: Any) -> None:
        if "Content Security" in message.text:
            said.append(message.text)

    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", console)
    return said


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "light"), (WIDE, "light"), (WIDE, "dark"), (NARROW, "dark")])
def test_every_page_fits_and_anyone_can_use_it(
    places: dict[str, tuple[str, str]], enter: Enter, width: int, scheme: str
) -> None:
    contexts: dict[str, BrowserContext] = {}
    for name, (login, where) in places.items():
        if login not in contexts:
            contexts[login] = enter(login, width=width, scheme=scheme)
        page = contexts[login].new_page()
        said = listen(page)
        page.goto(where)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, (name, wider)
        assert faults(page) == [], name
        assert said == [], name
        page.close()


def test_a_case_is_begun_and_read_with_scripts_off(places: object, enter: Enter) -> None:
    page = enter("officer1", scripts=False).new_page()
    page.goto("/cases/new/register-lead")
    page.select_option("#f-matter_code", "CF-102")
    page.fill("#f-title", "涉嫌未明码标价案（无脚本）")
    page.check("input[name=source][value=report]")
    page.fill("#f-received_at", "2026-09-01T08:30")
    page.fill("#f-content", "群众反映没有标价。")
    page.click("button[value='add:parties']")
    page.check("input[name='parties.0.kind'][value=organization]")
    page.fill("#f-parties-0-name", "北京明德晴川食品有限公司")
    expect(page.locator("#f-title")).to_have_value("涉嫌未明码标价案（无脚本）")
    page.locator(".submit-row").get_by_role("button", name="登记违法线索").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("涉嫌未明码标价案（无脚本）")
    expect(page.get_by_text("群众反映没有标价。")).to_be_visible()


def test_rows_grow_and_shrink_on_the_spot_and_keep_their_names(places: object, enter: Enter) -> None:
    page = enter("officer1").new_page()
    page.goto("/cases/new/register-lead")
    page.click("button[value='add:parties']")  # the first row comes from the server
    page.wait_for_selector("#f-parties-0-name")
    page.fill("#f-parties-0-name", "第一人")
    page.check("input[name='parties.0.kind'][value=organization]")
    page.click("[data-add]")
    page.fill("#f-parties-1-name", "第二人")
    expect(page.locator("input[name='parties.0.kind'][value=organization]")).to_be_checked()
    expect(page.locator("input[name='parties.1.kind']:checked")).to_have_count(0)
    page.click("[data-row] >> nth=0 >> [data-remove]")
    expect(page.locator("#f-parties-0-name")).to_have_value("第二人")
    assert page.url.endswith("/cases/new/register-lead")


def test_what_is_typed_survives_a_session_that_ends(places: object, enter: Enter) -> None:
    context = enter("officer2")
    page = context.new_page()
    page.goto("/cases/new/begin-inspection")
    field = page.locator("input[type=text].form-control, .field-text").first
    field.fill("正在填写的内容")
    expect(page.locator("[data-saved-form-said]")).to_contain_text("已自动暂存", timeout=10_000)
    context.clear_cookies()
    page.reload()
    assert "/sign-in" in page.url
    page.fill("#username", "scjg-officer2")
    page.fill("#password", PASSWORD)
    page.click("main button")
    expect(page.get_by_text("暂存的内容")).to_be_visible()
    expect(page.locator("input[type=text].form-control, .field-text").first).to_have_value("正在填写的内容")


def test_what_is_handed_in_after_the_session_ended_is_in_the_form_again_for_the_same_person(
    places: object, enter: Enter
) -> None:
    def hand_in_too_late(context: BrowserContext, title: str) -> Page:
        page = context.new_page()
        page.goto("/cases/new/receive-materials")
        page.fill("#f-title", title)
        context.clear_cookies()
        page.click("#act-form [data-submit]")
        page.wait_for_url("**/sign-in**")
        return page

    def sign_in_again(page: Page, login: str) -> None:
        page.fill("#username", f"scjg-{login}")
        page.fill("#password", PASSWORD)
        page.click("main button")

    page = hand_in_too_late(enter("officer3"), "交出时登录已失效")
    sign_in_again(page, "officer3")
    expect(page.get_by_text("暂存的内容")).to_be_visible()
    expect(page.locator("#f-title")).to_have_value("交出时登录已失效")

    page = hand_in_too_late(enter("officer2"), "别人的内容")
    sign_in_again(page, "officer1")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#f-title")).to_have_value("")


def test_what_was_handed_in_does_not_come_back_into_the_next_form(
    places: dict[str, tuple[str, str]], enter: Enter
) -> None:
    page = enter("officer1").new_page()
    page.goto(f"{places['case'][1]}/acts/state-no-recording")
    page.locator("#act-form input[name=activity]").last.check()
    page.fill("#f-reason", "设备故障，已制作文字记录。")
    expect(page.locator("[data-saved-form-said]")).to_contain_text("已自动暂存", timeout=10_000)
    page.fill("#f-reason", "设备故障，当场制作了文字记录。")
    page.click("#act-form [data-submit]")
    expect(page.get_by_text("已办理：说明未作音像记录的理由")).to_be_visible()
    page.goto(f"{places['case'][1]}/acts/state-no-recording")
    expect(page.get_by_text("暂存的内容")).to_have_count(0)
    expect(page.locator("#f-reason")).to_have_value("")


def test_the_opinion_button_stays_shut_until_every_point_has_a_finding(
    places: dict[str, tuple[str, str]], enter: Enter
) -> None:
    page = enter("reviewer").new_page()
    page.goto(places["review_desk"][1])
    button = page.locator("[data-submit]")
    expect(button).to_be_disabled()
    expect(page.locator("[data-lacking]")).to_contain_text("第 1、2、3、4、5、6、7、8、9、10 项尚无结论")
    for number in range(1, 11):
        page.keyboard.press(str(number % 10))
        expect(page.locator(f"#point-{number} input[type=radio]").first).to_be_focused()
        page.keyboard.press("Space")
    expect(button).to_be_enabled()
    expect(page.locator("#point-3 .only-problem").first).to_be_hidden()
    page.check("#point-3 input[value=problem]")
    expect(page.locator("#point-3 .only-problem").first).to_be_visible()


def test_spans_are_decided_by_keyboard(places: dict[str, tuple[str, str]], enter: Enter) -> None:
    page = enter("clerk").new_page()
    page.goto(places["disclosure_desk"][1])
    count = page.locator(".span-undecided").count()
    assert count > 2
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.locator(".span-row").first).to_have_attribute("aria-current", "true")
    page.keyboard.press("a")
    expect(page.locator(".span-undecided")).to_have_count(count - 1)
    expect(page.locator(".span-row").nth(1)).to_have_attribute("aria-current", "true")  # and on to the next
    page.keyboard.press("r")
    expect(page.locator(".span-undecided")).to_have_count(count - 2)
    expect(page.get_by_text("发布内容检查未通过")).to_be_visible()
    expect(page.locator(".span-row").nth(2)).to_have_attribute("aria-current", "true")  # the new page listens
    page.keyboard.press("k")
    page.keyboard.press("e")
    replacement = page.locator(".span-row[aria-current] input[name=replacement]")
    expect(replacement).to_be_focused()
    assert "solid" in replacement.evaluate("one => getComputedStyle(one).outlineStyle")  # and one sees where one is
    page.evaluate("document.activeElement.blur()")
    page.evaluate("""() => {
        const text = document.querySelector("[data-original]").firstChild;
        getSelection().setBaseAndExtent(text, 0, text, 3);
    }""")
    page.keyboard.press("n")
    expect(page.locator("#new-text")).to_have_value("北京市")
    expect(page.locator("#new-category")).to_be_focused()


def test_a_time_is_filled_in_by_the_office_s_clock_and_is_a_plain_field_without_scripts(
    places: dict[str, tuple[str, str]], enter: Enter
) -> None:
    where = f"{places['case'][1]}/acts/add-process-record"
    page = enter("officer1").new_page()
    said = listen(page)
    page.goto(where)
    page.locator("#f-started_at + [data-now]").click()
    told = page.locator("body").get_attribute("data-now")
    assert told is not None
    assert told.startswith("2026-09-01T09:")  # not the machine's own
    expect(page.locator("#f-started_at")).to_have_value(re.compile("2026-09-01T09:"))
    assert said == []
    plain = enter("officer1", scripts=False).new_page()
    plain.goto(where)
    expect(plain.locator("[data-now]:not(body)").first).to_be_hidden()
    plain.fill("#f-started_at", "2026-09-01T08:30")


def test_a_limit_tells_its_article_to_the_keyboard_too(places: dict[str, tuple[str, str]], enter: Enter) -> None:
    page = enter("officer1").new_page()
    page.goto(places["case"][1])
    chip = page.locator(".chip").first
    expect(chip.locator(".hint")).to_be_hidden()
    chip.focus()
    expect(chip.locator(".hint")).to_be_visible()
    expect(chip.locator(".hint")).to_contain_text(re.compile("《.+》第.+条"))


def test_what_is_folded_on_the_screen_is_whole_on_paper(places: dict[str, tuple[str, str]], enter: Enter) -> None:
    page = enter("officer1").new_page()
    page.goto(places["case"][1])
    folded = page.locator("details.shown:not([open]) .lines").first
    expect(folded).to_be_hidden()
    page.emulate_media(media="print")
    expect(folded).to_be_visible()
    expect(page.locator(".side, .top, .next").first).to_be_hidden()


def test_text_twice_as_large_still_fits(places: dict[str, tuple[str, str]], enter: Enter) -> None:
    context = enter("officer1", width=WIDE)
    for name in ("home", "case", "lead"):
        page = context.new_page()
        page.goto(places[name][1])
        page.evaluate("document.documentElement.style.fontSize = '32px'")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, (name, wider)
        page.close()
