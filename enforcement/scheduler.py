"""The clock's own process, `python -m enforcement.scheduler`: seals the ledger, sweeps, fetches published pages
back, clears abandoned uploads.

Jobs are in code and hold no state: late, missed, doubled or parallel runs are harmless, and any number of schedulers
may run, because work is claimed in the database. SIGTERM and SIGINT let a running job finish and then end the process.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine, create_engine

from config.fitness import check
from config.settings import Settings, Unfit
from enforcement import high_water, logs, sequencer
from enforcement.actions.program import program
from enforcement.ledger import digest_of
from enforcement.office import open_office
from enforcement.runtime.embedded import running
from enforcement.sweep import Tally, fetch_back, sweep
from enforcement.sweep.calendars import written
from enforcement.sweep.tally import named
from enforcement.verify import steps
from enforcement.verify.running_clocks import running_clocks
from enforcement.work import Office, machine_clock

if TYPE_CHECKING:
    from types import FrameType

SEQUENCER_SECONDS = 2
SWEEP_SECONDS = 15
VERIFY_SECONDS = 20
REREAD_SECONDS = 60
STAGING_SECONDS = 3600
ABANDONED_AFTER = timedelta(days=1)
"""An upload nobody has continued for a day is given up."""

STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})

log = structlog.get_logger("scheduler")


class Stop(BaseException):
    """SIGTERM or SIGINT while starting. Not an Exception: nothing on the way out may swallow it."""


def build(
    office: Office, sequencing: Engine, verifying: Engine, settings: Settings, *, sweep_seconds: float
) -> BackgroundScheduler:
    """A scheduler with its jobs, not yet started; each may run while the others do, because a public site may be slow.

    `misfire_grace_time=None` and `coalesce`: a run that is late is done late, once, and never dropped in silence.
    """
    if settings.ledger_key is None:
        raise Unfit("缺少 MINGJIAN_LEDGER_KEY：没有签名密钥，存证检查点无法签署。")
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(6)},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone="Asia/Shanghai",
    )
    mark = high_water.of(settings)
    clocks = running_clocks(office.book, digest_of(written(office.book.calendar)))
    house = steps.House([high_water.vkey(settings) or ""], office.store, mark, office.demo, (clocks,))
    jobs: dict[str, tuple[float, Callable[[], object]]] = {
        "seal": (
            SEQUENCER_SECONDS,
            partial(sequencer.run_once, sequencing, settings.ledger_key, settings.ledger_origin, settings.high_water),
        ),
        "sweep": (sweep_seconds, partial(_pass, "swept", partial(sweep, office, fetch=None))),
        "fetch_back": (sweep_seconds, partial(_pass, "fetched_back", partial(fetch_back, office))),
        "verify": (VERIFY_SECONDS, partial(steps.step, verifying, "ledger", house)),
        "reread": (REREAD_SECONDS, partial(steps.step, verifying, "recordings", house)),
        "staging": (STAGING_SECONDS, partial(_clear_staging, office)),
    }
    for name, (seconds, job) in jobs.items():
        trigger = IntervalTrigger(seconds=seconds, timezone="Asia/Shanghai")
        scheduler.add_job(partial(_guarded, name, job), trigger, id=name, next_run_time=_at_once(office))
    return scheduler


def _at_once(office: Office) -> object:
    with office.engine.connect() as connection:
        return machine_clock(connection)


def _pass(event: str, run_pass: Callable[[], Tally]) -> None:
    tally = run_pass()
    if tally.anything:
        log.info(event, **tally.data())


def _clear_staging(office: Office) -> None:
    # By the machine's clock, as the files' own times are: a demonstration's clock must not shorten anybody's upload.
    with office.engine.connect() as connection:
        now = machine_clock(connection)
    if removed := office.store.sweep(now, ABANDONED_AFTER):
        log.info("staging_cleared", files=removed)


def _guarded(name: str, job: Callable[[], object]) -> None:
    """One run of a job. A failure is logged by kind and place, never by its message, which may quote data."""
    try:
        job()
    except Exception as error:  # noqa: BLE001  (one run of a job; the next must come)
        log.error("job_failed", job=name, **named(error))  # noqa: TRY400  (a traceback quotes the message)


def run(settings: Settings, *, sweep_seconds: float = SWEEP_SECONDS) -> None:
    """Run until SIGTERM or SIGINT. Raises Unfit where this installation cannot run the clock."""
    check(settings)
    high_water.require(settings, settings.database_url or "")
    office = open_office(settings, program())
    sequencing = create_engine(settings.database_sequencer_url or "", pool_pre_ping=True, hide_parameters=True)
    verifying = create_engine(settings.database_verifier_url or "", pool_pre_ping=True, hide_parameters=True)
    scheduler = build(office, sequencing, verifying, settings, sweep_seconds=sweep_seconds)
    # Blocked before the first thread starts, so that no thread of the scheduler is ever interrupted: the signal waits
    # until this thread asks for it. (An exception raised from a handler would be swallowed while a job is submitted.)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    scheduler.start()
    log.info("started", sweep_seconds=sweep_seconds)
    try:
        signal.sigwait(STOPPING)
        log.info("stopping")
    finally:
        scheduler.shutdown(wait=True)
        office.engine.dispose()
        sequencing.dispose()
        verifying.dispose()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stop


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to stop; 1 and one sentence if it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m enforcement.scheduler", description=__doc__)
    parser.add_argument("--sweep-seconds", type=float, default=SWEEP_SECONDS, help="seconds between sweeps")
    options = parser.parse_args(arguments)
    logs.configure()
    for name in STOPPING:
        signal.signal(name, _stop)
    try:
        with running(Settings.read("scheduler")) as settings:
            run(settings, sweep_seconds=options.sweep_seconds)
    except Unfit as unfit:
        print(unfit, file=sys.stderr)  # noqa: T201
        return 1
    except Stop:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
