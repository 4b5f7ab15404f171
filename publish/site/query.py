"""What a reader searches for: read from an address, written back into one, and turned into SQL.

A search is its address: the page, the JSON, the CSV and the feed of one query string find exactly the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from publish.search import Words, normalise, words
from publish.tables import KINDS

_LONGEST = 100
_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,18})", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d{2}", re.ASCII)
# The same folding as `search.normalise` does for brackets, for one column: document numbers are short.
_NUMBER_COLUMN = "translate(lower(p.document_no), '〔〕[]（）【】 ', '()()()()')"
_PARTY_COLUMN = "translate(lower(p.party_label), '（） ', '()')"

COLUMNS = (
    "p.id, p.ordinal, p.agency_id, p.kind, p.document_no, p.title, p.party_label, p.gist, p.decision_kind,"
    " p.decided_on, p.due_on, p.published_on, p.version, p.digest"
)


@dataclass(frozen=True)
class Search:
    """One search. Empty means not asked; what cannot be read is in `unread`, by the name of its field."""

    q: str = ""
    number: str = ""
    party: str = ""
    agency: str = ""
    kind: str = ""
    year: str = ""
    decided_from: date | None = None
    decided_to: date | None = None
    after: str = ""
    unread: tuple[str, ...] = ()

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Search:
        """Read a query string; never raises. Words are cut at one hundred characters."""
        unread = []
        texts = {name: args.get(name, "").replace("\x00", "").strip()[:_LONGEST] for name in ("q", "number", "party")}
        shaped = {"kind": "|".join(KINDS), "agency": _CODE.pattern, "year": _YEAR.pattern, "after": _CURSOR.pattern}
        for name, pattern in shaped.items():
            value = args.get(name, "").strip()
            if value and not re.fullmatch(pattern, value, re.ASCII):
                unread.append(name)
                value = ""
            texts[name] = value
        days: dict[str, date | None] = {}
        for name in ("decided_from", "decided_to"):
            value = args.get(name, "").strip()
            try:
                days[name] = date.fromisoformat(value) if value else None
            except ValueError:
                unread.append(name)
                days[name] = None
        if texts["after"] and not _day_of_cursor(texts["after"]):
            texts["after"] = ""
        return cls(**texts, **days, unread=tuple(unread))  # type: ignore[arg-type] # the names are the fields'

    def address(self, path: str = "/search", **changes: Any) -> str:
        """The address of this search with other values; the cursor is dropped unless it is among them."""
        other = replace(self, **{"after": "", **changes})
        asked = {
            item.name: str(getattr(other, item.name))
            for item in fields(other)
            if item.name != "unread" and getattr(other, item.name)
        }
        return f"{path}?{urlencode(asked)}" if asked else path

    def narrowed_by(self, name: str) -> str:
        """The beginning of every address that narrows this search by one field: the value is all that is missing."""
        without = self.address(**{name: ""})
        return f"{without}{'&' if '?' in without else '?'}{name}="

    def words(self) -> Words:
        """The terms of all three text fields; what must stand in the text as written is of the first alone."""
        found = [words(text) for text in (self.q, self.number, self.party)]
        return Words(tuple({term for item in found for term in item.terms}), found[0].wholes)

    @property
    def too_short(self) -> bool:
        """Whether a text field is asked that holds nothing to search for: one character, or signs alone."""
        return any(text and not words(text).terms for text in (self.q, self.number, self.party))

    @property
    def by_decision(self) -> bool:
        """Whether results are sorted by day of decision: where days of decision are asked for, else by publication."""
        return bool(self.year or self.decided_from or self.decided_to)

    @property
    def narrowed(self) -> bool:
        """Whether anything at all is asked."""
        return self.address() != "/search"

    def sql(self, agency_id: object, *, limit: int) -> tuple[str, dict[str, Any]]:
        """The statement that finds `limit` results behind the cursor, newest first, and its parameters."""
        day = "p.decided_on" if self.by_decision else "p.published_on"
        where, parameters = self.conditions(agency_id)
        if self.after:
            where.append(f"({day}, p.ordinal) < (%(after_day)s, %(after_ordinal)s)")
            parameters["after_day"], parameters["after_ordinal"] = _CURSOR.fullmatch(self.after).groups()  # type: ignore[union-attr] # from_args
        parameters["limit"] = limit
        statement = (
            f"SELECT {COLUMNS} FROM public_site.publication p WHERE {' AND '.join(where)}"  # noqa: S608 — own words
            f" ORDER BY {day} DESC, p.ordinal DESC LIMIT %(limit)s"
        )
        return statement, parameters

    def conditions(self, agency_id: object) -> tuple[list[str], dict[str, Any]]:
        """What a result must satisfy; values travel as parameters only."""
        where = ["p.withdrawn_on IS NULL"]
        parameters: dict[str, Any] = {}
        asked = self.words()
        # strpos before @>: on a walk from the newest it is the cheaper no. And not LIKE: the planner takes a LIKE for
        # rarer than it is and would then never walk.
        for at, whole in enumerate(asked.wholes):
            where.append(f"strpos(p.searchable, %(whole{at})s) > 0")
            parameters[f"whole{at}"] = whole
        for name, column in (("number", _NUMBER_COLUMN), ("party", _PARTY_COLUMN)):
            if getattr(self, name):
                where.append(f"strpos({column}, %({name})s) > 0")
                parameters[name] = normalise(getattr(self, name)).replace(" ", "")
        if asked.terms:
            where.append("p.terms @> %(terms)s::text[]")
            parameters["terms"] = list(asked.terms)
        if self.agency:
            where.append("p.agency_id = %(agency)s")
            parameters["agency"] = agency_id
        if self.kind:
            where.append("p.kind = %(kind)s")
            parameters["kind"] = self.kind
        for name, sign, value in self._days():
            where.append(f"p.decided_on {sign} %({name})s")
            parameters[name] = value
        return where, parameters

    def _days(self) -> list[tuple[str, str, date]]:
        days = []
        if self.year:
            days.append(("year_from", ">=", date(int(self.year), 1, 1)))
            days.append(("year_to", "<=", date(int(self.year), 12, 31)))
        if self.decided_from:
            days.append(("decided_from", ">=", self.decided_from))
        if self.decided_to:
            days.append(("decided_to", "<=", self.decided_to))
        return days

    def cursor(self, row: Any) -> str:
        """The cursor that continues behind this row."""
        day = row.decided_on if self.by_decision else row.published_on
        return f"{day.isoformat()}.{row.ordinal}"


def _day_of_cursor(cursor: str) -> date | None:
    try:
        return date.fromisoformat(cursor.partition(".")[0])
    except ValueError:
        return None
