"""How many cases a second are opened over HTTP, against a bare Flask view under the same server, in turns.

Ours is the whole product as `make run` starts it (scheduler and sequencer at work beside it), with the sample agencies
and an officer signed in. Afterwards every case opened is counted in the database with its record and ledger entry.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from benchmarks import bare_view
from benchmarks.ratios import Ratio, in_turns, main
from benchmarks.site_database import BENCH
from benchmarks.web import Connection, Load, Request, free_port, served
from config.settings import DATABASES
from enforcement.demo.agencies import MARKET, PASSWORD
from enforcement.runtime.embedded import Server
from enforcement.runtime.processes import web

BOUND = 0.15
ROUNDS = 9
SECONDS = 1.5
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
    with installation() as (server, port), bare(server) as other:
        ours = Load(port, [_lead(port)])
        theirs = Load(other, [Request("/cases", "POST", _json(LEAD), _JSON)])
        for load in (ours, theirs):
            load.rate(SECONDS)
        rates = in_turns(lambda: ours.rate(SECONDS), lambda: theirs.rate(SECONDS), rounds=ROUNDS)
        with server.connect("mingjian") as connection:
            written = connection.execute(WRITTEN).fetchone()
        assert written == (ours.answered,) * 3, f"{written} written for {ours.answered} answers"
    yield Ratio("open a case over HTTP, against a bare Flask view that inserts and chains", *rates, "cases/s", BOUND)


@contextmanager
def installation() -> Iterator[tuple[Server, int]]:
    """A fresh `make run` with the sample agencies: its database server and its internal port."""
    shutil.rmtree(VAR, ignore_errors=True)
    VAR.mkdir(parents=True)
    internal, public = free_port(), free_port()
    environ = {name: value for name, value in os.environ.items() if name not in DATABASES.values()}
    environ |= {"MINGJIAN_VAR": str(VAR), "MINGJIAN_DEMO": "1"}
    environ |= {"MINGJIAN_INTERNAL_PORT": str(internal), "MINGJIAN_PUBLIC_PORT": str(public)}
    command = [sys.executable, "-m", "enforcement.runtime.processes"]
    with served(command, internal, VAR / "run.log", environ):
        yield Server(VAR), internal


@contextmanager
def bare(server: Server) -> Iterator[int]:
    """The bare view under the same server program with the same options, on the same database server."""
    port = free_port()
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {BARE}".encode())
    with server.connect(BARE) as connection:
        connection.execute(bare_view.TABLE)
        info: psycopg.ConnectionInfo = connection.info
        url = psycopg.conninfo.make_conninfo(info.dsn, password=info.password)
    command = [
        part if part != "wsgi:internal" else "benchmarks.bare_view:create" for part in web("internal", "", port).command
    ]
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
