"""Every condition of the law, on both sides: scenarios a lawyer can read, in tests/law/scenarios/cases."""

from __future__ import annotations

import dataclasses
import functools
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from enforcement.law.errors import LawBookError
from enforcement.law.guards import GUARDS, SUBJECTS, Gap, guard
from enforcement.law.guards.registry import Asked
from tests.law.cases import facts, files
from tests.law.places import SCENARIOS

if TYPE_CHECKING:
    from enforcement.law.book import Book
    from enforcement.law.facts import CaseFacts
    from enforcement.law.guards import Answer, Law


@functools.cache
def entries() -> list[tuple[str, dict[str, Any]]]:
    names = [name for name in files() if not name.startswith("walk_")]
    texts = [tomllib.loads((SCENARIOS / "cases" / f"{name}.toml").read_text("utf-8")) for name in names]
    return [(name, entry) for text in texts for name, several in text.items() for entry in several]


@pytest.mark.parametrize(
    ("name", "entry"), entries(), ids=lambda value: value if isinstance(value, str) else value["says"]
)
def test_a_condition_holds_or_says_what_is_missing(book: Book, name: str, entry: dict[str, Any]) -> None:
    breaches = GUARDS[name].check(facts(entry, book), book, as_asked(name, entry, book))
    expected = entry.get("refused", [])
    said = [breach.zh for breach in breaches]
    assert len(said) == len(expected), said
    assert all(words in sentence for words, sentence in zip(expected, said, strict=True)), said
    if "cites" in entry:
        assert [breach.cite for breach in breaches] == entry["cites"]
    if "mends" in entry:
        assert [breach.mend for breach in breaches] == entry["mends"]
    if "basis" in entry:
        assert {breach.basis for breach in breaches} == {entry["basis"]}


def as_asked(name: str, entry: dict[str, Any], book: Book) -> Asked | None:
    """The condition as the kind of case asks it before the scenario's act, or before any; None where it does not."""
    steps = book.procedures[entry.get("procedure", "penalty_ordinary")].acts.values()
    asked = (one for step in steps if step.key == entry.get("act", step.key) for one in step.requires)
    return next((one for one in asked if one.guard == name), None)


@pytest.mark.parametrize("name", sorted(GUARDS))
def test_every_condition_has_a_scenario_on_both_sides(name: str) -> None:
    sides = {bool(entry.get("refused")) for guarded, entry in entries() if guarded == name}
    assert sides == {True, False}


READ_THE_FORM_WHERE_THERE_IS_ONE = {"matter_is_mapped", "compulsory_measures_recorded", "within_limitation_period"}
"""They judge the case as it stands, and by what the form says of it once it is there."""


def test_a_condition_that_only_the_form_can_meet_is_not_judged_before_there_is_one(book: Book) -> None:
    """Judged of an empty form it would never be met: its act would be offered to nobody."""
    early = {
        name
        for name, entry in entries()
        if "form" in entry and not entry.get("refused") and not (GUARDS[name].of_form or GUARDS[name].of_team)
        if GUARDS[name].check(facts({**entry, "form": {}}, book), book)
    }
    assert early == READ_THE_FORM_WHERE_THERE_IS_ONE, "mark it of_form=True"


def test_every_condition_is_found_under_its_own_subject() -> None:
    written = {name for subject in SUBJECTS for name in vars(subject) if name in GUARDS}
    assert written == set(GUARDS)


def test_two_conditions_cannot_share_a_name() -> None:
    def two_officers(_facts: CaseFacts, _law: Law) -> Answer:
        return True

    with pytest.raises(LawBookError):
        guard(row="X", cite=None, zh="")(two_officers)


def test_a_gap_takes_from_its_condition_what_it_does_not_say_itself(book: Book) -> None:
    one = GUARDS["two_officers"]
    made = dataclasses.replace(one, holds=lambda _facts, _law: (Gap("缺一项", basis="design"),))
    [breach] = made.check(facts({}, book), book)
    assert (breach.zh, breach.basis, breach.cite, breach.mend) == ("缺一项", "design", "APL#42.1", "assign_officers")
    assert breach.row == one.row
    filmed = GUARDS["compulsory_measures_recorded"]
    own = Gap("缺一项", cite="J#10.3", row="J10.3a", mend="add_evidence")
    [breach] = dataclasses.replace(filmed, holds=lambda _facts, _law: (own,)).check(facts({}, book), book)
    assert (breach.cite, breach.row, breach.mend, breach.or_else) == ("J#10.3", "J10.3a", "add_evidence", None)
    [breach] = dataclasses.replace(filmed, holds=lambda _facts, _law: False).check(facts({}, book), book)
    assert (breach.mend, breach.or_else) == ("take_in_recording", "state_interruption")
    assert dataclasses.replace(filmed, holds=lambda _facts, _law: ()).check(facts({}, book), book) == ()


def test_what_a_kind_of_case_says_of_a_condition_stands_in_place_of_what_it_says_itself(book: Book) -> None:
    one = dataclasses.replace(GUARDS["two_officers"], holds=lambda _facts, _law: False)
    asked = Asked("two_officers", cite="ALL#34.3", basis="default", row="ALL34", zh="应当指派两名以上工作人员")
    [breach] = one.check(facts({}, book), book, asked)
    assert (breach.zh, breach.cite, breach.basis) == ("应当指派两名以上工作人员", "ALL#34.3", "default")
    assert (breach.code, breach.row, breach.mend) == ("two_officers", "ALL34", "assign_officers")
    said = dataclasses.replace(one, holds=lambda _facts, _law: (Gap("缺一项", cite="APL#42.2"),))
    assert [(breach.zh, breach.cite) for breach in said.check(facts({}, book), book, asked)] == [("缺一项", "APL#42.2")]


def test_what_an_act_is_said_to_mend_is_an_act(book: Book) -> None:
    said = {act for one in GUARDS.values() for act in (one.mend, one.or_else) if act}
    assert said <= book.powers.acts.keys()
