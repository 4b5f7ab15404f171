"""音像记录: the list, the player, the bytes in parts, the way in. Nothing of a recording is ever public (J#14.1)."""

import uuid
from typing import Any

from flask import Blueprint, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import ValidationError, validate_csrf
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.wrappers import Response

from enforcement.actions import recordings as intake
from enforcement.actions.forms import specs
from enforcement.actions.recordings import ACTIVITIES, DescribeRecording
from enforcement.law.errors import Forbidden, Invalid, RuleViolation, Stale
from enforcement.models.recordings import Recording
from enforcement.queries import people
from enforcement.queries.recordings import (
    RecordingFilter,
    count_recordings,
    digest_on_record,
    find_recording,
    kept_until,
    list_recordings,
)
from enforcement.queries.words import too_short
from enforcement.web import fields, here, offers, subjects
from enforcement.web.errors import RECORDING_CHANGED, answer_to, wants_json
from enforcement.web.fields import Typed
from enforcement.web.multipart import Upload
from enforcement.web.pages import Pages, counts_exactly, wanted_place
from media import ranges
from media.errors import MediaRefused, NotStored, StoreDamaged
from media.store import Address

blueprint = Blueprint("recordings", __name__)

LARGEST_RECORDING = 64 * 1024**3


@blueprint.get("/recordings")
def index() -> str:
    """Every recording, newest first."""
    wanted = RecordingFilter(q=request.args.get("q", "").strip()[:100], activity=request.args.get("activity", ""))
    with here.reading() as work:
        page = list_recordings(work, wanted, wanted_place())
        count = count_recordings(work, wanted, exact=counts_exactly())
    return render_template(
        "recordings.html",
        rows=page.rows, pages=Pages(page, count), wanted=wanted, activities=ACTIVITIES, too_short=too_short(wanted.q),
    )  # fmt: skip


@blueprint.get("/recordings/<uuid:recording_id>")
def show(recording_id: uuid.UUID) -> str:
    """One recording: to watch, with everything known of it."""
    with here.reading() as work:
        row = find_recording(work, recording_id)
        names = people.names(work, [*row.recording.officers, row.recording.taken_in_by])
        digest, kept = digest_on_record(work, row.recording), kept_until(work, row)
    try:
        _require_intact(row.recording, digest)
        changed = ""
    except StoreDamaged:
        changed = RECORDING_CHANGED
    may_correct = here.book().powers.may(here.actor().roles, "correct_recording_start") is None
    return render_template(
        "recording.html",
        row=row, recording=row.recording, names=names, may_correct=may_correct, changed=changed, kept=kept,
    )  # fmt: skip


def _require_intact(recording: Recording, digest: str) -> None:
    """Raise StoreDamaged where the bytes are gone, or not those that the taking-in put on record."""
    try:
        here.office().store.require_intact(recording.original, digest or "-")
    except NotStored as gone:
        raise StoreDamaged(gone.key) from gone


@blueprint.get("/recordings/<uuid:recording_id>/media")
def media(recording_id: uuid.UUID) -> Response:
    """The bytes, or the part of them that the player asks for."""
    with here.reading() as work:
        recording = find_recording(work, recording_id).recording
        digest = digest_on_record(work, recording)
    _require_intact(recording, digest)
    return _bytes(recording.original, recording.size, recording.media.get("media_type") or "application/octet-stream")


@blueprint.get("/recordings/<uuid:recording_id>/poster")
def poster(recording_id: uuid.UUID) -> Response:
    """The still picture of a recording; the place of one where there is none."""
    with here.reading() as work:
        recording = find_recording(work, recording_id).recording
    if recording.poster is None:
        return current_app.send_static_file("no-picture.svg")
    here.office().store.require_intact(recording.poster)
    with here.office().store.open_range(recording.poster) as part:
        picture = b"".join(part)
    return Response(picture, mimetype=_picture_type(picture), headers={"Cache-Control": "private, no-cache"})


def _picture_type(picture: bytes) -> str:
    if picture.startswith(b"\x89PNG"):
        return "image/png"
    return "image/webp" if picture[8:12] == b"WEBP" else "image/jpeg"


def _bytes(original: Address, size: int, media_type: str) -> Response:
    etag = f'"{original.key}"'
    wanted = ranges.answer(request.headers.get("Range"), size, etag=etag, if_range=request.headers.get("If-Range"))
    headers = {**wanted.headers, "ETag": etag, "Cache-Control": "private, no-store", "Content-Disposition": "inline"}
    if wanted.status == 416 or request.method == "HEAD":  # noqa: PLR2004
        return Response(status=wanted.status, headers=headers, mimetype=media_type)
    body = here.office().store.open_range(original, wanted.start, wanted.end)
    return Response(body, status=wanted.status, headers=headers, mimetype=media_type, direct_passthrough=True)


@blueprint.get("/cases/<uuid:case_id>/recordings/new")
def new(case_id: uuid.UUID) -> str | tuple[str, int]:
    """The form for taking a recording in."""
    given = {
        name: texts for name, texts in request.args.to_dict(flat=False).items() if name in specs(DescribeRecording)
    }
    return _form(case_id, given, 200)


def _form(case_id: uuid.UUID, typed: Typed, status: int, **refused: Any) -> tuple[str, int]:
    with here.reading() as work:
        subject = subjects.a_case(work, case_id)
        facts = subject.facts
        if not refused and facts is not None:
            known = {
                "officers": [one.person_id for one in facts.officers if one.to_on is None],
                "target": "、".join(party.name for party in facts.parties),
            }
            typed = fields.typed_of(DescribeRecording, known) | typed
        options = offers.options_of(work, facts, here.words())
        views = fields.views(DescribeRecording, typed, options, refused.get("errors"))
    page = render_template("recording_new.html", subject=subject, views=views, status=status, **refused)
    return page, status


@blueprint.post("/cases/<uuid:case_id>/recordings/new")
def take_in(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take a recording in. The body is never held in memory; it is answered when the ledger has the digests."""
    upload = _upload()
    typed = {name: texts for name, texts in upload.fields.items() if name not in {"csrf_token", "version", "sha256"}}
    try:
        outcome = _taken_in(case_id, upload, typed)
    except (Invalid, MediaRefused, RuleViolation, Forbidden, Stale) as error:
        return _refused(case_id, typed, error)
    address = url_for("cases.part", case_id=case_id, tab="evidence")
    flash("音像记录已存证。")
    if wants_json():
        return jsonify({"seq": outcome.seq, "version": outcome.version, "address": address})
    return redirect(address)


def _refused(case_id: uuid.UUID, typed: Typed, error: Exception) -> Response | tuple[str, int]:
    answer = answer_to(error)
    if wants_json():
        said = [message for messages in answer.data.get("fields", {}).values() for message in messages]
        said += [breach["zh"] for breach in answer.data.get("breaches", ())]
        made = jsonify({**answer.body, "zh": "；".join(said) or answer.zh})
        made.status_code = answer.status
        return made
    breaches = getattr(error, "breaches", None) or [one for one in [getattr(error, "breach", None)] if one]
    problem = "" if breaches or answer.data.get("fields") else answer.zh
    return _form(
        case_id, typed, answer.status, errors=answer.data.get("fields", {}), breaches=breaches, problem=problem
    )


def _upload() -> Upload:
    """The upload of this request, its CSRF token checked before a byte of the file is read."""
    request.max_content_length = LARGEST_RECORDING
    if request.mimetype != "multipart/form-data" or "boundary" not in request.mimetype_params:
        raise UnsupportedMediaType
    upload = Upload(request.stream, request.mimetype_params["boundary"].encode("latin-1", "replace"))  # type: ignore[arg-type]
    token = request.headers.get("X-CSRFToken") or next(iter(upload.fields.get("csrf_token", [])), None)
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise BadRequest("页面已过期，请刷新后重新上传") from error
    g.csrf_valid = True
    return upload


def _taken_in(case_id: uuid.UUID, upload: Upload, typed: Typed) -> Any:
    form = fields.load(DescribeRecording, typed)
    version = next(iter(upload.fields.get("version", [])), "")
    declared = next(iter(upload.fields.get("sha256", [])), "").strip()
    office = here.office()
    with office.store.stage(limit=LARGEST_RECORDING) as staged:
        for chunk in upload.chunks():
            staged.append(chunk)
        return intake.take_in_staged(
            office, here.actor(), case_id, form, staged,
            sha256=declared or None, version=int(version) if version.isdigit() else None,
        )  # fmt: skip


def api_take_in(case_id: uuid.UUID, version: int) -> Response:
    """The same over the API: multipart with the fields first and the file last; the version is that of If-Match."""
    upload = _upload()
    upload.fields["version"] = [str(version)]
    skipped = {"csrf_token", "version", "sha256"}
    outcome = _taken_in(case_id, upload, {name: texts for name, texts in upload.fields.items() if name not in skipped})
    return jsonify({"seq": outcome.seq, "version": outcome.version, "stage": outcome.stage, "event": outcome.event})
