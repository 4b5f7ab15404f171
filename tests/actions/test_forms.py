"""The form of every act: what is missing, too long or no option is refused, all at once, before anything is written."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from enforcement.actions import asked, cases, evidence, forms, penalties
from enforcement.actions.forms import FieldSpec
from enforcement.actions.registry import Deed, acts
from enforcement.demo.walk import Walk
from enforcement.law.calendar import SHANGHAI
from enforcement.law.errors import Invalid
from enforcement.work import Actor
from tests import factories
from tests.actions.watching import invalid, unchanged
from tests.factories import House

ACTS = [pytest.param(act, id=name) for name, act in acts().items()]
DAY = dt.date(2026, 8, 3)
MOMENT = dt.datetime(2026, 8, 3, 9, tzinfo=SHANGHAI)
ONE_ID = str(uuid.UUID(int=7))


def sound(spec: FieldSpec) -> Any:
    """A value of the shape the field asks for."""
    values: dict[str, Any] = {
        "text": "字", "long": "字", "pick": "字", "day": DAY, "moment": MOMENT, "yes_no": True, "money": 1, "number": 1,
        "people": (ONE_ID,), "lines": ("行",),
    }  # fmt: skip
    match spec.kind:
        case "choice":
            return spec.options[0]
        case "choices":
            return spec.options[:1]
        case "group":
            assert spec.form is not None
            return (filled(spec.form),)
        case kind:
            return values[kind]


def filled(form: type, /, **differences: Any) -> Any:
    """A form whose every field has the right shape."""
    return form(**{name: sound(spec) for name, spec in forms.specs(form).items()} | differences)


_NO_TEXT = ("字\x00", "\ud800", 5)
_NO_NUMBER = (-1, 10**15, 1.5, True, "1")
_WRONG: dict[str, tuple[Any, ...]] = {
    "text": _NO_TEXT,
    "long": _NO_TEXT,
    "pick": _NO_TEXT,
    "choice": ("no_such_option", 5),
    "choices": (("no_such_option",), (5,), "no tuple"),
    "day": ("2026-08-03", MOMENT),
    "moment": (DAY, MOMENT.replace(tzinfo=None), "2026-08-03T09:00"),
    "money": _NO_NUMBER,
    "number": _NO_NUMBER,
    "people": (("nobody",), (ONE_ID, ONE_ID), [ONE_ID], (5,), (ONE_ID.replace("-", ""),)),
    "lines": (("字\x00",), ("\ud800",), (5,), "no tuple"),
    "group": ("no tuple", ("not a form",)),
    "yes_no": ("true",),
}


def wrong(spec: FieldSpec) -> Iterator[Any]:
    """Values that the field must refuse."""
    yield from _WRONG[spec.kind]
    if spec.kind in {"text", "long"}:
        yield "字" * (spec.max_length + 1)
    if spec.kind == "lines":
        yield ("字" * (spec.max_length + 1),)
    if spec.kind == "choices":
        yield (spec.options[0], spec.options[0])


@pytest.mark.parametrize("act", ACTS)
def test_a_form_whose_fields_have_their_shape_is_in_shape(act: Deed) -> None:
    forms.check(filled(act.form))


@pytest.mark.parametrize("act", ACTS)
def test_an_empty_form_names_every_field_it_needs(act: Deed) -> None:
    needed = {name for name, spec in forms.specs(act.form).items() if spec.required}
    if not needed:
        forms.check(act.form())
        return
    with pytest.raises(Invalid) as refusal:
        forms.check(act.form())
    assert set(refusal.value.fields) == needed
    for name, messages in refusal.value.fields.items():
        spec = forms.specs(act.form)[name]
        chosen = spec.kind in {"choice", "choices", "people", "pick"}
        assert messages == [f"请选择{spec.zh}" if chosen else f"请填写{spec.zh}"]


@pytest.mark.parametrize("act", ACTS)
def test_every_wrong_value_of_every_field_is_refused_under_its_name(act: Deed) -> None:
    for name, spec in forms.specs(act.form).items():
        for value in wrong(spec):
            with pytest.raises(Invalid) as refusal:
                forms.check(filled(act.form, **{name: value}))
            assert [found.split(".")[0] for found in refusal.value.fields] == [name], (name, value)


@pytest.mark.parametrize("act", ACTS)
def test_all_faults_of_a_form_are_told_at_once(act: Deed) -> None:
    faulty = {name: next(iter(wrong(spec))) for name, spec in forms.specs(act.form).items()}
    with pytest.raises(Invalid) as refusal:
        forms.check(act.form(**faulty))
    assert {found.split(".")[0] for found in refusal.value.fields} == set(faulty)


@pytest.mark.parametrize("act", ACTS)
def test_the_record_of_a_form_is_json_and_reads_back_as_the_law_reads_it(act: Deed) -> None:
    import json

    from enforcement.law.facts import Fields

    form = filled(act.form)
    data = forms.to_data(form)
    assert json.loads(json.dumps(data)) == data
    values, read = Fields(forms.to_values(form)), Fields(data)
    readers = {
        "text": Fields.text, "long": Fields.text, "pick": Fields.text, "choice": Fields.text, "day": Fields.day,
        "moment": Fields.moment, "yes_no": Fields.yes, "money": Fields.number, "number": Fields.number,
        "people": Fields.lines, "lines": Fields.lines, "choices": Fields.lines,
    }  # fmt: skip
    for name, spec in forms.specs(act.form).items():
        if spec.kind != "group":
            assert readers[spec.kind](values, name) == readers[spec.kind](read, name), name


@pytest.mark.parametrize("act", ACTS)
def test_what_has_not_happened_yet_is_refused_unless_it_may_lie_ahead(house: House, act: Deed) -> None:
    ahead: dict[str, Any] = {}
    for name, spec in forms.specs(act.form).items():
        if spec.kind == "day":
            ahead[name] = dt.date(2026, 9, 2)
        elif spec.kind == "moment":
            ahead[name] = dt.datetime(2026, 9, 1, 9, 30, tzinfo=SHANGHAI)
    expected = {name for name in ahead if not forms.specs(act.form)[name].ahead}
    plain = {name: () for name, spec in forms.specs(act.form).items() if spec.kind in {"people", "group"}}
    picks = {name: "" for name, spec in forms.specs(act.form).items() if spec.kind == "pick"}
    with house.office.begin(Actor.clock(house.market.agency_id)) as work:
        if not expected:
            asked.check(work, filled(act.form, **ahead, **plain, **picks))
            return
        with pytest.raises(Invalid) as refusal:
            asked.check(work, filled(act.form, **ahead, **plain, **picks))
    assert set(refusal.value.fields) == expected


def test_faults_of_a_group_are_told_by_their_place(house: House) -> None:
    walk = Walk(house.market)
    party = dataclasses.replace(factories.COMPANY, name="", kind="ghost")
    form = penalties.RegisterLead(
        matter_code="CF-101", title="案", source="report", received_at=walk.now, content="内容",
        parties=(factories.COMPANY, party),
    )  # fmt: skip
    with unchanged(house), pytest.raises(Invalid) as refusal:
        walk.begin("officer1", "register_lead", form)
    assert set(refusal.value.fields) == {"parties.1.name", "parties.1.kind"}


def test_a_birth_of_tomorrow_is_refused_by_its_place(house: House) -> None:
    walk = Walk(house.market)
    party = dataclasses.replace(factories.PERSON, birth_on=walk.today + dt.timedelta(days=1))
    form = penalties.RegisterLead(
        matter_code="CF-101", title="案", source="report", received_at=walk.now, content="内容", parties=(party,)
    )
    with unchanged(house), pytest.raises(Invalid) as refusal:
        walk.begin("officer1", "register_lead", form)
    assert set(refusal.value.fields) == {"parties.0.birth_on"}


def test_blank_words_are_no_words(house: House) -> None:
    walk = factories.open_case(house.market)
    form = cases.Suspend(ground="　 \n", cite="\t")
    assert set(invalid(house, walk, "head", "suspend_case", form)) == {"ground", "cite"}


def test_the_form_of_another_act_is_a_mistake_of_the_program(house: House) -> None:
    walk = factories.open_case(house.market)
    with unchanged(house), pytest.raises(TypeError):
        walk.do("head", "suspend_case", cases.Reason(reason="理由"))


def test_lines_of_nothing_but_space_are_no_answer() -> None:
    form = evidence.TakeSample(items=(" ", ""), place="库房", officers=(ONE_ID,))
    with pytest.raises(Invalid) as refusal:
        forms.check(form)
    assert refusal.value.fields == {"items": ["请填写样品名称和数量"]}
    forms.check(dataclasses.replace(form, items=("", "蛋糕一个")))
