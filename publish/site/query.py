"""What a reader searches for: read from an address, written back into one, and turned into SQL.

A search is its address: the page, the JSON, the CSV and the feed of one query string find exactly the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeAlias
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
    " p.decided_on, p.due_on, p.published_on, p.version, p.digest, p.changed_at,"
    # Of a first version; what JUDGED says of later ones takes their place. Asked here, it would cost every search.
    " p.published_on AS first_published_on, false AS corrected"
)

# In time or late is the first version's, or the first's after one taken down as an error (`Content`).
JUDGED = """
    SELECT p.id, p.version > 1 + p.taken_down AS corrected,
        (SELECT min(v.published_on) FROM public_site.publication_version v
         WHERE v.publication_id = p.id AND v.version > p.taken_down) AS first_published_on
    FROM (SELECT c.id, c.version, (SELECT coalesce(max((past ->> 'version')::int), 0)
              FROM json_array_elements(convert_from(c.content, 'UTF8')::json -> 'earlier') AS past
              WHERE past ->> 'taken_down_on' IS NOT NULL) AS taken_down
          FROM public_site.publication c WHERE c.id = ANY(%(ids)s)) p
"""

Statement: TypeAlias = tuple[str, dict[str, Any]]  # and its parameters


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
        return Words(tuple(terms for item in found for terms in item.by_word), found[0].wholes)

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

    def plain_sql(self, agency_id: object, *, limit: int) -> Statement:
        """Find `limit` results behind the cursor, newest first, where no words are asked: an index is in that order."""
        where, parameters = self._filters(agency_id)
        return f"{_select(where)} {self._newest} LIMIT {limit:d}", parameters

    def walk_sql(self, agency_id: object, *, limit: int, within: int) -> Statement:
        """Find the words among the newest `within` publications only: the way to a common word."""
        where, parameters = self._filters(agency_id)
        newest = f"{_select(where, ', p.searchable, p.terms')} {self._newest} LIMIT {within:d}"
        wholes, more = self._wholes(self.words().wholes)
        # What stands in the text decides Han words; Latin words and numbers are found whole or not at all.
        latin = [term for term in self.words().terms if term[0].isascii()]
        found = " AND ".join(wholes)
        if latin:  # asked last: the terms lie apart from the row, and reading them is dear
            found = f"CASE WHEN {found} THEN p.terms @> %(latin)s::text[] ELSE false END"
            more["latin"] = latin
        statement = f"{_select([found], source=f'({newest})')} {self._newest} LIMIT {limit:d}"
        return statement, parameters | more

    def index_sql(
        self, agency_id: object, *, limit: int, terms: Sequence[str] = (), since: date | None = None
    ) -> Statement:
        """Find the words through the index of terms, then sort: the way to a rare word.

        `terms` are those of the words' terms to ask the index for (all, if not given), every word is looked for in the
        text besides; `since` asks only about what was put up on that day or later.
        """
        where, parameters = self._filters(agency_id)
        words = self.words()
        # Latin words and numbers are found whole or not at all: only their terms can tell.
        asked = {*(terms or words.terms), *(term for term in words.terms if term[0].isascii())}
        wholes, more = self._wholes([whole for whole in words.wholes if whole in words.undecided or whole not in asked])
        if since is not None:
            where.append("p.published_on >= %(since)s")
            more["since"] = since
        # + 0: the order cannot come from an index, so the planner is not tempted to walk a million rows for one.
        order = f"ORDER BY {self._day} + 0 DESC, p.ordinal DESC"
        statement = f"{_select(['p.terms @> %(terms)s::text[]', *where, *wholes])} {order} LIMIT {limit:d}"
        return statement, parameters | more | {"terms": sorted(asked)}

    @property
    def has_words(self) -> bool:
        """Whether any of the three text fields is asked."""
        return bool(self.q or self.number or self.party)

    @property
    def newest_first_of_all(self) -> bool:
        """Whether the newest publications of all come first: no agency, kind, day or cursor is asked."""
        return not (self.agency or self.kind or self.after or self.by_decision)

    @property
    def _day(self) -> str:
        return "p.decided_on" if self.by_decision else "p.published_on"

    @property
    def _newest(self) -> str:
        return f"ORDER BY {self._day} DESC, p.ordinal DESC"

    def _wholes(self, wholes: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
        """Every word as it must stand in its column. strpos, not LIKE: a reader's % is a sign like any other."""
        asked = [("p.searchable", whole) for whole in wholes]
        asked += [(_NUMBER_COLUMN, normalise(self.number).replace(" ", ""))] if self.number else []
        asked += [(_PARTY_COLUMN, normalise(self.party).replace(" ", ""))] if self.party else []
        conditions = [f"strpos({column}, %(whole{at})s) > 0" for at, (column, _) in enumerate(asked)]
        return conditions, {f"whole{at}": whole for at, (_, whole) in enumerate(asked)}

    def _filters(self, agency_id: object) -> tuple[list[str], dict[str, Any]]:
        """What narrows without words, and the cursor; values travel as parameters only."""
        where = ["p.withdrawn_on IS NULL"]
        parameters: dict[str, Any] = {}
        if self.agency:
            where.append("p.agency_id = %(agency)s")
            parameters["agency"] = agency_id
        if self.kind:
            where.append("p.kind = %(kind)s")
            parameters["kind"] = self.kind
        for name, sign, value in self._days():
            where.append(f"p.decided_on {sign} %({name})s")
            parameters[name] = value
        if self.after:
            where.append(f"({self._day}, p.ordinal) < (%(after_day)s, %(after_ordinal)s)")
            day, _, ordinal = self.after.partition(".")
            parameters |= {"after_day": date.fromisoformat(day), "after_ordinal": int(ordinal)}
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


def _select(where: list[str], more: str = "", source: str = "public_site.publication") -> str:
    """Put together from words written in this file alone."""
    return f"SELECT {COLUMNS}{more} FROM {source} p WHERE {' AND '.join(where)}"  # noqa: S608


def _day_of_cursor(cursor: str) -> date | None:
    try:
        return date.fromisoformat(cursor.partition(".")[0])
    except ValueError:
        return None
