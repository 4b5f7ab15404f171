"""Paging of lists: which page, how many, and the address of another with everything else kept."""

import dataclasses

from flask import request, url_for

PAGE_SIZE = 30
LAST_PAGE = 10_000


@dataclasses.dataclass(frozen=True, slots=True)
class Pages:
    """Where a list stands."""

    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def count(self) -> int:
        """How many pages there are; one for an empty list."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Number of the first row shown, from 1."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return min(self.number * self.size, self.total)

    def address(self, number: int) -> str:
        """The same list at another page."""
        given = {**(request.view_args or {}), **request.args.to_dict(flat=False), "page": str(number)}
        return url_for(request.endpoint or "home.home", **given)


def wanted_page() -> int:
    """The page asked for; the first for anything that is no number."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() else 1
