"""Who may do which act, and what one person may not both do."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from enforcement.law.errors import LawBookError
from enforcement.law.powers import Powers
from tests.law.cases import facts
from tests.law.places import CONFIG

if TYPE_CHECKING:
    from enforcement.law.book import Book

GIVEN = [
    ("officer", "conclude_investigation", True),
    ("auxiliary", "conclude_investigation", False),
    ("agency_admin", "make_decision", False),
    ("officer", "make_decision", False),
    ("agency_head", "make_decision", True),
    ("officer", "issue_opinion", False),
    ("legal_reviewer", "issue_opinion", True),
    ("disclosure_clerk", "release_disclosure", False),
    ("disclosure_releaser", "release_disclosure", True),
    ("disclosure_clerk", "approve_withholding", False),
    ("clock", "publish_disclosure", True),
    ("clock", "make_decision", False),
    ("agency_admin", "approve_deferral", False),
]

PAIRS: list[tuple[str, dict[str, Any], str, str]] = [
    ("承办人审核自己的案件", {"officers": ["甲", "乙"]}, "issue_opinion", "investigates_and_reviews"),
    ("承办人主持本案听证", {"officers": ["甲", "乙"]}, "hold_hearing", "investigates_and_presides"),
    ("承办人审核本案", {"officers": ["甲"]}, "examine_case", "investigates_and_examines"),
    ("承办人作出决定", {"officers": ["甲"]}, "make_decision", "investigates_and_decides"),
    (
        "曾经取证，现在不在案",
        {"records": [{"event": "evidence_added", "on": "2026-02-02", "by": "甲"}]},
        "make_decision",
        "investigates_and_decides",
    ),
    (
        "没有登记取证，但写明是取得人",
        {"records": [{"event": "evidence_added", "on": "2026-02-02", "by": "乙", "data": {"obtained_by": ["甲"]}}]},
        "make_decision",
        "investigates_and_decides",
    ),
    (
        "笔录写明参加询问的人审核",
        {"records": [{"event": "process_recorded", "on": "2026-02-02", "by": "乙", "data": {"officers": ["甲"]}}]},
        "issue_opinion",
        "investigates_and_reviews",
    ),
    (
        "参加现场勘验的人作出许可决定",
        {
            "procedure": "license",
            "records": [{"event": "site_surveyed", "on": "2026-02-02", "data": {"staff": ["甲"]}}],
        },
        "make_license_decision",
        "examines_application_and_decides",
    ),
    (
        "出具审核意见的人作出决定",
        {"records": [{"event": "review_opinion_issued", "on": "2026-02-02", "by": "甲"}]},
        "make_decision",
        "reviews_and_decides",
    ),
    (
        "审核人回头取证",
        {"records": [{"event": "review_opinion_issued", "on": "2026-02-02", "by": "甲"}]},
        "add_evidence",
        "investigates_and_reviews",
    ),
    (
        "审查申请的人作出许可决定",
        {"procedure": "license", "records": [{"event": "application_examined", "on": "2026-02-02", "by": "甲"}]},
        "make_license_decision",
        "examines_application_and_decides",
    ),
]


def case(entry: dict[str, Any], book: Book) -> Any:
    from datetime import date

    told = [{**one, "on": date.fromisoformat(one["on"])} for one in entry.get("records", [])]
    return facts({**entry, "records": told}, book)


@pytest.mark.parametrize(("role", "act", "allowed"), GIVEN)
def test_a_role_may_do_its_own_acts_and_no_others(book: Book, role: str, act: str, allowed: bool) -> None:
    breach = book.powers.may({role}, act)
    assert (breach is None) is allowed
    if breach:
        assert book.powers.zh(act) in breach.zh


def test_what_the_table_does_not_name_nobody_may_do(book: Book) -> None:
    assert book.powers.may(set(book.powers.roles), "delete_everything") is not None


def test_without_a_role_nothing_is_allowed(book: Book) -> None:
    assert all(book.powers.may(set(), act) is not None for act in book.powers.table)


@pytest.mark.parametrize(("says", "entry", "act", "key"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_one_person_may_not_do_both(book: Book, says: str, entry: dict[str, Any], act: str, key: str) -> None:
    assert says
    told = case(entry, book)
    assert key in {breach.code for breach in book.powers.apart(act, told, "甲")}
    assert book.powers.apart(act, told, "丙") == ()


def test_what_was_cleared_by_going_back_was_still_done_by_somebody(book: Book) -> None:
    told = case(
        {
            "records": [
                {"event": "submitted_for_review", "on": "2026-02-02", "by": "乙"},
                {"event": "review_opinion_issued", "on": "2026-02-03", "by": "甲"},
                {"event": "returned_to_investigation", "on": "2026-02-04", "by": "乙"},
            ]
        },
        book,
    )
    assert not told.has("review_opinion_issued")
    assert [breach.code for breach in book.powers.apart("make_decision", told, "甲")] == ["reviews_and_decides"]


def test_preparing_one_disclosure_does_not_bar_releasing_another(book: Book) -> None:
    one = {
        "event": "disclosure_prepared",
        "act": "prepare_disclosure",
        "on": "2026-02-02",
        "by": "甲",
        "data": {"disclosure": "d1"},
    }
    same = case({"records": [one], "disclosure": {"id": "d1"}}, book)
    other = case({"records": [one], "disclosure": {"id": "d2"}}, book)
    assert [breach.code for breach in book.powers.apart("release_disclosure", same, "甲")] == ["prepares_and_releases"]
    assert book.powers.apart("release_disclosure", other, "甲") == ()


def test_the_clock_is_nobody_and_is_kept_from_nothing(book: Book) -> None:
    assert book.powers.apart("approve_withholding", case({"officers": ["甲"]}, book), None) == ()


def test_a_hearing_may_be_presided_by_the_legal_unit_that_reviews_later(book: Book) -> None:
    told = case({"officers": ["甲"], "records": [{"event": "hearing_held", "on": "2026-02-02", "by": "法"}]}, book)
    assert book.powers.apart("issue_opinion", told, "法") == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"act": {"x": {"zh": "某", "who": ["king"]}}}, "king"),
        ({"act": {"x": {"zh": "某", "who": []}}}, "nobody may do x"),
    ],
)
def test_a_table_that_names_the_unknown_does_not_load(change: dict[str, Any], words: str) -> None:
    text = {"roles": {"officer": "执法人员"}, "act": {}, **change}
    with pytest.raises(LawBookError, match=words):
        Powers.parse(text)


def test_a_pair_of_unknown_acts_does_not_load() -> None:
    text = tomllib.loads((CONFIG / "law" / "powers.toml").read_text("utf-8"))
    text["apart"][0]["one"] = ["fly"]
    with pytest.raises(LawBookError, match="fly"):
        Powers.parse(text)


def test_an_act_on_both_sides_does_not_load() -> None:
    text = tomllib.loads((CONFIG / "law" / "powers.toml").read_text("utf-8"))
    text["apart"][0]["other"] = text["apart"][0]["one"]
    with pytest.raises(LawBookError, match="both sides"):
        Powers.parse(text)


def test_every_act_of_a_procedure_is_somebodys(book: Book) -> None:
    acts = {act for procedure in book.procedures.values() for act in procedure.acts}
    assert acts <= book.powers.table.keys()
