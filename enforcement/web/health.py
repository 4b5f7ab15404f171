"""Whether this installation works; open, because what watches it has no account. Says nothing of any case."""

import datetime as dt

from flask import Blueprint, jsonify
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from enforcement.law.events import shanghai_day
from enforcement.models.ledger import LedgerPending
from enforcement.models.powers import SweepRun
from enforcement.web import here
from enforcement.work import machine_clock

blueprint = Blueprint("health", __name__)

CALENDAR_BY_MONTH = 12
OLDEST_SWEEP = dt.timedelta(hours=1)
OLDEST_PENDING = dt.timedelta(minutes=5)


@blueprint.get("/health")
def health() -> tuple[Response, int]:
    """200 while everything that runs by itself runs; 503 with the names of what does not."""
    try:
        problems = _problems()
    except SQLAlchemyError:
        problems = ["database"]
    return jsonify({"ok": not problems, "problems": problems}), 503 if problems else 200


def _problems() -> list[str]:
    office = here.office()
    with office.engine.connect() as connection:
        now, real = office.clock(connection), machine_clock(connection)
        agencies = list(connection.execute(text("SELECT agency_id FROM enforcement.agencies()")).scalars())
    problems = []
    today = shanghai_day(now)
    # December decisions already run into a year whose days of rest somebody must load.
    if today.month == CALENDAR_BY_MONTH and office.book.calendar.is_provisional(
        today.replace(year=today.year + 1, month=1, day=15)
    ):
        problems.append("calendar_of_next_year")
    for agency_id in agencies:
        with office.reading(agency_id) as session:
            last = session.scalar(select(func.max(SweepRun.finished_at)))
            oldest = session.scalar(select(func.min(LedgerPending.entered_at)))
        if last is not None and now - last > OLDEST_SWEEP:
            problems.append("last_sweep")
        if oldest is not None and real - oldest > OLDEST_PENDING:
            problems.append("ledger_sequencer")
    return sorted(set(problems))
