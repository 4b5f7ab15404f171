"""How many cases a second one officer opens over HTTP, against a bare Flask view under the same server, in turns.

The internal application as `make run` starts it, with the sample agencies and an officer signed in, who opens one case
after another. Afterwards every case opened is counted in the database with its record and its ledger entry.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import bare_view
from benchmarks.ratios import Ratio, in_turns, main
from benchmarks.site_database import BENCH, settings_of
from benchmarks.web import Connection, Load, Request, application, each_once, free_port, served
from enforcement.demo.agencies import MARKET, PASSWORD
from enforcement.runtime import keys, schema
from enforcement.runtime.embedded import DATABASE, Server
from enforcement.runtime.processes import web

BOUNDS = {"/pooled/cases": 0.20, "/kept/cases": 0.10}
SAID = {"/pooled/cases": "on SQLAlchemy's pool", "/kept/cases": "on the driver alone, one connection for each thread"}
ROUNDS = 9
SECONDS = 1.5
CLIENTS = 16
ALONE, TOGETHER = 100, 800
"""How many cases are opened by one connection and by sixteen, to see how long each takes."""
WORST = 1 / 6
"""The slowest of a hundred among sixteen, at most six times the usual of one alone."""
VAR = BENCH / "run"
BARE = "bare"
LEAD = {
    "matter_code": "CF-101",
    "title": "涉嫌经营超过保质期食品案",
    "source": "report",
    "received_at": "2026-10-12T09:30",
    "place": "北京市明德区文渊街甲6号1层",
    "content": "来电反映该店冷藏展示柜内的蛋糕已超过标签标示的保质期，仍在销售。",
    "parties": [{"kind": "organization", "name": "北京明德甜蜜时光烘焙食品有限公司", "id_no": "91110105MA01B2C3X4"}],
}
WRITTEN = """
    SELECT (SELECT count(*) FROM enforcement.case_file),
           (SELECT count(*) FROM enforcement.process_record WHERE act = 'register_lead'),
           (SELECT count(*) FROM enforcement.ledger_entry WHERE body LIKE '%"act":"register_lead"%')
"""


def measure(_rows: int) -> Iterator[Ratio]:
    """How many rows there are elsewhere does not matter here."""
    with fresh_server() as server, application(server, "internal", demo=True) as port, bare(server) as other:
        ours = Load(port, [_lead(port)], connections=1)
        bares = {path: Load(other, [Request(path, "POST", _json(LEAD), _JSON)], connections=1) for path in BOUNDS}
        for load in (ours, *bares.values()):
            load.rate(SECONDS)
        for database in (DATABASE, BARE):
            with server.connect(database) as connection:  # as the server does by itself within a minute
                connection.execute("ANALYZE")
        for path, theirs in bares.items():
            rates = in_turns(lambda: ours.rate(SECONDS), lambda: theirs.rate(SECONDS), rounds=ROUNDS)  # noqa: B023 — here
            yield Ratio(
                f"open a case over HTTP, against a bare Flask view {SAID[path]}", *rates, "cases/s", BOUNDS[path]
            )
        lead = _lead(port)
        alone = statistics.median(each_once(port, [lead] * ALONE, 1))
        slowest = statistics.quantiles(each_once(port, [lead] * TOGETHER, CLIENTS), n=100)[-1]
        yield Ratio(
            f"the slowest of a hundred cases opened by {CLIENTS} at once, against the median by one",
            1 / slowest, 1 / alone, "a second", WORST,
        )  # fmt: skip
        answered = ours.answered + ALONE + TOGETHER
        with server.connect(DATABASE) as connection:
            written = connection.execute(WRITTEN).fetchone()
        assert written == (answered,) * 3, f"{written} written for {answered} answers"


@contextmanager
def fresh_server() -> Iterator[Server]:
    """A database server of its own, with nothing but the tables in it."""
    shutil.rmtree(VAR, ignore_errors=True)
    keys.ensure(VAR)
    server = Server(VAR)
    server.start()
    try:
        schema.upgrade(server.prepare().owner)
        yield server
    finally:
        server.stop()


@contextmanager
def bare(server: Server) -> Iterator[int]:
    """The bare view under the same server program with the same options, on the same database server."""
    port = free_port()
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {BARE}".encode())
    with server.connect(BARE) as connection:
        connection.execute(bare_view.TABLE)
        url = server.url("postgres", BARE)
    program = web("internal", "", port, settings_of(server.var)).command
    command = [part if part != "wsgi:internal" else "benchmarks.bare_view:create" for part in program]
    with served(command, port, VAR / "bare.log", os.environ | {bare_view.URL: url}):
        yield port


_JSON = "Content-Type: application/json\r\n"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _lead(port: int) -> Request:
    """The request of an officer who signed in."""
    connection = Connection(port)
    who = {"username": f"{MARKET.login}-officer1", "password": PASSWORD}
    signed_in = json.loads(connection.ask(Request("/api/session", "POST", _json(who), _JSON)))
    cookies = "; ".join(connection.cookies())
    headers = f"{_JSON}Cookie: {cookies}\r\nX-CSRFToken: {signed_in['csrf_token']}\r\n"
    return Request("/api/cases/register-lead", "POST", _json(LEAD), headers)


if __name__ == "__main__":
    main(measure, __doc__)
