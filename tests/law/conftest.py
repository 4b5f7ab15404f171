"""The law as it is configured, read once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from enforcement.law import citation, deadlines
from enforcement.law.calendar import Calendar
from enforcement.law.citation import Source
from enforcement.law.deadlines import Limit
from tests.law.places import CONFIG

if TYPE_CHECKING:
    from enforcement.law.book import Book


@pytest.fixture(scope="session")
def sources() -> Mapping[str, Source]:
    return citation.load(CONFIG / "law" / "sources.toml")


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return Calendar.load(CONFIG / "calendar")


@pytest.fixture(scope="session")
def limits(sources: Mapping[str, Source]) -> Mapping[str, Limit]:
    return deadlines.load(CONFIG / "law" / "deadlines.toml", sources)


@pytest.fixture(scope="session")
def book() -> Book:
    from enforcement.law.book import Book

    return Book.load(CONFIG)
