"""No code decides by the name of a kind of case: what differs from one kind to the next stands in its procedure."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

import pytest

from config.settings import ROOT
from enforcement.law.book import Book
from tests import factories
from tests.house.test_code import sources, tracked

NAMED = {
    "enforcement/actions/agency.py": "the kinds of matter a form offers, held against the procedures by the law book",
    "enforcement/actions/penalties.py": "an inspection as the source of a lead, which a form offers",
    "enforcement/law/decision.py": "the outcome in which a penalty is imposed has the name of the kind of case",
    "enforcement/queries/choices.py": "the matters that the forms which begin a case offer",
}
NO_PRODUCT = ("enforcement/commands/", "enforcement/demo/")


@pytest.fixture(scope="module")
def kinds(book: Book) -> frozenset[str]:
    """The names of the kinds of case and of their matters."""
    of_cases = [kind for kind in book.procedures.values() if kind.subject == "case"]
    return frozenset({name for kind in of_cases for name in (kind.key, kind.matter)})


@pytest.fixture(scope="module")
def book() -> Book:
    return factories.book()


def named(tree: ast.Module, kinds: Collection[str]) -> set[str]:
    """The kinds of case that stand in code as they are, whatever is done with them."""
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str) and value in kinds}


def named_in_template(text: str, kinds: Collection[str]) -> set[str]:
    return {one for one in kinds if re.search(rf"[\"']{one}[\"']", text)}


def test_a_kind_of_case_is_named_by_data_alone_but_for_the_reasoned(kinds: frozenset[str]) -> None:
    code = {path: tree for path, tree in sources("enforcement", "media", "publish") if not path.startswith(NO_PRODUCT)}
    assert {path for path, tree in code.items() if named(tree, kinds)} == set(NAMED)
    templates = [path for path in tracked(".html", ".js") if path.startswith(("enforcement/", "media/", "publish/"))]
    assert templates
    assert [path for path in templates if named_in_template((ROOT / path).read_text("utf-8"), kinds)] == []


def test_no_reasoned_name_is_compared_with_a_kind_of_case(kinds: frozenset[str]) -> None:
    for path, tree in sources("enforcement"):
        if path in NAMED:
            compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare | ast.match_case)]
            assert [ast.unparse(one) for one in compared if named(ast.Module([one], []), kinds)] == [], path  # type: ignore[list-item]


def test_a_comparison_with_a_kind_of_case_would_be_noticed(kinds: frozenset[str]) -> None:
    assert kinds >= {"penalty_ordinary", "penalty", "license", "inspection"}
    for code in (
        'facts.procedure == "license"',
        'facts.matter.kind in {"penalty", "license"}',
        'ITEMS = {"license": "S5."}',
        'match kind:\n    case "inspection":\n        pass',
    ):
        assert named(ast.parse(code), kinds), code
    assert named_in_template('{% if subject.procedure == "license" %}', kinds)
    assert not named(ast.parse('facts.has("license_granted")'), kinds)
