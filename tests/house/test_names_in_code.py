"""Every event and every field that code asks for by name is one that some act records."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import ROOT
from enforcement.actions.program import program
from enforcement.law.book import Book
from tests import factories
from tests.house.test_code import tracked

OF_EVENTS = {"has", "last", "read", "all"}
OF_FIELDS = {"text", "number", "yes", "day", "moment", "lines", "group"}
NO_FACTS = {"Settings", "click"}
"""What has methods of these names and knows no case."""

Asked = tuple[str, str]
"""What is asked for, and where."""


@pytest.fixture(scope="module")
def book() -> Book:
    return factories.book()


def test_every_event_asked_for_in_code_is_one_the_law_knows(book: Book) -> None:
    asked = [one for path, tree in modules() for one in events_in(tree, path)]
    assert len(asked) > 150  # the search finds what it is meant to find
    assert sorted({one for one in asked if one[0] not in book.terms.events}) == []


def test_every_field_asked_for_in_code_is_one_some_record_has() -> None:
    known = {name.rpartition(".")[2] for fields in program().acts.values() for name in fields}
    asked = [one for path, tree in modules() for one in fields_in(tree, path)]
    assert len(asked) > 300
    assert sorted({one for one in asked if one[0] not in known}) == []


def test_a_misspelt_event_or_field_would_be_noticed() -> None:
    tree = ast.parse('LOST = "decison_made"\nfacts.has(LOST)\nrecord.event == "sered"\nfacts.asked.text("outcom")\n')
    assert [name for name, _ in events_in(tree, "here")] == ["decison_made", "sered"]
    assert [name for name, _ in fields_in(tree, "here")] == ["outcom"]


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in tracked(".py"):
        if path.startswith("enforcement/"):
            yield path, ast.parse(Path(ROOT / path).read_text("utf-8"))


def events_in(tree: ast.Module, path: str) -> Iterator[Asked]:
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _method(node) in OF_EVENTS:
            asked: list[ast.expr] = node.args
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == "event":
            asked = node.comparators
        else:
            continue
        for one in asked:
            meant = constants.get(one.id, one) if isinstance(one, ast.Name) else one
            yield from ((text, f"{path}:{node.lineno}") for text in _texts(meant))


def fields_in(tree: ast.Module, path: str) -> Iterator[Asked]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _method(node) in OF_FIELDS and node.args:
            yield from ((text, f"{path}:{node.lineno}") for text in _texts(node.args[0]))


def _method(node: ast.Call) -> str:
    if not isinstance(node.func, ast.Attribute):
        return ""
    owner = node.func.value
    return "" if isinstance(owner, ast.Name) and owner.id in NO_FACTS else node.func.attr


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Set | ast.Tuple | ast.List):
        for one in node.elts:
            yield from _texts(one)
