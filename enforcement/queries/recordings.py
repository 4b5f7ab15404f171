"""Recordings: the list and one of them. What their bytes show is for the player, not for a query."""

import dataclasses
import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Select, select

from enforcement.facts import parameters
from enforcement.known import recording_facts
from enforcement.law import recording as rules
from enforcement.law.counting import Due
from enforcement.law.errors import NotFound
from enforcement.law.events import shanghai_day
from enforcement.law.facts import RecordingFacts
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.recordings import Recording
from enforcement.queries import words
from enforcement.queries.paging import FIRST, Count, Order, Page, Place, count_of, page_of
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording with the number and name of its case and the day that ended; `seen` has its beginning and end as the
    law reads them.
    """

    recording: Recording
    case_no: str
    case_title: str
    closed_on: dt.date | None
    seen: RecordingFacts

    @classmethod
    def of(cls, recording: Recording, case_no: str, title: str, closed_on: dt.date | None) -> "RecordingRow":
        """The row of these columns."""
        return cls(recording, case_no, title, closed_on, recording_facts(recording))


_COLUMNS = (Recording, Case.case_no, Case.title, Case.closed_on)


NEWEST = Order((Recording.taken_in_at, Recording.id), (dt.datetime, uuid.UUID))
NEWEST_FOUND = Order((words.here.c.at, words.here.c.id), (dt.datetime, uuid.UUID))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFilter:
    """What the list is narrowed to; empty means not narrowed."""

    q: str = ""
    activity: str = ""
    case_id: uuid.UUID | None = None


def list_recordings(work: Work, wanted: RecordingFilter, place: Place = FIRST) -> Page[RecordingRow]:
    """A page of recordings, newest first. One query."""
    query = select(*_COLUMNS).join(Case, Case.id == Recording.case_id)
    order = NEWEST_FOUND if wanted.q.strip() else NEWEST
    return page_of(
        work,
        _narrowed(work, query, wanted),
        order,
        place,
        lambda row: RecordingRow.of(row["Recording"], row["case_no"], row["title"], row["closed_on"]),
    )


def count_recordings(work: Work, wanted: RecordingFilter, *, exact: bool = False) -> Count:
    """How many recordings the list has."""
    return count_of(work, _narrowed(work, select(Recording.id), wanted), exact=exact)


def _narrowed(work: Work, query: Select[*tuple[Any, ...]], wanted: RecordingFilter) -> Select[*tuple[Any, ...]]:
    if found := list(words.holding(work, "recording", wanted.q)):
        query = query.join(words.here, words.here.c.id == Recording.id).where(*found)
    if wanted.activity:
        query = query.where(Recording.activity == wanted.activity)
    return query.where(Recording.case_id == wanted.case_id) if wanted.case_id else query


def find_recording(work: Work, recording_id: uuid.UUID) -> RecordingRow:
    """One recording. Raises NotFound, also for another agency's."""
    query = select(*_COLUMNS).join(Case, Case.id == Recording.case_id).where(Recording.id == recording_id)
    row = work.session.execute(query).one_or_none()
    if row is None:
        raise NotFound("recording", recording_id)
    return RecordingRow.of(*row)


def kept_until(work: Work, row: RecordingRow) -> Due:
    """For how long a recording must be kept, counted from today while its case is open (J#12.1)."""
    made_on = shanghai_day(row.seen.ended_at or row.recording.taken_in_at)
    limit = work.book.bounds["recording_retention"]
    number = parameters(work).get(limit.parameter or "")
    return rules.kept_until(limit, max(made_on, row.closed_on or work.today), number, work.book.calendar)


def digest_on_record(work: Work, recording: Recording) -> str:
    """The SHA-256 that the taking-in put on record; "" if nothing did."""
    record = work.session.get(ProcessRecord, (recording.case_id, recording.taken_in_seq))
    if record is None or record.data.get("recording_id") != str(recording.id):
        return ""
    return str(record.data.get("sha256", ""))
