"""Several clocks at once, a clock that was away, a clock that is advanced: everything due happens once."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import create_engine, func, select, text

from enforcement.actions import cases
from enforcement.demo import clock as demo_clock
from enforcement.demo.walk import Walk
from enforcement.models.cases import ProcessRecord
from enforcement.models.clock import Notification
from enforcement.sweep import Tally, sweep
from tests import factories
from tests.factories import House
from tests.live_site import live_site
from tests.robustness.agreement import ORIGIN, SEED, disagreements

ROOT = Path(__file__).resolve().parents[2]


def fill(house: House, each: int) -> list[Walk]:
    """Cases in every state the clock has something to do with, in both agencies' names: `each` of a kind."""
    walks: list[Walk] = []
    for _ in range(each):
        walks += [
            factories.released(factories.penalty(house.market)),
            factories.released(factories.license(house.market)),
            factories.released(factories.inspection(house.market)),
            factories.penalty(house.market),
            factories.penalty(house.market, party=factories.MINOR),
            factories.application(house.market),
        ]
        overturned = factories.released(factories.penalty(house.market))
        form = cases.Overturn(
            kind="annulled", instrument="复议决定", received_on=overturned.today, reason="原决定被撤销。"
        )
        overturned.do("head", "overturn_decision", form)
        walks.append(overturned)
    return walks


def in_parallel(house: House, clocks: int, passes: int) -> Tally:
    """Several clocks, each with connections of its own, beginning at the same instant."""
    start = threading.Barrier(clocks)

    def one(_: int) -> Tally:
        engine, done = create_engine(house.urls.app), Tally()
        office = dataclasses.replace(house.office, engine=engine)
        for _ in range(passes):
            start.wait(120)
            done.add(sweep(office))
        engine.dispose()
        return done

    total = Tally()
    with ThreadPoolExecutor(clocks) as pool:
        for tally in pool.map(one, range(clocks)):
            total.add(tally)
    return total


def done_by_the_clock(house: House) -> Counter[tuple[str, str]]:
    """How often the clock did each thing to each case or disclosure."""
    with house.office.reading(house.market.agency_id) as session:
        query = select(ProcessRecord.event, ProcessRecord.chain_id).where(ProcessRecord.actor_id.is_(None))
        rows = session.execute(query.where(ProcessRecord.event.in_(BY_THE_CLOCK))).all()
    return Counter((event, str(chain)) for event, chain in rows)


BY_THE_CLOCK = (
    "publication_made", "publication_verified", "withheld", "application_accepted", "disclosure_stopped",
    "publication_withdrawn",
)  # fmt: skip


def test_three_clocks_at_once_do_everything_once(house: House) -> None:
    with live_site(house.urls) as address:
        public = house.with_office(public_address=address)
        walks = fill(public, 2)
        public.later(days=9)
        tally = in_parallel(public, clocks=3, passes=3)
    assert not tally.failed
    done = done_by_the_clock(public)
    assert set(done.values()) == {1}
    assert Counter(event for event, _ in done) == {
        "publication_made": 6,
        "publication_verified": 6,
        "withheld": 2,
        "application_accepted": 2,
        "disclosure_stopped": 2,
    }
    said = ("published", "verified", "withheld", "accepted_by_silence", "stopped")
    assert [tally.done[kind] for kind in said] == [6, 6, 2, 2, 2]
    with public.office.reading(public.market.agency_id) as session:
        notified = session.scalar(select(func.count()).select_from(Notification))
    assert notified == tally.done["notified"]
    assert len(walks) == 14
    assert disagreements(public.urls) == []


def test_after_a_month_away_everything_due_happens_once_and_what_is_late_is_said_to_be(house: House) -> None:
    released, unreleased = factories.released(factories.penalty(house.market)), factories.penalty(house.market)
    waiting = factories.application(house.market)
    materials_on = waiting.today
    house.later(days=31)
    first = sweep(house.office, fetch=None)
    assert (first.done["published"], first.done["published_late"], first.done["accepted_by_silence"]) == (1, 1, 1)
    assert factories.records(waiting)[-1].happened_on == materials_on
    with house.office.reading(house.market.agency_id) as session:
        query = select(Notification.case_id, Notification.limit_key, Notification.to_role).where(
            Notification.kind == "overdue"
        )
        overdue = {tuple(row) for row in session.execute(query)}
    assert (unreleased.case_id, "disclosure_of_penalty", "agency_head") in overdue
    # Published, but late, and not verified yet: it is still overdue, and the acceptance's twenty days run from the day
    # the materials came, so they are over too.
    assert (waiting.case_id, "license_decision", "agency_head") in overdue
    assert (released.case_id, "disclosure_of_penalty", "agency_head") in overdue
    second = sweep(house.office, fetch=None)
    assert not second.anything
    assert disagreements(house.urls) == []


def test_advancing_the_clock_publishes_what_was_released_on_time_and_nothing_else(house: House) -> None:
    with live_site(house.urls) as address:
        public = house.with_office(public_address=address)
        released = factories.released(factories.penalty(public.market))
        prepared = factories.penalty(public.market)
        prepared.prepare()
        untouched = factories.penalty(public.market)
        minor = factories.penalty(public.market, party=factories.MINOR)
        days = demo_clock.advance(public.office, 9)
        [made] = [record for record in factories.records(released) if record.event == "publication_made"]
        assert made.happened_on == days[0][0]
        assert sum(tally.done["published"] for _, tally in days) == 1
        assert sum(tally.done["verified"] for _, tally in days) == 1
        assert [factories.stage_of_disclosure(walk) for walk in (prepared, untouched, minor)] == [
            "prepared", "due", "withheld",
        ]  # fmt: skip
        assert disagreements(public.urls) == []


@pytest.mark.proof
def test_two_scheduler_processes_share_the_work_and_one_may_be_killed(house: House, tmp_path: Path) -> None:
    with live_site(house.urls) as address, ExitStack() as ending:
        public = house.with_office(public_address=address)
        fill(public, 3)
        public.later(days=9)
        environ = {
            **os.environ,
            "MINGJIAN_VAR": str(tmp_path / "var"),
            "MINGJIAN_MEDIA": str(tmp_path / "media"),
            "MINGJIAN_DEMO": "1",
            "MINGJIAN_PUBLIC_ADDRESS": address,
            "MINGJIAN_DATABASE_URL": public.urls.app,
            "MINGJIAN_DATABASE_SEQUENCER_URL": public.urls.sequencer,
            "MINGJIAN_DATABASE_VERIFIER_URL": public.urls.verifier,
            "MINGJIAN_LEDGER_KEY": SEED.hex(),
            "MINGJIAN_LEDGER_ORIGIN": ORIGIN,
        }
        logs = [ending.enter_context((tmp_path / f"clock{number}.log").open("wb")) for number in range(3)]
        first, second = (_clock(environ, log, ending) for log in logs[:2])
        _wait_for(public, "publication_made", 1)
        first.send_signal(signal.SIGKILL)
        first.wait()
        third = _clock(environ, logs[2], ending)
        _wait_for(public, "publication_verified", 9)
        _wait_until_sealed(public)
        _wait_until_started(tmp_path / "clock2.log")
        for process in (second, third):
            process.send_signal(signal.SIGTERM)
        assert [process.wait(30) for process in (second, third)] == [0, 0]
        said = b"".join((tmp_path / f"clock{number}.log").read_bytes() for number in range(3))
        assert b"_failed" not in said, said.decode()
    done = done_by_the_clock(public)
    assert set(done.values()) == {1}
    assert Counter(event for event, _ in done) == {
        "publication_made": 9,
        "publication_verified": 9,
        "withheld": 3,
        "application_accepted": 3,
        "disclosure_stopped": 3,
    }
    assert disagreements(public.urls) == []


def _clock(environ: dict[str, str], log: BinaryIO, ending: ExitStack) -> subprocess.Popen[bytes]:
    """A scheduler of its own, which does not outlive the test."""
    command = [sys.executable, "-m", "enforcement.scheduler", "--sweep-seconds", "0.5"]
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=log, stderr=log)
    ending.callback(process.wait)
    ending.callback(process.kill)
    return process


def _wait_for(house: House, event: str, count: int) -> None:
    until = time.monotonic() + 120
    while sum(number for (name, _), number in done_by_the_clock(house).items() if name == event) < count:
        assert time.monotonic() < until, event
        time.sleep(0.1)


def _wait_until_started(log: Path) -> None:
    until = time.monotonic() + 60
    while b"started" not in log.read_bytes():
        assert time.monotonic() < until
        time.sleep(0.1)


def _wait_until_sealed(house: House) -> None:
    """Every entry has its place in the tree: the schedulers seal too."""
    owner = create_engine(house.urls.owner)
    until = time.monotonic() + 30
    with owner.connect() as connection:
        while connection.execute(text("SELECT count(*) FROM enforcement.ledger_pending")).scalar_one():
            connection.rollback()
            assert time.monotonic() < until
            time.sleep(0.2)
    owner.dispose()
