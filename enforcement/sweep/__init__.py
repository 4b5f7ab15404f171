"""One pass of the clock through every agency. It has no memory: late, missed, doubled or parallel passes are harmless.

What waits anywhere is asked once over all agencies; where nothing waits nothing more is asked. Each item is claimed by
locking its row (`FOR UPDATE SKIP LOCKED`) and judged again under the lock, so any number of schedulers does everything
once. One item's failure is logged, without personal data, and stops nothing else. What an agency has much of waits for
the next passes, so that none holds up the others for long.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from enforcement.law.events import shanghai_day
from enforcement.ledger import digest_of
from enforcement.models.base import new_id
from enforcement.models.powers import SweepPass, SweepRun
from enforcement.sweep import again, agencies, calendars, cases, corrections, publications
from enforcement.sweep.tally import Tally
from enforcement.work import Actor, Office

__all__ = ["Tally", "fetch_back", "sweep"]

CASES_A_PASS = 500
"""More wait for the next pass, which comes in seconds: after a change of law every case is looked at."""

_WAITING = text("SELECT * FROM enforcement.sweep_waiting(:today, :moment, :law, :calendar)")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one agency has waiting: cases to look at, publications to fetch back, requests to take up or ask after."""

    agency_id: uuid.UUID
    cases: bool
    publications: bool
    requests: bool


def sweep(office: Office, *, fetch: publications.Fetch | None = publications.fetch) -> Tally:
    """Do everything that is due today in every agency; return what was done.

    `fetch` gets the bytes at an address of the public site (raises OSError); with None nothing is fetched back in this
    pass. What was done in an agency is stored in sweep_run; that there was a pass, in sweep_pass.
    """
    total = Tally()
    for waits in _waiting(office):
        if waits.cases or waits.requests:
            total.add(_in_agency(office, waits, partial(_agency, office, waits)))
    if fetch is not None:
        total.add(fetch_back(office, fetch))
    _note_pass(office)
    return total


def fetch_back(office: Office, fetch: publications.Fetch = publications.fetch) -> Tally:
    """Fetch back what waits for it in every agency. The process does this apart from the pass: sites may be slow."""
    total, patient = Tally(), publications.Patience(fetch)
    for waits in _waiting(office):
        if waits.publications:
            total.add(_in_agency(office, waits, partial(publications.fetch_back, office, patient)))
    return total


def _in_agency(office: Office, waits: Waiting, do: Callable[[Actor, Tally], None]) -> Tally:
    """Do one agency's part by itself, and store what came of it."""
    tally, actor, started_at = Tally(), Actor.clock(waits.agency_id), office.now()
    try:
        do(actor, tally)
    except Exception as error:  # noqa: BLE001  (one agency must not stop the others)
        tally.failed_at("agency", waits.agency_id, error)
    if tally.to_keep:
        _store(office, actor, started_at, tally)
    return tally


def _waiting(office: Office) -> list[Waiting]:
    """Where anything waits. One query, whatever the number of agencies."""
    asked = {"law": office.book.version, "calendar": digest_of(calendars.written(office.book.calendar))}
    with office.engine.connect() as connection:
        moment = office.clock(connection)
        rows = connection.execute(_WAITING, {"today": shanghai_day(moment), "moment": moment, **asked})
        return [Waiting(**row) for row in rows.mappings()]


def _agency(office: Office, waits: Waiting, actor: Actor, tally: Tally) -> None:
    if waits.cases:
        calendar = calendars.known(office, actor)
        waiting = again.waiting(office, actor, calendar, "case", limit=CASES_A_PASS)
        tally.each("case", waiting, lambda case_id: cases.look_at(office, actor, case_id, calendar, tally))
        itself = again.waiting(office, actor, calendar, "agency", limit=1)
        tally.each("agency", itself, lambda chain_id: agencies.look_at(office, actor, chain_id, calendar, tally))
    if waits.requests:
        requests = corrections.waiting(office, actor)
        tally.each("correction", requests, lambda one: corrections.take_up(office, actor, requests[one], tally))
        corrections.remind(office, actor, tally)


def _store(office: Office, actor: Actor, started_at: dt.datetime, tally: Tally) -> None:
    with office.begin(actor) as work:
        work.session.add(
            SweepRun(
                id=new_id(),
                agency_id=actor.agency_id,
                started_at=started_at,
                finished_at=work.moment,
                report=tally.data(),
            )
        )


def _note_pass(office: Office) -> None:
    with office.engine.begin() as connection:
        ended = insert(SweepPass).values(id=1, finished_at=office.clock(connection))
        connection.execute(
            ended.on_conflict_do_update(index_elements=["id"], set_={"finished_at": ended.excluded.finished_at})
        )
