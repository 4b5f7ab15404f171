"""Recordings: taken in whole, with what they must say of themselves, and corrected beside the record."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import json
import uuid
from pathlib import Path

import pytest
from sqlalchemy import select

from enforcement.actions import recordings
from enforcement.facts import facts_of
from enforcement.law.errors import Invalid
from enforcement.models.ledger import LedgerEntry
from enforcement.models.recordings import Recording
from enforcement.queries.recordings import find_recording
from media.demo import make_video
from media.digest import digest_chunks
from media.errors import MediaRefused
from tests import factories
from tests.actions.measuring import SECONDS, began_at, described, ending, key_of, measure
from tests.actions.watching import assert_agreement, codes, refused, unchanged
from tests.factories import House


def test_a_recording_taken_in_has_both_digests_in_record_and_store_and_the_record_in_the_ledger(
    house: House, film: Path
) -> None:
    walk = factories.open_case(house.market)
    began = began_at(walk)
    outcome = walk.film(described(walk, began), film)
    digests = digest_chunks([film.read_bytes()])
    data = walk.data(outcome)
    assert (data["sha256"], data["sm3"], data["size"]) == (digests.sha256, digests.sm3, film.stat().st_size)
    assert data["kind"] == "video"
    assert dt.datetime.fromisoformat(data["ended_at"]) - began >= dt.timedelta(seconds=SECONDS - 1)
    with house.office.reading(house.market.agency_id) as session:
        row = session.scalars(select(Recording).where(Recording.case_id == walk.case_id)).one()
        assert (row.sha256, row.sm3) == (digests.sha256, digests.sm3)
        entry = session.get_one(LedgerEntry, (walk.case_id, outcome.seq))
        assert json.loads(entry.body)["digest"] == factories.records(walk)[-1].digest
        assert house.office.store.verify(row.original, row.sha256, row.sm3).intact
        kept = b"".join(house.office.store.open_range(row.original, 0, row.size))
    assert hashlib.sha256(kept).hexdigest() == digests.sha256
    assert_agreement(walk)


def test_what_is_no_recording_is_refused_and_nothing_is_recorded(house: House) -> None:
    walk = factories.open_case(house.market)
    form = described(walk, began_at(walk))
    with unchanged(house), pytest.raises(MediaRefused):
        recordings.take_in(
            house.office, house.market.actors["officer1"], walk.case_id, form, io.BytesIO(b"not a film" * 100)  # type: ignore[arg-type]
        )  # fmt: skip


def test_bytes_that_are_not_those_the_sender_declared_are_refused(house: House, film: Path) -> None:
    walk = factories.open_case(house.market)
    with unchanged(house), film.open("rb") as stream, pytest.raises(MediaRefused):
        recordings.take_in(
            house.office, house.market.actors["officer1"], walk.case_id, described(walk, began_at(walk)), stream,  # type: ignore[arg-type]
            sha256="0" * 64,
        )  # fmt: skip


def test_a_recording_that_does_not_say_where_or_whom_is_not_taken_in(house: House, film: Path) -> None:
    walk = factories.open_case(house.market)
    blank = dataclasses.replace(described(walk, began_at(walk)), place=" ", target="")
    with unchanged(house), film.open("rb") as stream, pytest.raises(Exception) as refusal:  # noqa: PT011
        recordings.take_in(house.office, house.market.actors["officer1"], walk.case_id, blank, stream)  # type: ignore[arg-type]
    assert set(getattr(refusal.value, "fields", ())) == {"place", "target"}


def test_a_recording_of_tomorrow_or_that_ends_later_than_now_is_refused(house: House, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", 120, size="160x120")  # longer than any machine takes to look at it
    walk = factories.open_case(house.market)
    for began in (walk.now + dt.timedelta(hours=2), walk.now - dt.timedelta(seconds=1)):
        with unchanged(house), pytest.raises(Exception) as refusal:  # noqa: PT011
            walk.film(described(walk, began), film)
        assert set(getattr(refusal.value, "fields", ())) == {"started_at"}


def test_a_recording_may_still_come_in_when_the_case_is_closed(house: House, film: Path) -> None:
    walk = factories.penalty(house.market, until="case_closed")
    walk.film(described(walk, began_at(walk), "on_site"), film)
    assert factories.case_of(walk).stage == "case_closed"
    assert_agreement(walk)


def corrected(recording: str, began: dt.datetime) -> recordings.CorrectRecordingStart:
    return recordings.CorrectRecordingStart(recording=recording, started_at=began, reason="登记时写错了小时。")


def test_a_beginning_typed_wrongly_is_put_right_beside_the_record_and_counts_from_then_on(
    house: House, film: Path
) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    wrong = began - dt.timedelta(hours=1)
    taken_in = walk.film(described(walk, wrong), film)
    recording = str(walk.data(taken_in)["recording_id"])
    taken = walk.do("officer1", "take_measure", measure(walk, began + dt.timedelta(seconds=1)))
    ends = ending(walk, key_of(walk, taken))
    assert codes(refused(house, walk, "officer1", "end_measure", ends)) == {"compulsory_measures_recorded"}
    with unchanged(house), pytest.raises(Invalid) as again:
        walk.film(described(walk, began), film)
    assert "更正记录开始时间" in str(again.value.fields)
    walk.do("custodian", "correct_recording_start", corrected(recording, began))
    walk.do("officer1", "end_measure", ends)
    with house.office.looking(walk.staff.actors["officer1"]) as work:
        row = find_recording(work, uuid.UUID(recording))
        facts = facts_of(work, factories.case_of(walk))
    assert (row.recording.started_at, row.seen.started_at) == (wrong, began)
    assert [one.started_at for one in facts.recordings] == [began]
    walk.film(described(walk, began, "on_site"), film)  # what was put right is what the file is asked for again
    assert_agreement(walk)


def test_a_beginning_is_not_put_so_late_that_the_film_would_still_run_nor_into_another_case(
    house: House, film: Path
) -> None:
    walk, other = factories.open_case(house.market), factories.open_case(house.market)
    recording = str(walk.data(walk.film(described(walk, began_at(walk), "on_site"), film))["recording_id"])
    for one, began in ((walk, walk.now - dt.timedelta(seconds=1)), (other, began_at(other))):
        with unchanged(house), pytest.raises(Invalid):
            one.do("officer1", "correct_recording_start", corrected(recording, began))
