"""Recordings: the list and one of them. What their bytes show is for the player, not for a query."""

import dataclasses
import uuid

from sqlalchemy import func, select

from enforcement.facts import recordings_seen
from enforcement.law.errors import NotFound
from enforcement.law.facts import RecordingFacts
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.recordings import Recording
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording with the number and name of its case; `seen` has its beginning and end as the law reads them."""

    recording: Recording
    case_no: str
    case_title: str
    seen: RecordingFacts


def list_recordings(
    work: Work, *, case_id: uuid.UUID | None = None, activity: str = "", q: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[RecordingRow], int]:
    """A page of recordings, newest first, and how many there are. Three queries."""
    conditions = [Recording.case_id == case_id] if case_id else []
    if activity:
        conditions.append(Recording.activity == activity)
    conditions += [
        Recording.place.contains(word, autoescape=True)
        | Recording.target.contains(word, autoescape=True)
        | Case.case_no.contains(word, autoescape=True)
        | Case.title.contains(word, autoescape=True)
        for word in q.split()
    ]
    joined = select(func.count()).select_from(Recording).join(Case, Case.id == Recording.case_id)
    total = work.session.scalar(joined.where(*conditions)) or 0
    query = (
        select(Recording, Case.case_no, Case.title)
        .join(Case, Case.id == Recording.case_id)
        .where(*conditions)
        .order_by(Recording.taken_in_at.desc(), Recording.id)
        .offset(offset)
        .limit(limit)
    )
    rows = work.session.execute(query).all()
    seen = recordings_seen(work.session, [row[0] for row in rows])
    return [RecordingRow(*row, seen[row[0].id]) for row in rows], total


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
    return RecordingRow(*row, recordings_seen(work.session, [row[0]])[recording_id])


def digest_on_record(work: Work, recording: Recording) -> str:
    """The SHA-256 that the taking-in put on record; "" if nothing did."""
    query = select(ProcessRecord.data["sha256"].astext).where(
        ProcessRecord.chain_id == recording.case_id,
        ProcessRecord.event == "recording_taken_in",
        ProcessRecord.data["recording_id"].astext == str(recording.id),
    )
    return work.session.scalar(query.limit(1)) or ""
