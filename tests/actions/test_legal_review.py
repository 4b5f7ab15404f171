"""No major decision without legal review and collective discussion, whichever way somebody tries to get around them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from enforcement.actions import evidence, penalties, review
from enforcement.actions.parties import SetParties
from enforcement.demo.walk import Walk
from enforcement.facts import facts_of
from enforcement.law.review import changes_for_reviewer, earlier_answers
from enforcement.law.review_checklist import checks
from enforcement.models.cases import Case
from tests import factories
from tests.actions.filled import AGREE, REASON, SUBMISSION, decision_of, discussion, opinion
from tests.actions.watching import assert_agreement, cites, codes, refused
from tests.factories import MAJOR, House


def ready(house: House) -> Walk:
    """A major case whose party has been told and has waived everything."""
    return factories.penalty(house.market, until="prior_notice_given", **MAJOR)


def submitted(house: House) -> Walk:
    walk = ready(house)
    walk.do("officer1", "submit_for_review", SUBMISSION)
    return walk


def problem(point: int, nature: str) -> review.Finding:
    return review.Finding(
        point=point, conclusion="problem", reason="裁量说明不充分。", category="procedure", nature=nature
    )


def major_decision(walk: Walk, **differences: object) -> object:
    return decision_of(walk, factories.conclusion(walk.today, **MAJOR), **differences)


def refusal(house: House, walk: Walk, **differences: object) -> set[str]:
    """Why the head may not decide now; nothing is written."""
    return codes(refused(house, walk, "head", "make_decision", major_decision(walk, **differences)))


# ------------------------------------------------------------------------------------------------- without one of them


def test_a_major_penalty_is_not_decided_without_review(house: House) -> None:
    walk = ready(house)
    breaches = refused(house, walk, "officer3", "examine_case", AGREE)
    assert codes(breaches) == {"is_not_major"}
    assert cites(breaches) == {"S#3.3"}
    breaches = refused(house, walk, "head", "make_decision", major_decision(walk))
    assert {"stage", "legal_review_passed_if_major", "collective_discussion_held_if_major"} <= codes(breaches)
    walk.do("officer1", "submit_for_review", SUBMISSION)
    assert refusal(house, walk) == {"legal_review_passed_if_major", "collective_discussion_held_if_major"}


def test_a_reviewed_penalty_is_not_decided_without_discussion(house: House) -> None:
    walk = submitted(house)
    walk.do("reviewer", "issue_opinion", opinion())
    assert refusal(house, walk) == {"collective_discussion_held_if_major"}
    walk.do("head2", "hold_discussion", discussion(walk))
    walk.do("head", "make_decision", major_decision(walk))
    assert_agreement(walk)


def test_a_discussion_before_the_opinion_or_against_the_proposal_lets_nothing_through(house: House) -> None:
    walk = submitted(house)
    walk.do("head", "hold_discussion", discussion(walk))
    walk.do("reviewer", "issue_opinion", opinion())
    assert refusal(house, walk) == {"collective_discussion_held_if_major"}
    walk.do("head", "hold_discussion", discussion(walk, agreed=False))
    assert refusal(house, walk) == {"collective_discussion_held_if_major"}


def test_one_head_alone_is_no_collective(house: House) -> None:
    walk = submitted(house)
    alone = discussion(walk, members=(walk.staff.id("head"),))
    assert codes(refused(house, walk, "head", "hold_discussion", alone)) == {"discussed_by_several"}


def test_an_opinion_that_did_not_pass_lets_nothing_through(house: House) -> None:
    walk = submitted(house)
    found = opinion(problem(6, "legality"), overall="correct_then_resubmit")
    walk.do("reviewer", "issue_opinion", found)
    walk.do("head", "hold_discussion", discussion(walk))
    assert {"legal_review_passed_if_major", "findings_resolved"} <= refusal(house, walk)


def test_a_license_the_directory_calls_major_is_not_granted_without_review_and_discussion(house: House) -> None:
    walk = Walk(house.street)
    walk.apply(factories.COMPANY, matter_code="XK-501", title="设置户外广告设施许可")
    submission = dataclasses.replace(SUBMISSION, basis="《中华人民共和国行政许可法》第三十八条")
    with pytest.raises(Exception, match="未经法制审核") as refused_by:
        walk.grant("京明书街许1", "设置户外广告设施。")
    assert {"legal_review_passed_if_major", "collective_discussion_held_if_major"} <= codes(refused_by.value.breaches)  # type: ignore[attr-defined]
    walk.do("officer1", "submit_for_review", submission)
    walk.do("reviewer", "issue_opinion", opinion())
    walk.do("head2", "hold_discussion", discussion(walk))
    walk.grant("京明书街许1", "设置户外广告设施。")
    assert_agreement(walk)


# ------------------------------------------------------------------------------------------------------ after a change


def reviewed(house: House) -> Walk:
    """Everything there for the decision."""
    walk = submitted(house)
    walk.do("reviewer", "issue_opinion", opinion())
    walk.do("head2", "hold_discussion", discussion(walk))
    return walk


def test_new_evidence_after_the_submission_voids_the_opinion(house: House) -> None:
    walk = reviewed(house)
    form = evidence.AddEvidence(
        kind="testimony", title="证人证言", proves="销售时间", source="证人", obtained_on=walk.today,
        obtained_by=walk.two,
    )  # fmt: skip
    walk.do("officer1", "add_evidence", form)
    assert refusal(house, walk) == {"opinion_still_stands"}
    walk.do("officer1", "submit_for_review", SUBMISSION)
    walk.do("reviewer", "issue_opinion", opinion())
    walk.do("head2", "hold_discussion", discussion(walk))
    walk.do("head", "make_decision", major_decision(walk))
    assert_agreement(walk)


def test_a_new_record_or_another_party_voids_the_opinion(house: House) -> None:
    walk = reviewed(house)
    record = walk.site_record("interview_record", "当事人", "核实", "本局")
    walk.do("officer1", "add_process_record", record)
    assert refusal(house, walk) == {"opinion_still_stands"}
    another = reviewed(house)
    party = dataclasses.replace(factories.COMPANY, address="北京市明德区另一处")
    another.do("officer1", "set_parties", SetParties(parties=(party,)))
    assert "opinion_still_stands" in refusal(house, another)


@pytest.mark.parametrize(
    "changed",
    [
        {"fine_fen": 11_999_999},
        {"basis": "《中华人民共和国食品安全法》第一百二十五条"},
        {"penalties": ("fine", "warning")},
        {"outcome": "no_penalty", "penalties": (), "fine_fen": 0},
    ],
)
def test_what_was_not_reviewed_is_not_decided(house: House, changed: dict[str, object]) -> None:
    walk = reviewed(house)
    assert "decision_matches_reviewed" in refusal(house, walk, **changed)


def test_going_back_after_the_review_needs_a_new_review(house: House) -> None:
    walk = reviewed(house)
    walk.do("officer1", "return_to_investigation", REASON)
    walk.notify(factories.conclusion(walk.today, **MAJOR), hearing=True)
    assert {"stage", "legal_review_passed_if_major", "collective_discussion_held_if_major"} <= refusal(house, walk)
    walk.review(SUBMISSION.proposal, SUBMISSION.basis)
    walk.do("head", "make_decision", major_decision(walk))
    assert_agreement(walk)


# --------------------------------------------------------------------------------------------------------- submitting


def test_a_submission_is_complete_declared_and_of_the_handling_unit(house: House) -> None:
    walk = ready(house)
    undeclared = dataclasses.replace(SUBMISSION, declaration=False)
    assert codes(refused(house, walk, "officer1", "submit_for_review", undeclared)) == {"declaration_is_made"}
    assert codes(refused(house, walk, "officer3", "submit_for_review", SUBMISSION)) == {
        "submitted_by_the_handling_unit",
        "reads_review_file",
    }
    walk.do("officer1", "submit_for_review", SUBMISSION)
    assert codes(refused(house, walk, "officer1", "submit_for_review", SUBMISSION)) == {"nothing_is_under_review"}


def test_the_submission_keeps_what_it_was_about(house: House) -> None:
    walk = submitted(house)
    data = factories.records(walk)[-1].data
    assert (data["outcome"], data["fine_fen"], data["penalties"]) == ("penalty", 12_000_000, ["fine"])
    assert {"S6.2", "S6.5"} <= set(data["major_grounds"])
    assert len(data["dossier_digest"]) == 64


def test_an_incomplete_submission_is_returned_and_a_new_one_starts_anew(house: House) -> None:
    walk = submitted(house)
    form = review.ReturnForSupplement(missing="缺少听证告知的送达回证。")
    walk.do("reviewer", "return_for_supplement", form)
    assert factories.case_of(walk).stage == "investigation_concluded"
    assert "a_submission_is_pending" in codes(refused(house, walk, "reviewer", "return_for_supplement", form))
    walk.do("officer1", "submit_for_review", SUBMISSION)
    assert factories.case_of(walk).stage == "legal_review"
    assert factories.events(walk).count("submitted_for_review") == 2


def test_a_submission_is_taken_back_with_a_reason(house: House) -> None:
    walk = submitted(house)
    walk.do("officer1", "withdraw_submission", REASON)
    assert factories.case_of(walk).stage == "investigation_concluded"
    assert_agreement(walk)


def test_the_opinion_goes_point_by_point(house: House) -> None:
    walk = submitted(house)
    nine = dataclasses.replace(opinion(), findings=opinion().findings[:9])
    breaches = refused(house, walk, "reviewer", "issue_opinion", nine)
    assert codes(breaches) == {"ten_points_each_found"}
    assert "第10项" in breaches[0].zh
    bare = opinion(review.Finding(point=3, conclusion="problem"), overall="correct_then_resubmit")
    assert len(refused(house, walk, "reviewer", "issue_opinion", bare)) == 3
    contradictory = opinion(problem(6, "legality"))
    assert codes(refused(house, walk, "reviewer", "issue_opinion", contradictory)) == {"overall_follows_the_findings"}


# ---------------------------------------------------------------------------------------------------------- answering


def test_a_finding_not_adopted_is_settled_by_the_heads_and_only_if_it_is_about_reasonableness(house: House) -> None:
    walk = submitted(house)
    walk.do("reviewer", "issue_opinion", opinion(problem(8, "reasonableness")))
    walk.do("head2", "hold_discussion", discussion(walk))
    assert refusal(house, walk) == {"findings_resolved"}
    assert codes(refused(house, walk, "officer1", "respond_to_review", review.RespondToReview())) == {
        "responds_to_every_finding"
    }
    answer = review.RespondToReview(responses=(review.Response(point=8, adopted=False, reason="裁量已在幅度之内。"),))
    walk.do("officer1", "respond_to_review", answer)
    assert refusal(house, walk) == {"findings_resolved"}
    walk.do("head2", "hold_discussion", discussion(walk, settles_disagreement=True))
    walk.do("head", "make_decision", major_decision(walk))
    assert_agreement(walk)


def test_a_finding_of_illegality_is_corrected_and_reviewed_again(house: House) -> None:
    walk = submitted(house)
    found = opinion(problem(6, "legality"), overall="correct_then_resubmit")
    walk.do("reviewer", "issue_opinion", found)
    adopted = review.RespondToReview(
        responses=(review.Response(point=6, adopted=True, reason="已补正。"),), correction="已补正送达回证。"
    )
    walk.do("officer1", "respond_to_review", adopted)
    walk.do("head2", "hold_discussion", discussion(walk, settles_disagreement=True))
    assert {"findings_resolved", "legal_review_passed_if_major"} <= refusal(house, walk)
    walk.review(SUBMISSION.proposal, SUBMISSION.basis)
    walk.do("head", "make_decision", major_decision(walk))
    assert_agreement(walk)


def test_a_file_neither_comes_again_nor_goes_back_before_the_opinion_is_answered(house: House) -> None:
    walk = submitted(house)
    walk.do("reviewer", "issue_opinion", opinion(problem(6, "legality"), overall="correct_then_resubmit"))
    for act, form in (("submit_for_review", SUBMISSION), ("return_to_investigation", REASON)):
        breaches = refused(house, walk, "officer1", act, form)
        assert (codes(breaches), cites(breaches)) == ({"last_opinion_is_answered"}, {"S#15"})
        assert {breach.mend for breach in breaches} == {"respond_to_review"}
    answer = review.RespondToReview(responses=(review.Response(point=6, adopted=True, reason="退回补正。"),))
    walk.do("officer1", "respond_to_review", answer)
    walk.do("officer1", "return_to_investigation", REASON)
    walk.notify(factories.conclusion(walk.today, **MAJOR), hearing=True)
    walk.do("officer1", "submit_for_review", SUBMISSION)
    carried = factories.records(walk)[-1].data["answers"]
    assert carried == [{"point": 6, "adopted": True, "reason": "退回补正。"}]
    with house.office.begin(house.market.actors["reviewer"]) as work:
        facts = facts_of(work, work.session.get_one(Case, walk.case_id))
    assert [change.event for change in changes_for_reviewer(facts, house.office.book)] == [
        "investigation_concluded", "prior_notice_given",
    ]  # fmt: skip
    [(finding, said)] = earlier_answers(facts)
    assert (finding.number("point"), said.text("reason")) == (6, "退回补正。")


# ------------------------------------------------------------------------------------------------------------- people


def test_who_handled_the_case_does_not_review_it(own_house: House) -> None:
    house = own_house
    walk = submitted(house)
    officer = house.market.actors["officer1"]
    both = dataclasses.replace(officer, roles=officer.roles | {"legal_reviewer"}, legal_unit=True, law_qualified=True)
    house.market.actors["officer1"] = both
    found = codes(refused(house, walk, "officer1", "issue_opinion", opinion()))
    assert found == {"investigates_and_reviews"}


def test_a_reviewer_outside_the_legal_unit_or_without_the_qualification_reviews_nothing(own_house: House) -> None:
    house = own_house
    walk = submitted(house)
    reviewer = house.market.actors["reviewer"]
    house.market.actors["reviewer"] = dataclasses.replace(reviewer, legal_unit=False, law_qualified=False)
    found = codes(refused(house, walk, "reviewer", "issue_opinion", opinion()))
    assert found == {"reviewer_is_of_the_legal_unit", "reviewer_is_qualified"}


def test_who_reviewed_does_not_decide(own_house: House) -> None:
    house = own_house
    walk = reviewed(house)
    reviewer = house.market.actors["reviewer"]
    house.market.actors["reviewer"] = dataclasses.replace(reviewer, roles=reviewer.roles | {"agency_head"})
    assert codes(refused(house, walk, "reviewer", "make_decision", major_decision(walk))) == {"reviews_and_decides"}


# ------------------------------------------------------------------------------------------------------ what is major


def test_a_person_may_raise_a_small_case_to_major_and_nobody_lowers_it(house: House) -> None:
    walk = factories.penalty(house.market, until="prior_notice_given")
    walk.do("officer1", "raise_to_major", penalties.RaiseToMajor(reason="社会关注度高。"))
    assert codes(refused(house, walk, "officer3", "examine_case", AGREE)) == {"is_not_major"}
    form = factories.conclusion(walk.today)
    walk.review("拟罚款二千元。", form.basis)
    walk.decide(form)
    assert_agreement(walk)


def test_an_examination_that_disagrees_lets_nothing_through(house: House) -> None:
    walk = factories.penalty(house.market, until="prior_notice_given")
    walk.do("officer3", "examine_case", penalties.ExamineCase(conclusion="disagree", opinion="证据不足。"))
    form = decision_of(walk, factories.conclusion(walk.today))
    assert codes(refused(house, walk, "head", "make_decision", form)) == {"examination_agreed"}


def test_the_handling_officer_does_not_examine_its_own_case(house: House) -> None:
    walk = factories.penalty(house.market, until="prior_notice_given")
    assert codes(refused(house, walk, "officer2", "examine_case", AGREE)) == {"investigates_and_examines"}


def test_the_reviewer_sees_who_had_no_certificate_on_the_day(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")

    def seen() -> tuple[str, ...]:
        with walk.office.begin(walk.staff.actors["reviewer"]) as work:
            found = checks(facts_of(work, work.session.get_one(Case, walk.case_id)), work.book)
        assert found[1].ok
        return tuple(breach.zh for breach in found[2].breaches)

    assert seen() == ()
    old = evidence.AddEvidence(
        kind="documentary", title="旧照片", proves="此前的状况", source="现场", obtained_on=dt.date(2015, 3, 2),
        obtained_by=walk.two[:1],
    )  # fmt: skip
    walk.do("officer1", "add_evidence", old)
    [sentence] = seen()
    assert sentence.endswith("在2015-03-02没有有效的行政执法证件")
