"""The decoder: a table is what its dataclass says, or every fault in it is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal

import pytest

from enforcement.law.decode import ALONE, FILLED, MAY_BE_EMPTY, TABLE_KEY, Named, Names, Reads, decode, written

Stop = Annotated[str, Names("stop")]


def even(text: str) -> int:
    if int(text) % 2:
        raise ValueError(f"{text} is odd")
    return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    key: str = field(metadata=TABLE_KEY)
    zh: str
    kind: Literal["bus", "tram"] = "bus"
    stops: Annotated[tuple[Stop, ...], FILLED]
    depot: Annotated[tuple[Stop, ...], ALONE] = ()
    from_on: date | None = field(default=None, metadata=written("from"))
    seats: Annotated[int, Reads(even, "[02468]$")] = 0
    night: bool = False
    ends: Mapping[Stop, bool | tuple[Stop, ...]] = field(default_factory=dict)
    note: Annotated[str, MAY_BE_EMPTY] = ""


Lines = Mapping[Annotated[str, Names("line", defines=True)], Line]
SOUND: Mapping[str, Any] = {"zh": "一路", "stops": ["north", "south"]}


def faults(entry: object) -> list[str]:
    return list(decode(Lines, {"one": entry}, "lines.toml").problems)


def test_a_table_becomes_its_dataclass_and_leaves_out_what_has_a_default() -> None:
    table = {
        **SOUND,
        "from": date(2026, 1, 1),
        "depot": "north",
        "seats": "40",
        "ends": {"south": ["north"]},
        "note": "",
    }
    assert decode(Lines, {"one": table}, "lines.toml").value == {
        "one": Line(
            key="one",
            zh="一路",
            stops=("north", "south"),
            depot=("north",),
            from_on=date(2026, 1, 1),
            seats=40,
            ends={"south": ("north",)},
        )
    }


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"knd": "bus"}, "lines.toml: one: unknown field knd, perhaps kind"),
        ({"from_on": date(2026, 1, 1)}, "lines.toml: one: unknown field from_on"),
        ({"key": "one"}, "lines.toml: one: unknown field key"),
        ({"kind": "buss"}, "lines.toml: one.kind: unknown kind buss; it is one of bus, tram"),
        ({"kind": 7}, "lines.toml: one.kind: a word expected, not 7"),
        ({"zh": " "}, "lines.toml: one.zh: zh is missing: it is empty"),
        ({"zh": 7}, "lines.toml: one.zh: text expected, not 7"),
        ({"zh": ["一路"]}, "lines.toml: one.zh: text expected, not a list"),
        ({"stops": []}, "lines.toml: one.stops: stops is missing: it is empty"),
        ({"stops": "north"}, "lines.toml: one.stops: a list expected, not “north”"),
        ({"stops": ["north", "north"]}, "lines.toml: one.stops: north stands twice"),
        ({"stops": ["north", 7]}, "lines.toml: one.stops[2]: text expected, not 7"),
        ({"depot": 7}, "lines.toml: one.depot: a list expected, not 7"),
        ({"from": "2026-01-01"}, "lines.toml: one.from: a day expected, not “2026-01-01”"),
        ({"from": datetime(2026, 1, 1)}, "lines.toml: one.from: a day expected, not 2026-01-01 00:00:00"),  # noqa: DTZ001
        ({"night": 1}, "lines.toml: one.night: true or false expected, not 1"),
        ({"night": "true"}, "lines.toml: one.night: true or false expected, not “true”"),
        ({"seats": True}, "lines.toml: one.seats: a whole number expected, not true"),
        ({"seats": 4.0}, "lines.toml: one.seats: a whole number expected, not 4.0"),
        ({"seats": "41"}, "lines.toml: one.seats: 41 is odd"),
        ({"ends": {"a.b": "yes"}}, 'lines.toml: one.ends."a.b": true or false or a list expected, not “yes”'),
    ],
)
def test_what_the_dataclass_does_not_say_is_refused_with_file_table_and_key(
    change: Mapping[str, Any], fault: str
) -> None:
    [found] = faults({**SOUND, **change})
    assert found.startswith(fault)


def test_a_missing_key_and_a_table_that_is_none_are_refused() -> None:
    assert faults({"zh": "一路"}) == ["lines.toml: one: stops is missing"]
    assert faults("一路") == ["lines.toml: one: a table expected, not “一路”"]
    assert decode(Lines, ["one"], "lines.toml").problems == ("lines.toml: a table expected, not a list",)


def test_every_fault_is_named_and_no_value_is_made_of_a_part() -> None:
    decoded = decode(Lines, {"one": {"kind": "buss", "night": 1}, "two": SOUND, "three": {}}, "lines.toml")
    assert decoded.value is None
    assert len(decoded.problems) == 6


def test_names_are_noted_by_the_kind_their_type_says_whatever_else_is_wrong() -> None:
    decoded = decode(Lines, {"one": {**SOUND, "en": "number one", "ends": {"south": True}}}, "lines.toml")
    assert decoded.value is None
    assert set(decoded.names) == {
        Named("line", "one", "lines.toml", ("one",), defines=True, english="number one"),
        Named("stop", "north", "lines.toml", ("one", "stops", 0)),
        Named("stop", "south", "lines.toml", ("one", "stops", 1)),
        Named("stop", "south", "lines.toml", ("one", "ends", "south")),
    }
    assert {one.place for one in decoded.names} >= {"lines.toml: one", "lines.toml: one.stops[1]"}
