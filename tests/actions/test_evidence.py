"""Evidence, samples and records of an investigation."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from enforcement.actions import evidence
from enforcement.actions.meeting import FIVE
from enforcement.law.errors import RuleViolation
from tests import factories
from tests.actions.measuring import began_at, measure, preservation
from tests.actions.watching import assert_agreement, cites, codes, invalid, refused, unchanged
from tests.factories import House


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
