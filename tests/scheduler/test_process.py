"""The scheduler as a process: jobs that are never dropped, a clean end, one sentence where it cannot start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from config.settings import Settings
from enforcement import scheduler
from enforcement.sweep import publications, sweep
from tests import factories
from tests.factories import House

ROOT = Path(__file__).resolve().parents[2]


def environ(house: House, tmp_path: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "MINGJIAN_VAR": str(tmp_path / "var"),
        "MINGJIAN_MEDIA": str(tmp_path / "media"),
        "MINGJIAN_DEMO": "1",
        "MINGJIAN_PUBLIC_ADDRESS": factories.PUBLIC_ADDRESS,
        "MINGJIAN_DATABASE_URL": house.urls.app,
        "MINGJIAN_DATABASE_SEQUENCER_URL": house.urls.sequencer,
        "MINGJIAN_DATABASE_VERIFIER_URL": house.urls.verifier,
        "MINGJIAN_LEDGER_KEY": "00" * 31 + "01",
        "MINGJIAN_LEDGER_ORIGIN": "ledger.example/scheduler",
        **more,
    }


@contextmanager
def running(environment: dict[str, str], log: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        command = [sys.executable, "-m", "enforcement.scheduler", *options]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(condition: Any, what: str, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def test_it_publishes_what_is_released_seals_within_ten_seconds_and_ends_cleanly(house: House, tmp_path: Path) -> None:
    log = tmp_path / "clock.log"
    owner = create_engine(house.urls.owner)

    def count(sql: str) -> int:
        with owner.connect() as connection:
            return int(connection.execute(text(sql)).scalar_one())

    with running(environ(house, tmp_path), log, "--sweep-seconds", "0.5") as process:
        wait_for(lambda: b"started" in log.read_bytes(), "it starts")
        walk = factories.released(factories.penalty(house.market))
        wait_for(lambda: "publication_made" in factories.events(walk), "it publishes")
        entered = time.monotonic()
        wait_for(lambda: not count("SELECT count(*) FROM enforcement.ledger_pending"), "it seals", 20)
        sealed = time.monotonic() - entered
        wait_for(lambda: count("SELECT count(*) FROM public_site.log_proof") == 1, "it proves")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    owner.dispose()
    assert sealed < 10
    said = log.read_text()
    assert "_failed" not in said, said
    assert factories.COMPANY.name not in said


def test_without_a_signing_key_it_says_so_in_one_sentence(house: House, tmp_path: Path) -> None:
    without = environ(house, tmp_path)
    del without["MINGJIAN_LEDGER_KEY"]
    command = [sys.executable, "-m", "enforcement.scheduler"]
    done = subprocess.run(command, env=without, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "MINGJIAN_LEDGER_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_job_is_ever_dropped_for_being_late(house: House, tmp_path: Path) -> None:
    settings = Settings.read("scheduler", environ(house, tmp_path))
    built = scheduler.build(
        house.office,
        create_engine(house.urls.sequencer),
        create_engine(house.urls.verifier),
        settings,
        sweep_seconds=15,
    )
    jobs = {job.id: job for job in built.get_jobs()}
    defaults = built._job_defaults
    assert (defaults["misfire_grace_time"], defaults["coalesce"], defaults["max_instances"]) == (None, True, 1)
    seconds = {name: job.trigger.interval for name, job in jobs.items()}
    assert seconds == {
        "seal": timedelta(seconds=2),
        "sweep": timedelta(seconds=15),
        "fetch_back": timedelta(seconds=15),
        "verify": timedelta(seconds=20),
        "reread": timedelta(minutes=1),
        "staging": timedelta(hours=1),
    }


def test_a_public_site_that_hangs_stops_no_other_job(house: House, tmp_path: Path) -> None:
    log = tmp_path / "clock.log"
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the call and never says a word
        hangs = f"http://127.0.0.1:{silent.getsockname()[1]}"
        sweep(house.office, fetch=None)
        walk = factories.released(factories.penalty(house.market))
        sweep(house.office, fetch=None)
        assert factories.stage_of_disclosure(walk) == "published"
        late = environ(house, tmp_path, MINGJIAN_PUBLIC_ADDRESS=hangs)
        with running(late, log, "--sweep-seconds", "0.2"):
            silent.settimeout(90)
            waited_for, _ = silent.accept()
            with waited_for:
                begun = time.monotonic()
                other = factories.released(factories.penalty(house.market))
                wait_for(lambda: factories.stage_of_disclosure(other) == "published", "the clock goes on", 30)
                assert time.monotonic() - begun < publications.HOST_SECONDS


def test_a_job_that_fails_is_run_again_and_its_message_stays_out_of_the_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("褚遂良，住址文渊街")

    lines: list[dict[str, object]] = []
    catcher = SimpleNamespace(error=lambda event, **fields: lines.append({"event": event, **fields}))
    monkeypatch.setattr(scheduler, "log", catcher)
    scheduler._guarded("sweep", fail)
    assert [(line["event"], line["job"], line["error"]) for line in lines] == [("job_failed", "sweep", "ValueError")]
    assert str(lines[0]["at"]).startswith("enforcement.scheduler:")
    assert "褚" not in str(lines) + capsys.readouterr().err


def test_uploads_nobody_has_continued_for_a_day_are_cleared_by_the_machines_clock(house: House) -> None:
    staging = house.media / "staging"
    old, fresh = staging / ("0" * 32), staging / ("1" * 32)
    for path in (old, fresh):
        path.write_bytes(b"begun")
    past = time.time() - 2 * 86_400
    os.utime(old, (past, past))
    house.later(days=400)
    scheduler._clear_staging(house.office)
    assert not old.exists()
    assert fresh.exists()
