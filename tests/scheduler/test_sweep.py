"""One pass of the clock."""

from __future__ import annotations

import hashlib

from enforcement.sweep import sweep
from tests import factories
from tests.factories import House


def test_what_is_released_is_published_in_the_next_pass(house: House) -> None:
    walk = factories.released(factories.penalty(house.market))
    report = sweep(house.office)
    assert report.done["published"] == 1
    assert factories.stage_of_disclosure(walk) == "published"
