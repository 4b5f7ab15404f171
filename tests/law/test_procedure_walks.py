"""Whole cases, walked through their procedure act by act: what leads on, and what is refused with every article."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from tests.law.cases import Walk, files
from tests.law.places import SCENARIOS

if TYPE_CHECKING:
    from enforcement.law.book import Book


def stories() -> list[dict[str, Any]]:
    names = [name for name in files() if name.startswith("walk_")]
    texts = (tomllib.loads((SCENARIOS / "cases" / f"{name}.toml").read_text("utf-8")) for name in names)
    return [story for text in texts for story in text["story"]]


@pytest.mark.parametrize("story", stories(), ids=lambda story: str(story["says"]))
def test_a_case_goes_the_way_the_law_lets_it(book: Book, story: dict[str, Any]) -> None:
    walk = Walk.begin(story, book)
    for number, step in enumerate(story["step"], start=1):
        place = f"step {number}: {step['act']}"
        breaches = walk.attempt(step)
        said = "\n".join(f"{breach.code} {breach.cite} {breach.zh}" for breach in breaches)
        assert sorted(breach.cite or "" for breach in breaches) == sorted(step.get("refused", [])), f"{place}\n{said}"
        if not breaches:
            assert walk.facts.stage == step["stage"], place
