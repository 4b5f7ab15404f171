"""Whatever is done to a case in whatever order: an act is refused and leaves nothing, or done and leaves everything."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enforcement.actions import (
    cases,
    disclosures,
    evidence,
    inspections,
    licenses,
    notice,
    penalties,
    recordings,
    review,
    serving,
    withdrawals,
)
from enforcement.actions.parties import SetParties
from enforcement.actions.registry import acts, perform
from enforcement.demo.walk import Walk
from enforcement.law.errors import Forbidden, Invalid, NotFound, RuleViolation
from enforcement.models.disclosures import Disclosure
from enforcement.work import Actor
from tests import factories
from tests.actions import filled
from tests.actions.watching import assert_agreement, content
from tests.factories import House

REFUSALS = (RuleViolation, Forbidden, Invalid, NotFound)
LOGINS = ("officer1", "officer2", "officer3", "auxiliary", "reviewer", "head", "head2", "clerk", "releaser", "clock")
STARTS: tuple[Callable[[House], Walk], ...] = (
    lambda house: factories.open_case(house.market),
    lambda house: factories.penalty(house.market, until="prior_notice_given"),
    lambda house: factories.penalty(house.market, until="prior_notice_given", **factories.MAJOR),
    lambda house: factories.penalty(house.market, until="served", party=factories.PERSON),
    lambda house: factories.application(house.market),
    lambda house: factories.license(house.market, until="application_examined"),
    lambda house: factories.inspection(house.market),
)
Make = Callable[[Walk], Any]


def _discussion(walk: Walk) -> Any:
    return filled.discussion(walk)


def _check(walk: Walk) -> Any:
    record = walk.site_record("on_site_record", "当事人", "检查", "现场")
    shared = {field.name: getattr(record, field.name) for field in dataclasses.fields(evidence.SiteRecord)}
    return inspections.CheckOnSite(**shared, findings="未发现问题。")


FORMS: Mapping[str, Make] = {
    "accept_application": lambda _: licenses.AcceptApplication(receipt_no="受1号"),
    "accept_lead": lambda _: penalties.Opinion(opinion="同意。"),
    "add_evidence": lambda walk: evidence.AddEvidence(
        kind="testimony", title="证言", proves="事实", source="证人", obtained_on=walk.today, obtained_by=walk.two
    ),
    "add_process_record": lambda walk: walk.site_record("interview_record", "当事人", "询问", "本局"),
    "approve_deferral": lambda _: disclosures.Approve(),
    "approve_withholding": lambda _: disclosures.Approve(),
    "assign_officers": lambda walk: cases.AssignOfficers(officers=walk.two),
    "check_on_site": _check,
    "close_case": lambda _: cases.CloseCase(summary="办结。"),
    "conclude_inspection": lambda walk: inspections.ConcludeInspection(
        check_sheet_no=f"单{walk.case_no()}", conclusion="no_problem", gist="未发现问题。", inspected_on=walk.today
    ),
    "conclude_investigation": lambda walk: factories.conclusion(walk.today),
    "correct_recording_start": lambda walk: recordings.CorrectRecordingStart(
        recording=str(uuid.uuid4()), started_at=walk.now, reason="登记有误。"
    ),
    "decline_case": lambda _: filled.REASON,
    "drop_case": lambda _: filled.REASON,
    "end_deferral": lambda _: filled.REASON,
    "examine_application": lambda _: licenses.ExamineApplication(
        opinion="合格。", proposed="granted", reasons="合格。", basis="《行政许可法》"
    ),
    "examine_case": lambda _: filled.AGREE,
    "extend_limit": lambda _: cases.Extend(limit="license_decision", days=10, ground="复杂", cite="《行政许可法》"),
    "give_prior_notice": lambda walk: filled.prior_notice(walk, hearing_right_told=True),
    "hold_discussion": _discussion,
    "issue_opinion": lambda _: filled.opinion(),
    "make_decision": lambda walk: filled.decision_of(walk, factories.conclusion(walk.today)),
    "open_case": lambda walk: penalties.OpenCase(facts="事实", basis="依据", officers=walk.two),
    "overturn_decision": lambda walk: cases.Overturn(
        kind="annulled", instrument="决定1号", received_on=walk.today, reason="撤销。"
    ),
    "propose_deferral": lambda walk: disclosures.ProposeDeferral(
        kind="deferral", ground="G16.6b", reason="系列案件", review_on=walk.today + dt.timedelta(days=9)
    ),
    "propose_withholding": lambda _: disclosures.ProposeWithholding(ground="G16.4", cite="第一条", reason="理由"),
    "publish_disclosure": lambda _: disclosures.Note(),
    "recheck": lambda walk: inspections.Recheck(
        rechecked_at=walk.now, officers=walk.two, corrected=True, content="已改正。"
    ),
    "record_defense": lambda walk: notice.RecordDefense(
        received_on=walk.today, content="陈述", reviewed="复核", reason="理由"
    ),
    "record_execution": lambda walk: serving.RecordExecution(
        kind="paid", performed_on=walk.today, amount_fen=12_000_000
    ),
    "release_disclosure": lambda _: disclosures.Note(),
    "request_hearing": lambda walk: notice.RequestHearing(requested_on=walk.today),
    "respond_to_review": lambda _: review.RespondToReview(),
    "resume_case": lambda _: filled.REASON,
    "return_for_supplement": lambda _: review.ReturnForSupplement(missing="送达回证"),
    "return_to_examination": lambda _: filled.REASON,
    "return_to_investigation": lambda _: filled.REASON,
    "send_back_disclosure": lambda _: filled.REASON,
    "serve_decision": lambda walk: walk.receipt(),
    "serve_result": lambda walk: walk.receipt(),
    "set_parties": lambda _: SetParties(parties=(factories.COMPANY,)),
    "state_no_recording": lambda _: evidence.StateNoRecording(activity="investigation", reason="条件不具备"),
    "stop_disclosure": lambda _: disclosures.Note(),
    "submit_for_review": lambda _: filled.SUBMISSION,
    "suspend_case": lambda _: cases.Suspend(ground="中止", cite="第一条"),
    "take_down_publication": lambda _: withdrawals.TakeDownPublication(reason="误公示其他案件内容。"),
    "verify_publication": lambda _: disclosures.Note(),
    "verify_withdrawal": lambda _: disclosures.Note(),
    "waive_defense": lambda walk: notice.WaiveDefense(waived_on=walk.today, form="书面"),
    "waive_hearing": lambda walk: notice.WaiveHearing(waived_on=walk.today, form="书面"),
    "withdraw_publication": lambda _: withdrawals.WithdrawPublication(kind="annulled", reason="撤销。"),
    "withdraw_submission": lambda _: filled.REASON,
}
STEPS = st.lists(st.tuples(st.sampled_from(LOGINS), st.sampled_from(sorted([*FORMS, "prepare"]))), max_size=12)


def step(walk: Walk, login: str, act: str) -> bool:
    """Try one act; whether it was done. Anything but a refusal is a fault of ours."""
    clock = Actor.clock(walk.staff.agency_id)
    actor = clock if login == "clock" else walk.staff.actors[login]
    try:
        if act == "prepare":
            walk.prepare()
        elif acts()[act].scope == "disclosure":
            disclosure_id = _disclosure(walk)
            perform(walk.office, actor, act, FORMS[act](walk), disclosure_id, version=None)
        else:
            assert walk.case_id is not None
            perform(walk.office, actor, act, FORMS[act](walk), walk.case_id, version=None)
    except REFUSALS:
        return False
    return True


def _disclosure(walk: Walk) -> Any:
    with walk.office.reading(walk.staff.agency_id) as session:
        found = session.query(Disclosure.id).filter(Disclosure.case_id == walk.case_id).scalar()
    if found is None:
        raise NotFound("disclosure", walk.case_id)
    return found


def walk_about(house: House, start: Callable[[House], Walk], steps: list[tuple[str, str]]) -> None:
    """Take every step; refused, it has changed nothing but perhaps a span's decision; done, all agrees."""
    house.set_time(factories.START)
    walk = start(house)
    for login, act in steps:
        before = content(house)
        if act == "prepare" and not _has_disclosure(walk):
            continue
        done = step(walk, login, act)
        assert_agreement(walk)
        if not done and act != "prepare":
            assert content(house) == before, act


def _has_disclosure(walk: Walk) -> bool:
    try:
        _disclosure(walk)
    except NotFound:
        return False
    return True


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(start=st.sampled_from(STARTS), steps=STEPS)
def test_a_random_walk_leaves_stage_version_records_and_ledger_in_agreement(
    house: House, start: Callable[[House], Walk], steps: list[tuple[str, str]]
) -> None:
    walk_about(house, start, steps)


@pytest.mark.proof
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(start=st.sampled_from(STARTS), steps=STEPS)
def test_many_random_walks_leave_everything_in_agreement(
    house: House, start: Callable[[House], Walk], steps: list[tuple[str, str]]
) -> None:
    walk_about(house, start, steps)


@pytest.mark.parametrize("start", STARTS)
def test_every_act_tried_by_everybody_on_every_kind_of_case_is_refused_or_leaves_its_record(
    house: House, start: Callable[[House], Walk]
) -> None:
    walk = start(house)
    tried = [(login, act) for act in sorted(FORMS) for login in ("officer1", "head", "clerk")]
    done = [act for login, act in tried if step(walk, login, act)]
    assert done
    assert_agreement(walk)
