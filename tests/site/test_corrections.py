"""提意见、申请更正: what anybody can send, and what keeps it from being sent."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.middleware.proxy_fix import ProxyFix

from publish.site.reading import SHANGHAI
from tests.publish import samples
from tests.site.conftest import AGENCY_ID, Hand

ASKED = {
    "kind": "correction",
    "statement": "公示的货值金额有误。",
    "wish": "请改为944元。",
    "name": "朝阳区和顺里小吃店",
    "contact": "010-65550000",
}


@pytest.fixture(scope="module")
def record(hand: Hand) -> str:
    return str(hand.put(samples.PENALTY))


def token(client: FlaskClient, record: str) -> str:
    shown = client.get(f"/corrections/new?record={record}").get_data(as_text=True)
    return str(re.findall(r'name="csrf_token" value="([^"]+)"', shown)[0])


def stored(hand: Hand) -> list[object]:
    with hand.engine.begin() as connection:
        connection.execute(text("SELECT set_config('mingjian.agency_id', :id, true)"), {"id": str(AGENCY_ID)})
        found = connection.execute(text("SELECT * FROM public_site.correction_request ORDER BY submitted_at"))
        return list(found.mappings())


def test_a_request_is_stored_and_answered_with_its_number(client: FlaskClient, hand: Hand, record: str) -> None:
    sent = client.post("/corrections/new", data={**ASKED, "record": record, "csrf_token": token(client, record)})
    assert sent.status_code == 303
    shown = client.get(sent.headers["Location"]).get_data(as_text=True)
    receipt_no = re.findall(r"GS\d{8}-[2-9A-HJ-NP-Z]{8}", shown)[0]
    kept = [row for row in stored(hand) if row["receipt_no"] == receipt_no]  # type: ignore[index] # a mapping
    assert len(kept) == 1
    assert kept[0]["statement"] == ASKED["statement"]  # type: ignore[index] # a mapping
    assert kept[0]["taken_up_at"] is None  # type: ignore[index] # a mapping


def test_without_the_token_nothing_is_stored(client: FlaskClient, hand: Hand, record: str) -> None:
    before = len(stored(hand))
    assert client.post("/corrections/new", data={**ASKED, "record": record}).status_code == 400
    assert len(stored(hand)) == before


def test_a_party_must_say_who_answers_and_what_is_wanted_and_keeps_what_was_written(
    client: FlaskClient, hand: Hand, record: str
) -> None:
    before = len(stored(hand))
    given = {**ASKED, "wish": "", "contact": "", "record": record, "csrf_token": token(client, record)}
    page = client.post("/corrections/new", data=given)
    shown = page.get_data(as_text=True)
    assert page.status_code == 422
    assert page.headers["Cache-Control"] == "no-store"
    assert "请写明您希望怎样更正" in shown
    assert "请填写联系方式" in shown
    assert ASKED["statement"] in shown
    assert len(stored(hand)) == before


def test_anybody_may_suggest_without_a_name(client: FlaskClient, hand: Hand, record: str) -> None:
    given = {
        "kind": "suggestion",
        "statement": "请公布检查依据。",
        "record": record,
        "csrf_token": token(client, record),
    }
    assert client.post("/corrections/new", data=given).status_code == 303


def test_an_agency_can_be_written_to_without_a_record(client: FlaskClient) -> None:
    shown = client.get("/corrections/new?agency=cy-scjg").get_data(as_text=True)
    assert "该机关公示的基本信息" in shown
    csrf = re.findall(r'name="csrf_token" value="([^"]+)"', shown)[0]
    given = {"kind": "suggestion", "statement": "监督电话无人接听。", "agency": "cy-scjg", "csrf_token": csrf}
    assert client.post("/corrections/new", data=given).status_code == 303


def test_what_is_too_long_is_refused_in_words(client: FlaskClient, record: str) -> None:
    given = {**ASKED, "statement": "长" * 2001, "record": record, "csrf_token": token(client, record)}
    page = client.post("/corrections/new", data=given)
    assert page.status_code == 422
    assert "不要超过2000字" in page.get_data(as_text=True)


def test_a_flood_is_told_to_wait(app: Flask, record: str) -> None:
    client = app.test_client()
    given = {"kind": "suggestion", "statement": "重复", "record": record, "csrf_token": token(client, record)}
    sender = {"REMOTE_ADDR": "203.0.113.9"}
    codes = [client.post("/corrections/new", data=given, environ_base=sender).status_code for _ in range(11)]
    assert codes == [303] * 10 + [429]
    page = client.post("/corrections/new", data=given, environ_base=sender)
    assert "提交过于频繁" in page.get_data(as_text=True)


def test_who_is_told_to_wait_keeps_the_letter_and_is_told_until_when(app: Flask, hand: Hand, record: str) -> None:
    client = app.test_client()
    given = {**ASKED, "record": record, "csrf_token": token(client, record)}
    sender = {"REMOTE_ADDR": "203.0.113.10"}
    wrong = {**given, "statement": ""}
    codes = [client.post("/corrections/new", data=wrong, environ_base=sender).status_code for _ in range(3)]
    codes += [client.post("/corrections/new", data=given, environ_base=sender).status_code for _ in range(10)]
    assert codes == [422] * 3 + [303] * 10  # what was never sent is not counted
    before = len(stored(hand))
    letter = {**given, "statement": "第二封信，写了很久。", "kind": "correction"}
    page = client.post("/corrections/new", data=letter, environ_base=sender)
    shown = page.get_data(as_text=True)
    assert (page.status_code, page.headers["Cache-Control"], len(stored(hand))) == (429, "no-store", before)
    for value in ("第二封信，写了很久。", ASKED["wish"], ASKED["name"], ASKED["contact"]):
        assert value in shown
    assert 'value="correction" checked' in shown
    wait = int(page.headers["Retry-After"])
    assert 0 < wait <= 3_660
    told = re.findall(r"请在(\d+)年(\d+)月(\d+)日 (\d\d):(\d\d)（北京时间）以后", shown)
    until = dt.datetime(*map(int, told[0]), tzinfo=SHANGHAI)  # type: ignore[misc,arg-type] # five numbers
    assert abs((until - dt.datetime.now(SHANGHAI)).total_seconds() - wait) < 30


def test_behind_a_proxy_each_visitor_has_the_own_limit(
    app: Flask, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "wsgi_app", ProxyFix(app.wsgi_app, x_for=1))
    client = app.test_client()
    given = {"kind": "suggestion", "statement": "经代理", "record": record, "csrf_token": token(client, record)}

    def send(visitor: str) -> int:
        return client.post("/corrections/new", data=given, headers={"X-Forwarded-For": visitor}).status_code

    assert [send("203.0.113.11") for _ in range(11)] == [303] * 10 + [429]
    assert send("203.0.113.12") == 303
    assert send("203.0.113.13, 203.0.113.11") == 429


def test_a_form_about_nothing_is_not_found(client: FlaskClient) -> None:
    for address in ("/corrections/new", "/corrections/new?record=1", "/corrections/new?agency=nobody"):
        assert client.get(address).status_code == 404
    assert client.get("/corrections/received").status_code == 404
