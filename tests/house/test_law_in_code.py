"""House rules between the acts, the law's data and the words on the screens."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import get_args

import pytest

from config.settings import ROOT
from enforcement.actions import agency, asked, forms
from enforcement.actions.forms import FieldSpec
from enforcement.actions.registry import Deed, acts
from enforcement.law.acts import Desk
from enforcement.law.book import Book
from enforcement.law.citation import problems_of
from enforcement.law.guards import GUARDS
from enforcement.law.procedure import RECORDS
from enforcement.queries.choices import OFFERS
from enforcement.web import desks, offers
from tests import factories
from tests.house.test_code import sources, tracked

CITATION = re.compile(r"(?<![A-Za-z0-9&#/_-])[A-Z][A-Z0-9]*#\d+(?:\.\d+)?(?:\(\d+\))?")
NOT_CHOSEN = {
    "forced_demolition": "the procedure in which it takes place is not built",
}
FREE_ACTIVITIES = {"other_activity"}
NO_STEPS = {"notify_of_case"}
"""Acts put on record in a case that are no step of it: whom the clock notified."""


@pytest.fixture(scope="module")
def book() -> Book:
    return factories.book()


def of_scope(*scopes: str) -> dict[str, Deed]:
    return {name: act for name, act in acts().items() if act.scope in scopes}


# --------------------------------------------------------------------------------------------------------------- acts


def test_every_act_is_somebodys_and_everybodys_acts_exist(book: Book) -> None:
    # Two that are no act of the registry: the operator's, before there is anybody to ask a form, and what no record
    # may keep the form of.
    assert {*acts(), "found_agency", "set_password"} == set(book.powers.acts)


def test_an_act_of_a_case_is_in_a_procedure_and_an_act_of_the_agency_in_none(book: Book) -> None:
    known = {kind: set(procedure.acts) for kind, procedure in book.procedures.items()}
    of_cases = set().union(*(names for kind, names in known.items() if kind != "disclosure"))
    assert set(of_scope("case", "start")) - NO_STEPS == of_cases
    assert set(of_scope("disclosure")) == known["disclosure"]
    assert not set(of_scope("agency")) & (of_cases | known["disclosure"])


def test_a_starting_act_starts_its_procedure(book: Book) -> None:
    assert set(of_scope("start")) == {one.start_act for one in book.procedures.values() if one.subject == "case"}


def test_whoever_a_form_names_acts_in_a_capacity_or_in_none(book: Book) -> None:
    """A form that names people its act knows nothing of would let them through every rule that keeps apart."""
    for name, deed in acts().items():
        people = {
            field
            for field, spec in forms.specs(deed.form).items()
            if spec.kind == "people" or (spec.kind == "pick" and spec.source in asked.PEOPLE)
        }
        assert people == set(book.powers.acts[name].names), name


def test_the_day_an_act_happened_is_a_field_of_its_form() -> None:
    for name, act in acts().items():
        if act.on:
            spec = forms.specs(act.form)[act.on]
            assert (spec.kind in {"day", "moment"}, spec.ahead) == (True, False), name


def test_the_day_of_an_act_is_among_those_that_the_condition_on_its_days_looks_at(book: Book) -> None:
    asking = {
        step.key
        for procedure in book.procedures.values()
        for step in procedure.acts.values()
        if "dated_within_the_case" in step.guards
    }
    assert len(asking) > 5
    for name in asking:
        assert not acts()[name].on or acts()[name].on in book.powers.acts[name].dated, name


def test_every_list_a_form_picks_from_is_offered_by_somebody() -> None:
    """A field of a list that nobody knows would offer nothing, and say nothing of it."""
    picked = {spec.source for deed in acts().values() for spec in with_groups(deed.form) if spec.kind == "pick"}
    assert picked
    assert sorted(picked - OFFERS.keys()) == []


def with_groups(form: type) -> Iterator[FieldSpec]:
    for spec in forms.specs(form).values():
        yield spec
        if spec.form is not None:
            yield from with_groups(spec.form)


@pytest.mark.parametrize("name", sorted(acts()))
def test_every_act_is_done_or_refused_in_some_test(name: str) -> None:
    assert any(re.search(rf"\b{name}\b", (ROOT / path).read_text("utf-8")) for path in tracked(".py") if _does(path))


def _does(path: str) -> bool:
    # How the tests' own cases come about.
    walks = {f"enforcement/demo/{name}.py" for name in ("steps", "penalty", "walk")}
    return path in walks or (path.startswith("tests/") and not path.startswith(("tests/house/", "tests/law/")))


def test_every_condition_is_asked_by_somebody(book: Book) -> None:
    asked = {name for one in book.procedures.values() for act in one.acts.values() for name in act.guards}
    asked |= {name for point in book.legal_review.points for names in point.guards.values() for name in names}
    asked |= set(RECORDS.values())
    assert set(GUARDS) - asked == set()


def test_every_desk_an_act_may_name_and_every_beginning_of_a_field_is_there() -> None:
    assert set(desks.DESKS) == set(get_args(Desk))
    assert set(offers.BEGINNINGS) == set(get_args(forms.Begins))


# ---------------------------------------------------------------------------------------------------------- citations

CITING = (".py", ".toml", ".html", ".js", ".md")
CITING_PLACES = ("enforcement/", "media/", "publish/", "config/", "migrations/", "wsgi.py", "README", "DECISIONS")


def test_every_article_named_anywhere_exists(book: Book) -> None:
    wrong: list[str] = []
    found = 0
    for path in tracked(*CITING):
        if not path.startswith(CITING_PLACES):
            continue
        for cite in CITATION.findall((ROOT / path).read_text("utf-8")):
            found += 1
            wrong += [f"{path}: {problem}" for problem in problems_of(cite, book.sources)]
    assert sorted(set(wrong)) == []
    assert found > 1000  # the pattern finds what it is meant to find


@pytest.mark.parametrize("text", ["G#99", "QQ#1"])
def test_an_article_that_does_not_exist_would_be_noticed(book: Book, text: str) -> None:
    assert CITATION.findall(f"（{text}）") == [text]
    assert problems_of(text, book.sources)


# ---------------------------------------------------------------------------------------------------------- activities


def fields_named(name: str) -> dict[str, FieldSpec]:
    return {act: spec for act, one in acts().items() if (spec := forms.specs(one.form).get(name)) is not None}


def test_every_activity_that_is_chosen_is_one_the_law_knows_or_free(book: Book) -> None:
    for act, spec in fields_named("activity").items():
        assert set(spec.options) <= set(book.recording.duties) | FREE_ACTIVITIES, act


def test_every_activity_the_law_wants_recorded_can_be_chosen_for_a_recording(book: Book) -> None:
    offered = set(forms.specs(acts()["take_in_recording"].form)["activity"].options)
    assert set(book.recording.duties) - offered == set(NOT_CHOSEN)


def test_only_what_may_be_excused_can_be_excused(book: Book) -> None:
    options = forms.specs(acts()["state_no_recording"].form)["activity"].options
    assert {book.recording.duties[one][0].duty for one in options} == {"or_reason"}


def test_every_kind_of_measure_is_an_activity_that_must_be_recorded(book: Book) -> None:
    kinds = forms.specs(acts()["take_measure"].form)["kind"].options
    on_site = [one for one in kinds if one != "freeze"]  # money is frozen where it lies, by a letter
    assert {book.recording.duties[one][0].duty for one in on_site} == {"must"}


# --------------------------------------------------------------------------------------------------------------- words


def test_one_field_has_one_label_wherever_the_same_form_is_asked() -> None:
    """Two fields of one form never share their words: a person could not tell them apart."""
    for name, act in acts().items():
        labels = [spec.zh for spec in forms.specs(act.form).values()]
        assert len(labels) == len(set(labels)), name


def test_every_ground_that_can_be_chosen_is_one_the_law_names(book: Book) -> None:
    withholding = forms.specs(acts()["propose_withholding"].form)
    deferral = forms.specs(acts()["propose_deferral"].form)
    of_kind = {
        kind: {row for row, ground in book.disclosure.grounds.items() if ground.kind == kind}
        for kind in ("withholding", "deferral")
    }
    assert set(withholding["ground"].options) == of_kind["withholding"]
    assert set(deferral["ground"].options) == of_kind["deferral"]
    ranks = {rank for ground in book.disclosure.grounds.values() for rank in ground.ranks}
    assert set(withholding["source_rank"].options) == ranks


def test_every_number_the_agency_sets_is_one_the_law_leaves_to_it(book: Book) -> None:
    assert set(forms.specs(acts()["set_parameter"].form)["name"].options) == set(book.thresholds.agency)


def test_every_number_the_agency_sets_is_asked_by_a_limit_or_by_code(book: Book) -> None:
    """A number that nothing asks would be set with its paper and its words, and change nothing."""
    trees = (tree for path, tree in sources("enforcement") if path != agency.__file__.removeprefix(f"{ROOT}/"))
    named = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    running = {limit.parameter for limit in book.limits.values()}
    computed = {bound.parameter for key, bound in book.bounds.items() if key in named}
    assert {name for name in book.thresholds.agency if name not in named | running | computed} == set()
