"""Recordings: the list and one of them. What their bytes show is for the player, not for a query."""

import dataclasses
import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Select, select

from enforcement.known import recording_facts
from enforcement.law.errors import NotFound
from enforcement.law.facts import RecordingFacts
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.recordings import Recording
from enforcement.queries import words
from enforcement.queries.paging import FIRST, Count, Order, Page, Place, count_of, page_of
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording with the number and name of its case; `seen` has its beginning and end as the law reads them."""

    recording: Recording
    case_no: str
    case_title: str
    seen: RecordingFacts


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
    query = select(Recording, Case.case_no, Case.title).join(Case, Case.id == Recording.case_id)
    order = NEWEST_FOUND if wanted.q.strip() else NEWEST
    found = page_of(
        work, _narrowed(work, query, wanted), order, place, lambda row: (row["Recording"], row["case_no"], row["title"])
    )
    rows = [RecordingRow(recording, no, title, recording_facts(recording)) for recording, no, title in found.rows]
    return Page(rows, found.before, found.after)


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
    query = (
        select(Recording, Case.case_no, Case.title)
        .join(Case, Case.id == Recording.case_id)
        .where(Recording.id == recording_id)
    )
    row = work.session.execute(query).one_or_none()
    if row is None:
        raise NotFound("recording", recording_id)
    return RecordingRow(*row, recording_facts(row[0]))


def digest_on_record(work: Work, recording: Recording) -> str:
    """The SHA-256 that the taking-in put on record; "" if nothing did."""
    record = work.session.get(ProcessRecord, (recording.case_id, recording.taken_in_seq))
    if record is None or record.data.get("recording_id") != str(recording.id):
        return ""
    return str(record.data.get("sha256", ""))
