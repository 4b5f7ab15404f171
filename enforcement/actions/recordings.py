"""A recording is taken in: streamed to the write-once store, digested, probed, described, tied to its case (J#10 to
J#13).
"""

import dataclasses
import datetime as dt
import uuid
from typing import Any, BinaryIO

from sqlalchemy import select

from enforcement.actions import forms
from enforcement.actions.forms import choice, long_text, moment, number, people, pick, text, yes_no
from enforcement.actions.registry import Extra, Outcome, act, perform
from enforcement.law.errors import Invalid, RuleViolation
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.recording import missing_metadata
from enforcement.models.base import new_id
from enforcement.models.cases import Case
from enforcement.models.recordings import Recording
from enforcement.work import Actor, Office, Work
from media import intake
from media.probe import Probe, StreamFacts
from media.store import Address, Staged

ACTIVITIES = (
    "on_site", "investigation", "sealing_up", "seizure", "hearing", "service_by_leaving", "service_by_notice",
    "other_activity",
)  # fmt: skip
DEVICES = ("body_camera", "mobile_terminal", "video_camera", "camera", "audio_recorder", "surveillance_system")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DescribeRecording:
    """What a recording must say of itself (J#10.2). Its end follows from its length: nobody can claim more than
    there is.
    """

    activity: str = choice("执法活动", *ACTIVITIES, cite="J#9")
    started_at: dt.datetime | None = moment("记录开始时间", cite="J#10.2")
    place: str = text("记录地点", cite="J#10.2")
    officers: tuple[str, ...] = people("执法人员", "officer", cite="J#10.2")
    target: str = text("执法对象", cite="J#10.2", begins="party_names")
    device_kind: str = choice("设备种类", *DEVICES, cite="J#6.2")
    device_no: str = text("设备编号", required=False)
    measure: str = pick("对应的强制措施", "measures", required=False)
    broke_off: bool = yes_no("记录中断且无法继续", note="须事后书面说明", cite="J#10.3")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TakeInRecording(DescribeRecording):
    """The description and what the store and the probe say of the bytes: never filled in by a person."""

    recording_id: str = text("记录编号")
    ended_at: dt.datetime | None = moment("记录结束时间")
    kind: str = choice("类型", "video", "audio", "photo")
    sha256: str = text("SHA-256")
    sm3: str = text("SM3")
    size: int | None = number("字节数")
    drift_seconds: int | None = number("设备时间偏差（秒）", required=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CorrectRecordingStart:
    """When a recording really began: what was typed wrongly is put right beside it, never over it."""

    recording: str = pick("音像记录", "recordings")
    started_at: dt.datetime | None = moment("记录开始时间", cite="J#10.2")
    reason: str = long_text("更正的理由")


def take_in(
    office: Office,
    actor: Actor,
    case_id: uuid.UUID,
    form: DescribeRecording,
    stream: BinaryIO,
    *,
    sha256: str | None = None,
    version: int | None = None,
) -> Outcome:
    """Take a recording in from a stream, in bounded memory; answered only when the ledger has its digests.

    `sha256` is what the sender declares (hexadecimal), compared when given. Raises MediaRefused, and whatever
    :func:`perform` raises; then at most bytes without a name remain in the store, and nothing in the records.
    """
    with office.store.stage() as staged:
        staged.append_stream(stream)
        return take_in_staged(office, actor, case_id, form, staged, sha256=sha256, version=version)


def take_in_staged(
    office: Office,
    actor: Actor,
    case_id: uuid.UUID,
    form: DescribeRecording,
    staged: Staged,
    *,
    sha256: str | None = None,
    version: int | None = None,
) -> Outcome:
    """Take in what is staged already. Raises as :func:`take_in`."""
    forms.check(form)
    if missing := missing_metadata(forms.to_values(form), office.book.recording):
        raise RuleViolation(*(field.breach() for field in missing))
    taken = intake.take_in(office.store, staged, sha256)
    found, stored = taken.probe, taken.object
    assert form.started_at is not None  # noqa: S101  (checked above; said for the reader and the type checker)
    ended_at = form.started_at + dt.timedelta(milliseconds=found.duration_ms or 0)
    if ended_at > office.now():
        raise Invalid({"started_at": ["按记录的时长，结束时间晚于现在"]})
    recording_id = new_id()
    full = TakeInRecording(
        **{field.name: getattr(form, field.name) for field in dataclasses.fields(DescribeRecording)},
        recording_id=str(recording_id),
        ended_at=ended_at,
        kind=found.kind,
        sha256=stored.sha256,
        sm3=stored.sm3,
        size=stored.size,
        drift_seconds=abs(drift) if (drift := _drift(form.started_at, found)) is not None else None,
    )
    row = _Row(found, stored.address, taken.derivative.object.address if taken.derivative else None)
    return perform(office, actor, "take_in_recording", full, case_id, version=version, beside=row)


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    """What the table keeps beside the form."""

    probe: Probe
    original: Address
    poster: Address | None


@act(TakeInRecording, on="started_at", staged=True)
def take_in_recording(work: Work, case: Case, form: TakeInRecording, row: _Row) -> Extra | None:
    """Tie a sealed recording to its case; the ledger holds both digests (J#13)."""
    _once(work.known, form)
    work.session.add(
        Recording(
            id=uuid.UUID(form.recording_id),
            agency_id=case.agency_id,
            case_id=case.id,
            activity=form.activity,
            measure=form.measure,
            kind=form.kind,
            started_at=form.started_at,
            ended_at=form.ended_at,
            place=form.place,
            officers=list(form.officers),
            target=form.target,
            device_kind=form.device_kind,
            device_no=form.device_no,
            device_time=row.probe.device_time,
            drift_seconds=_drift(form.started_at, row.probe),
            duration_ms=row.probe.duration_ms,
            media=_media(row.probe),
            size=form.size,
            sha256=form.sha256,
            sm3=form.sm3,
            store=row.original.store,
            store_key=row.original.key,
            poster_key=row.poster.key if row.poster else "",
            taken_in_at=work.moment,
            taken_in_by=work.actor.person_id,
            taken_in_seq=case.last_seq + 1,
        )
    )
    return {"device_complete": row.probe.complete}


def _once(facts: CaseFacts, form: TakeInRecording) -> None:
    """One film is one stretch of time: nobody covers an hour with ten minutes handed in six times (J#9.1).

    It may be tied to another activity of the same stretch. Raises Invalid; also for a measure that was never taken.
    """
    for one in facts.recordings:
        if one.sha256 != form.sha256:
            continue
        if one.started_at != form.started_at:
            words = "这份文件已经存证，记录开始时间与当时登记的不同；登记有误的，请办理“更正记录开始时间”"
            raise Invalid({"started_at": [words]})
        if (one.activity, one.measure) == (form.activity, form.measure):
            raise Invalid({"activity": ["这份文件已经为该项活动存证"]})
    taken = {Fields(record.data).text("measure") for record in facts.records if record.event == "measure_taken"}
    if form.measure and form.measure not in taken:
        raise Invalid({"measure": ["本案没有这项强制措施"]})


@act(CorrectRecordingStart)
def correct_recording_start(work: Work, case: Case, form: CorrectRecordingStart) -> Extra | None:
    """Put the beginning of a recording right, wherever the same file is tied to; what was registered stays."""
    rows = work.session.scalars(select(Recording).where(Recording.case_id == case.id)).all()
    row = next((one for one in rows if str(one.id) == form.recording), None)
    if row is None or form.started_at is None:
        raise Invalid({"recording": ["本案没有这份音像记录"]})
    if form.started_at + (row.ended_at - row.started_at) > work.moment:
        raise Invalid({"started_at": ["按记录的时长，结束时间晚于现在"]})
    for one in rows:
        if one.sha256 == row.sha256:
            one.began_at = form.started_at
    return {"sha256": row.sha256, "registered": row.started_at.isoformat()}


def _drift(started_at: dt.datetime | None, found: Probe) -> int | None:
    if started_at is None or found.device_time is None:
        return None
    return round((found.device_time - started_at).total_seconds())


def _media(found: Probe) -> dict[str, Any]:
    return {
        "container": found.container,
        "media_type": found.media_type,
        "width": found.width,
        "height": found.height,
        "complete": found.complete,
        "plays_in_browsers": found.plays_in_browsers,
        "streams": [_written(stream) for stream in found.streams],
    }


def _written(stream: StreamFacts) -> dict[str, Any]:
    """What a stream is; its rate as text, because a fraction has no one form on record."""
    rate = stream.frame_rate
    return dataclasses.asdict(stream) | {"frame_rate": None if rate is None else f"{rate:g}"}
