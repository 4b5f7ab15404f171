"""What the public site reads: one or two statements a page, no ORM objects, in autocommit as `mingjian_public`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any, TypeAlias, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from flask import current_app
from markupsafe import Markup
from psycopg.rows import namedtuple_row
from sqlalchemy import Engine

from publish.site.query import COLUMNS, JUDGED, Search
from publish.site.shares import COMMON, UNCOMMON, Shares
from publish.site.shares import SQL as SHARES_SQL

KEY = "mingjian_site"
SHANGHAI = ZoneInfo("Asia/Shanghai")
PAGE = 20
# Facets are counted over this many of the newest results, and say so: counting millions helps nobody.
COUNTED = 60
_WALKED = 20_000  # looked through at most for a common word
_AGENCIES_FOR_SECONDS = 20.0
_COUNTS_FOR_SECONDS = 20.0
_SHARES_FOR_SECONDS = 600.0

Row: TypeAlias = Any  # a named tuple with the statement's columns

_RECORD = """
    SELECT p.id, p.agency_id, p.kind, p.document_no, p.content, p.digest, p.changed_at, p.withdrawn_on,
           p.withdrawal_kind, p.withdrawal_reason, p.replaced_by, r.document_no AS replaced_no,
           a.name AS agency_name, a.code AS agency_code, a.address, a.phone, a.supervision_phone,
           l.position, l.checkpoint_size, c.signed_at
    FROM public_site.publication p
    JOIN public_site.agency a ON a.id = p.agency_id
    LEFT JOIN public_site.publication r ON r.id = p.replaced_by
    LEFT JOIN LATERAL (SELECT position, checkpoint_size FROM public_site.log_proof
                       WHERE publication_id = p.id ORDER BY position DESC LIMIT 1) l ON true
    LEFT JOIN public_site.checkpoint c ON c.size = l.checkpoint_size
    WHERE p.id = %(id)s
"""


@dataclass(frozen=True)
class Agency:
    """An agency as lists show it."""

    id: UUID
    code: str
    name: str
    initial: str


@dataclass(frozen=True)
class Facets:
    """Counts over the newest results: (value, label, count) by field; `capped`: there are more than were counted."""

    agency: tuple[tuple[str, str, int], ...]
    kind: tuple[tuple[str, int], ...]
    year: tuple[tuple[str, int], ...]
    count: int
    capped: bool


def rows(statement: str, parameters: dict[str, Any] | None = None, *, plan_anew: bool = False) -> list[Row]:
    """Run one statement on the driver itself; a connection that a restart of the database cut is replaced once.

    `plan_anew` for searches: a plan made for another word may walk a million rows for this one.
    """
    engine = cast("Site", current_app.extensions[KEY]).engine
    for attempt in (1, 2):
        with closing(engine.raw_connection()) as pooled:
            connection = cast("psycopg.Connection[Any]", pooled.driver_connection)
            try:
                with connection.cursor(row_factory=namedtuple_row) as cursor:
                    cursor.execute(statement.encode(), parameters, prepare=False if plan_anew else None)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                if connection.closed:
                    pooled.invalidate()
                    engine.dispose()  # a restart cut them all
                if not connection.closed or attempt == 2:  # noqa: PLR2004 — the second and last
                    raise
    raise AssertionError("unreachable: the second attempt returns or raises")


def _judged(found: list[Row]) -> list[Row]:
    """The same, with the day that later versions are judged by: few are ever corrected, so few are asked for."""
    ids = [row.id for row in found if row.version > 1]
    if not ids:
        return found
    later = {one.id: one for one in rows(JUDGED, {"ids": ids})}
    # What was withdrawn this very moment stays as it was found.
    return [
        row._replace(first_published_on=known.first_published_on, corrected=known.corrected) if known else row
        for row in found
        for known in (later.get(row.id),)
    ]


def today() -> date:
    """The day in Shanghai, for counts of this month."""
    return datetime.now(SHANGHAI).date()


class Kept:
    """Answers kept for some seconds: what changes a few times a day and stands on every page."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Any, Any]] = {}
        self._lock = Lock()

    def get(self, key: str, seconds: float, read: Any, *, mark: Any = None) -> Any:
        """The kept answer, or what `read()` gives where it is too old or was kept under another mark."""
        found = self._kept.get(key)
        now = time.monotonic()
        if found and now - found[0] < seconds and found[1] == mark:
            return found[2]
        value = read()
        with self._lock:
            self._kept[key] = (now, mark, value)
        return value


class Site:
    """Everything one application reads; holds what it keeps for some seconds."""

    def __init__(self, engine: Engine) -> None:
        self.kept = Kept()
        self.engine = engine

    def agencies(self) -> dict[UUID, Agency]:
        """All agencies by id, in the order of the list A to Z."""

        def read() -> dict[UUID, Agency]:
            found = rows("SELECT id, code, name, initial FROM public_site.agency ORDER BY initial, name")
            return {row.id: Agency(row.id, row.code, row.name, row.initial) for row in found}

        kept: dict[UUID, Agency] = self.kept.get("agencies", _AGENCIES_FOR_SECONDS, read)
        return kept

    def agency_options(self, chosen: str) -> Markup:
        """The choices of a list of all agencies, the one with the code `chosen` selected; drawn once for everybody."""

        def read() -> Markup:
            option = Markup('<option value="{}">{}</option>\n')
            return Markup().join(option.format(agency.code, agency.name) for agency in self.agencies().values())

        kept: Markup = self.kept.get("options", _AGENCIES_FOR_SECONDS, read)
        value = Markup('value="{}"').format(chosen)
        return kept.replace(value, value + Markup(" selected")) if chosen else kept

    def agency_by_code(self, code: str) -> Agency | None:
        """The agency of this code."""
        return next((agency for agency in self.agencies().values() if agency.code == code), None)

    def agency_name(self, agency_id: UUID) -> str:
        """An agency's name; one published since the list was kept is read again."""
        if agency_id not in self.agencies():
            self.kept = Kept()
        found = self.agencies().get(agency_id)
        return found.name if found else ""

    def record(self, publication_id: UUID) -> Row | None:
        """A publication or what is left of a withdrawn one, with its agency and its place in the log: one statement."""
        found = rows(_RECORD, {"id": publication_id})
        return found[0] if found else None

    def newest(self, limit: int, agency_id: UUID | None = None) -> list[Row]:
        """The newest publications, of one agency or of the city."""
        where = "p.withdrawn_on IS NULL" + (" AND p.agency_id = %(agency)s" if agency_id else "")
        found = rows(
            f"SELECT {COLUMNS} FROM public_site.publication p WHERE {where}"  # noqa: S608 — own words only
            " ORDER BY p.published_on DESC, p.ordinal DESC LIMIT %(limit)s",
            {"limit": limit, "agency": agency_id},
        )
        return _judged(found)

    def month_counts(self, first: date) -> dict[str, int]:
        """Publications by kind since the first day of a month; counted anew when one is put up or withdrawn."""
        mark = rows(
            "SELECT (SELECT max(ordinal) FROM public_site.publication) AS newest, (SELECT max(changed_at)"
            " FROM public_site.publication WHERE withdrawn_on IS NOT NULL) AS withdrawn"
        )[0]

        def read() -> dict[str, int]:
            found = rows(
                "SELECT kind, count(*) AS n FROM public_site.publication"
                " WHERE withdrawn_on IS NULL AND published_on >= %(first)s GROUP BY kind",
                {"first": first},
            )
            return {row.kind: row.n for row in found}

        kept: dict[str, int] = self.kept.get("month", _COUNTS_FOR_SECONDS, read, mark=(first, *mark))
        return kept

    def search(self, search: Search, *, limit: int) -> list[Row]:
        """Up to `limit` results behind the search's cursor, newest first; none where an agency is unknown."""
        return _judged(self._found(search, limit))

    def _found(self, search: Search, limit: int) -> list[Row]:
        agency_id = None
        if search.agency:
            agency = self.agency_by_code(search.agency)
            if agency is None:
                return []
            agency_id = agency.id
        if search.too_short:
            return []
        if not search.has_words:
            return rows(*search.plain_sql(agency_id, limit=limit), plan_anew=True)
        shares, words = self.shares(), search.words()
        share, rarest = shares.expected(words), shares.rarest(words)
        if shares.term(rarest) >= COMMON and (within := shares.walk_for(limit, share)) <= _WALKED:
            found = rows(*search.walk_sql(agency_id, limit=limit, within=within), plan_anew=True)
            if len(found) == limit:
                return found
        elif share >= UNCOMMON and search.newest_first_of_all and shares.last is not None:
            # One term alone: the planner takes several for so rare that it would not look at the days.
            since = shares.last - shares.days_for(limit, share)
            statement = search.index_sql(agency_id, limit=limit, terms=[rarest], since=since)
            found = rows(*statement, plan_anew=True)
            if len(found) == limit:
                return found
        return rows(*search.index_sql(agency_id, limit=limit, terms=shares.telling(words)), plan_anew=True)

    def shares(self) -> Shares:
        """How common terms are among the newest."""
        kept: Shares = self.kept.get("shares", _SHARES_FOR_SECONDS, lambda: Shares.of(rows(SHARES_SQL)))
        return kept

    def facets(self, found: Sequence[Row]) -> Facets:
        """Counts over what a search found, at most `COUNTED` results."""
        counted = found[:COUNTED]
        names = self.agencies()
        by_agency = Counter(row.agency_id for row in counted)
        return Facets(
            agency=tuple(
                (names[key].code, names[key].name, count) for key, count in by_agency.most_common(20) if key in names
            ),
            kind=tuple(Counter(row.kind for row in counted).most_common()),
            year=tuple(sorted(Counter(str(row.decided_on.year) for row in counted).items(), reverse=True)),
            count=len(counted),
            capped=len(found) > COUNTED,
        )

    def proofs(self, publication_id: UUID) -> list[Row]:
        """Every ledger entry about a publication with its proof and the checkpoint it leads to."""
        return rows(
            "SELECT l.chain_id, l.seq, l.event, l.body, l.salt, l.prev_hash, l.leaf_hash, l.position, l.path,"
            " l.checkpoint_size, c.root, c.note FROM public_site.log_proof l"
            " JOIN public_site.checkpoint c ON c.size = l.checkpoint_size"
            " WHERE l.publication_id = %(id)s ORDER BY l.position",
            {"id": publication_id},
        )

    def checkpoint(self, size: int | None = None) -> Row | None:
        """The checkpoint of one size, or the newest."""
        where = "WHERE size = %(size)s" if size is not None else ""
        found = rows(
            f"SELECT size, root, note, signed_at FROM public_site.checkpoint {where} ORDER BY size DESC LIMIT 1",  # noqa: S608 — own words
            {"size": size},
        )
        return found[0] if found else None

    def agency_page(self, agency_id: UUID, officers: int) -> dict[str, list[Row]]:
        """An agency's own row, basic information, first officers and notices."""
        same = {"id": agency_id, "limit": officers}
        return {
            "agency": rows("SELECT * FROM public_site.agency WHERE id = %(id)s", same),
            "information": rows(
                "SELECT item, section, title, cite, content, updated_on FROM public_site.basic_information"
                " WHERE agency_id = %(id)s ORDER BY position, title",
                same,
            ),
            "officers": self.officers(agency_id, limit=officers),
            "notices": rows(
                "SELECT id, kind, title, published_on FROM public_site.notice"
                " WHERE agency_id = %(id)s AND removed_on IS NULL ORDER BY published_on DESC, title LIMIT 20",
                same,
            ),
        }

    def officers(self, agency_id: UUID, *, limit: int, offset: int = 0) -> list[Row]:
        """Published officers of an agency (G#6.1(3)), by unit and name."""
        return rows(
            "SELECT name, unit, certificate_no, certificate_style, published_on FROM public_site.officer"
            " WHERE agency_id = %(id)s AND removed_on IS NULL ORDER BY unit, name, certificate_no"
            " LIMIT %(limit)s OFFSET %(offset)s",
            {"id": agency_id, "limit": limit, "offset": offset},
        )

    def notices(self, kind: str, limit: int) -> list[Row]:
        """The newest notices of a kind."""
        return rows(
            "SELECT id, agency_id, title, published_on FROM public_site.notice"
            " WHERE kind = %(kind)s AND removed_on IS NULL ORDER BY published_on DESC, title LIMIT %(limit)s",
            {"kind": kind, "limit": limit},
        )

    def notice(self, notice_id: UUID) -> Row | None:
        """One notice that still stands."""
        found = rows(
            "SELECT n.id, n.agency_id, n.kind, n.title, n.content, n.published_on FROM public_site.notice n"
            " WHERE n.id = %(id)s AND n.removed_on IS NULL",
            {"id": notice_id},
        )
        return found[0] if found else None

    def withdrawals(self, agency_id: UUID | None, kind: str, limit: int) -> list[Row]:
        """The newest withdrawals, for the feed's deletion entries."""
        where = "withdrawn_on IS NOT NULL"
        where += " AND agency_id = %(agency)s" if agency_id else ""
        where += " AND kind = %(kind)s" if kind else ""
        return rows(
            f"SELECT id, document_no, changed_at, withdrawal_kind FROM public_site.publication WHERE {where}"  # noqa: S608 — own words
            " ORDER BY changed_at DESC, ordinal DESC LIMIT %(limit)s",
            {"agency": agency_id, "kind": kind, "limit": limit},
        )
