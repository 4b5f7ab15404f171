"""The calendars due days were counted with, kept whole: so that what a changed notice moved can be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from enforcement.law.calendar import Calendar
from enforcement.ledger import digest_of
from enforcement.models.clock import CalendarKnown
from enforcement.work import Actor, Office, Work


def known(office: Office, actor: Actor) -> str:
    """Make sure that the calendar in force is kept; return its digest."""
    content = written(office.book.calendar)
    digest = digest_of(content)
    with office.begin(actor) as work:
        if work.session.scalar(select(CalendarKnown.digest).where(CalendarKnown.digest == digest)) is None:
            values = {"digest": digest, "content": content, "first_at": work.moment}
            work.session.execute(insert(CalendarKnown).values(**values).on_conflict_do_nothing())
    return digest


def read(work: Work, digest: str) -> Calendar:
    """The calendar of that digest."""
    content: Mapping[str, Any] = work.session.scalars(
        select(CalendarKnown.content).where(CalendarKnown.digest == digest)
    ).one()
    return Calendar(
        years=frozenset(content["years"]),
        rest=frozenset(date.fromisoformat(day) for day in content["rest"]),
        work=frozenset(date.fromisoformat(day) for day in content["work"]),
    )


def written(calendar: Calendar) -> dict[str, Any]:
    """A calendar as JSON keeps it, sorted."""
    return {
        "years": sorted(calendar.years),
        "rest": [day.isoformat() for day in sorted(calendar.rest)],
        "work": [day.isoformat() for day in sorted(calendar.work)],
    }
