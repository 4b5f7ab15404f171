"""Fifty people at work in one agency at the same time: nothing goes wrong, and a list stays within reach.

Sixteen reload their work again and again; officers register leads, take them on, investigate and write down what they
found; the heads open cases and decide them; all of them look at lists, cases and searches in between. The scheduler
is at work beside them, as in any installation. The application is the one that `make run` starts.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import queue
import random
import signal
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote

from benchmarks import samples
from benchmarks.office import filled
from benchmarks.ratios import Ratio, conclude
from benchmarks.site_database import settings_of
from benchmarks.web import STOP_SECONDS, Connection, Request, application
from enforcement.actions.access import sign_in
from enforcement.actions.program import program
from enforcement.demo.agencies import MARKET, PASSWORD
from enforcement.office import open_office
from enforcement.runtime import children
from enforcement.runtime.embedded import DATABASE, Server
from enforcement.runtime.processes import Child, Supervisor

ROWS, SECONDS = 10_000, 600.0
RELOADING = 16
ACTING = 29
"""Officers beside those who only reload; five more are the heads, the clerk, the releaser and the reviewer: fifty."""
QUIET = 40
"""How often the list is asked for while nobody else is there."""
WORST = 1 / 20
"""A list's 95th percentile, at most twenty times what it takes in quiet."""
PAUSE = (2.0, 8.0)
"""Seconds in which a person reads or types before going on."""
RELOAD = 0.5
LIST = "/cases"
READY = "examined"
"""The stage of what waits for its decision."""
READS = ("/", LIST, "/cases?mine=1", "/cases?sort=due", "/notifications", f"/search?q={quote('食品')}", "/disclosures")

_READY = """
    SELECT c.id::text, c.version, r.data FROM enforcement.case_file c
    JOIN enforcement.process_record r ON r.chain_id = c.id AND r.act = 'conclude_investigation'
    WHERE c.stage = %s ORDER BY c.id
"""
_DECIDED = {
    "performance_manner": "到指定银行或者通过电子支付系统缴纳罚款",
    "performance_due": "自收到本决定书之日起十五日内",
    "remedies": "可以自知道之日起六十日内申请行政复议，也可以自知道之日起六个月内提起行政诉讼。",
    "sealed": True,
    "social_impact": True,
}
_AS_CONCLUDED = (
    "outcome", "facts", "violation", "basis", "penalties", "leniency", "fine_fen", "confiscation_fen",
)  # fmt: skip


@dataclasses.dataclass(slots=True)
class Tally:
    """What everybody met with: seconds by what was asked, and what went wrong."""

    taken: defaultdict[str, list[float]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = dataclasses.field(default_factory=Counter)

    def p95(self, what: str) -> float:
        """The 95th percentile, in milliseconds."""
        return statistics.quantiles(self.taken[what], n=20)[-1] * 1000


@dataclasses.dataclass(slots=True)
class Desk:
    """What lies ready for others: leads to open, cases to decide."""

    pair: tuple[str, str]
    """The officers whom the head puts on a case."""
    leads: queue.Queue[tuple[str, str]] = dataclasses.field(default_factory=queue.Queue)
    decisions: queue.Queue[tuple[str, str, dict[str, Any]]] = dataclasses.field(default_factory=queue.Queue)


class Person:
    """Somebody signed in."""

    def __init__(self, port: int, token: str, tally: Tally, dice: random.Random) -> None:
        self.port, self.tally, self.dice = port, tally, dice
        connection = Connection(port)
        own = f"mingjian_session={token}"
        session = json.loads(connection.ask(Request("/api/session", headers=f"Cookie: {own}\r\n")))
        self.id = session["person"]["id"]
        self.cookies = "; ".join((own, *connection.cookies()))
        connection.socket.close()
        self.token = session["csrf_token"]

    def read(self, path: str) -> None:
        """Look at a page."""
        self._ask(path, Request(path, headers=f"Cookie: {self.cookies}\r\n"))

    def act(self, path: str, form: Mapping[str, Any], version: str = "") -> dict[str, str]:
        """Do an act; its answer, {} where it went wrong."""
        match = f"If-Match: {version}\r\n" if version else ""
        headers = f"Cookie: {self.cookies}\r\nX-CSRFToken: {self.token}\r\nContent-Type: application/json\r\n{match}"
        body = json.dumps(form, ensure_ascii=False).encode()
        answer = self._ask(path.rpartition("/")[2], Request(f"/api/{path}", "POST", body, headers))
        return json.loads(answer) if answer else {}

    def _ask(self, what: str, request: Request) -> bytes:
        begun = time.perf_counter()
        connection = Connection(self.port)  # a new one: whoever rests for seconds finds the last one closed
        try:
            answer = connection.ask(request)
        except (RuntimeError, OSError) as error:
            self.tally.wrong[f"{what}: {str(error)[:200]}"] += 1
            return b""
        finally:
            connection.socket.close()
        self.tally.taken[what].append(time.perf_counter() - begun)
        return answer


# ------------------------------------------------------------------------------------------------------ what they do


def reload(person: Person, _desk: Desk) -> None:
    """My work, again and again."""
    person.read("/")
    time.sleep(RELOAD)


def investigate(person: Person, desk: Desk) -> None:
    """A lead, taken on; perhaps a look around; the head hears of it."""
    day = dt.datetime.now(dt.UTC).date().isoformat()
    lead = {
        "matter_code": "CF-102", "title": "涉嫌未明码标价案", "source": "report", "received_at": f"{day}T00:10",
        "content": "来电反映该店多种商品未标明价格。",
        "parties": [{"kind": "organization", "name": f"北京{person.dice.randrange(10**6)}商贸有限公司"}],
    }  # fmt: skip
    begun = person.act("cases/register-lead", lead)
    _rest(person)
    if begun:
        case = begun["subject_id"]
        taken = person.act(f"cases/{case}/accept-lead", {"opinion": "线索具体，建议立案。"}, _seen(begun))
        if taken:
            desk.leads.put((case, _seen(taken)))
        _rest(person)
        person.read(f"/cases/{case}")
    _look(person)


def lead(person: Person, desk: Desk) -> None:
    """The head opens what was taken on, and decides what is ready."""
    with suppress(queue.Empty):
        case, version = desk.leads.get_nowait()
        opened = {"facts": "多种商品未标明价格。", "basis": "《中华人民共和国价格法》", "officers": desk.pair}
        person.act(f"cases/{case}/open-case", opened, version)
    with suppress(queue.Empty):
        case, version, form = desk.decisions.get_nowait()
        person.act(f"cases/{case}/make-decision", form, version)
    _look(person)


def look(person: Person, _desk: Desk) -> None:
    """The clerk, the releaser and the reviewer read."""
    _look(person)


def _look(person: Person) -> None:
    _rest(person)
    person.read(person.dice.choice(READS))


def _rest(person: Person) -> None:
    time.sleep(person.dice.uniform(*PAUSE))


def _seen(outcome: Mapping[str, Any]) -> str:
    return f'"{outcome["version"]}"'


ROLES: Mapping[str, Callable[[Person, Desk], None]] = {
    **{f"officer{number}": reload for number in range(samples.FIRST_MORE, samples.FIRST_MORE + RELOADING)},
    **{
        f"officer{number}": investigate
        for number in range(samples.FIRST_MORE + RELOADING, samples.FIRST_MORE + RELOADING + ACTING)
    },
    "head": lead, "head2": lead, "clerk": look, "releaser": look, "reviewer": look,
}  # fmt: skip


# --------------------------------------------------------------------------------------------------------- measuring


def measure(rows: int, seconds: float) -> Iterator[Ratio]:
    """All of them over `rows` cases for so long; then what a list took them against what it took in quiet."""
    with filled({DATABASE: rows}) as (server, _), application(server, "internal") as port, _scheduler(server):
        settings = dataclasses.replace(settings_of(server.var), database_url=server.urls().app)
        office = open_office(settings, program())
        dice = random.Random(50)  # noqa: S311  (the same every time)
        quiet, busy = Tally(), Tally()
        people = {
            who: Person(port, sign_in(office, f"{MARKET.login}-{who}", PASSWORD), busy, random.Random(dice.random()))  # noqa: S311
            for who in ROLES
        }
        alone = Person(port, sign_in(office, f"{MARKET.login}-head", PASSWORD), quiet, dice)
        office.engine.dispose()
        for _ in range(QUIET):
            alone.read(LIST)
        desk = Desk((people["officer4"].id, people["officer5"].id))
        for one in _ready(server):
            desk.decisions.put(one)
        before = _deadlocks(server)
        _at_work(people, desk, seconds)
        deadlocks = _deadlocks(server) - before
    done = {what: len(taken) for what, taken in busy.taken.items()}
    for what, count in sorted(done.items(), key=lambda one: -one[1])[:20]:
        print(f"{count:8,} times, 95 % within {busy.p95(what) if count > 1 else 0:8.0f} ms  {what}", file=sys.stderr)
    for what, count in busy.wrong.most_common():
        print(f"{count:8,} times WRONG  {what}", file=sys.stderr)
    asked = sum(done.values())
    wrong = sum(busy.wrong.values())
    yield Ratio(f"answers of {asked + wrong:,} that were none of an error", asked / (asked + wrong), 1, "", 1)
    yield Ratio("deadlocks: none", 1 / (1 + deadlocks), 1, "", 1)
    median = statistics.median(quiet.taken[LIST]) * 1000
    yield Ratio(
        f"a list while {len(people)} are at work, its 95th percentile against its median in quiet",
        1000 / busy.p95(LIST), 1000 / median, "a second", WORST,
    )  # fmt: skip


@contextmanager
def _scheduler(server: Server) -> Iterator[None]:
    """The clock and the sequencer, as `make run` starts them."""
    settings = settings_of(server.var)
    supervisor = Supervisor(dataclasses.replace(settings.with_urls(server.urls().as_settings())))
    child: Child = next(one for one in supervisor.children if one.name == "scheduler")
    supervisor.spawn(child)
    try:
        yield
    finally:
        if child.running is not None:
            children.stop(child.running, signal.SIGTERM, seconds=STOP_SECONDS)


def _ready(server: Server) -> list[tuple[str, str, dict[str, Any]]]:
    """The cases that wait for the head's decision, each with what was concluded."""
    found = []
    with server.connect(DATABASE) as connection:
        rows: list[Any] = connection.execute(_READY, (READY,)).fetchall()
        for case_id, version, data in rows:
            form = {name: data[name] for name in _AS_CONCLUDED if name in data}
            found.append((case_id, f'"{version}"', {**form, "evidence": data["evidence_summary"], **_DECIDED}))
    return found


def _deadlocks(server: Server) -> int:
    with server.connect() as connection:
        row: Any = connection.execute("SELECT sum(deadlocks) FROM pg_stat_database").fetchone()
    return int(row[0])


def _at_work(people: Mapping[str, Person], desk: Desk, seconds: float) -> None:
    until = time.monotonic() + seconds

    def works(person: Person, do: Callable[[Person, Desk], None]) -> None:
        time.sleep(person.dice.uniform(0, PAUSE[1]))  # nobody comes at the same moment
        while time.monotonic() < until:
            do(person, desk)

    threads = [threading.Thread(target=works, args=(person, ROLES[who])) for who, person in people.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> int:
    """0 if nothing went wrong and the list held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    given = parser.parse_args()
    return conclude(measure(min(given.rows, ROWS), given.seconds))


if __name__ == "__main__":
    sys.exit(main())
