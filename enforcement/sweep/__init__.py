"""One pass of the clock through every agency. It has no memory: late, missed, doubled or parallel passes are harmless.

Each item is claimed by locking its row (`FOR UPDATE SKIP LOCKED`) and judged again under the lock, so any number of
schedulers does everything once. One item's failure is logged, without personal data, and stops nothing else.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from sqlalchemy import select, text, update

from enforcement.models.powers import SweepRun
from enforcement.sweep import calendars, cases, corrections, publications
from enforcement.sweep.report import Report, told
from enforcement.work import Actor, Office

__all__ = ["Report", "sweep"]

Item = TypeVar("Item")
log = structlog.get_logger("clock")

CASES_A_PASS = 500
"""More wait for the next pass, which comes in seconds: on a new day every open case is looked at."""


def sweep(office: Office, *, fetch: publications.Fetch | None = publications.fetch) -> Report:
    """Do everything that is due today in every agency; return what was done.

    `fetch` gets the bytes at an address of the public site (raises OSError); with None nothing is fetched back in this
    pass. Each agency's part is stored in sweep_run.
    """
    total = Report()
    with office.engine.connect() as connection:
        agencies = [row[0] for row in connection.execute(text("SELECT agency_id FROM enforcement.agencies()"))]
    for agency_id in agencies:
        report = Report()
        started_at = office.now()
        actor = Actor.clock(agency_id)
        try:
            _agency(office, actor, report, fetch)
        except Exception as error:  # noqa: BLE001  (one agency must not stop the others)
            _failed(report, "agency", agency_id, error)
        _store(office, actor, started_at, report)
        total.add(report)
    return total


def _agency(office: Office, actor: Actor, report: Report, fetch: publications.Fetch | None) -> None:
    calendar = calendars.known(office, actor)
    waiting = cases.waiting(office, actor, calendar, limit=CASES_A_PASS)
    _each("case", waiting, report, lambda case_id: cases.look_at(office, actor, case_id, calendar, report))
    if fetch is not None:
        unseen = publications.unverified(office, actor)
        _each("publication", unseen, report, lambda one: publications.verify(office, actor, one, fetch, report))
    requests = corrections.waiting(office, actor)
    _each("correction", requests, report, lambda one: corrections.take_up(office, actor, one, report))
    corrections.remind(office, actor, report)


def _each(kind: str, items: Iterable[Item], report: Report, do: Callable[[Item], None]) -> None:
    for item in items:
        try:
            do(item)
        except Exception as error:  # noqa: BLE001  (one item of a sweep)
            _failed(report, kind, item, error)


def _failed(report: Report, kind: str, item: object, error: Exception) -> None:
    report.fail(kind)
    log.error("sweep_item_failed", kind=kind, item=str(item), **told(error))


def _store(office: Office, actor: Actor, started_at: dt.datetime, report: Report) -> None:
    """Keep the report; a pass that did nothing prolongs the last such row instead of adding one."""
    with office.begin(actor) as work:
        last = work.session.execute(
            select(SweepRun.id, SweepRun.report)
            .where(SweepRun.agency_id == actor.agency_id)
            .order_by(SweepRun.finished_at.desc())
            .limit(1)
        ).one_or_none()
        if last is not None and not report.anything and not last.report["done"] and not last.report["failed"]:
            work.session.execute(update(SweepRun).where(SweepRun.id == last.id).values(finished_at=work.moment))
            return
        work.session.add(
            SweepRun(
                id=uuid.uuid4(),
                agency_id=actor.agency_id,
                started_at=started_at,
                finished_at=work.moment,
                report=report.data(),
            )
        )
