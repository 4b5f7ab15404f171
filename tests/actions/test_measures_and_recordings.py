"""Compulsory measures, preserved evidence and their recordings: taken rightly, filmed to the end, ended in time."""

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

from enforcement.actions import cases, evidence, recordings
from enforcement.actions.meeting import FIVE
from enforcement.actions.registry import Outcome
from enforcement.demo.walk import Walk
from enforcement.facts import facts_of
from enforcement.law.errors import Invalid, RuleViolation
from enforcement.models.ledger import LedgerEntry
from enforcement.models.recordings import Recording
from enforcement.queries.recordings import find_recording
from media.demo import make_video
from media.digest import digest_chunks
from media.errors import MediaRefused
from tests import factories
from tests.actions.filled import REASON
from tests.actions.watching import assert_agreement, cites, codes, forbidden, invalid, refused, unchanged
from tests.factories import House

SECONDS = 4


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real film of four seconds."""
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", SECONDS, size="160x120")


def described(walk: Walk, began: dt.datetime, activity: str = "seizure") -> recordings.DescribeRecording:
    return recordings.DescribeRecording(
        activity=activity, started_at=began, place="经营场所", officers=walk.two, target="当事人",
        device_kind="body_camera", device_no="ZF-0117",
    )  # fmt: skip


def measure(walk: Walk, began: dt.datetime, **differences: object) -> evidence.TakeMeasure:
    """A seizure of two seconds, approved before, the party present."""
    form = evidence.TakeMeasure(
        kind="seizure", document_no="扣字1号", basis="《食品安全法》第一百一十条", reason="有证据证明不符合标准",
        items=("蛋糕12个",), place="经营场所", started_at=began, finished_at=began + dt.timedelta(seconds=2),
        until=walk.today + dt.timedelta(days=30), officers=walk.two, approved_before=True,
        approved_by=walk.staff.id("head"), approved_at=began - dt.timedelta(minutes=30), party_present=True,
        credentials_shown=True, told=FIVE, heard="无意见。", signed_by="店长", remedies_and_seal=True, handed_over=True,
    )  # fmt: skip
    return dataclasses.replace(form, **differences)  # type: ignore[arg-type]


def began_at(walk: Walk) -> dt.datetime:
    return (walk.now - dt.timedelta(minutes=10)).replace(microsecond=0)


def key_of(walk: Walk, taken: Outcome) -> str:
    return str(walk.data(taken)["measure"])


def ending(walk: Walk, key: str, kind: str = "lifted") -> evidence.EndMeasure:
    return evidence.EndMeasure(measure=key, kind=kind, ended_at=walk.now, reason="已查清事实。")


# ----------------------------------------------------------------------------------------------------------- recordings


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
    walk = factories.open_case(house.market)
    film = make_video(tmp_path / "film.mp4", 120, size="160x120")  # longer than any machine takes to look at it
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


# ------------------------------------------------------------------------------------------------------------ measures


def test_a_measure_filmed_to_its_end_is_ended_and_the_case_goes_on(house: House, film: Path) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    walk.film(described(walk, began), film)
    taken = walk.do("officer1", "take_measure", measure(walk, began + dt.timedelta(seconds=1)))
    walk.do("officer1", "end_measure", ending(walk, key_of(walk, taken), "confiscated"))
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    assert_agreement(walk)


def test_a_measure_without_a_recording_of_its_whole_course_is_not_ended(house: House, film: Path) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    taken = walk.do("officer1", "take_measure", measure(walk, began, finished_at=began + dt.timedelta(minutes=1)))
    key = key_of(walk, taken)
    breaches = refused(house, walk, "officer1", "end_measure", ending(walk, key))
    assert (codes(breaches), cites(breaches)) == ({"compulsory_measures_recorded"}, {"J#9.1"})
    walk.film(described(walk, began), film)  # only its first seconds
    assert codes(refused(house, walk, "officer1", "end_measure", ending(walk, key))) == {"compulsory_measures_recorded"}
    assert "compulsory_measures_recorded" in codes(
        refused(house, walk, "officer1", "conclude_investigation", factories.conclusion(walk.today))
    )


def test_the_written_statement_stands_for_what_could_not_be_filmed(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    taken = walk.do("officer1", "take_measure", measure(walk, began))
    key = key_of(walk, taken)
    part = evidence.StateInterruption(
        activity="seizure", measure=key, from_at=began, to_at=began + dt.timedelta(seconds=1), reason="设备故障"
    )
    walk.do("officer1", "state_interruption", part)
    assert codes(refused(house, walk, "officer1", "end_measure", ending(walk, key))) == {"compulsory_measures_recorded"}
    rest = dataclasses.replace(part, from_at=began + dt.timedelta(seconds=1), to_at=began + dt.timedelta(seconds=2))
    walk.do("officer1", "state_interruption", rest)
    walk.do("officer1", "end_measure", ending(walk, key))
    assert_agreement(walk)


def test_a_statement_of_no_reason_does_not_excuse_a_compulsory_measure(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    form = evidence.StateNoRecording(activity="seizure", reason="没带设备")
    assert set(invalid(house, walk, "officer1", "state_no_recording", form)) == {"activity"}


@pytest.mark.parametrize(
    ("differences", "code"),
    [
        ({"officers": 1}, "two_officers_for_a_measure"),
        ({"officers": "head"}, "handles_and_approves"),
        ({"approved_at": dt.timedelta(minutes=1)}, "measure_is_approved"),
        ({"approved_before": False, "approved_at": dt.timedelta(hours=-1)}, "measure_is_approved"),
        ({"until": 31}, "measure_period_is_lawful"),
        ({"finished_at": dt.timedelta(seconds=-1)}, "measure_period_is_lawful"),
        ({"party_present": False}, "party_or_attesting_witness_present"),
    ],
)
def test_a_measure_taken_wrongly_is_refused(house: House, differences: dict[str, object], code: str) -> None:
    walk = factories.open_case(house.market)
    began = began_at(walk)
    filled: dict[str, object] = {}
    for name, value in differences.items():
        if isinstance(value, dt.timedelta):
            filled[name] = began + value
        elif name == "officers":
            filled[name] = (walk.two[0], walk.staff.id("head")) if value == "head" else walk.two[:1]
        elif name == "until":
            filled[name] = walk.today + dt.timedelta(days=int(str(value)))
        else:
            filled[name] = value
    assert code in codes(refused(house, walk, "officer1", "take_measure", measure(walk, began, **filled)))


def test_a_measure_is_approved_by_a_head_and_by_nobody_else(house: House) -> None:
    walk = factories.open_case(house.market)
    for nobody in (walk.staff.id("officer3"), house.street.id("head"), "王建国"):
        form = measure(walk, began_at(walk), approved_by=nobody)
        assert set(invalid(house, walk, "officer1", "take_measure", form)) == {"approved_by"}


def test_an_emergency_measure_is_approved_within_twenty_four_hours(house: House) -> None:
    walk = factories.open_case(house.market)
    house.at(2026, 9, 2, 12)
    began = dt.datetime(2026, 9, 1, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    until = dt.date(2026, 9, 30)
    late = measure(
        walk, began, approved_before=False, approved_at=began + dt.timedelta(hours=24, minutes=1), until=until
    )
    assert codes(refused(house, walk, "officer1", "take_measure", late)) == {"measure_is_approved"}
    in_time = measure(
        walk, began, approved_before=False, approved_at=began + dt.timedelta(hours=23, minutes=59), until=until
    )
    walk.do("officer1", "take_measure", in_time)


def test_an_emergency_measure_is_approved_afterwards_by_the_head_and_nothing_is_concluded_before(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    taken = walk.do(
        "officer1",
        "take_measure",
        measure(walk, began, approved_before=False, approved_by="", approved_at=None, officers=(*walk.two,)),
    )
    walk.do(
        "officer1",
        "state_interruption",
        evidence.StateInterruption(
            activity="seizure", from_at=began, to_at=began + dt.timedelta(seconds=2), reason="设备故障"
        ),
    )
    breaches = refused(house, walk, "officer1", "conclude_investigation", factories.conclusion(walk.today))
    assert (codes(breaches), cites(breaches)) == ({"measures_approved"}, {"ACL#19"})
    form = evidence.ApproveMeasure(
        measure=key_of(walk, taken), reported_at=began, approved_at=walk.now, opinion="情况紧急，同意。"
    )
    early = dataclasses.replace(form, reported_at=began - dt.timedelta(minutes=1))
    assert codes(refused(house, walk, "head", "approve_measure", early)) == {"measure_awaits_approval"}
    assert forbidden(house, walk, "officer1", "approve_measure", form).cite == "ACL#19"
    officer = house.market.actors["officer1"]
    house.market.actors["officer1"] = dataclasses.replace(officer, roles=officer.roles | {"agency_head"})
    own = codes(refused(house, walk, "officer1", "approve_measure", form))
    house.market.actors["officer1"] = officer
    assert own == {"handles_and_approves"}
    walk.do("head", "approve_measure", form)
    assert codes(refused(house, walk, "head", "approve_measure", form)) == {"measure_awaits_approval"}
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    assert_agreement(walk)


def test_a_measure_past_its_day_stops_the_case_and_an_extension_is_counted_once(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    began = began_at(walk)
    taken = walk.do("officer1", "take_measure", measure(walk, began))
    statement = evidence.StateInterruption(
        activity="seizure", from_at=began, to_at=began + dt.timedelta(seconds=2), reason="设备故障"
    )
    walk.do("officer1", "state_interruption", statement)
    extension = cases.Extend(
        limit="sealing_up_or_seizure", measure=key_of(walk, taken), days=30, ground="情况复杂",
        cite="《行政强制法》第二十五条",
    )  # fmt: skip
    nameless = dataclasses.replace(extension, measure="")
    assert codes(refused(house, walk, "head", "extend_limit", nameless)) == {"extended_limit_is_running"}
    walk.do("head", "extend_limit", extension)
    assert codes(refused(house, walk, "head", "extend_limit", dataclasses.replace(extension, days=1))) == {
        "extension_is_lawful"
    }
    house.later(days=40)
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    walk.do("officer1", "return_to_investigation", REASON)
    house.later(days=25)
    conclusion = factories.conclusion(walk.today)
    assert "measures_ended_or_within_period" in codes(
        refused(house, walk, "officer1", "conclude_investigation", conclusion)
    )
    walk.do("officer1", "end_measure", ending(walk, key_of(walk, taken)))
    walk.do("officer1", "conclude_investigation", conclusion)
    assert_agreement(walk)


def test_a_measure_that_was_not_taken_or_has_ended_cannot_be_ended(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    assert "measure_is_running" in codes(refused(house, walk, "officer1", "end_measure", ending(walk, "M2026-9999")))


def test_a_case_is_not_dropped_over_a_running_measure(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    walk.do("officer1", "take_measure", measure(walk, began_at(walk)))
    assert "measures_ended" in codes(refused(house, walk, "head", "drop_case", REASON))


# ------------------------------------------------------------------------------------------------ evidence, samples


def preservation(walk: Walk, **differences: object) -> evidence.PreserveEvidence:
    form = evidence.PreserveEvidence(
        items=("台账一本",), place="本局", reason="可能灭失", officers=walk.two, approved_by=walk.staff.id("head"),
        approved_at=walk.now - dt.timedelta(minutes=1),
    )  # fmt: skip
    return dataclasses.replace(form, **differences)  # type: ignore[arg-type]


def test_preserved_evidence_is_settled_before_the_investigation_ends(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    own = preservation(walk, approved_by=walk.staff.id("officer1"))
    with unchanged(house), pytest.raises(Exception) as refusal:  # noqa: PT011
        walk.do("officer1", "preserve_evidence", own)
    assert isinstance(refusal.value, RuleViolation) or "approved_by" in getattr(refusal.value, "fields", ())
    kept = walk.do("officer1", "preserve_evidence", preservation(walk))
    conclusion = factories.conclusion(walk.today)
    assert codes(refused(house, walk, "officer1", "conclude_investigation", conclusion)) == {"preservations_settled"}
    key = walk.data(kept)["preservation"]
    unknown = evidence.SettlePreservation(preservation="P2026-9999", outcome="返还")
    assert codes(refused(house, walk, "officer1", "settle_preservation", unknown)) == {"preservation_is_open"}
    walk.do("officer1", "settle_preservation", evidence.SettlePreservation(preservation=key, outcome="返还当事人"))
    walk.do("officer1", "conclude_investigation", conclusion)
    assert_agreement(walk)


def test_samples_and_appraisals_are_records_of_the_case(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    sample = evidence.TakeSample(items=("奶油200克",), place="经营场所", officers=walk.two)
    one = dataclasses.replace(sample, officers=walk.two[:1])
    assert codes(refused(house, walk, "officer1", "take_sample", one)) == {"two_officers"}
    walk.do("officer1", "take_sample", sample)
    appraisal = evidence.OrderAppraisal(
        appraiser="市食品检验所", items=("菌落总数",), until=walk.today + dt.timedelta(days=15)
    )
    walk.do("officer1", "order_appraisal", appraisal)
    assert factories.events(walk)[-2:] == ["sampled", "appraisal_ordered"]
    assert_agreement(walk)


def test_a_record_lacks_none_of_its_elements(house: House) -> None:
    walk = factories.open_case(house.market)
    record = walk.site_record("on_site_record", "当事人", "检查", "现场")
    silent = dataclasses.replace(record, credentials_shown=False, told=FIVE[:2])
    assert codes(refused(house, walk, "officer1", "add_process_record", silent)) == {
        "credentials_shown", "five_point_notification",
    }  # fmt: skip
    backwards = dataclasses.replace(record, started_at=record.ended_at, ended_at=record.started_at)
    assert codes(refused(house, walk, "officer1", "add_process_record", backwards)) == {"record_times_are_in_order"}
    later = dataclasses.replace(record, ended_at=walk.now + dt.timedelta(minutes=5))
    assert set(invalid(house, walk, "officer1", "add_process_record", later)) == {"ended_at"}


def test_an_investigation_is_not_left_without_a_recording_or_the_reason_why_there_is_none(house: House) -> None:
    walk = factories.open_case(house.market)
    walk.investigate("当事人", "食品经营", "经营场所")
    conclusion = factories.conclusion(walk.today)
    breaches = refused(house, walk, "officer1", "conclude_investigation", conclusion)
    assert (codes(breaches), len(breaches)) == ({"disputed_activities_recorded_or_reasoned"}, 2)
    walk.unfilmed("on_site", "investigation")
    walk.do("officer1", "conclude_investigation", conclusion)


def test_what_the_law_asks_for_on_the_spot_is_done_at_every_measure(house: House) -> None:
    walk = factories.open_case(house.market)
    whole = measure(walk, began_at(walk))
    silent = dataclasses.replace(
        whole,
        credentials_shown=False,
        told=FIVE[1:],
        heard="",
        signed_by="",
        handed_over=False,
        remedies_and_seal=False,
    )
    assert cites(refused(house, walk, "officer1", "take_measure", silent)) == {
        "ACL#18(3)", "ACL#18(5)", "ACL#18(6)", "ACL#18(7)", "ACL#24.1", "ACL#24.2",
    }  # fmt: skip
    absent = dataclasses.replace(silent, party_present=False, attesting_witness="居委会周某", credentials_shown=True)
    assert cites(refused(house, walk, "officer1", "take_measure", absent)) == {"ACL#18(4)", "ACL#18(7)", "ACL#24.2"}
    called = dataclasses.replace(absent, party_notified=True, signed_by="居委会周某", remedies_and_seal=True)
    walk.do("officer1", "take_measure", called)
    assert_agreement(walk)
