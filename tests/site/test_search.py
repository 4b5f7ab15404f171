"""Search through the running site: exact for two characters, harmless under hostile words, the same in every form."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from publish.site.query import Search
from publish.site.reading import COUNTED
from tests.publish import samples
from tests.site.conftest import OTHER_AGENCY_ID, Hand

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module", autouse=True)
def published(hand: Hand) -> None:
    hand.put(samples.PENALTY)
    hand.put(samples.INSPECTION)
    hand.put(samples.LICENSE, OTHER_AGENCY_ID)
    hand.put(
        samples.penalty(
            document_no="京朝市监处罚〔2025〕0007号",
            title="北京美食城有限公司虚假宣传案",
            party_label="北京美食城有限公司",
            facts="在网站称其为 APEX 2000 认证单位。",
            gist="虚假宣传",
            main_content="处罚款八千元。",
            basis=("《中华人民共和国反不正当竞争法》第二十条第一款",),
            decided_on=date(2025, 3, 3),
            due_on=None,
            published_on=date(2025, 3, 10),
        )
    )


def found(client: FlaskClient, **asked: str) -> set[str]:
    return {row["document_no"] for row in client.get("/search.json", query_string=asked).get_json()["results"]}


PENALTY, OLD = "京朝市监处罚〔2026〕1234号", "京朝市监处罚〔2025〕0007号"
INSPECTION, LICENSE = samples.INSPECTION.document_no, samples.LICENSE.document_no


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("牛肉", {PENALTY}),
        ("食品", {PENALTY, INSPECTION}),
        ("品食", set()),  # both characters stand there, never in this order
        ("美食城", {OLD}),
        ("城美食", set()),
        ("虚假 宣传", {OLD}),
        ("虚假 牛肉", set()),
        ("APEX", {OLD}),
        ("apex", {OLD}),
        ("ＡＰＥＸ", {OLD}),
        ("ape", set()),
        ("2000", {OLD}),
        ("京朝市监处罚[2026]1234号", {PENALTY}),
        ("〔2026〕1234号", {PENALTY}),
        ("第一百二十四条", {PENALTY}),
        ("许可", {LICENSE}),
        ("户外广告", {LICENSE}),
    ],
)
def test_words_find_exactly_what_contains_them(client: FlaskClient, q: str, expected: set[str]) -> None:
    assert found(client, q=q) == expected


def test_number_party_agency_kind_and_days_narrow_a_search(client: FlaskClient) -> None:
    assert found(client, number="0007号") == {OLD}
    assert found(client, number="京朝市监处罚(2025)0007号") == {OLD}
    assert found(client, party="美食城") == {OLD}
    assert found(client, party="牛肉") == set()
    assert found(client, agency="hd-cgw") == {LICENSE}
    assert found(client, agency="nobody") == set()
    assert found(client, kind="inspection_result") == {INSPECTION}
    assert found(client, year="2025") == {OLD}
    assert found(client, decided_from="2026-09-20", decided_to="2026-09-30") == {PENALTY}
    assert found(client, q="罚款", year="2026") == {PENALTY}
    assert found(client) >= {PENALTY, OLD, INSPECTION, LICENSE}


@pytest.mark.parametrize(
    "q",
    [
        "%", "_", "'", '"', "\\", "%%", "' OR 1=1 --", "{}", "$$", "(", "〔〕", "张", "\x00", "\u200b", "a" * 500,
        "罚款'; DROP TABLE x", "%(terms)s", "%s", "<script>alert(1)</script>", "罚%款", "😀", "NULL", "\xed\xa0\x80",
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["q", "number", "party", "after", "kind", "agency", "year", "decided_from"])
def test_hostile_words_are_words_and_nothing_else(client: FlaskClient, field: str, q: str) -> None:
    page = client.get("/search", query_string={field: q})
    assert page.status_code == 200
    assert "<script>alert" not in page.get_data(as_text=True)
    result = found(client, **{field: q})
    assert result == set() or result >= {PENALTY, OLD, INSPECTION, LICENSE}


def test_one_character_is_asked_to_be_two(client: FlaskClient) -> None:
    shown = client.get("/search?q=牛").get_data(as_text=True)
    assert "没有找到符合全部条件" not in shown
    assert "至少输入两个汉字" in shown


def test_csv_and_feed_hold_the_same_search_as_the_page(client: FlaskClient) -> None:
    table = list(csv.reader(io.StringIO(client.get("/search.csv?q=食品").get_data(as_text=True).lstrip("\ufeff"))))
    assert {row[0] for row in table[1:]} == {PENALTY, INSPECTION}
    feed = ET.fromstring(client.get("/search.atom?q=食品").data)
    assert len(feed.findall(f"{ATOM}entry")) == 2
    assert {entry.findtext(f"{ATOM}id", "")[:9] for entry in feed.findall(f"{ATOM}entry")} == {"urn:uuid:"}
    # to the second, so that a correction made the same day is seen by who keeps a copy
    assert {entry.findtext(f"{ATOM}updated") for entry in feed.findall(f"{ATOM}entry")} == {"2026-10-12T10:00:00+08:00"}


def test_a_cell_that_looks_like_a_formula_is_made_text(client: FlaskClient, hand: Hand) -> None:
    hand.put(
        samples.penalty(
            document_no="京朝市监处罚〔2024〕1号", title="=HYPERLINK(公式试验)", decided_on=date(2024, 1, 2)
        )
    )
    table = client.get("/search.csv?q=公式试验").get_data(as_text=True)
    assert "'=HYPERLINK" in table


def test_pages_follow_each_other_without_a_gap_or_a_repeat(client: FlaskClient, hand: Hand) -> None:
    day = date(2023, 1, 2)
    for number in range(45):
        hand.put(
            samples.penalty(
                document_no=f"京朝市监翻页〔2023〕{number}号",
                decided_on=day + timedelta(days=number // 7),
                due_on=None,
                published_on=day + timedelta(days=10 + number // 5),
                facts="翻页试验",
            )
        )
    for extra in ("", "&year=2023"):
        address, seen = f"/search?q=翻页试验{extra}", []
        for _ in range(5):
            shown = client.get(address).get_data(as_text=True)
            seen += [part.split("号", 1)[0] for part in shown.split("<span>京朝市监翻页〔2023〕")[1:]]
            if 'rel="next"' not in shown:
                break
            address = re.findall(r'<a href="([^"]+)" rel="next"', shown)[0].replace("&amp;", "&")
        assert sorted(map(int, seen)) == list(range(45))


def test_facets_count_what_was_found_and_say_when_they_stop_counting(client: FlaskClient, hand: Hand) -> None:
    few = client.get("/search?q=虚假宣传").get_data(as_text=True)
    assert "1 条结果" in few
    assert "按最近的" not in few
    for number in range(COUNTED + 1):
        hand.put(
            samples.penalty(
                document_no=f"京朝市监很多〔2022〕{number}号", facts="很多试验 MANYFOLD", published_on=date(2026, 9, 29)
            )
        )
    many = client.get("/search?q=很多试验").get_data(as_text=True)
    assert f"{COUNTED} 条以上结果" in many
    assert f"以下件数按最近的 {COUNTED} 条统计" in many
    # A common word is found by walking, a rare one through the index: both read Latin words whole.
    assert len(found(client, q="manyfold")) == COUNTED + 1
    assert found(client, q="manyfol") == set()
    assert found(client, q="很多试验", number="京朝市监很多〔2022〕7号") == {"京朝市监很多〔2022〕7号"}


def test_a_search_written_as_an_address_reads_back_the_same() -> None:
    search = Search.from_args({"q": "牛肉 罚款", "kind": "penalty_decision", "decided_from": "2026-01-02"})
    assert (
        search.address()
        == "/search?q=%E7%89%9B%E8%82%89+%E7%BD%9A%E6%AC%BE&kind=penalty_decision&decided_from=2026-01-02"
    )
    assert search.address("/search.csv", kind="").startswith("/search.csv?q=")
