"""An agency with very many cases against the same with a thousand: every list, search and page, and the clock's passes.

The cases are whole (`bulk.py`), and what is asked are the pages, of the application itself, by people signed in.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, text

from benchmarks import bulk, samples
from benchmarks.ratios import Ratio, main
from benchmarks.site_database import settings_of
from enforcement.actions.access import sign_in
from enforcement.actions.program import program
from enforcement.demo.agencies import MARKET, PASSWORD
from enforcement.office import open_office
from enforcement.runtime import keys, schema
from enforcement.runtime.embedded import Server
from enforcement.sweep import sweep
from enforcement.web.app import create_internal
from enforcement.web.auth import COOKIE
from enforcement.work import Office

FEW, MANY = 1_000, 100_000
AGENCIES = 800
ROUNDS = 15
HALF = 0.5
"""As many a second as with few cases, at least: twice the time."""
A_THIRD = 1 / 3
"""My work, at most three times a page of a case."""

_AGENCIES = """
    INSERT INTO enforcement.agency
    SELECT gen_random_uuid(), code || n, name || n, document_prefix, region, subject_type, chain_id, credit_code
    FROM enforcement.agency, generate_series(2, :count) n
"""

_LEAVE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"

MY_WORK = dict.fromkeys(("officer1", "head", "clerk", "reviewer"), "/")
LISTS = {
    "cases: open": ("head", "/cases"),
    "cases: closed": ("head", "/cases?scope=closed"),
    "cases: all, the last page": ("head", "/cases?scope=all&at=last"),
    "cases: by due day": ("head", "/cases?sort=due"),
    "cases: one stage": ("head", "/cases?stage=legal_review"),
    "cases: one procedure, by due day, the last page": ("head", "/cases?procedure=license&sort=due&at=last"),
    "cases: the officer's own": ("officer1", "/cases?mine=1&scope=all"),
    "cases: one's own by due day": ("officer1", "/cases?mine=1&sort=due"),
    "disclosures": ("clerk", "/disclosures"),
    "disclosures: by due day": ("clerk", "/disclosures?sort=due"),
    "disclosures: one stage, the last page": ("clerk", "/disclosures?stage=published&at=last"),
    "notifications": ("head", "/notifications"),
    "notifications: the last page": ("officer1", "/notifications?at=last"),
}
SEARCHES = {
    "a common word": "食品",
    "two common words": "商贸 过期食品",
    "a rare word": bulk.RARE,
    "an absent word": "独角兽",
    "a common word and an absent one": "食品 独角兽",
}


# ------------------------------------------------------------------------------------------------------------ asking


@dataclasses.dataclass(slots=True)
class House:
    """A database with the agency, and its application with whoever signs in."""

    name: str
    office: Office
    """On the day after which nothing falls due for a day."""
    client: Callable[[str], FlaskClient]
    case_id: uuid.UUID

    def ask(self, who: str, address: str) -> Callable[[], object]:
        """Asks for a page and throws it away; anything but a page is an error."""
        client = self.client(who)

        def asked() -> None:
            answer = client.get(address, follow_redirects=True)
            assert answer.status_code == HTTPStatus.OK, (address, answer.status_code, answer.text[:500])

        return asked


@contextmanager
def house(server: Server, name: str, made: samples.Samples) -> Iterator[House]:
    """The application over a database, in this process."""
    settings = settings_of(server.var, MINGJIAN_DATABASE_URL=server.urls(name).app)
    app = create_internal(dataclasses.replace(settings, database_url=server.urls(name).app, session_secret="s" * 40))
    office: Office = app.extensions["mingjian"]
    clients: dict[str, FlaskClient] = {}

    def client(who: str) -> FlaskClient:
        if who not in clients:
            clients[who] = app.test_client()
            clients[who].set_cookie(COOKIE, sign_in(office, f"{MARKET.login}-{who}", PASSWORD))
        return clients[who]

    set_back = dataclasses.replace(office, set_to=made.office.set_to)
    yield House(name, set_back, client, made.still_open[0])
    office.engine.dispose()


def in_turns(few: Callable[[], object], many: Callable[[], object]) -> tuple[float, float]:
    """Medians in milliseconds of both, measured in turns; what is made once is made before."""
    for one in (few, many) * 2:
        one()
    pairs = [(_milliseconds(few), _milliseconds(many)) for _ in range(ROUNDS)]
    return statistics.median(one for one, _ in pairs), statistics.median(one for _, one in pairs)


def _milliseconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return (time.perf_counter() - begun) * 1000


def ratio(what: str, times: tuple[float, float], bound: float = HALF) -> Ratio:
    """How many times as often a second the second is done as the first."""
    few, many = times
    print(f"{few:8.2f} ms  {many:8.2f} ms  {what}", file=sys.stderr, flush=True)
    return Ratio(what, 1000 / many, 1000 / few, "a second", bound)


# --------------------------------------------------------------------------------------------------------- databases


@contextmanager
def filled(rows: dict[str, int]) -> Iterator[tuple[Server, samples.Samples]]:
    """A server with a database for each name, of that many copied cases; `samples` has the samples alone."""
    with TemporaryDirectory(prefix="mingjian-office-") as folder:
        keys.ensure(Path(folder))
        server = Server(Path(folder))
        server.start()
        try:
            urls = server.prepare("samples")
            schema.upgrade(urls.owner)
            office = open_office(dataclasses.replace(settings_of(server.var), database_url=urls.app), program())
            made = samples.make(office)
            office.engine.dispose()
            for name, count in rows.items():
                begun = time.perf_counter()
                copy_database(server, "samples", name)
                with server.connect(name) as connection:
                    bulk.fill(connection, made.still_open, made.ended, count)
                print(f"        {count:,} cases in {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
            yield server, made
        finally:
            server.stop()


def copy_database(server: Server, source: str, name: str) -> None:
    """Another database like `source`, which nobody uses any more."""
    with server.connect() as connection:
        connection.execute(_LEAVE, (source,))  # a server notes a moment later that somebody has gone
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {source}".encode())
    server.prepare(name)


# --------------------------------------------------------------------------------------------------------- measuring


def measure(rows: int) -> Iterator[Ratio]:
    """Every page over `rows` cases (at most MANY) against FEW; then the clock's passes."""
    many = min(rows, MANY)
    with filled({"few": FEW, "many": many}) as (server, made):
        with house(server, "few", made) as small, house(server, "many", made) as big:
            yield from _pages(small, big, f"{many:,} cases against {FEW:,}")
            yield from _first_pass(small, big)
        yield from _idle_pass(server, made)


def _pages(small: House, big: House, sizes: str) -> Iterator[Ratio]:
    for who, address in MY_WORK.items():
        yield ratio(f"my work of {who}, {sizes}", in_turns(small.ask(who, address), big.ask(who, address)))
    for who, address in MY_WORK.items():
        case = big.ask(who, f"/cases/{big.case_id}")
        yield ratio(f"my work of {who}, against a page of a case", in_turns(case, big.ask(who, address)), A_THIRD)
    for what, (who, address) in LISTS.items():
        yield ratio(f"{what}, {sizes}", in_turns(small.ask(who, address), big.ask(who, address)))
    for what, words in SEARCHES.items():
        address = f"/search?q={quote(words)}"
        yield ratio(f"search: {what}, {sizes}", in_turns(small.ask("head", address), big.ask("head", address)))
    for what, address in (("a search", f"/cases?scope=all&count=exact&q={quote('食品')}"),):
        exact = big.ask("head", address)
        exact()
        print(f"{_milliseconds(exact):8.2f} ms  {what}, counted to the end", file=sys.stderr, flush=True)


def _first_pass(small: House, big: House) -> Iterator[Ratio]:
    """The first pass of a day on which nothing falls due: over sixteen thousand open cases, and over some."""
    passes = []
    for one in (small, big):
        with _statements(one.office) as asked:
            taken = _milliseconds(partial(sweep, _a_day_later(one.office), fetch=None))
        passes.append((len(asked), taken))
    (few, _), (many, _) = passes
    yield Ratio("statements of the first pass of a day in which nothing falls due", 1 / many, 1 / few, "", 1)
    yield ratio("the first pass of a day in which nothing falls due", (passes[0][1], passes[1][1]))


def _a_day_later(office: Office) -> Office:
    tomorrow = office.now() + dt.timedelta(days=1)
    return dataclasses.replace(office, set_to=lambda _connection: tomorrow)


@contextmanager
def _statements(office: Office) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(office.engine, "before_cursor_execute", note)
    yield asked
    event.remove(office.engine, "before_cursor_execute", note)


def _idle_pass(server: Server, made: samples.Samples) -> Iterator[Ratio]:
    """A pass in which nothing is due, over AGENCIES agencies against one."""
    offices = []
    for name, count in (("one", 1), ("house", AGENCIES)):
        copy_database(server, "samples", name)
        superuser = create_engine(server.url("postgres", name))
        with superuser.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(_AGENCIES), {"count": count})
        superuser.dispose()
        settings = dataclasses.replace(settings_of(server.var), database_url=server.urls(name).app)
        offices.append(dataclasses.replace(open_office(settings, program()), set_to=made.office.set_to))
    asked = []
    for office in offices:
        while sweep(office, fetch=None).anything:
            pass
        with _statements(office) as statements:
            sweep(office, fetch=None)
        asked.append(len(statements))
    yield Ratio(f"statements of an idle pass over {AGENCIES} agencies", 1 / asked[1], 1 / asked[0], "", 1)
    one, all_of_them = offices
    times = in_turns(lambda: sweep(one, fetch=None), lambda: sweep(all_of_them, fetch=None))
    yield ratio(f"an idle pass over {AGENCIES} agencies, against one over one", times, 0.05)
    for office in offices:
        office.engine.dispose()


if __name__ == "__main__":
    os.environ.setdefault("MINGJIAN_LOG", "warning")
    main(measure, __doc__)
