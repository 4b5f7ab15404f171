"""Looking at an agency itself: a year that begins, and whom to notify of its own limits."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy import extract, select

from enforcement import projection
from enforcement.actions.agency_limits import YEAR_BEGUN, BeginYear
from enforcement.actions.registry import perform
from enforcement.law.errors import NotFound
from enforcement.law.events import shanghai_day
from enforcement.models.cases import ProcessRecord
from enforcement.models.clock import ClockRow
from enforcement.queries.clocks import OPEN, clocks_where
from enforcement.sweep import again, claim, notices
from enforcement.sweep.tally import Tally
from enforcement.work import Actor, Office, Work


def look_at(office: Office, actor: Actor, chain_id: uuid.UUID, calendar: str, tally: Tally) -> None:
    """Begin the years that have begun, notify of the agency's own limits, and say when to look again.

    An agency somebody else holds is left to them, or to later.
    """
    with office.begin(actor) as work:
        years = _years(work, chain_id)
    for year in years:
        form = BeginYear(year=year, from_on=dt.date(year, 1, 1))
        try:
            perform(office, actor, "begin_year", form)
        except NotFound:  # another pass was quicker
            continue
        tally.did("year_begun")
    with office.begin(actor) as work:
        agency = claim.agency(work)
        if agency is None:
            return
        projection.write_agency(work, chain_id)
        clocks = [clock for _, clock in clocks_where(work, ClockRow.owner_id == chain_id, OPEN)]
        due = [notice for clock in clocks for notice in notices.of_agency(work, clock)]
        tally.did("notified", notices.notify(work, agency, due))
        new_year = again.midnight(dt.date(work.today.year + 1, 1, 1))
        again.note(work, chain_id, calendar, [new_year, *(moment for clock in clocks for moment in clock.changes)])


def _years(work: Work, chain_id: uuid.UUID) -> Iterable[int]:
    """The calendar years since the agency was founded that have begun and were not noted yet."""
    of_chain = ProcessRecord.chain_id == chain_id
    founded_at = work.session.scalars(
        select(ProcessRecord.at).where(of_chain).order_by(ProcessRecord.seq).limit(1)
    ).one()
    begun = select(extract("year", ProcessRecord.happened_on)).where(of_chain, ProcessRecord.event == YEAR_BEGUN)
    known = {int(year) for year in work.session.scalars(begun)}
    return [year for year in range(shanghai_day(founded_at).year + 1, work.today.year + 1) if year not in known]
