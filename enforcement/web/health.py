"""Whether this installation works; open, because what watches it has no account. Says nothing of any case."""

import datetime as dt
import shutil
from pathlib import Path

import psycopg
from flask import Blueprint, current_app, jsonify
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from enforcement import high_water
from enforcement.law.events import shanghai_day
from enforcement.ledger.notes import NoteError
from enforcement.models.ledger import LedgerCheckpoint, LedgerPending
from enforcement.models.powers import SweepPass
from enforcement.models.verification import Verification
from enforcement.signed_notes import Reader
from enforcement.web import here
from enforcement.work import machine_clock

blueprint = Blueprint("health", __name__)

CALENDAR_BY_MONTH = 12
OLDEST_SWEEP = dt.timedelta(hours=1)
LEAST_FREE_BYTES = 512 * 1024 * 1024
"""Less, and the next recordings find no room."""
OLDEST_PENDING = dt.timedelta(minutes=5)


@blueprint.get("/health")
def health() -> tuple[Response, int]:
    """200 while everything that runs by itself runs; 503 with the names of what does not.

    `law` is the version of the book this process judges by: one started before a change of the law shows the old one.
    """
    verification: dict[str, object] = {}
    try:
        problems = _problems() + _verified(verification)
    except (SQLAlchemyError, psycopg.Error, OSError):  # a database that is starting again says so in all these ways
        problems = ["database"]
    answer = {
        "ok": not problems,
        "problems": sorted(problems),
        "verification": verification,
        "law": here.book().version,
    }
    return jsonify(answer), 503 if problems else 200


def _problems() -> list[str]:
    office = here.office()
    with office.engine.connect() as connection:
        now, real = office.clock(connection), machine_clock(connection)
        swept = connection.scalar(select(SweepPass.finished_at))
        waiting = connection.scalar(select(func.min(LedgerPending.entered_at)))
        note = connection.scalar(select(LedgerCheckpoint.note).order_by(LedgerCheckpoint.size.desc()).limit(1))
        gone_back = high_water.compared(_high_water(), connection)
    problems = []
    today = shanghai_day(now)
    # December decisions already run into a year whose days of rest somebody must load.
    if today.month == CALENDAR_BY_MONTH and office.book.calendar.is_provisional(
        today.replace(year=today.year + 1, month=1, day=15)
    ):
        problems.append("calendar_of_next_year")
    if waiting is not None and real - waiting > OLDEST_PENDING:
        problems.append("ledger_sequencer")
    if note is not None and not _signed(note):
        problems.append("ledger_checkpoint")
    if gone_back:
        problems.append("ledger_gone_back")
    if any(shutil.disk_usage(place).free < LEAST_FREE_BYTES for place in _places() if place.exists()):
        problems.append("disk")
    if swept is not None and now - swept > OLDEST_SWEEP:
        problems.append("last_sweep")
    return sorted(problems)


def _verified(numbers: dict[str, object]) -> list[str]:
    """What the verification that runs by itself has found, as numbers; whether it stands still."""
    problems = set()
    with Session(here.office().engine) as session:
        for track in session.scalars(select(Verification)):
            numbers[track.track] = {"completed_at": track.completed_at, "findings": len(track.unmended)}
            problems |= {"verification_found"} if track.unmended else set()
            problems |= {"verification_stands_still"} if track.stalled(dt.datetime.now(dt.UTC)) else set()
    return sorted(problems)


def _high_water() -> high_water.HighWater:
    return high_water.HighWater(current_app.config["HIGH_WATER"], [current_app.config["LEDGER_KEY"]])


def _places() -> tuple[Path, ...]:
    """Where this installation writes."""
    return current_app.config["WRITES_TO"]  # type: ignore[no-any-return]


def _signed(note: str) -> bool:
    try:
        Reader([current_app.config["LEDGER_KEY"]]).read(note)
    except NoteError:
        return False
    return True
