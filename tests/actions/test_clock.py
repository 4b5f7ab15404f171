"""What only the clock does, and nobody in its place."""

from __future__ import annotations

import datetime as dt

import pytest

from enforcement.actions import clock, licenses
from enforcement.actions.registry import acts, perform
from enforcement.law.errors import Forbidden
from enforcement.work import Actor
from tests import factories
from tests.actions.watching import assert_agreement, forbidden, unchanged
from tests.factories import House

MOVED = clock.MovedDue(
    limit="disclosure_of_penalty", started_on=dt.date(2026, 9, 1), was=dt.date(2026, 9, 10), now=dt.date(2026, 9, 11)
)
RECOMPUTED = clock.RecomputeDue(before="a" * 64, after="b" * 64, moved=(MOVED,))


def test_a_moved_due_day_is_noted_by_the_clock_also_in_a_closed_case(house: House) -> None:
    walk = factories.penalty(house.market, until="case_closed")
    for login in ("head", "officer1", "admin"):
        assert forbidden(house, walk, login, "recompute_due", RECOMPUTED).code == "may"
    assert walk.case_id is not None
    actor = Actor.clock(house.market.agency_id)
    perform(house.office, actor, "recompute_due", RECOMPUTED, walk.case_id, version=None)
    record = factories.records(walk)[-1]
    assert (record.actor_id, record.data["moved"][0]["now"]) == (None, "2026-09-11")
    assert factories.case_of(walk).stage == "case_closed"
    assert_agreement(walk)


def test_the_clock_does_what_is_its_own_and_no_more(house: House) -> None:
    table = house.office.book.powers.acts
    assert {name for name in acts() if "clock" in table[name].who} == {
        "accept_application", "approve_withholding", "begin_year", "notify_of_agency", "notify_of_case",
        "publish_disclosure", "recompute_due", "stop_disclosure", "take_down_publication", "take_up_correction",
        "verify_publication", "verify_withdrawal", "withdraw_publication",
    }  # fmt: skip
    walk = factories.application(house.market)
    assert walk.case_id is not None
    form = licenses.RejectApplication(reason="理由", basis="依据")
    with unchanged(house), pytest.raises(Forbidden):
        perform(
            house.office, Actor.clock(house.market.agency_id), "reject_application", form, walk.case_id, version=None
        )
