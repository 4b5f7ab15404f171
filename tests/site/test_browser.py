"""The public pages in a real browser: narrow and wide, light and dark, scripts off, by keyboard, on paper."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from config.settings import ROOT
from publish import release
from publish.redact import apply
from tests.publish import samples
from tests.publish.redacting import propose
from tests.site.conftest import AGENCY_ID, AT, OTHER_AGENCY_ID, Hand

pytestmark = pytest.mark.browser

AXE = ROOT / "tests" / "browser" / "vendor" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LONG = "北京某某某某某某某某某某某某某某某某某某某某某某某某某某某国际供应链管理有限公司"


@pytest.fixture(scope="module")
def places(hand: Hand) -> dict[str, str]:
    """Addresses of pages in every condition: full, empty, withdrawn, corrected, long."""
    spans = propose(samples.PENALTY_TEXT, samples.KNOWN, keep=samples.KEEP)
    full = samples.penalty(form="full_text", full_text=apply(samples.PENALTY_TEXT, spans))
    record, inspection, gone = hand.put(full), hand.put(samples.INSPECTION), uuid4()
    hand.put(samples.LICENSE, OTHER_AGENCY_ID)
    hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕4号", title=f"{LONG}虚假宣传案", party_label=LONG))
    for number in range(24):
        hand.put(samples.penalty(document_no=f"京朝市监处罚〔2025〕{number}号", decided_on=date(2025, 5, 1)))

    def more(session: object) -> None:
        release.put(session, gone, AGENCY_ID, samples.penalty(document_no="京朝市监处罚〔2026〕5号"), at=AT)  # type: ignore[arg-type] # a Session
        release.withdraw(  # the reason is shown, the content is not
            session,  # type: ignore[arg-type] # a Session
            gone,
            kind="annulled",
            reason="复议机关认为主要事实不清，撤销原处罚决定。",
            on=date(2026, 11, 2),
            at=AT,
            replaced_by=record,
        )
        for number, name in enumerate(samples.OFFICERS):
            release.put_officer(
                session,  # type: ignore[arg-type] # a Session
                uuid4(),
                AGENCY_ID,
                on=date(2026, 9, 1),
                name=name,
                unit="综合执法一队",
                certificate_no=f"1101050{number}231",
                certificate_style="北京市行政执法证（2023版）",
            )
        for number, (title, words) in enumerate(
            (
                ("机构职能", "负责辖区内市场综合监督管理和行政执法工作。"),
                ("办公时间", "工作日 9:00至12:00，13:30至17:30"),
            )
        ):
            release.put_information(
                session,  # type: ignore[arg-type] # a Session
                uuid4(),
                AGENCY_ID,
                on=date(2026, 9, 1),
                position=number,
                item=f"item_{number}",
                section="机关基本情况",
                title=title,
                cite="《公示办法》第六条第一款第（一）项",
                content=words,
            )
        release.put_notice(
            session,  # type: ignore[arg-type] # a Session
            UUID(int=7),
            AGENCY_ID,
            on=date(2026, 3, 20),
            kind="inspection_plan",
            title="2026年度行政检查计划",
            content="检查主体：本局。\n检查方式：双随机、一公开。\n管理对象基数：12000户。\n检查比例：3%。",
        )

    hand.transact(more)
    return {
        "home": "/",
        "search": "/search",
        "searched": "/search?q=食品&kind=penalty_decision",
        "nothing_found": "/search?q=没有这个词",
        "record": f"/records/{record}",
        "inspection": f"/records/{inspection}",
        "withdrawn": f"/records/{gone}",
        "agency": "/agencies/cy-scjg",
        "empty_agency": "/agencies/hd-cgw",
        "agencies": "/agencies",
        "correction": f"/corrections/new?record={record}",
        "notices": "/notices/inspection_plan",
        "notice": f"/notices/inspection_plan/{UUID(int=7)}",
        "about": "/about",
        "not_found": "/nothing",
    }


NAMES = (
    "home", "search", "searched", "nothing_found", "record", "inspection", "withdrawn", "agency", "empty_agency",
    "agencies", "correction", "notices", "notice", "about", "not_found",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "请安装 chromium 和 fonts-noto-cjk"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


def open_page(browser: Browser, url: str, *, width: int, scheme: str = "light", scripts: bool = False) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type] # light or dark
        java_script_enabled=scripts,
        locale="zh-CN",
    )
    page = context.new_page()
    page.goto(url)
    return page


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_fits_its_width_and_passes_the_accessibility_check(
    browser: Browser, address: str, places: dict[str, str], name: str, width: int, tmp_path: Path
) -> None:
    page = open_page(browser, address + places[name], width=width, scripts=True)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Injected through the debugger, past the policy that forbids pages to do so.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
        assert [(item["id"], [node["html"] for node in item["nodes"]]) for item in found] == []
    small = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.innerText && !e.closest('.hidden, .skip')"
        " && parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []
    page.emulate_media(color_scheme="light")
    page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
    assert said == []
    page.context.close()


def test_everything_on_a_record_is_there_with_scripts_off_and_a_search_works(
    browser: Browser, address: str, places: dict[str, str]
) -> None:
    page = open_page(browser, address, width=360)
    page.fill("#q", "小吃店")
    page.press("#q", "Enter")
    assert "按公示日期由近到远" in page.content()
    page.click("text=更早的结果")
    assert "回到第一页" in page.content()
    page.goto(address + places["record"])
    page.click("text=提意见或者申请更正")
    page.fill("#statement", "公示的货值金额有误。")
    page.click("button:has-text('提交')")
    assert "受理编号" in page.content()
    page.context.close()


def test_the_keyboard_reaches_the_text_first_and_focus_is_seen(
    browser: Browser, address: str, places: dict[str, str]
) -> None:
    page = open_page(browser, address + places["record"], width=1440, scripts=True)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.context.close()


def test_on_paper_the_decision_stays_and_the_buttons_go(
    browser: Browser, address: str, places: dict[str, str], tmp_path: Path
) -> None:
    page = open_page(browser, address + places["record"], width=794, scripts=True)
    page.emulate_media(media="print")
    assert not page.is_visible("nav[aria-label='主要栏目']")
    assert not page.is_visible(".acts")
    assert page.is_visible(".document")
    page.screenshot(path=tmp_path / "print.png", full_page=True)
    page.context.close()


def test_twice_the_text_size_still_fits(browser: Browser, address: str, places: dict[str, str]) -> None:
    for name in ("home", "search", "record", "correction"):
        page = open_page(browser, address + places[name], width=720, scripts=True)
        page.evaluate("document.documentElement.style.fontSize = '34px'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 720
        page.context.close()
