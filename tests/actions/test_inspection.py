"""An inspection through the acts: what it finds, what it orders, how it is checked again and handed over."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from enforcement.actions import cases, evidence, inspections, penalties
from enforcement.actions.meeting import FIVE
from enforcement.actions.registry import Outcome
from enforcement.demo.walk import Walk
from enforcement.law.errors import Invalid, RuleViolation
from enforcement.models.cases import Case
from tests import factories
from tests.actions.filled import REASON
from tests.actions.watching import assert_agreement, cites, codes, invalid, refused, unchanged
from tests.factories import House

GIST = "未按要求存放。"
CLOSE = cases.CloseCase(summary="检查办结。")


def beginning(walk: Walk, **differences: object) -> inspections.BeginInspection:
    form = inspections.BeginInspection(
        matter_code="JC-301", title="日常监督检查", method="on_site", basis="年度检查计划", place="经营场所",
        officers=walk.two, parties=(factories.COMPANY,),
    )  # fmt: skip
    return dataclasses.replace(form, **differences)  # type: ignore[arg-type]


def begun(house: House, **differences: object) -> Walk:
    walk = Walk(house.market)
    walk.begin("officer1", "begin_inspection", beginning(walk, **differences))
    return walk


def check(walk: Walk, **differences: object) -> inspections.CheckOnSite:
    record = walk.site_record("on_site_record", factories.COMPANY.name, "日常检查", "经营场所")
    shared = {field.name: getattr(record, field.name) for field in dataclasses.fields(evidence.SiteRecord)}
    return inspections.CheckOnSite(**{**shared, "findings": GIST, **differences})


def checked(house: House) -> Walk:
    walk = begun(house)
    walk.do("officer1", "check_on_site", check(walk))
    walk.unfilmed("on_site")
    return walk


def conclusion(walk: Walk, kind: str) -> inspections.ConcludeInspection:
    return inspections.ConcludeInspection(
        check_sheet_no=f"检查单{walk.case_no()}", conclusion=kind, gist=GIST, inspected_on=walk.today
    )


def order(walk: Walk, **differences: object) -> inspections.OrderCorrection:
    form = inspections.OrderCorrection(
        document_no="责改1号", problem=GIST, basis="《食品安全法》", until=walk.today + dt.timedelta(days=10)
    )
    return dataclasses.replace(form, **differences)  # type: ignore[arg-type]


def recheck(walk: Walk, *, corrected: bool) -> inspections.Recheck:
    return inspections.Recheck(
        rechecked_at=walk.now - dt.timedelta(minutes=5), officers=walk.two, corrected=corrected, content="复查情况。"
    )


def served(house: House, kind: str, *, ordered: bool) -> Walk:
    walk = checked(house)
    if ordered:
        walk.do("officer1", "order_correction", order(walk))
    walk.do("officer1", "conclude_inspection", conclusion(walk, kind))
    walk.do("officer1", "serve_result", walk.receipt())
    return walk


def test_an_inspection_that_finds_nothing_is_closed_and_owes_its_summary(house: House) -> None:
    walk = factories.inspection(house.market, until="case_closed")
    assert factories.events(walk) == [
        "inspection_begun", "on_site_checked", "no_recording_stated", "result_concluded", "served", "case_closed",
    ]  # fmt: skip
    assert factories.stage_of_disclosure(walk) == "due"
    assert_agreement(walk)


def test_a_correction_that_was_ordered_is_checked_again_before_the_close(house: House) -> None:
    walk = served(house, "correction_ordered", ordered=True)
    breaches = refused(house, walk, "head", "close_case", CLOSE)
    assert (codes(breaches), cites(breaches)) == ({"correction_was_rechecked"}, {"J#4.2"})
    house.later(days=10)
    walk.do("officer1", "recheck", recheck(walk, corrected=True))
    walk.do("head", "close_case", CLOSE)
    assert_agreement(walk)


def test_a_conclusion_agrees_with_what_was_ordered(house: House) -> None:
    walk = checked(house)
    form = conclusion(walk, "correction_ordered")
    assert codes(refused(house, walk, "officer1", "conclude_inspection", form)) == {"conclusion_agrees_with_the_order"}
    walk.do("officer1", "order_correction", order(walk))
    form = conclusion(walk, "no_problem")
    assert codes(refused(house, walk, "officer1", "conclude_inspection", form)) == {"conclusion_agrees_with_the_order"}


def test_an_inspection_is_begun_by_two_published_officers(house: House) -> None:
    for officers in (("officer1",), ("officer1", "auxiliary")):
        walk = Walk(house.market)
        form = beginning(walk, officers=tuple(walk.staff.id(login) for login in officers))
        with unchanged(house), pytest.raises(RuleViolation) as refusal:
            walk.begin("officer1", "begin_inspection", form)
        assert "two_inspectors" in codes(refusal.value.breaches)


def test_a_check_without_credentials_or_notification_is_no_check(house: House) -> None:
    walk = begun(house)
    bare = check(walk, credentials_shown=False, told=FIVE[:4])
    breaches = refused(house, walk, "officer1", "check_on_site", bare)
    assert codes(breaches) == {"credentials_shown", "five_point_notification"}
    assert cites(breaches) == {"G#8.2"}


def test_an_on_site_inspection_has_a_check_and_an_off_site_one_needs_none(house: House) -> None:
    walk = begun(house)
    form = conclusion(walk, "no_problem")
    assert codes(refused(house, walk, "officer1", "conclude_inspection", form)) == {"checked_on_site_or_off_site"}
    remote = begun(house, method="off_site")
    remote.do("officer1", "conclude_inspection", conclusion(remote, "no_problem"))
    assert_agreement(remote)


def test_a_check_that_was_not_filmed_says_why_before_the_case_goes_on(house: House) -> None:
    walk = begun(house)
    walk.do("officer1", "check_on_site", check(walk))
    form = conclusion(walk, "no_problem")
    assert "disputed_activities_recorded_or_reasoned" in codes(
        refused(house, walk, "officer1", "conclude_inspection", form)
    )
    walk.unfilmed("on_site")
    walk.do("officer1", "conclude_inspection", form)


def handed(walk: Walk) -> Outcome:
    lead = penalties.RegisterLead(
        matter_code="CF-101", title="检查发现的违法行为", source="inspection",
        received_at=walk.now - dt.timedelta(minutes=1), content=GIST,
    )  # fmt: skip
    return walk.do("officer1", "hand_to_penalty", lead)


def test_a_violation_found_is_handed_over_to_a_penalty_case_in_one_act(house: House) -> None:
    walk = served(house, "handed_to_penalty", ordered=False)
    assert codes(refused(house, walk, "head", "close_case", CLOSE)) == {"handed_over_where_concluded"}
    outcome = handed(walk)
    follows = Walk(house.market)
    with house.office.reading(house.market.agency_id) as session:
        case = session.query(Case).filter(Case.parent_case_id == walk.case_id).one()
        follows.case_id = case.id
        assert (case.procedure, case.stage, case.title) == ("penalty_ordinary", "lead_registered", "检查发现的违法行为")
    assert walk.data(outcome)["penalty_case"] == str(follows.case_id)
    assert_agreement(follows)
    walk.do("head", "close_case", CLOSE)
    assert_agreement(walk)


def test_what_was_not_corrected_is_handed_over_and_what_was_is_not(house: House) -> None:
    corrected = served(house, "correction_ordered", ordered=True)
    corrected.do("officer1", "recheck", recheck(corrected, corrected=True))
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        handed(corrected)
    assert codes(refusal.value.breaches) == {"inspection_found_a_violation"}
    defiant = served(house, "correction_ordered", ordered=True)
    defiant.do("officer1", "recheck", recheck(defiant, corrected=False))
    handed(defiant)
    assert_agreement(defiant)


def test_a_penalty_that_cannot_begin_leaves_the_inspection_as_it_was(house: House) -> None:
    walk = served(house, "handed_to_penalty", ordered=False)
    lead = penalties.RegisterLead(
        matter_code="XK-201", title="事项不符", source="inspection", received_at=walk.now, content=GIST
    )
    with unchanged(house), pytest.raises(Invalid):
        walk.do("officer1", "hand_to_penalty", lead)


def test_no_two_inspections_conclude_under_one_number(house: House) -> None:
    first, second = checked(house), checked(house)
    form = conclusion(first, "no_problem")
    first.do("officer1", "conclude_inspection", form)
    assert set(invalid(house, second, "officer1", "conclude_inspection", form)) == {"check_sheet_no"}


def test_the_inspection_is_not_of_tomorrow(house: House) -> None:
    walk = checked(house)
    form = dataclasses.replace(conclusion(walk, "no_problem"), inspected_on=walk.today + dt.timedelta(days=1))
    assert set(invalid(house, walk, "officer1", "conclude_inspection", form)) == {"inspected_on"}


def test_samples_records_and_officers_are_those_of_the_inspection(house: House) -> None:
    walk = begun(house)
    walk.do("officer1", "take_sample", evidence.TakeSample(items=("样品一份",), place="经营场所", officers=walk.two))
    survey = walk.site_record("survey_record", "当事人", "勘验", "经营场所")
    walk.do("officer1", "add_process_record", survey)
    officers = (walk.staff.id("officer1"), walk.staff.id("officer3"))
    walk.do("officer1", "assign_officers", cases.AssignOfficers(officers=officers))
    one = cases.AssignOfficers(officers=officers[:1])
    assert "two_inspectors" in codes(refused(house, walk, "officer1", "assign_officers", one))
    assert_agreement(walk)


def test_an_inspection_stands_still_and_goes_on(house: House) -> None:
    walk = checked(house)
    walk.do("head", "suspend_case", cases.Suspend(ground="等待检验结论", cite="《办法》第四条"))
    form = conclusion(walk, "no_problem")
    assert codes(refused(house, walk, "officer1", "conclude_inspection", form)) == {"not_suspended"}
    walk.do("head", "resume_case", REASON)
    walk.do("officer1", "conclude_inspection", form)
