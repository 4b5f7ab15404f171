"""What is major, what the system sees at each of the ten points, what voids an opinion."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from enforcement.law.major import classify
from enforcement.law.review import (
    changes_for_reviewer,
    changes_since,
    earlier_answers,
    pending_submission,
    problems_found,
    unanswered,
)
from enforcement.law.review_checklist import checks
from tests.law.cases import facts
from tests.law.places import changed, said

if TYPE_CHECKING:
    from enforcement.law.book import Book
    from enforcement.law.facts import CaseFacts

MAPPED = [{"matter_code": "A001"}]


def proposed(book: Book, data: dict[str, Any], **more: Any) -> CaseFacts:
    kind = more.get("procedure", "penalty_ordinary")
    event = "application_examined" if kind == "license" else "investigation_concluded"
    told = [{"event": event, "on": date(2026, 2, 2), "data": data}, *more.pop("after", [])]
    return facts({"directory": MAPPED, "records": told, **more}, book)


def rows(book: Book, told: CaseFacts) -> list[str]:
    return [ground.row for ground in classify(told, book).grounds]


@pytest.mark.parametrize(
    ("says", "data", "more", "expected"),
    [
        ("警告，一般案件", {"outcome": "penalty", "penalties": ["warning"]}, {}, []),
        ("重大公共利益", {"outcome": "penalty", "major_public_interest": True}, {}, ["S6.1"]),
        ("吊销许可证件，应当告知听证", {"outcome": "penalty", "penalties": ["license_revocation"]}, {}, ["S6.2"]),
        ("疑难复杂", {"outcome": "penalty", "complex_case": True}, {}, ["S6.3"]),
        ("法规规定应当审核", {"outcome": "penalty", "law_requires_review": "某条例第三条"}, {}, ["S6.4"]),
        ("涉嫌犯罪，移送", {"outcome": "judicial_transfer", "suspected_crime": True}, {}, ["S9"]),
        ("重大权益但没有听证，不属于第二项", {"outcome": "penalty", "vital_interests": True}, {}, []),
        ("两项同时成立", {"complex_case": "true", "major_public_interest": "true"}, {}, ["S6.1", "S6.3"]),
        ("招标作出的许可", {"proposed": "granted", "tender": True}, {"procedure": "license"}, ["S5.1"]),
        ("可能引发社会风险的许可", {"proposed": "granted", "social_risk": True}, {"procedure": "license"}, ["S5.3"]),
        ("撤销许可", {"proposed": "annulled"}, {"procedure": "license"}, ["S5.4"]),
        ("一般许可", {"proposed": "granted"}, {"procedure": "license"}, []),
    ],
)  # fmt: skip
def test_the_statutory_classes_are_found(
    book: Book, says: str, data: dict[str, Any], more: dict[str, Any], expected: list[str]
) -> None:
    assert rows(book, proposed(book, data, **more)) == expected, says


@pytest.mark.parametrize("kind", ["fine_fen", "confiscation_fen"])
@pytest.mark.parametrize(("amount_fen", "expected"), [(2_999_999, []), (3_000_000, ["S6.5"])])
def test_the_directory_makes_a_sum_major_from_its_amount_on(
    book: Book, kind: str, amount_fen: int, expected: list[str]
) -> None:
    lines = [*MAPPED, {"matter_code": "A001", "is_major": True, "ground_row": "S6.5", "amount_from_fen": 3_000_000}]
    data = {"outcome": "penalty", "fine_fen": 0, "confiscation_fen": 0, kind: amount_fen}
    assert rows(book, proposed(book, data, directory=lines)) == expected


@pytest.mark.parametrize(
    ("ground", "expected"),
    [("S6.1", ["S6.1"]), ("S6.3", ["S6.3"]), ("S6.4", ["S6.4"]), ("", ["S6.5"]), ("S5.1", ["S6.5"]), ("?", ["S6.5"])],
)
def test_a_line_of_the_directory_is_major_whatever_item_it_names(book: Book, ground: str, expected: list[str]) -> None:
    lines = [{"matter_code": "A001", "is_major": True, "ground_row": ground}]
    assert rows(book, proposed(book, {"outcome": "penalty"}, directory=lines)) == expected


def test_a_lower_sum_in_the_decision_does_not_talk_a_case_out_of_being_major(book: Book) -> None:
    lines = [{"matter_code": "A001", "is_major": True, "amount_from_fen": 3_000_000}]
    told = proposed(book, {"outcome": "penalty", "fine_fen": 3_000_000}, directory=lines, form={"fine_fen": 100})
    assert classify(told, book).is_major


def test_a_directory_that_says_not_major_removes_no_statutory_class(book: Book) -> None:
    told = proposed(
        book, {"outcome": "penalty", "complex_case": True}, directory=[{"matter_code": "A001", "is_major": False}]
    )
    assert rows(book, told) == ["S6.3"]


def test_a_hearing_held_makes_a_penalty_and_a_license_major(book: Book) -> None:
    held = [{"event": "hearing_held", "on": date(2026, 2, 20)}]
    assert rows(book, proposed(book, {"outcome": "penalty"}, after=held)) == ["S6.2"]
    assert rows(book, proposed(book, {"proposed": "granted"}, procedure="license", after=held)) == ["S5.2"]


def test_the_right_told_is_enough_though_it_was_waived_and_that_is_our_reading(book: Book) -> None:
    told = [
        {"event": "prior_notice_given", "on": date(2026, 2, 3), "data": {"hearing_right_told": True}},
        {"event": "hearing_waived", "on": date(2026, 2, 4)},
    ]
    [ground] = classify(proposed(book, {"outcome": "penalty"}, after=told), book).grounds
    assert (ground.row, ground.cite, ground.basis) == ("S6.2", "S#6(2)", "default")


def test_a_person_may_raise_and_going_back_does_not_lower(book: Book) -> None:
    after = [
        {"event": "raised_to_major", "on": date(2026, 2, 3), "data": {"reason": "社会关注"}},
        {"event": "returned_to_investigation", "on": date(2026, 2, 4)},
        {"event": "investigation_concluded", "on": date(2026, 2, 9), "data": {"outcome": "penalty"}},
    ]
    assert rows(book, proposed(book, {"outcome": "penalty"}, after=after)) == ["S6.5"]


@pytest.mark.parametrize(
    ("directory", "unmapped"), [(None, True), ([], True), ([{"matter_code": "B"}], True), (MAPPED, False)]
)
def test_a_matter_the_directory_does_not_name_is_unmapped(book: Book, directory: Any, unmapped: bool) -> None:
    assert classify(facts({"directory": directory}, book), book).unmapped is unmapped


# ------------------------------------------------------------------------------------------------------- ten points


def test_the_ten_points_are_those_of_article_13(book: Book) -> None:
    found = checks(facts({}, book), book)
    assert [check.cite for check in found] == [f"S#13({number})" for number in range(1, 11)]


def test_a_bare_case_fails_where_the_system_can_see_it_and_is_left_open_elsewhere(book: Book) -> None:
    found = {check.point: check for check in checks(proposed(book, {"outcome": "penalty", "fine_fen": 100}), book)}
    assert {point for point, check in found.items() if check.ok is False} == {1, 3, 4, 5, 6, 7}
    assert {point for point, check in found.items() if check.ok is None} == {9, 10}
    assert [breach.cite for breach in found[3].breaches] == ["APL#42.1"]


def test_a_suspected_crime_is_shown_at_point_nine(book: Book) -> None:
    told = proposed(book, {"outcome": "judicial_transfer", "suspected_crime": True})
    point = checks(told, book)[8]
    assert point.ok is False
    assert point.notes == ("调查终结时认为涉嫌犯罪",)


def test_the_facts_stand_beside_the_points_in_words(book: Book) -> None:
    told = proposed(
        book,
        {"outcome": "penalty", "fine_fen": 5_000_000, "basis": "食品安全法第一百二十四条", "discretion": "从轻"},
        officers=["甲", {"person_id": "乙", "certificate_valid": False, "published": False}],
        parties=[{"name": "某公司", "address": "某路", "id_no": ""}],
        matter={"basis_text": "食品安全法"},
        after=[
            {"event": "evidence_added", "on": date(2026, 2, 3), "data": {"title": "过期食品", "proves": "经营过期食品"}}
        ],
    )
    notes = [check.notes for check in checks(told, book)]
    assert notes[1] == ("权责清单事项：A001　示例事项", "事项依据：食品安全法")
    assert notes[2] == ("甲：执法证号京甲001，有效，已公示", "乙：执法证号（无），无效，未公示")
    assert notes[3] == ("某公司：证照号码（未填），地址某路",)
    assert notes[4] == ("证据1件", "过期食品（证明：经营过期食品）")
    assert notes[6] == ("拟适用依据：食品安全法第一百二十四条",)
    assert notes[7] == ("拟处罚款50,000元", "裁量说明：从轻")


# ----------------------------------------------------------------------------------------------------------- changes


def test_nothing_submitted_nothing_changed(book: Book) -> None:
    assert changes_since(facts({"records": [{"event": "evidence_added", "on": date(2026, 2, 2)}]}, book), book) == ()


@pytest.mark.parametrize("event", ["evidence_added", "process_recorded", "party_set", "defense_recorded"])
def test_what_happens_after_the_submission_is_listed_with_its_day(book: Book, event: str) -> None:
    told = [{"event": "submitted_for_review", "on": date(2026, 2, 2)}, {"event": event, "on": date(2026, 2, 5)}]
    [change] = changes_since(facts({"records": told}, book), book)
    assert (change.event, change.on, change.seq) == (event, date(2026, 2, 5), 2)
    assert change.zh


def test_a_new_submission_starts_afresh(book: Book) -> None:
    told = [
        {"event": "submitted_for_review", "on": date(2026, 2, 2)},
        {"event": "evidence_added", "on": date(2026, 2, 3)},
        {"event": "submitted_for_review", "on": date(2026, 2, 4)},
    ]
    assert changes_since(facts({"records": told}, book), book) == ()


@pytest.mark.parametrize(
    ("events", "pending"),
    [
        ([], False),
        (["submitted_for_review"], True),
        (["submitted_for_review", "review_opinion_issued"], False),
        (["submitted_for_review", "review_returned"], False),
        (["submitted_for_review", "review_withdrawn"], False),
        (["submitted_for_review", "review_returned", "submitted_for_review"], True),
    ],
)
def test_a_submission_is_pending_until_it_is_answered(book: Book, events: list[str], pending: bool) -> None:
    told = [{"event": event, "on": date(2026, 2, 2)} for event in events]
    assert pending_submission(facts({"records": told}, book)) is pending


# ----------------------------------------------------------------------------------------------------------- loading


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('shown  = "matter"', 'shown  = "gossip"', "gossip"),
        ('"two_officers"', '"ten_officers"', "ten_officers"),
        ("no     = 3", "no     = 30", "not numbered"),
    ],
)
def test_a_review_that_asks_the_unknown_does_not_load(old: str, new: str, words: str) -> None:
    assert words in said("law/legal_review", changed("law/legal_review", old, new))


def test_a_class_with_an_unknown_test_does_not_load() -> None:
    text = changed("law/major_decisions", 'test  = "by_tender"', 'test  = "by_mood"')
    assert "major_decisions.toml: class.license_by_tender.test: unknown test by_mood" in said(
        "law/major_decisions", text
    )


def happened(book: Book, *events: tuple[str, dict[str, Any]]) -> CaseFacts:
    """A case in which these things happened, one a day."""
    records = [{"event": event, "on": date(2026, 2, day), "data": data} for day, (event, data) in enumerate(events, 1)]
    return facts({"records": records}, book)


SUBMITTED: tuple[str, dict[str, Any]] = ("submitted_for_review", {})
EVIDENCE: tuple[str, dict[str, Any]] = ("evidence_added", {})
FINDINGS: list[dict[str, Any]] = [
    {"point": 1, "conclusion": "pass"},
    {"point": 2, "conclusion": "problem", "nature": "reasonableness"},
    {"point": 3, "conclusion": "problem", "nature": "legality"},
]
OPINION: tuple[str, dict[str, Any]] = ("review_opinion_issued", {"overall": "correct", "findings": FINDINGS})


def answer(*responses: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "responded_to_review", {"responses": list(responses)}


def test_the_reviewer_is_shown_what_changed_since_the_submission_they_last_read(book: Book) -> None:
    def days(told: CaseFacts) -> list[int]:
        return [one.on.day for one in changes_for_reviewer(told, book)]

    assert days(happened(book, EVIDENCE, SUBMITTED)) == []
    assert days(happened(book, EVIDENCE, SUBMITTED, EVIDENCE)) == [3]
    assert days(happened(book, SUBMITTED, EVIDENCE, ("suspended", {}), SUBMITTED, EVIDENCE)) == [2, 5]
    assert days(happened(book, SUBMITTED, EVIDENCE, SUBMITTED, EVIDENCE, SUBMITTED)) == [4]
    assert days(happened(book, EVIDENCE)) == []


def test_a_problem_is_unanswered_until_the_unit_says_why(book: Book) -> None:
    def points(told: CaseFacts) -> list[int]:
        return [one.number("point") for one in unanswered(told)]

    assert [one.number("point") for one in problems_found(happened(book, SUBMITTED, OPINION))] == [2, 3]
    assert points(happened(book, SUBMITTED, OPINION)) == [2, 3]
    partly = answer({"point": 2, "reason": "已改"}, {"point": 3, "reason": ""})
    assert points(happened(book, SUBMITTED, OPINION, partly)) == [3]
    assert points(happened(book, SUBMITTED)) == []


def test_a_new_submission_carries_the_last_opinion_and_what_was_answered_to_it(book: Book) -> None:
    def carried(told: CaseFacts) -> list[tuple[int, str]]:
        return [(finding.number("point"), said.text("reason")) for finding, said in earlier_answers(told)]

    said = answer({"point": 1, "reason": "无"}, {"point": 3, "reason": "已改"})
    assert carried(happened(book, SUBMITTED, OPINION, said)) == [(3, "已改")]
    assert carried(happened(book, SUBMITTED, OPINION, said, SUBMITTED)) == [(3, "已改")]
    assert carried(happened(book, SUBMITTED, OPINION, said, SUBMITTED, OPINION)) == []
    assert carried(happened(book, SUBMITTED, OPINION)) == []
    assert carried(happened(book, SUBMITTED)) == []
