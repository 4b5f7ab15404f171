"""Somebody named in another spelling of their id is nobody: two spellings would be two people to every rule."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from enforcement.actions.people import NameDeputy
from enforcement.actions.registry import perform
from enforcement.law.errors import Invalid
from tests import factories
from tests.actions.filled import discussion
from tests.actions.watching import invalid, unchanged
from tests.factories import House

SPELLINGS: list[Callable[[str], str]] = [
    str.upper,
    lambda written: written.replace("-", ""),
    lambda written: f"{{{written}}}",
    lambda written: uuid.UUID(written).urn,
]


def test_one_head_spelled_twice_is_no_discussion_of_two(house: House) -> None:
    walk, head = factories.open_case(house.market), house.market.id("head")
    for spelled in SPELLINGS:
        form = discussion(walk, members=(head, spelled(head)))
        assert set(invalid(house, walk, "head", "hold_discussion", form)) == {"members"}


@pytest.mark.parametrize("field", ["head", "deputy"])
def test_who_is_picked_is_named_as_everybody_else_is(house: House, field: str) -> None:
    day = dt.date(2026, 9, 2)
    chosen = {"head": house.market.id("head"), "deputy": house.market.id("head2")}
    for spelled in SPELLINGS:
        named = chosen | {field: spelled(chosen[field])}
        form = NameDeputy(**named, from_on=day, to_on=day, reason="出差")
        with unchanged(house), pytest.raises(Invalid) as refusal:
            perform(house.office, house.market.actors["head"], "name_deputy", form)
        assert set(refusal.value.fields) == {field}
