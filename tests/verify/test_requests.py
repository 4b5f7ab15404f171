"""What the public asked is held by its digest from the day it was taken up: changed, moved or gone, it is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from enforcement.models.requests import DIGESTED, SENT
from enforcement.wrote import NOT_RECORDED, projected
from publish.tables import correction_request

if TYPE_CHECKING:
    from tests.verify.conftest import Told

TABLE = "public_site.correction_request"
OTHERWISE = {
    "receipt_no": "'GS20260901-22222222'", "publication_id": "NULL", "agency_id": "{street}", "kind": "'suggestion'",
    "statement": "'一切属实'", "wish": "''", "name": "'某人'", "contact": "contact || '0'",
    "submitted_at": "submitted_at - interval '1 microsecond'", "salt": "sha256(salt)", "digest": "repeat('0', 64)",
    "taken_up_at": "taken_up_at - interval '1 microsecond'",
}  # fmt: skip


def test_every_column_of_a_request_is_digested_recorded_or_the_clocks_own() -> None:
    columns = {column.name for column in correction_request.c}
    assert columns == {*DIGESTED, *projected()[TABLE].columns, "asked_after_on"}
    assert {f"{TABLE}.{name}" for name in (*SENT, "salt", "asked_after_on")} == {
        name for name in NOT_RECORDED if name.startswith(TABLE)
    }
    assert OTHERWISE.keys() == columns - {"id", "settled_at", "asked_after_on"}


@pytest.mark.parametrize("column", OTHERWISE)
def test_what_was_asked_cannot_change_once_it_was_taken_up(told: Told, column: str) -> None:
    told.hit(f"UPDATE {TABLE} SET {column} = {OTHERWISE[column]}")
    (finding,) = told.verify().findings
    assert finding.table == TABLE
    assert str(told.ids["request"]) in finding.zh


@pytest.mark.parametrize(
    "statement",
    [
        f"DELETE FROM {TABLE}",
        f"UPDATE {TABLE} SET taken_up_at = NULL, digest = NULL",
        f"UPDATE {TABLE} SET id = gen_random_uuid()",
        f"UPDATE {TABLE} SET settled_at = taken_up_at",
    ],
)
def test_a_request_that_was_taken_up_neither_goes_nor_ends_by_itself(told: Told, statement: str) -> None:
    told.hit(statement)
    assert {finding.table for finding in told.verify().findings} == {TABLE}


def test_of_what_nobody_has_taken_up_nothing_can_be_said(told: Told) -> None:
    told.hit(f"""
        INSERT INTO {TABLE} (id, receipt_no, agency_id, kind, statement, wish, name, contact)
        VALUES (gen_random_uuid(), 'GS20260901-33333333', {{market}}, 'suggestion', '网站打不开', '', '', '')
    """)
    told.hit(f"UPDATE {TABLE} SET statement = '网站很好' WHERE taken_up_at IS NULL")
    assert told.verify().findings == ()
