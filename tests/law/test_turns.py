"""Whose turn it is, and what a page leads to, at chosen steps of the walked cases."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

from enforcement.law.next_step import next_step
from enforcement.law.projected import projected
from enforcement.law.turns import Turn, turns, within_reach
from tests.law.cases import Walk
from tests.law.places import scenarios
from tests.law.test_procedure_walks import stories

if TYPE_CHECKING:
    from enforcement.law.book import Book
    from enforcement.law.facts import CaseFacts

AFTER = scenarios("turns", "after")


def walked(entry: dict[str, Any], book: Book) -> Walk:
    """The case of the entry's story, with its step done."""
    story = next(one for one in stories() if one["says"] == entry["story"])
    walk = Walk.begin(story, book)
    for step in story["step"][: entry["step"]]:
        done = not walk.attempt(step)
    assert (done, step["act"]) == (True, entry["says"])
    return walk


def turns_of(facts: CaseFacts, book: Book) -> tuple[Turn, ...]:
    return turns(facts, book.procedures[facts.procedure], book, projected(facts, book))


def told(turn: Turn) -> dict[str, Any]:
    """A turn as the scenarios write it."""
    barred = {role: list(people) for role, people in turn.barred.items() if people}
    return {
        "act": turn.act,
        "who": list(turn.roles),
        **({"under": turn.clock.limit.key} if turn.clock else {}),
        **({"leads": True} if turn.leads else {}),
        **({"barred": barred} if barred else {}),
    }


@pytest.mark.parametrize("entry", AFTER, ids=lambda entry: f"{entry['story'][:6]}-{entry['says']}")
def test_after_a_step_it_is_the_turn_of_those_who_may_and_the_most_pressing_comes_first(
    book: Book, entry: dict[str, Any]
) -> None:
    facts = walked(entry, book).facts
    assert [told(turn) for turn in turns_of(facts, book)] == entry["turns"]


@pytest.mark.parametrize("entry", AFTER, ids=lambda entry: f"{entry['story'][:6]}-{entry['says']}")
def test_a_page_leads_everybody_to_what_is_theirs_and_says_what_waits_for_others(
    book: Book, entry: dict[str, Any]
) -> None:
    walk = walked(entry, book)
    procedure = book.procedures[walk.facts.procedure]
    for page in entry["pages"]:
        actor = walk.actor(page["of"])
        facts = dataclasses.replace(walk.facts, actor=actor, form={})
        step = next_step(procedure, procedure.next_acts(facts, book), facts.stage, book.powers, actor.roles)
        assert (names(step.mine), names(step.others)) == (page["mine"], page["others"]), page["of"]


def names(acts: Iterable[Any]) -> list[str]:
    return [one.act for one in acts]


def test_the_clocks_of_a_disclosure_are_those_of_its_limit_set_by_its_decision(book: Book) -> None:
    rows = projected(walked(next(one for one in AFTER if one["says"] == "make_decision"), book).facts, book)
    [row] = [one for one in rows if one.limit.key == "service_of_penalty"]
    assert within_reach(rows, "service_of_penalty", row.started_seq) == (row,)
    assert within_reach(rows, "service_of_penalty", row.started_seq - 1) == ()
    assert within_reach(rows, "payment", row.started_seq) == ()
