"""What is owed to the public, and what may never go out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.law.clocks import running
from enforcement.law.disclosure import birth_unknown, is_under, must_withhold, obligation, unserved
from tests.law.cases import facts
from tests.law.places import changed, said

if TYPE_CHECKING:
    from enforcement.law.book import Book
    from enforcement.law.facts import CaseFacts


def decided(book: Book, data: dict[str, Any], procedure: str = "penalty_ordinary", **more: Any) -> CaseFacts:
    event = "result_concluded" if procedure == "inspection" else "decision_made"
    told = [{"event": event, "on": date(2026, 3, 2), "data": data}, *more.pop("after", [])]
    return facts({"procedure": procedure, "records": told, **more}, book)


LICENSE, PENALTY, INSPECTION = "license", "penalty_ordinary", "inspection"
REASONED = {"social_impact": False, "downgrade_reason": "轻微"}
OWED: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("准予许可", LICENSE, {"outcome": "granted"}, "license_decision", "license"),
    ("不予许可也公示", LICENSE, {"outcome": "refused"}, "license_decision", "license"),
    ("处罚，未作认定即视为有影响", PENALTY, {"outcome": "penalty"}, "penalty_decision", "penalty"),
    ("处罚，有影响", PENALTY, {"outcome": "penalty", "social_impact": "true"}, "penalty_decision", "penalty"),
    ("处罚，说明理由认定没有", PENALTY, {"outcome": "penalty", **REASONED}, "penalty_decision", "penalty_downgraded"),
    ("没有理由不算降级", PENALTY, {"outcome": "penalty", "social_impact": False}, "penalty_decision", "penalty"),
    ("不予处罚", PENALTY, {"outcome": "no_penalty"}, "other_decision", "other_decision"),
    ("违法事实不成立", PENALTY, {"outcome": "not_established"}, "other_decision", "other_decision"),
    ("检查结果只有摘要", INSPECTION, {"conclusion": "no_problem"}, "inspection_result", "inspection"),
]


@pytest.mark.parametrize(("says", "procedure", "data", "kind", "limit"), OWED, ids=[case[0] for case in OWED])
def test_a_result_is_owed_to_the_public(
    book: Book, says: str, procedure: str, data: dict[str, Any], kind: str, limit: str
) -> None:
    owed = obligation(decided(book, data, procedure), book)
    assert owed is not None, says
    assert (owed.kind, owed.limit_key) == (kind, f"disclosure_of_{limit}")
    assert owed.forms == (("summary",) if procedure == INSPECTION else ("full_text", "summary"))


def test_the_days_are_counted_from_the_day_of_the_decision(book: Book) -> None:
    owed = obligation(decided(book, {"outcome": "penalty", "decided_on": "2026-02-27"}), book)
    assert owed is not None
    assert owed.anchor_on == date(2026, 2, 27)


def test_before_the_decision_and_for_a_transfer_nothing_is_owed(book: Book) -> None:
    assert obligation(facts({}, book), book) is None
    assert obligation(decided(book, {"outcome": "judicial_transfer"}), book) is None


@pytest.mark.parametrize(
    ("birth_on", "minor"),
    [(date(2008, 2, 1), False), (date(2008, 2, 2), True), (date(2008, 2, 29), True), (date(1990, 1, 1), False)],
)
def test_a_party_is_a_minor_by_the_day_of_the_act(book: Book, birth_on: date, minor: bool) -> None:
    told = facts(
        {
            "today": date(2030, 1, 1),
            "parties": [{"kind": "natural_person", "birth_on": birth_on}],
            "records": [
                {"event": "investigation_concluded", "on": date(2026, 2, 20), "data": {"act_on": "2026-02-01"}}
            ],
        },
        book,
    )
    ground = must_withhold(told, book)
    assert (ground is not None) is minor
    if ground:
        assert (ground.row, ground.cite) == ("G16.1", "G#16.1(1)")


def test_without_a_known_day_of_the_act_the_day_the_case_came_counts(book: Book) -> None:
    told = facts(
        {
            "today": date(2030, 1, 1),
            "parties": [{"kind": "sole_trader", "birth_on": date(2008, 3, 1)}],
            "records": [{"event": "lead_registered", "on": date(2026, 2, 20)}],
        },
        book,
    )
    assert must_withhold(told, book) is not None


@given(birth_on=st.dates(date(1990, 1, 1), date(2020, 1, 1)), acted_on=st.dates(date(2021, 1, 1), date(2026, 1, 1)))
def test_who_acts_a_day_later_is_no_younger(book: Book, birth_on: date, acted_on: date) -> None:
    def minor(on: date) -> bool:
        told = facts(
            {
                "parties": [{"kind": "natural_person", "birth_on": birth_on}],
                "records": [{"event": "lead_registered", "on": on, "data": {"act_on": on}}],
            },
            book,
        )
        return must_withhold(told, book) is not None

    assert minor(acted_on) or not minor(date.fromordinal(acted_on.toordinal() + 1))


@pytest.mark.parametrize(
    ("parties", "unknown"),
    [
        ([{"kind": "organization"}], False),
        ([{"kind": "natural_person", "birth_on": date(1990, 1, 1)}], False),
        ([{"kind": "organization"}, {"kind": "natural_person"}], True),
        ([], False),
    ],
)
def test_a_missing_day_of_birth_is_noticed(book: Book, parties: list[dict[str, Any]], unknown: bool) -> None:
    assert birth_unknown(facts({"parties": parties}, book)) is unknown


@pytest.mark.parametrize(
    ("deferred_on", "resumed_on", "due_on"),
    [
        (date(2026, 3, 4), date(2026, 3, 16), date(2026, 3, 23)),
        (date(2026, 3, 11), date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 3, 11), date(2026, 4, 4), date(2026, 4, 7)),
    ],
)
def test_after_a_deferral_the_days_that_were_left_run_and_at_least_one(
    book: Book, deferred_on: date, resumed_on: date, due_on: date
) -> None:
    """决定 3月2日（星期一），七个工作日：3月11日；批准当日起不计算，恢复当日起计算；清明假期 4月4日至6日。"""
    pauses = [
        {"event": "deferred", "act": "approve_deferral", "on": deferred_on},
        {"event": "deferral_ended", "act": "end_deferral", "on": resumed_on},
    ]
    told = decided(book, {"outcome": "penalty", "decided_on": "2026-03-02"}, after=pauses, today=resumed_on)
    [clock] = [one for one in running(told, book) if one.limit.key == "disclosure_of_penalty"]
    assert clock.due.due_on == due_on


def test_every_limit_of_a_result_is_one_of_the_book(book: Book) -> None:
    assert {result.limit_key for result in book.disclosure.results} <= book.limits.keys()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('forms     = ["summary"]', "forms     = []", "forms is missing: it is empty"),
        ('kind    = "deferral"', 'kind    = "whim"', "unknown kind whim"),
    ],
)
def test_rules_that_make_no_sense_do_not_load(old: str, new: str, words: str) -> None:
    assert words in said("law/disclosure", changed("law/disclosure", old, new))


def test_a_decision_is_unserved_from_its_making_to_its_service(book: Book) -> None:
    made, served = ({"event": event, "on": date(2026, 3, 2)} for event in ("decision_made", "served"))
    assert [unserved(facts({"records": records}, book)) for records in ([], [made], [served], [made, served])] == [
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("born", "day", "under"),
    [
        (date(2008, 3, 2), date(2026, 3, 1), True),
        (date(2008, 3, 2), date(2026, 3, 2), False),
        (date(2008, 3, 2), date(2026, 2, 28), True),
        (date(2008, 3, 2), date(2026, 12, 1), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
    ],
)
def test_an_age_is_reached_on_the_birthday(born: date, day: date, under: bool) -> None:
    assert is_under(18, born, day) is under
