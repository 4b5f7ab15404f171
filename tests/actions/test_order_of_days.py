"""No day reaches back behind what it rests on: a period does not lapse because somebody writes an earlier date."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from enforcement.actions import evidence, inspections, licenses, notice, serving
from enforcement.demo.walk import Walk
from tests import factories
from tests.actions.filled import moment, prior_notice
from tests.actions.watching import assert_agreement, cites, codes, refused
from tests.factories import House

LAST_MONTH = dt.date(2026, 8, 3)


def told(house: House) -> Walk:
    walk = factories.penalty(house.market, until="investigation")
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    walk.do("officer1", "give_prior_notice", prior_notice(walk, hearing_right_told=True))
    return walk


def test_a_notice_is_not_served_before_there_was_anything_to_tell(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    early = prior_notice(walk, served_on=LAST_MONTH)
    assert codes(refused(house, walk, "officer1", "give_prior_notice", early)) == {"told_after_the_conclusion"}
    walk.do("officer1", "give_prior_notice", prior_notice(walk))


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("waive_defense", notice.WaiveDefense(waived_on=LAST_MONTH, form="书面")),
        ("request_hearing", notice.RequestHearing(requested_on=LAST_MONTH)),
        (
            "record_defense",
            notice.RecordDefense(received_on=LAST_MONTH, content="陈述", reviewed="复核", reason="理由"),
        ),
    ],
)
def test_nobody_answers_before_having_been_told(house: House, act: str, form: object) -> None:
    walk = told(house)
    assert codes(refused(house, walk, "officer1", act, form)) == {"answered_after_being_told"}


def test_a_hearing_is_not_notified_in_time_by_writing_an_earlier_day(house: House) -> None:
    walk = told(house)
    walk.do("officer1", "request_hearing", notice.RequestHearing(requested_on=walk.today))
    tomorrow = notice.NotifyHearing(
        hearing_at=moment(2026, 9, 2, 14), place="听证室", presider=walk.staff.id("reviewer"), notified_on=LAST_MONTH
    )
    assert codes(refused(house, walk, "officer1", "notify_hearing", tomorrow)) == {"answered_after_being_told"}


def test_a_public_notice_does_not_run_from_before_its_decision(house: House) -> None:
    walk = factories.penalty(house.market)
    posted = dataclasses.replace(walk.receipt(), method="by_notice", notice_from=LAST_MONTH)
    assert codes(refused(house, walk, "officer1", "serve_decision", posted)) == {"served_after_the_decision"}
    early = dataclasses.replace(walk.receipt(), served_on=walk.today - dt.timedelta(days=1))
    assert codes(refused(house, walk, "officer1", "serve_decision", early)) == {"served_after_the_decision"}


def test_a_decision_served_by_public_notice_arrives_after_thirty_days(house: House) -> None:
    walk = factories.penalty(house.market)
    posted = dataclasses.replace(walk.receipt(), method="by_notice", notice_from=walk.today)
    walk.do("officer1", "serve_decision", posted)
    walk.unfilmed("service_by_notice")
    paid = serving.RecordExecution(kind="paid", performed_on=walk.today, amount_fen=200_000)
    house.at(2026, 10, 1, 23)
    assert codes(refused(house, walk, "officer1", "record_execution", paid)) == {"public_notice_has_run"}
    house.at(2026, 10, 2)
    walk.do("officer1", "record_execution", paid)
    assert_agreement(walk)


def test_an_applicant_is_told_after_its_materials_came_and_of_its_rights_after_acceptance(house: House) -> None:
    walk = factories.application(house.market)
    missing = licenses.RequestSupplement(missing=("平面图",), told_on=LAST_MONTH)
    assert codes(refused(house, walk, "officer1", "request_supplement", missing)) == {"supplement_told_in_time"}
    walk.do("officer1", "accept_application", licenses.AcceptApplication(receipt_no="受1号"))
    right = licenses.TellHearingRight(told_on=LAST_MONTH, told_to=("申请人",))
    assert codes(refused(house, walk, "officer1", "tell_hearing_right", right)) == {
        "hearing_right_told_after_acceptance"
    }


def test_nothing_of_a_case_is_dated_before_it_began(house: House) -> None:
    walk = factories.open_case(house.market)
    record = walk.site_record("on_site_record", "当事人", "检查", "现场")
    early = dataclasses.replace(record, started_at=moment(2026, 8, 3, 9), ended_at=moment(2026, 8, 3, 10))
    breaches = refused(house, walk, "officer1", "add_process_record", early)
    assert (codes(breaches), cites(breaches)) == ({"dated_within_the_case"}, {"J#3"})
    older = evidence.AddEvidence(
        kind="documentary", title="八月的销售单", proves="此前的销售", source="当事人提供", obtained_on=LAST_MONTH,
        obtained_by=walk.two,
    )  # fmt: skip
    walk.do("officer1", "add_evidence", older)


def test_an_inspection_that_began_yesterday_keeps_its_own_days(house: House) -> None:
    yesterday = dt.date(2026, 8, 31)
    form = inspections.BeginInspection(
        matter_code="JC-301", title="检查", method="on_site", basis="计划", place="店内", begun_on=yesterday,
        officers=(house.market.id("officer1"), house.market.id("officer2")), parties=(factories.COMPANY,),
    )  # fmt: skip
    walk = Walk(house.market)
    walk.begin("officer1", "begin_inspection", form)
    record = walk.site_record("on_site_record", "当事人", "检查", "现场")
    fields = dataclasses.fields(evidence.SiteRecord)
    shared: dict[str, Any] = {field.name: getattr(record, field.name) for field in fields}
    before = {"started_at": moment(2026, 8, 30, 9), "ended_at": moment(2026, 8, 30, 10)}
    check = inspections.CheckOnSite(**shared | before, findings="无")
    assert codes(refused(house, walk, "officer1", "check_on_site", check)) == {"dated_within_the_case"}
    began, ended = moment(2026, 8, 31, 9), moment(2026, 8, 31, 10)
    walk.do("officer1", "check_on_site", dataclasses.replace(check, started_at=began, ended_at=ended))
    assert_agreement(walk)


def test_a_decision_is_not_performed_before_it_is_made(house: House) -> None:
    walk = factories.penalty(house.market, until="served")
    paid = serving.RecordExecution(kind="paid", performed_on=LAST_MONTH, amount_fen=200_000)
    assert codes(refused(house, walk, "officer1", "record_execution", paid)) == {"dated_after_what_it_follows"}
