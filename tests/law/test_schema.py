"""The schemas that editors read: the shipped files fit them, a slip does not."""

from __future__ import annotations

import random
import tomllib
from datetime import date
from typing import Any

import jsonschema_rs
import pytest

from enforcement.law import book
from tests.law.places import FILES
from tests.proofs import slips
from tests.proofs.slips import Slip

FIELDS = slips.PROGRAM.known()["field"]
VALIDATORS = {name: jsonschema_rs.validator_for(schema) for name, schema in book.schemas(FILES, slips.PROGRAM).items()}
WRITTEN = [name for name in FILES if book.shape_of(name) is not None]


def as_editors_see_it(value: Any) -> Any:
    """What an editor of TOML shows to a schema: days as text."""
    if isinstance(value, dict):
        return {key: as_editors_see_it(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_editors_see_it(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def fits(name: str, table: object) -> bool:
    shared = {"calendar": "calendar/year", "procedures": "procedures/kind"}.get(name.partition("/")[0], name)
    return VALIDATORS[name if name in VALIDATORS else shared].is_valid(as_editors_see_it(table))


@pytest.mark.parametrize("name", WRITTEN)
def test_every_shipped_file_fits_its_schema(name: str) -> None:
    assert fits(name, slips.table_of(name))


def of_one_file(slip: Slip) -> bool:
    """Whether the file by itself tells the slip: not what stands here for the first time, nor
    places in the code, nor the stages of one kind of case, which its schema shares with the others, nor a field that
    is one of another form.
    """
    kinds = {(one.steps, one.steps[-1:] == (one.name,)): one for one in FILES[slip.file].names}
    named = kinds.get((slip.steps, slip.of_key))
    if named is not None and named.kind == "field" and slip.written in FIELDS:
        return False
    return named is None or not (named.defines or named.local or named.kind in {"place", "test_place"})


def test_a_slip_in_a_key_or_a_name_does_not_fit() -> None:
    drawn = [slip for slip in random.Random(11).sample(slips.slips(11), 1500) if of_one_file(slip)]
    assert len(drawn) > 1000
    assert [str(slip) for slip in drawn if fits(slip.file, slip.spoil(slips.table_of(slip.file)))] == []


def test_what_must_not_be_empty_is_not() -> None:
    table = tomllib.loads((slips.CONFIG / "law" / "deadlines.toml").read_text("utf-8"))
    assert fits("law/deadlines", table)
    key = next(iter(table))
    assert not fits("law/deadlines", {**table, key: {**table[key], "days": []}})
