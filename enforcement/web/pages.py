"""Paging of lists: which page is asked for, how many rows there are, and the address of another page."""

import dataclasses
from typing import Any
from urllib.parse import urlencode

from flask import request

from enforcement.queries.paging import PAGE_SIZE, Count, Page, Place

KEYS = ("after", "before", "at")
LONGEST_KEY = 300
LAST_PAGE = 10_000


def wanted_place(size: int = PAGE_SIZE) -> Place:
    """The page asked for: behind one row, before one, the last; the first for anything else."""
    for kind in ("after", "before"):
        if key := request.args.get(kind, "")[:LONGEST_KEY]:
            return Place(kind, key, size)
    return Place("last" if request.args.get("at") == "last" else "first", size=size)


def counts_exactly() -> bool:
    """Whether the address asks to count every row of a long list."""
    return request.args.get("count") == "exact"


@dataclasses.dataclass(frozen=True, slots=True)
class Pages:
    """Where a list stands, and the addresses that lead on; with everything else of the address kept."""

    page: Page[Any]
    count: Count

    @property
    def total(self) -> int:
        """How many rows there are at least."""
        return self.count.number

    @property
    def first(self) -> str:
        """The address of the first page, "" on it."""
        return _address() if self.page.before else ""

    @property
    def previous(self) -> str:
        """The address of the page before this one, "" on the first."""
        return _address(before=self.page.before) if self.page.before else ""

    @property
    def next(self) -> str:
        """The address of the page after this one, "" on the last."""
        return _address(after=self.page.after) if self.page.after else ""

    @property
    def last(self) -> str:
        """The address of the last page, "" on it."""
        return _address(at="last") if self.page.after else ""

    def sorted_by(self, sort: str) -> str:
        """The address of the first page in another order."""
        return _address(sort=sort)

    @property
    def exact(self) -> str:
        """The address of this page with every row counted, "" where they are."""
        if not self.count.capped:
            return ""
        return address_with(count="exact")


def _address(**place: str) -> str:
    return address_with(without=KEYS, **place)


def address_with(*, without: tuple[str, ...] = (), **changed: str) -> str:
    """The address of this request with some of its parameters changed or left out, whatever the others are called."""
    kept = {name: values for name, values in request.args.to_dict(flat=False).items() if name not in without}
    asked = urlencode({**kept, **{name: [value] for name, value in changed.items()}}, doseq=True)
    return f"{request.path}?{asked}" if asked else request.path


@dataclasses.dataclass(frozen=True, slots=True)
class Numbered:
    """Pages of a list whose rows are numbered from 1 without gaps, as the entries of a chain are."""

    number: int
    total: int
    size: int

    @property
    def offset(self) -> int:
        """How many rows stand before this page."""
        return (self.number - 1) * self.size

    @property
    def count(self) -> int:
        """How many pages there are; one for an empty list."""
        return max(1, -(-self.total // self.size))

    def address(self, number: int) -> str:
        """The same list at another page."""
        return address_with(page=str(number))


def wanted_page() -> int | None:
    """The number of the page asked for; None for anything that is no number."""
    text = request.args.get("page", "")
    return (
        min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < len("1000000") else None
    )
