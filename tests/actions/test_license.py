"""An application from receipt to the license, and every other way it may end."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from enforcement.actions import cases, decisions, licenses, notice, penalties
from enforcement.actions.registry import perform
from enforcement.demo.walk import Walk
from enforcement.law.errors import Forbidden, Invalid, RuleViolation
from enforcement.work import Actor
from tests import factories
from tests.actions.filled import REASON, moment
from tests.actions.watching import assert_agreement, cites, codes, refused, unchanged
from tests.factories import House

REFUSAL = decisions.MakeLicenseDecision(
    outcome="refused", content="不予许可。", reasons="场所不符合条件。", basis="《行政许可法》第三十八条",
    remedies="可以申请行政复议或者提起行政诉讼。", sealed=True,
)  # fmt: skip
EXAMINATION = licenses.ExamineApplication(
    opinion="现场核查不合格。", proposed="refused", reasons="不符合条件。", basis="《行政许可法》第三十八条"
)


def accepted(house: House) -> Walk:
    walk = factories.application(house.market)
    walk.do("officer1", "accept_application", licenses.AcceptApplication(receipt_no="受1号"))
    return walk


def test_who_handles_it_together_with_others_says_by_which_rule(house: House) -> None:
    walk = factories.application(house.market)
    for handling in ("joint", "lower_first"):
        form = licenses.AcceptApplication(receipt_no="受1号", handling=handling, handling_basis=" ")
        with unchanged(house), pytest.raises(Invalid) as refusal:
            walk.do("officer1", "accept_application", form)
        assert list(refusal.value.fields) == ["handling_basis"]
    form = licenses.AcceptApplication(receipt_no="受1号", handling="joint", handling_basis="某条例第五条")
    walk.do("officer1", "accept_application", form)


def examined(house: House, **differences: object) -> Walk:
    walk = accepted(house)
    form = dataclasses.replace(EXAMINATION, **differences)  # type: ignore[arg-type]
    walk.do("officer1", "examine_application", form)
    return walk


# ----------------------------------------------------------------------------------------------------------- deciding


def test_a_license_is_granted_served_and_closed(house: House) -> None:
    walk = factories.license(house.market, until="case_closed")
    assert factories.events(walk) == [
        "materials_received", "application_accepted", "site_surveyed", "no_recording_stated", "application_examined",
        "decision_made", "served", "case_closed",
    ]  # fmt: skip
    assert "许〔2026〕" in factories.case_of(walk).document_no
    assert_agreement(walk)


@pytest.mark.parametrize("missing", ["reasons", "remedies"])
def test_a_refusal_says_why_and_where_to_turn(house: House, missing: str) -> None:
    walk = examined(house)
    form = dataclasses.replace(REFUSAL, **{missing: ""})  # type: ignore[arg-type]
    breaches = refused(house, walk, "head", "make_license_decision", form)
    assert (codes(breaches), cites(breaches)) == ({"license_decision_is_complete"}, {"ALL#38.2"})
    walk.do("head", "make_license_decision", REFUSAL)
    assert_agreement(walk)


def test_the_head_decides_what_was_examined_or_has_it_examined_again(house: House) -> None:
    walk = examined(house)
    granted = dataclasses.replace(REFUSAL, outcome="granted")
    breaches = refused(house, walk, "head", "make_license_decision", granted)
    assert codes(breaches) == {"license_decision_follows_the_examination"}
    walk.do("head", "return_to_examination", REASON)
    assert factories.case_of(walk).stage == "application_accepted"
    assert "application_was_examined" in codes(refused(house, walk, "head", "make_license_decision", granted))
    walk.do("officer1", "examine_application", dataclasses.replace(EXAMINATION, proposed="granted"))
    walk.do("head", "make_license_decision", granted)
    assert_agreement(walk)


def test_who_examined_does_not_decide(own_house: House) -> None:
    walk = examined(own_house)
    officer = own_house.market.actors["officer1"]
    own_house.market.actors["officer1"] = dataclasses.replace(officer, roles=officer.roles | {"agency_head"})
    breaches = refused(own_house, walk, "officer1", "make_license_decision", REFUSAL)
    assert codes(breaches) == {"examines_application_and_decides"}


def test_one_person_is_no_survey(house: House) -> None:
    walk = accepted(house)
    form = licenses.SurveySite(
        surveyed_at=walk.now - dt.timedelta(minutes=5), place="经营场所", staff=walk.two[:1], content="核查。"
    )
    breaches = refused(house, walk, "officer1", "survey_site", form)
    assert (codes(breaches), cites(breaches)) == ({"two_staff_for_a_survey"}, {"ALL#34.3"})


def test_an_application_raised_to_major_goes_through_review_with_its_examination(house: House) -> None:
    walk = examined(house, social_risk=True, major_reason="周边居民意见强烈。")
    breaches = refused(house, walk, "head", "make_license_decision", REFUSAL)
    assert codes(breaches) == {"legal_review_passed_if_major", "collective_discussion_held_if_major"}
    walk.review("拟不予许可。", REFUSAL.basis)
    walk.do("head", "make_license_decision", REFUSAL)
    assert_agreement(walk)
    raised = examined(house)
    raised.do("officer1", "raise_to_major", penalties.RaiseToMajor(reason="影响面大。"))
    assert "legal_review_passed_if_major" in codes(refused(house, raised, "head", "make_license_decision", REFUSAL))


# ---------------------------------------------------------------------------------------------------------- accepting


def test_what_is_missing_is_told_once_and_all_of_it(house: House) -> None:
    walk = factories.application(house.market)
    form = licenses.RequestSupplement(missing=("场所平面图", "健康证明"), told_on=walk.today)
    walk.do("officer1", "request_supplement", form)
    accept = licenses.AcceptApplication(receipt_no="受1号")
    assert codes(refused(house, walk, "officer1", "accept_application", accept)) == {"nothing_is_awaited"}
    assert codes(refused(house, walk, "officer1", "request_supplement", form)) == {"supplement_told_once"}
    received = licenses.ReceiveSupplement(materials=("场所平面图", "健康证明"), received_on=walk.today)
    walk.do("auxiliary", "receive_supplement", received)
    assert codes(refused(house, walk, "officer1", "request_supplement", form)) == {"supplement_told_once"}
    assert codes(refused(house, walk, "officer1", "receive_supplement", received)) == {"something_is_awaited"}
    walk.do("officer1", "accept_application", accept)
    assert_agreement(walk)


def test_what_silence_has_accepted_is_neither_refused_nor_accepted_from_a_later_day(house: House) -> None:
    house.at(2026, 9, 1)
    walk = factories.application(house.market)
    house.at(2026, 9, 9)
    no = licenses.RejectApplication(reason="依法不需要取得许可。", basis="《行政许可法》第三十二条")
    assert codes(refused(house, walk, "officer1", "reject_application", no)) == {"silence_has_not_accepted"}
    late = licenses.AcceptApplication(receipt_no="受1号")
    breaches = refused(house, walk, "officer1", "accept_application", late)
    assert (codes(breaches), cites(breaches)) == ({"acceptance_does_not_outwait_silence"}, {"ALL#32.1(4)"})
    walk.do("officer1", "accept_application", dataclasses.replace(late, accepted_on=dt.date(2026, 9, 1)))
    assert_agreement(walk)


def test_what_is_told_after_five_working_days_is_told_too_late(house: House) -> None:
    house.at(2026, 9, 1)  # a Tuesday: the fifth working day after it is Tuesday the 8th
    walk = factories.application(house.market)
    house.at(2026, 9, 9)
    form = licenses.RequestSupplement(missing=("场所平面图",), told_on=dt.date(2026, 9, 9))
    breaches = refused(house, walk, "officer1", "request_supplement", form)
    assert codes(breaches) == {"supplement_told_in_time"}
    assert "2026-09-08" in breaches[0].zh


def test_only_the_clock_takes_silence_for_acceptance_and_only_when_it_has_lasted(house: House) -> None:
    house.at(2026, 9, 1)
    walk = factories.application(house.market)
    clock = Actor.clock(house.market.agency_id)
    form = licenses.AcceptApplication(receipt_no="系统", accepted_on=walk.today)
    assert walk.case_id is not None
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        perform(house.office, clock, "accept_application", form, walk.case_id, version=None)
    assert codes(refusal.value.breaches) == {"silence_has_lasted"}
    house.at(2026, 9, 9, 0, 1)
    outcome = perform(house.office, clock, "accept_application", form, walk.case_id, version=None)
    record = factories.records(walk)[-1]
    assert (outcome.stage, record.happened_on) == ("application_accepted", dt.date(2026, 9, 1))
    assert (record.data["deemed"], record.actor_id) == (True, None)
    assert_agreement(walk)


def test_an_application_is_refused_acceptance_with_reason_and_basis(house: House) -> None:
    walk = factories.application(house.market)
    form = licenses.RejectApplication(reason="依法不需要取得许可。", basis="《行政许可法》第三十二条")
    walk.do("officer1", "reject_application", form)
    assert factories.case_of(walk).stage == "application_not_accepted"
    assert_agreement(walk)


def test_auxiliaries_receive_and_decide_nothing(house: House) -> None:
    walk = factories.application(house.market)
    accept = licenses.AcceptApplication(receipt_no="受1号")
    with unchanged(house), pytest.raises(Forbidden):
        walk.do("auxiliary", "accept_application", accept)


def test_an_application_is_dropped_while_it_is_open(house: House) -> None:
    walk = accepted(house)
    walk.do("head", "drop_case", cases.Reason(reason="申请人撤回申请。"))
    assert factories.case_of(walk).stage == "case_dropped"


# ------------------------------------------------------------------------------------------------------------ hearing


def test_a_hearing_on_an_application_is_told_asked_for_notified_and_held(house: House) -> None:
    house.at(2026, 9, 1)
    walk = examined(house)
    tell = licenses.TellHearingRight(told_on=walk.today, told_to=("申请人", "利害关系人"))
    walk.do("officer1", "tell_hearing_right", tell)
    assert "license_hearing_settled" in codes(refused(house, walk, "head", "make_license_decision", REFUSAL))
    house.at(2026, 9, 3)
    walk.do("officer1", "request_hearing", notice.RequestHearing(requested_on=walk.today))
    house.at(2026, 9, 4)
    form = notice.NotifyHearing(
        hearing_at=moment(2026, 9, 14, 14), place="听证室", presider=walk.staff.id("reviewer"), notified_on=walk.today
    )
    assert codes(refused(house, walk, "officer2", "notify_hearing", form)) == {"license_hearing_notified_in_time"}
    form = dataclasses.replace(form, hearing_at=moment(2026, 9, 15, 14))
    mine = dataclasses.replace(form, presider=walk.staff.id("officer1"))
    assert codes(refused(house, walk, "officer2", "notify_hearing", mine)) == {"examines_application_and_presides"}
    walk.do("officer2", "notify_hearing", form)
    house.at(2026, 9, 15, 17)
    held = notice.HoldHearing(
        held_at=moment(2026, 9, 15, 14), presider=walk.staff.id("reviewer"), attendees=("申请人",), record="笔录。",
        signed=True,
    )  # fmt: skip
    own = codes(refused(house, walk, "officer1", "hold_hearing", held))
    assert own == {"examines_application_and_presides"}
    walk.do("reviewer", "hold_hearing", held)
    walk.unfilmed("on_site", "hearing")
    breaches = refused(house, walk, "head", "make_license_decision", REFUSAL)
    assert codes(breaches) == {"legal_review_passed_if_major", "collective_discussion_held_if_major"}
    assert_agreement(walk)


def test_a_hearing_that_is_waived_or_lapses_is_settled(house: House) -> None:
    house.at(2026, 9, 1)
    walk = examined(house)
    tell = licenses.TellHearingRight(told_on=walk.today, told_to=("申请人",))
    walk.do("officer1", "tell_hearing_right", tell)
    walk.do("officer1", "waive_hearing", notice.WaiveHearing(waived_on=walk.today, form="书面声明"))
    walk.do("head", "make_license_decision", REFUSAL)
    lapsed = examined(house)
    lapsed.do("officer1", "tell_hearing_right", tell)
    house.at(2026, 9, 9)
    lapsed.do("head", "make_license_decision", REFUSAL)
    assert_agreement(lapsed)


def test_whom_a_license_concerns_is_told_and_heard(house: House) -> None:
    walk = accepted(house)
    form = dataclasses.replace(EXAMINATION, affects_others=True)
    breaches = refused(house, walk, "officer1", "examine_application", form)
    assert (codes(breaches), cites(breaches)) == ({"interested_persons_are_told_and_heard"}, {"ALL#36"})
    heard = dataclasses.replace(form, told_to=("楼上居民",), heard="楼上居民要求加装油烟净化设施，申请人同意。")
    walk.do("officer1", "examine_application", heard)
    breaches = refused(house, walk, "head", "make_license_decision", REFUSAL)
    assert (codes(breaches), cites(breaches)) == ({"interested_persons_may_ask_for_a_hearing"}, {"ALL#47.1"})
    walk.do("officer1", "tell_hearing_right", licenses.TellHearingRight(told_on=walk.today, told_to=("楼上居民",)))
    waived = notice.WaiveHearing(waived_on=walk.today, form="书面放弃")
    walk.do("officer1", "waive_hearing", waived)
    walk.do("head", "make_license_decision", REFUSAL)
    assert_agreement(walk)


# -------------------------------------------------------------------------------------------------------------- time


def test_an_expert_review_stops_the_days_and_only_with_its_ground(house: House) -> None:
    house.at(2026, 9, 1)
    walk = accepted(house)
    review = cases.Suspend(ground="专家评审", cite="《行政许可法》第四十五条", needed_days=10, told_on=walk.today)
    untold = dataclasses.replace(review, told_on=None)
    breaches = refused(house, walk, "head", "suspend_case", untold)
    assert (codes(breaches), cites(breaches)) == ({"pause_is_grounded"}, {"ALL#45"})
    walk.do("head", "suspend_case", review)
    house.at(2026, 9, 15)
    walk.do("head", "resume_case", REASON)
    extension = cases.Extend(limit="license_decision", days=10, ground="情况复杂", cite="《行政许可法》第四十二条")
    walk.do("head", "extend_limit", extension)
    assert codes(refused(house, walk, "head", "extend_limit", dataclasses.replace(extension, days=1))) == {
        "extension_is_lawful"
    }
    assert_agreement(walk)


def test_what_only_a_person_can_judge_is_judged_with_a_reason(house: House) -> None:
    walk = accepted(house)
    form = licenses.ExamineApplication(
        opinion="不符合。", proposed="refused", reasons="理由", basis="依据", social_risk=True
    )
    breaches = refused(house, walk, "officer1", "examine_application", form)
    assert (codes(breaches), cites(breaches)) == ({"judgement_is_reasoned"}, {"S#5(3)"})
    walk = factories.penalty(house.market, until="investigation")
    conclusion = factories.conclusion(walk.today, major_public_interest=True, complex_case=True)
    assert cites(refused(house, walk, "officer1", "conclude_investigation", conclusion)) == {"S#6(1)", "S#6(3)"}
