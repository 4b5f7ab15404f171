"""Forms as texts: what a page sends becomes what the act takes, and back, without loss."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.actions.evidence import StateInterruption, TakeMeasure
from enforcement.actions.forms import (
    check,
    choice,
    choices,
    day,
    group,
    lines,
    long_text,
    moment,
    money,
    number,
    specs,
    text,
    yes_no,
)
from enforcement.actions.recordings import DescribeRecording
from enforcement.actions.registry import acts
from enforcement.actions.review import HoldDiscussion
from enforcement.law.errors import Invalid
from enforcement.law.events import SHANGHAI
from enforcement.law.money import yuan
from enforcement.web import fields, schemas


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row."""

    name: str = text("名称")
    sure: bool = yes_no("确定")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """Every kind of field."""

    title: str = text("标题")
    story: str = long_text("经过", required=False)
    on: dt.date | None = day("日期", required=False)
    at: dt.datetime | None = moment("时间", required=False)
    told: bool = yes_no("已告知")
    kind: str = choice("种类", "a", "b", required=False)
    kinds: tuple[str, ...] = choices("多种", "a", "b", required=False)
    amount_fen: int = money("金额")
    count: int | None = number("数量", required=False)
    items: tuple[str, ...] = lines("清单", required=False)
    rows: tuple[Row, ...] = group("行", Row, required=False)


printable = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40)
words = printable.map(str.strip).filter(bool)
BOUNDS = (dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1))  # noqa: DTZ001  (hypothesis takes bounds without a zone)
moments = st.datetimes(*BOUNDS).map(lambda one: one.replace(microsecond=0, tzinfo=SHANGHAI))
forms = st.builds(
    Everything,
    title=words,
    story=st.lists(words, max_size=4).map("\n".join),
    on=st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)),
    at=st.none() | moments,
    told=st.booleans(),
    kind=st.sampled_from(["", "a", "b"]),
    kinds=st.lists(st.sampled_from(["a", "b"]), unique=True).map(tuple),
    amount_fen=st.integers(0, 10**14),
    count=st.none() | st.integers(0, 10**9),
    items=st.lists(words, max_size=4).map(tuple),
    rows=st.lists(st.builds(Row, name=words, sure=st.booleans()), max_size=4).map(tuple),
)


def faults_of(do: Callable[[], object]) -> dict[str, list[str]] | None:
    """The faults something is refused for; None when it is not."""
    try:
        do()
    except Invalid as error:
        return error.fields
    return None


def values(form: object) -> dict[str, object]:
    return {field.name: getattr(form, field.name) for field in dataclasses.fields(form)}  # type: ignore[arg-type]


@given(forms)
def test_what_a_page_shows_is_read_back_as_the_same_form(form: Everything) -> None:
    given_ = values(form) | {"rows": [values(row) for row in form.rows]}
    typed = fields.typed_of(Everything, given_)
    assert fields.load(Everything, fields.without_empty_rows(Everything, typed)) == form


@given(st.dictionaries(st.sampled_from([*Everything.__dataclass_fields__, "rows.0.name", "rows.7.sure", "rows.x.name"]),
                       st.lists(st.text(max_size=30), min_size=1, max_size=3)))  # fmt: skip
def test_whatever_is_typed_is_a_form_or_a_list_of_faults(typed: dict[str, list[str]]) -> None:
    compact = fields.without_empty_rows(Everything, typed)
    faults = faults_of(lambda: check(fields.load(Everything, compact)))
    assert faults is None or all(messages for messages in faults.values())


@given(st.integers(1, 2**63 - 1))
def test_an_amount_is_read_back_from_its_field_and_from_a_page_as_the_same_number_of_fen(amount: int) -> None:
    [typed] = fields.typed_of(Everything, {"amount_fen": amount})["amount_fen"]
    assert "元" not in typed
    assert fields.fen(typed) == fields.fen(yuan(amount)) == amount


@pytest.mark.parametrize("text", ["1.005", "1e400", "NaN", "一百", "", "--1", "0x10", "1,2,3.4.5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    typed = {"title": ["x"], "amount_fen": [text or " x"]}
    with pytest.raises(Invalid) as refused:
        fields.load(Everything, typed)
    assert "amount_fen" in refused.value.fields


def test_what_recordings_must_cover_is_asked_for_and_shown_to_the_second() -> None:
    begun = dt.datetime(2026, 9, 28, 14, 30, 7, tzinfo=SHANGHAI)
    stated = fields.typed_of(StateInterruption, {"from_at": begun.isoformat(), "to_at": begun.replace(second=0)})
    assert stated == {"from_at": ["2026-09-28T14:30:07"], "to_at": ["2026-09-28T14:30:00"]}
    assert fields.typed_of(HoldDiscussion, {"held_at": begun}) == {"held_at": ["2026-09-28T14:30"]}
    exact = [specs(TakeMeasure)["started_at"], specs(TakeMeasure)["finished_at"], *specs(StateInterruption).values()]
    assert not any(spec.to_the_minute for spec in [*exact, specs(DescribeRecording)["started_at"]])


def test_removing_a_row_moves_the_others_up() -> None:
    typed = {"title": ["x"], **{f"rows.{index}.name": [str(index)] for index in range(3)}}
    left = fields.without_row(typed, "rows.1")
    assert left == {"title": ["x"], "rows.0.name": ["0"], "rows.1.name": ["2"]}


def test_every_form_of_every_act_has_a_schema_and_an_empty_one_says_all_that_is_missing() -> None:
    for deed in acts().values():
        required = {name for name, spec in specs(deed.form).items() if spec.required}
        faults = faults_of(functools.partial(schemas.load, deed.form, {}))
        assert set(faults or {}) == required, deed.name
