"""What a person released is what goes out: nothing that changed after the release does (G#5.1)."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from enforcement.actions.disclosures import Note
from enforcement.actions.registry import perform
from enforcement.law.errors import RuleViolation
from enforcement.work import Actor
from tests import factories
from tests.actions.watching import cites, codes
from tests.factories import House


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE enforcement.disclosure SET fields = jsonb_set(fields, '{main_content}', '\"罚款一元。\"')",
        "UPDATE enforcement.agency SET name = '另一个机关'",
    ],
)
def test_what_changed_after_the_release_is_not_published(own_house: House, change: str) -> None:
    house = own_house
    walk = factories.released(factories.penalty(house.market))
    engine = create_engine(house.urls.owner)
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    with pytest.raises(RuleViolation) as refusal:
        perform(walk.office, Actor.clock(walk.staff.agency_id), "publish_disclosure", Note(), walk.disclosure_id())
    assert codes(refusal.value.breaches) == {"what_was_released_is_published"}
    assert cites(refusal.value.breaches) == {"G#5.1"}
    assert factories.stage_of_disclosure(walk) == "released"
