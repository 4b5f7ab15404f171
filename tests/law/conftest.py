"""The law as it is configured, read once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from enforcement.law.book import Book
from enforcement.law.calendar import Calendar
from enforcement.law.citation import Source
from enforcement.law.deadlines import Limit
from tests.law.places import CONFIG


@pytest.fixture(scope="session")
def sources(book: Book) -> Mapping[str, Source]:
    return book.sources


@pytest.fixture(scope="session")
def calendar(book: Book) -> Calendar:
    return book.calendar


@pytest.fixture(scope="session")
def limits(book: Book) -> Mapping[str, Limit]:
    return book.limits


@pytest.fixture(scope="session")
def book() -> Book:
    return Book.load(CONFIG)
