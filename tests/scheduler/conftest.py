"""A house whose public site can be reached."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories import House
from tests.live_site import live_site


@pytest.fixture
def public(house: House) -> Iterator[House]:
    """The house with its public site served for real."""
    with live_site(house.urls) as address:
        yield house.with_office(public_address=address)
