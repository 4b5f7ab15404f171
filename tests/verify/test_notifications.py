"""Whom the clock notified of what cannot be changed, taken out or slipped in; only the reading is on no record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.verify.conftest import Told

ONE = "id = (SELECT min(id::text)::uuid FROM enforcement.notification WHERE case_id = {A})"


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE enforcement.notification SET to_role = 'officer' WHERE {ONE}",
        f"UPDATE enforcement.notification SET about_on = about_on + 1 WHERE {ONE}",
        f"UPDATE enforcement.notification SET created_at = created_at - interval '1 day' WHERE {ONE}",
        f"UPDATE enforcement.notification SET id = gen_random_uuid() WHERE {ONE}",
        f"DELETE FROM enforcement.notification WHERE {ONE}",
        f"""INSERT INTO enforcement.notification
            SELECT gen_random_uuid(), agency_id, 'overdue', about_on, to_role, to_person, case_id, disclosure_id,
                   limit_key, subject, created_at, read_at FROM enforcement.notification WHERE {ONE}""",
    ],
)
def test_a_notification_is_as_it_was_given(told: Told, statement: str) -> None:
    told.hit(statement)
    found = told.verify().findings
    assert {(finding.table, finding.chain_id) for finding in found} == {("notification", str(told.ids["A"]))}


def test_a_notification_moved_to_another_case_is_named(told: Told) -> None:
    told.hit(f"UPDATE enforcement.notification SET case_id = {{B}} WHERE {ONE}")
    assert {finding.table for finding in told.verify().findings} == {"notification"}


def test_that_one_was_read_is_no_damage(told: Told) -> None:
    told.hit("UPDATE enforcement.notification SET read_at = now()")
    assert told.verify().findings == ()
