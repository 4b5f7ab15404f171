"""What the law reads: forms and records alike, and which records still count."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from enforcement.law import facts as law
from enforcement.law.facts import CaseFacts, Fields, unmatched
from tests.law.cases import facts

if TYPE_CHECKING:
    from enforcement.law.book import Book

NOON_UTC = datetime(2026, 3, 1, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2026, 3, 2), date(2026, 3, 2)),
        ("2026-03-02", date(2026, 3, 2)),
        (NOON_UTC, date(2026, 3, 2)),
        ("2026-03-01T20:00:00+00:00", date(2026, 3, 2)),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_a_day_in_shanghai_however_it_was_written(value: Any, expected: date | None) -> None:
    assert Fields({"on": value}).day("on") == expected


def test_a_moment_reads_the_same_from_a_form_and_from_a_record() -> None:
    assert Fields({"at": NOON_UTC}).moment("at") == Fields({"at": NOON_UTC.isoformat()}).moment("at") == NOON_UTC
    assert Fields({}).moment("at") is None


@pytest.mark.parametrize(("value", "expected"), [(5000, 5000), ("5000", 5000), (0, 0), (None, 0), ("", 0)])
def test_a_number_reads_the_same_from_a_form_and_from_a_record(value: Any, expected: int) -> None:
    assert Fields({"fine_fen": value}).number("fine_fen") == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("true", True), ("false", False), (False, False), (None, False)]
)
def test_no_answer_is_no(value: Any, expected: bool) -> None:
    assert Fields({"told": value}).yes("told") is expected


def test_lines_drop_what_is_empty() -> None:
    assert Fields({"a": ["甲", " ", "乙 "]}).lines("a") == ("甲", "乙")
    assert Fields({"a": "甲\n\n乙"}).lines("a") == ("甲", "乙")
    assert Fields({}).lines("a") == ()


@dataclass(frozen=True)
class Part:
    point: int


def test_a_group_is_read_from_dataclasses_and_from_tables() -> None:
    for value in ([{"point": 1}], (Part(1),)):
        assert [one.number("point") for one in Fields({"parts": value}).group("parts")] == [1]


def test_what_is_blank_is_missing() -> None:
    form = Fields({"a": " ", "b": [], "c": "x", "d": 0})
    assert form.missing("a", "b", "c", "d", "e") == ("a", "b", "e")


def test_empty_fields_are_false_and_the_others_true() -> None:
    assert not Fields()
    assert Fields({"a": None})


def story(book: Book, *events: str) -> CaseFacts:
    told = [{"event": event, "on": date(2026, 2, day)} for day, event in enumerate(events, start=1)]
    return facts({"records": told}, book)


def test_going_back_clears_what_was_done(book: Book) -> None:
    before = story(book, "investigation_concluded", "prior_notice_given", "defense_waived")
    after = story(book, "investigation_concluded", "prior_notice_given", "defense_waived", "returned_to_investigation")
    assert before.has("defense_waived")
    assert not after.has("investigation_concluded", "prior_notice_given", "defense_waived")
    assert len(after.records) == len(before.records) + 1


def test_what_was_done_again_counts_again(book: Book) -> None:
    told = story(
        book, "prior_notice_given", "returned_to_investigation", "investigation_concluded", "prior_notice_given"
    )
    assert [record.seq for record in told.all("prior_notice_given")] == [4]


def test_a_new_notice_clears_the_answer_to_the_old_one(book: Book) -> None:
    told = story(book, "prior_notice_given", "defense_waived", "hearing_waived", "prior_notice_given")
    assert not told.has("defense_waived", "hearing_waived")


def test_a_new_submission_clears_the_old_opinion_and_the_discussion(book: Book) -> None:
    told = story(book, "submitted_for_review", "review_opinion_issued", "discussion_held", "submitted_for_review")
    assert [record.event for record in told.standing] == ["submitted_for_review"]


def test_evidence_is_never_cleared(book: Book) -> None:
    assert story(book, "evidence_added", "investigation_concluded", "returned_to_investigation").has("evidence_added")


def test_a_case_resumed_is_suspended_no_more(book: Book) -> None:
    assert story(book, "suspended").suspended
    assert not story(book, "suspended", "resumed").suspended
    assert not story(book, "lead_registered").suspended


def test_the_stage_is_entered_by_the_record_that_led_there(book: Book) -> None:
    assert story(book, "lead_registered", "lead_accepted", "evidence_added").entered_at_seq == 2
    assert story(book).entered_at_seq == 0


def test_a_number_not_fixed_is_none(book: Book) -> None:
    told = facts({"parameters": {"defense_days": 5}}, book)
    assert (told.parameter("defense_days"), told.parameter("hearing_fine_citizen_fen")) == (5, None)


def test_what_was_begun_and_not_ended_is_unmatched(book: Book) -> None:
    told = facts(
        {
            "records": [
                {"event": "measure_taken", "on": date(2026, 2, 1), "data": {"measure": "M1"}},
                {"event": "measure_taken", "on": date(2026, 2, 1), "data": {"measure": "M2"}},
                {"event": "measure_ended", "on": date(2026, 2, 2), "data": {"measure": "M1"}},
            ]
        },
        book,
    )
    assert [one.text("measure") for one in unmatched(told, "measure_taken", "measure_ended", "measure")] == ["M2"]


def test_what_is_not_said_of_a_case_grants_nothing() -> None:
    granted = {
        f"{kind.__name__}.{field.name}"
        for kind in vars(law).values()
        if dataclasses.is_dataclass(kind) and isinstance(kind, type)
        for field in dataclasses.fields(kind)
        if field.default not in {dataclasses.MISSING, None, False, "", ()} and field.default != frozenset()
    }
    assert granted == {"ActorFacts.kind"}  # a person, who may do what roles allow: only the clock may do more
