"""The text of a decision says what was found, told, answered and decided, and leaves empty what nobody said."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from enforcement.law.decision import inspection_summary, license_text, penalty_contents, penalty_text
from tests.law.cases import facts

if TYPE_CHECKING:
    from enforcement.law.book import Book

HEAD = {"agency_name": "某区市场监督管理局", "document_no": "某市监罚〔2026〕1号", "decided_on": date(2026, 3, 2)}
SHOP = {
    "kind": "organization", "name": "某店", "id_no": "91110101MA01B2C3X4", "address": "某路1号", "phone": "6655",
    "legal_representative": "钱某", "operator_name": "不是经营者",
}  # fmt: skip
TRADER = {**SHOP, "kind": "sole_trader", "operator_name": "孙某"}
PERSON = {"kind": "natural_person", "name": "李某", "id_no": "1101", "birth_on": date(1985, 3, 7)}
FINE = {
    "outcome": "penalty", "facts": "出售过期食品。", "evidence": "照片", "violation": "经营过期食品",
    "basis": "某法第一条。",
    "penalties": ("warning", "fine"), "fine_fen": 200_000, "performance_manner": "到银行缴纳。",
    "performance_due": "十五日", "remedies": "可以申请复议",
}  # fmt: skip
NOTICE = {
    "event": "prior_notice_given",
    "on": date(2026, 2, 3),
    "data": {"served_on": "2026-02-03", "document_no": "告1号", "hearing_right_told": True},
}


def event(name: str, **data: Any) -> dict[str, Any]:
    return {"event": name, "on": date(2026, 2, 5), "data": data}


def penalty(book: Book, *records: dict[str, Any], party: dict[str, Any] = SHOP, **differences: Any) -> list[str]:
    told = facts({"parties": [party], "records": list(records)}, book)
    return penalty_text(told, HEAD, FINE | differences, book.terms.zh).splitlines()


def test_a_penalty_says_whole_what_was_found_told_imposed_and_how_to_perform_it(book: Book) -> None:
    assert penalty(book, NOTICE) == [
        "某区市场监督管理局",
        "行政处罚决定书",
        "某市监罚〔2026〕1号",
        "",
        "当事人：某店",
        "统一社会信用代码：91110101MA01B2C3X4",
        "法定代表人：钱某",
        "住所（住址）：某路1号",
        "联系电话：6655",
        "",
        "经查：出售过期食品。",
        "上述事实，有以下证据证明：照片",
        (
            "本机关于2026年2月3日向当事人送达告知书（告1号），告知拟作出的行政处罚内容及事实、理由、依据，以及当事人依法享有的"
            "陈述、申辩、要求听证等权利。当事人在规定期限内未提出陈述、申辩意见。"
        ),
        (
            "当事人的上述行为构成经营过期食品。依据某法第一条，现责令当事人改正违法行为，并决定处罚如下："
            "1.警告；2.罚款2,000元。"
        ),
        "履行方式和期限：到银行缴纳。履行期限：十五日。",
        "救济途径：可以申请复议",
        "",
        "某区市场监督管理局",
        "2026年3月2日",
    ]


def test_what_nobody_said_is_not_made_up(book: Book) -> None:
    lines = penalty(book, party=PERSON, leniency="lighter_penalty", performance_due="", performance_manner="")
    assert lines[4:7] == ["当事人：李某", "身份证号码：1101", "出生日期：1985年3月7日"]
    assert not any("告知书" in line or "履行" in line or "复核" in line for line in lines)
    assert f"依法予以{book.terms.zh('lighter_penalty')}，并决定处罚如下" in "\n".join(lines)
    assert "履行方式和期限：履行期限：十五日。" in penalty(book, performance_manner="")
    assert "履行方式和期限：到银行缴纳。" in penalty(book, performance_due="")
    assert penalty(book, party=TRADER)[6] == "经营者：孙某"


@pytest.mark.parametrize(
    ("outcome", "title"), [("no_penalty", "不予行政处罚决定书"), ("judicial_transfer", "案件移送决定书")]
)
def test_what_imposes_nothing_says_what_it_decides(book: Book, outcome: str, title: str) -> None:
    lines = penalty(book, outcome=outcome)
    assert lines[1] == title
    assert f"依据某法第一条，本机关决定：{book.terms.zh(outcome)}。" in lines
    assert not any("责令当事人改正" in line for line in lines)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ([event("hearing_held"), event("defense_recorded")], "当事人要求听证，本机关依法举行了听证。"),
        ([event("defense_recorded")], "当事人提出了陈述、申辩意见。"),
        ([event("defense_recorded"), event("hearing_waived")], "当事人提出了陈述、申辩意见，明确放弃听证。"),
        ([event("defense_waived")], "当事人明确放弃陈述、申辩。"),
        ([event("defense_waived"), event("hearing_waived")], "当事人明确放弃陈述、申辩和听证。"),
        ([], "当事人在规定期限内未提出陈述、申辩意见。"),
    ],
)
def test_what_the_party_answered_is_told(book: Book, after: list[dict[str, Any]], said: str) -> None:
    [line] = [line for line in penalty(book, NOTICE, *after) if "告知书" in line]
    assert line.endswith(f"等权利。{said}")


def test_a_notice_without_a_hearing_right_tells_none_and_a_checked_defense_is_told(book: Book) -> None:
    plain = {**NOTICE, "data": {"served_on": "2026-02-03", "document_no": "告1号"}}
    lines = penalty(book, plain, event("defense_recorded", reviewed="意见不成立"))
    assert "要求听证" not in "\n".join(lines)
    assert "经复核：意见不成立" in lines


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"penalties": ("fine",), "fine_fen": 150}, "罚款1.50元。"),
        ({"penalties": ("confiscation",), "confiscation_fen": 120_000}, "没收违法所得、非法财物1,200元。"),
        ({"penalties": ("confiscation",), "other_content": "没收食品三袋。"},
         "1.没收违法所得、非法财物；2.没收食品三袋。"),
        ({"penalties": ("warning", "fine", "closure"), "fine_fen": 100}, "1.警告；2.罚款1元；3.责令关闭。"),
        ({}, ""),
    ],
)  # fmt: skip
def test_what_is_imposed_is_numbered_where_it_is_several(book: Book, values: dict[str, Any], said: str) -> None:
    assert penalty_contents(values, book.terms.zh) == said


def test_a_license_decision_says_when_it_was_asked_for_accepted_and_what_is_granted(book: Book) -> None:
    records = [
        {"event": "materials_received", "on": date(2026, 2, 2)},
        {"event": "application_accepted", "on": date(2026, 2, 3)},
    ]
    told = facts(
        {"procedure": "license", "parties": [SHOP], "records": records, "matter": {"zh": "食品经营许可"}}, book
    )
    granted = {"outcome": "granted", "basis": "某条例第五条。", "content": "热食类", "license_no": "JY1",
               "valid_from": date(2026, 3, 2), "valid_until": date(2031, 3, 1)}  # fmt: skip
    lines = license_text(told, HEAD, granted, book.terms.zh).splitlines()
    assert lines[1] == "准予行政许可决定书"
    assert lines[4] == "申请人：某店"
    assert lines[10:] == [
        (
            "你（单位）于2026年2月2日提出“食品经营许可”申请，本机关于2026年2月3日受理。经审查，依据某条例第五条，"
            f"本机关决定：{book.terms.zh('granted')}。"
        ),
        "决定内容：热食类",
        "许可证件编号：JY1。有效期：2026年3月2日至2031年3月1日。",
        "",
        "某区市场监督管理局",
        "2026年3月2日",
    ]
    refused = {"outcome": "refused", "content": "不予", "reasons": "场所不符", "remedies": "复议", "license_no": "JY1"}
    lines = license_text(told, HEAD, refused, book.terms.zh).splitlines()
    assert lines[1] == "不予行政许可决定书"
    assert lines[11:14] == ["决定内容：不予", "理由：场所不符", "救济途径：复议"]


def test_an_inspection_is_summed_up(book: Book) -> None:
    records = [
        {"event": "inspection_begun", "on": date(2026, 2, 2), "data": {"method": "random"}},
        {"event": "result_concluded", "on": date(2026, 2, 3), "data": {
            "inspected_on": "2026-02-02", "conclusion": "no_problem", "gist": "未发现问题。", "check_sheet_no": "检1"}},
    ]  # fmt: skip
    told = facts({"procedure": "inspection", "parties": [SHOP, {**SHOP, "name": "乙店"}], "records": records}, book)
    assert inspection_summary(told, HEAD, book.terms.zh).splitlines() == [
        "检查对象：某店、乙店",
        "检查日期：2026年2月2日",
        f"检查方式：{book.terms.zh('random')}",
        f"检查结论：{book.terms.zh('no_problem')}。未发现问题。",
        "检查单编号：检1",
        "检查机关：某区市场监督管理局",
    ]
