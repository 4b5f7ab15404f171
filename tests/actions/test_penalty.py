"""A penalty case through the acts, from the lead to the close, and what does not get through."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

import pytest

from enforcement.actions import cases, evidence, penalties
from enforcement.models.cases import CaseOfficer
from enforcement.models.disclosures import Disclosure
from tests import factories
from tests.actions.filled import decision_of
from tests.actions.leads import accepted, opening, registered
from tests.actions.watching import (
    assert_agreement,
    cites,
    codes,
    forbidden,
    invalid,
    refused,
)
from tests.factories import House

# ------------------------------------------------------------------------------------------------------ the whole way


def test_a_penalty_runs_from_the_lead_to_the_close_and_every_act_leaves_its_record(house: House) -> None:
    walk = factories.penalty(house.market, until="case_closed")
    assert factories.events(walk) == [
        "lead_registered", "lead_accepted", "case_opened", "investigation_begun", "process_recorded",
        "process_recorded", "evidence_added", "no_recording_stated", "no_recording_stated", "investigation_concluded",
        "prior_notice_given", "defense_waived", "examined", "decision_made", "served", "executed", "case_closed",
    ]  # fmt: skip
    case = factories.case_of(walk)
    assert (case.stage, case.closed_on) == ("case_closed", walk.today)
    assert case.document_no.startswith("京明市监处罚〔2026〕")
    assert_agreement(walk)


def test_a_major_penalty_runs_through_review_and_discussion(house: House) -> None:
    walk = factories.penalty(house.market, until="case_closed", **factories.MAJOR)
    events = factories.events(walk)
    order = ["submitted_for_review", "review_opinion_issued", "discussion_held", "decision_made"]
    assert [event for event in events if event in order] == order
    assert "examined" not in events
    with house.office.reading(walk.staff.agency_id) as session:
        decided = session.get_one(Disclosure, walk.disclosure_id()).original_text
    assert "当事人明确放弃陈述、申辩和听证。" in decided
    assert_agreement(walk)


def test_numbers_of_documents_are_taken_without_gaps_also_when_an_act_is_refused(house: House) -> None:
    first = factories.penalty(house.market)
    walk = factories.penalty(house.market, until="examined")
    concluded = factories.conclusion(walk.today, fine_fen=300_000)
    with pytest.raises(Exception, match="告知"):
        walk.decide(concluded)
    walk.decide(factories.conclusion(walk.today))
    numbers = [int(factories.case_of(one).document_no.split("〕")[1].rstrip("号")) for one in (first, walk)]
    assert numbers[1] == numbers[0] + 1


# ---------------------------------------------------------------------------------------------------------- officers


def test_one_officer_is_refused_with_the_article_and_nothing_is_written(house: House) -> None:
    walk = accepted(house)
    breaches = refused(house, walk, "head", "open_case", opening(walk, "officer1"))
    assert codes(breaches) == {"two_officers"}
    assert cites(breaches) == {"APL#42.1"}
    assert factories.case_of(walk).stage == "lead_accepted"
    walk.do("head", "open_case", opening(walk, "officer1", "officer2"))
    assert factories.case_of(walk).stage == "case_opened"


def test_an_auxiliary_is_no_second_officer(house: House) -> None:
    walk = accepted(house)
    breaches = refused(house, walk, "head", "open_case", opening(walk, "officer1", "auxiliary"))
    assert {"two_officers", "no_auxiliary_is_an_officer", "officers_qualified", "officers_published"} == codes(breaches)


def test_who_had_left_the_case_before_being_recused_keeps_the_day_they_left(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    left_on, one = walk.today, walk.staff.id("officer2")
    officers = (walk.staff.id("officer1"), walk.staff.id("officer3"))
    walk.do("head", "assign_officers", cases.AssignOfficers(officers=officers))
    house.later(days=1)
    recusal = evidence.DecideRecusal(officer=one, requested_by="当事人", granted=True, reason="近亲属")
    walk.do("head", "decide_recusal", recusal)
    with house.office.reading(walk.staff.agency_id) as session:
        row = session.get_one(CaseOfficer, (walk.case_id, uuid.UUID(one)))
        assert row.to_on == left_on


def test_one_officer_left_on_the_case_cannot_conclude_it(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    recusal = evidence.DecideRecusal(
        officer=walk.staff.id("officer2"), requested_by="当事人", granted=True, reason="与当事人有近亲属关系"
    )
    walk.do("head", "decide_recusal", recusal)
    form = cases.AssignOfficers(officers=walk.two)
    assert "recused_officers_are_off_the_case" in codes(refused(house, walk, "head", "assign_officers", form))
    named = walk.site_record("interview_record", "当事人", "核实", "本局")
    assert codes(refused(house, walk, "officer1", "add_process_record", named)) == {"recused_officers_are_off_the_case"}
    officers = (walk.staff.id("officer1"), walk.staff.id("officer3"))
    walk.do("head", "assign_officers", cases.AssignOfficers(officers=officers, reason="回避"))
    found = evidence.AddEvidence(
        kind="testimony", title="证言", proves="事实", source="证人", obtained_on=walk.today, obtained_by=officers
    )
    by_nobody = dataclasses.replace(found, obtained_by=(walk.staff.id("clerk"),), recording_id=str(walk.case_id))
    assert codes(refused(house, walk, "officer1", "add_evidence", by_nobody)) == {
        "evidence_is_of_the_case",
        "evidence_obtained_by_the_qualified",
    }
    assert codes(refused(house, walk, "officer2", "add_evidence", found)) == {"recused_officers_are_off_the_case"}
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    assert_agreement(walk)


def test_a_role_that_has_no_such_power_is_refused_by_name(house: House) -> None:
    walk = accepted(house)
    breach = forbidden(house, walk, "officer1", "open_case", opening(walk, "officer1", "officer2"))
    assert breach.zh == "“立案”由行政机关负责人办理"
    assert forbidden(house, walk, "auxiliary", "open_case", opening(walk, "officer1", "officer2"))


# ------------------------------------------------------------------------------------------------------ the ways out


def test_a_lead_is_declined_and_its_record_stays(house: House) -> None:
    walk = registered(house)
    walk.do("officer1", "decline_lead", cases.Reason(reason="不属于本机关管辖，已告知举报人。"))
    case = factories.case_of(walk)
    assert (case.stage, case.closed_on) == ("lead_declined", walk.today)
    assert codes(refused(house, walk, "officer1", "accept_lead", penalties.Opinion(opinion="改为受案。"))) == {"stage"}
    assert_agreement(walk)


def test_a_case_is_not_opened(house: House) -> None:
    walk = accepted(house)
    walk.do("head", "decline_case", cases.Reason(reason="违法事实不成立。"))
    assert factories.case_of(walk).closed_on == walk.today


def test_a_case_is_dropped_before_a_decision_and_never_after(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    walk.do("head", "drop_case", cases.Reason(reason="当事人已经注销。"))
    assert factories.case_of(walk).stage == "case_dropped"
    decided = factories.penalty(house.market)
    assert codes(refused(house, decided, "head", "drop_case", cases.Reason(reason="不想办了。"))) == {"stage"}


def test_going_back_clears_what_was_built_on_the_old_findings(house: House) -> None:
    walk = factories.penalty(house.market, until="examined")
    walk.do("officer1", "return_to_investigation", cases.Reason(reason="发现新的证据线索。"))
    assert factories.case_of(walk).stage == "investigation"
    form = factories.conclusion(walk.today, fine_fen=180_000)
    walk.notify(form, hearing=False)
    breaches = refused(house, walk, "head", "make_decision", decision_of(walk, form))
    assert codes(breaches) == {"stage"}
    walk.examine()
    walk.decide(form)
    assert factories.events(walk).count("examined") == 2
    assert_agreement(walk)


def test_a_decision_that_skips_its_stages_is_refused_with_everything_that_is_missing(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    form = factories.conclusion(walk.today)
    breaches = refused(house, walk, "head", "make_decision", decision_of(walk, form))
    assert {"stage", "party_was_notified"} <= codes(breaches)
    assert all(breach.zh for breach in breaches)


# --------------------------------------------------------------------------------------------------- standing still


def test_a_suspended_case_goes_no_further_until_it_is_resumed(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    suspension = cases.Suspend(ground="须以另案的裁判结果为依据", cite="《行政处罚法》第五十四条")
    walk.do("head", "suspend_case", suspension)
    conclusion = factories.conclusion(walk.today)
    assert "not_suspended" in codes(refused(house, walk, "officer1", "conclude_investigation", conclusion))
    assert codes(refused(house, walk, "head", "suspend_case", suspension)) == {"case_is_not_suspended"}
    walk.do("head", "resume_case", cases.Reason(reason="另案已经审结。"))
    assert codes(refused(house, walk, "head", "resume_case", cases.Reason(reason="再次恢复。"))) == {
        "case_is_suspended"
    }
    walk.do("officer1", "conclude_investigation", conclusion)
    assert_agreement(walk)


def test_the_ninety_days_are_extended_only_under_another_rule_that_is_named(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    walk.do(
        "head",
        "extend_limit",
        cases.Extend(limit="penalty_decision", days=30, ground="案情复杂", cite="《办法》第四条"),
    )
    unknown = cases.Extend(limit="no_such_limit", days=30, ground="案情复杂", cite="《办法》第四条")
    assert codes(refused(house, walk, "head", "extend_limit", unknown)) == {"extension_is_lawful"}
    endless = cases.Extend(limit="penalty_decision", days=10**9, ground="案情复杂", cite="《办法》第四条")
    assert set(invalid(house, walk, "head", "extend_limit", endless)) == {"days"}
    never = cases.Extend(limit="disclosure_of_penalty", days=1, ground="忙", cite="无")
    assert codes(refused(house, walk, "head", "extend_limit", never)) == {"extension_is_lawful"}
    assert_agreement(walk)


# -------------------------------------------------------------------------------------------------- other conclusions


def test_a_case_without_a_penalty_needs_no_notice(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    form = factories.conclusion(walk.today, outcome="no_penalty", penalties=(), fine_fen=0)
    walk.do("officer1", "conclude_investigation", form)
    walk.examine()
    walk.decide(form)
    assert factories.case_of(walk).document_no.startswith("京明市监不罚")
    assert_agreement(walk)


def test_a_suspected_crime_is_transferred_and_not_punished(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    crime = factories.conclusion(walk.today, suspected_crime=True)
    breaches = refused(house, walk, "officer1", "conclude_investigation", crime)
    assert codes(breaches) == {"suspected_crime_is_transferred"}
    form = dataclasses.replace(crime, outcome="judicial_transfer", penalties=(), fine_fen=0)
    walk.do("officer1", "conclude_investigation", form)
    walk.review("拟移送公安机关。", form.basis)
    walk.decide(form)
    assert "transfer_was_not_decided" in codes(refused(house, walk, "officer1", "serve_decision", walk.receipt()))
    transfer = penalties.Transfer(
        to="北京市公安局明德分局", document_no="移〔2026〕1号", items=("卷宗一册",), reason="涉嫌犯罪",
        officers=walk.two,
    )  # fmt: skip
    alone = dataclasses.replace(transfer, officers=walk.two[:1])
    breaches = refused(house, walk, "head", "transfer_to_judiciary", alone)
    assert (codes(breaches), cites(breaches)) == ({"two_officers_for_a_transfer"}, {"TSC#5.1"})
    walk.do("head", "transfer_to_judiciary", transfer)
    walk.do("head", "close_case", cases.CloseCase(summary="已移送。"))
    assert_agreement(walk)


def test_what_was_not_decided_to_be_transferred_is_not_transferred(house: House) -> None:
    walk = factories.penalty(house.market)
    transfer = penalties.Transfer(
        to="公安机关", document_no="移〔2026〕2号", items=("卷宗",), reason="涉嫌犯罪", officers=walk.two
    )
    assert "transfer_was_decided" in codes(refused(house, walk, "head", "transfer_to_judiciary", transfer))


# --------------------------------------------------------------------------------------------------------- overturning


def test_a_decision_is_overturned_also_when_the_case_is_closed_and_only_where_there_is_one(house: House) -> None:
    form = cases.Overturn(
        kind="annulled", instrument="复议决定〔2026〕1号", received_on=dt.date(2026, 9, 1), reason="撤销。"
    )
    open_one = factories.penalty(house.market, until="investigation")
    assert {"stage", "there_is_a_result"} <= codes(refused(house, open_one, "head", "overturn_decision", form))
    closed = factories.penalty(house.market, until="case_closed")
    closed.do("officer1", "overturn_decision", form)
    assert factories.case_of(closed).stage == "case_closed"
    assert_agreement(closed)
