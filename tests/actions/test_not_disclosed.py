"""What is not disclosed, or not yet: on which ground, proposed by whom, approved by whom, until when (G#16)."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from enforcement.actions import disclosures
from enforcement.actions.cases import Reason
from enforcement.actions.disclosures import Approve
from enforcement.actions.parties import SetParties
from enforcement.demo.walk import Walk
from enforcement.law.errors import Forbidden, RuleViolation
from tests import factories
from tests.actions.disclosing import NOTE, by_clock
from tests.actions.watching import assert_agreement, cites, codes, refused_on_disclosure, unchanged
from tests.factories import COMPANY, MINOR, PERSON, House

APPROVE = Approve()
REASON = Reason(reason="情形不成立。")


def withholding(ground: str, **differences: str) -> disclosures.ProposeWithholding:
    form = disclosures.ProposeWithholding(ground=ground, cite="《保守国家秘密法》第十三条", reason="涉及国家秘密。")
    return dataclasses.replace(form, **differences)


def deferral(walk: Walk, **differences: object) -> disclosures.ProposeDeferral:
    form = disclosures.ProposeDeferral(
        kind="deferral", ground="G16.6b", reason="系列案件尚在调查。", review_on=walk.today + dt.timedelta(days=20)
    )
    return dataclasses.replace(form, **differences)  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------------------- not at all


@pytest.mark.parametrize(
    ("ground", "rank"),
    [
        ("G16.2", ""),
        ("G16.3", "law"),
        ("G16.3", "administrative_regulation"),
        ("G16.4", ""),
        ("G16.5", "law"),
        ("G16.5", "local_regulation"),
        ("G16.5", "rule"),
    ],
)
def test_a_ground_is_proposed_by_one_and_approved_by_the_head(house: House, ground: str, rank: str) -> None:
    walk = factories.penalty(house.market)
    walk.on_disclosure("clerk", "propose_withholding", withholding(ground, source_rank=rank))
    walk.on_disclosure("head", "approve_withholding", APPROVE)
    assert factories.stage_of_disclosure(walk) == "withheld"
    assert_agreement(walk)


@pytest.mark.parametrize(
    ("ground", "rank"), [("G16.3", ""), ("G16.3", "local_regulation"), ("G16.3", "rule"), ("G16.5", "")]
)
def test_a_source_of_too_low_a_rank_carries_no_ground(house: House, ground: str, rank: str) -> None:
    walk = factories.penalty(house.market)
    form = withholding(ground, source_rank=rank)
    breaches = refused_on_disclosure(house, walk, "clerk", "propose_withholding", form)
    assert codes(breaches) == {"withholding_ground_holds"}
    assert cites(breaches) == {f"G#16.1({ground[-1]})"}


def test_the_ground_of_a_minor_needs_one(house: House) -> None:
    walk = factories.penalty(house.market, party=PERSON)
    breaches = refused_on_disclosure(house, walk, "clerk", "propose_withholding", withholding("G16.1"))
    assert "当事人不属于未成年人" in {breach.zh for breach in breaches}


def test_nobody_approves_what_was_not_proposed_and_nobody_withholds_alone(own_house: House) -> None:
    house = own_house
    walk = factories.penalty(house.market)
    assert codes(refused_on_disclosure(house, walk, "head", "approve_withholding", APPROVE)) == {
        "withholding_was_proposed"
    }
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        by_clock(walk, "approve_withholding", APPROVE)
    assert codes(refusal.value.breaches) == {"withholding_was_proposed"}
    clerk = house.market.actors["clerk"]
    house.market.actors["clerk"] = dataclasses.replace(clerk, roles=clerk.roles | {"agency_head"})
    walk.on_disclosure("clerk", "propose_withholding", withholding("G16.4"))
    assert codes(refused_on_disclosure(house, walk, "clerk", "approve_withholding", APPROVE)) == {
        "prepares_and_releases"
    }
    with unchanged(house), pytest.raises(Forbidden):
        walk.on_disclosure("releaser", "approve_withholding", APPROVE)


def test_a_proposal_declined_is_no_proposal_any_more(house: House) -> None:
    walk = factories.penalty(house.market)
    assert codes(refused_on_disclosure(house, walk, "head", "decline_proposal", REASON)) == {"a_proposal_is_pending"}
    walk.on_disclosure("clerk", "propose_withholding", withholding("G16.4"))
    walk.on_disclosure("head", "decline_proposal", REASON)
    assert codes(refused_on_disclosure(house, walk, "head", "approve_withholding", APPROVE)) == {
        "withholding_was_proposed"
    }
    walk.prepare()
    walk.release()
    by_clock(walk, "publish_disclosure")
    assert_agreement(walk)


def test_what_is_public_is_not_withheld_inside(house: House) -> None:
    walk = factories.released(factories.penalty(house.market))
    by_clock(walk, "publish_disclosure")
    walk.on_disclosure("clerk", "begin_correction", Reason(reason="摘要有误"))
    walk.on_disclosure("clerk", "propose_withholding", withholding("G16.4"))
    assert codes(refused_on_disclosure(house, walk, "head", "approve_withholding", APPROVE)) == {"nothing_is_public"}


def test_the_case_of_a_minor_is_never_released_and_withheld_by_the_clock(house: House) -> None:
    walk = factories.penalty(house.market, party=MINOR)
    walk.prepare()
    breaches = refused_on_disclosure(house, walk, "releaser", "release_disclosure", NOTE)
    assert (codes(breaches), cites(breaches)) == ({"no_party_is_a_minor"}, {"G#16.1(1)"})
    by_clock(walk, "approve_withholding", APPROVE)
    assert factories.stage_of_disclosure(walk) == "withheld"
    assert factories.records(walk)[-1].actor_id is None
    assert_agreement(walk)


@pytest.mark.parametrize(("years_and_a_day", "minor"), [(dt.timedelta(0), False), (dt.timedelta(days=1), True)])
def test_who_turns_eighteen_on_the_day_of_the_act_is_no_minor(
    house: House, years_and_a_day: dt.timedelta, *, minor: bool
) -> None:
    acted_on = dt.date(2026, 8, 22)  # ten days before START, as the conclusion of the sample says
    born = acted_on.replace(year=acted_on.year - 18) + years_and_a_day
    walk = factories.penalty(house.market, party=dataclasses.replace(PERSON, birth_on=born))
    walk.prepare()
    if minor:
        assert "no_party_is_a_minor" in codes(
            refused_on_disclosure(house, walk, "releaser", "release_disclosure", NOTE)
        )
    else:
        walk.release()


def test_a_person_whose_birth_nobody_wrote_down_is_not_published(house: House) -> None:
    walk = factories.penalty(house.market, party=dataclasses.replace(PERSON, birth_on=None))
    walk.prepare()
    breaches = refused_on_disclosure(house, walk, "releaser", "release_disclosure", NOTE)
    assert codes(breaches) == {"births_are_known"}
    assert {breach.mend for breach in breaches} == {"set_parties"}
    walk.do("officer1", "set_parties", SetParties(parties=(PERSON,)))
    walk.release()
    assert_agreement(walk)


def test_a_minor_among_several_parties_withholds_the_whole(house: House) -> None:
    walk = factories.penalty(house.market)
    walk.do("officer1", "set_parties", SetParties(parties=(COMPANY, MINOR)))
    by_clock(walk, "approve_withholding", APPROVE)
    assert factories.stage_of_disclosure(walk) == "withheld"


# ------------------------------------------------------------------------------------------------------------ not yet


def test_a_deferral_is_approved_before_the_due_day_and_its_end_lets_the_days_run(house: House) -> None:
    house.at(2026, 9, 1)
    walk = factories.penalty(house.market)
    walk.on_disclosure("clerk", "propose_deferral", deferral(walk))
    walk.on_disclosure("head", "approve_deferral", APPROVE)
    record = factories.records(walk)[-1]
    assert (record.event, record.data["kind"], record.data["ground"]) == ("deferred", "deferral", "G16.6b")
    assert "stage" in codes(refused_on_disclosure(house, walk, "releaser", "release_disclosure", NOTE))
    house.later(days=60)
    walk.on_disclosure("clerk", "end_deferral", Reason(reason="系列案件已经结案。"))
    walk.prepare()
    walk.release()
    by_clock(walk, "publish_disclosure")
    assert_agreement(walk)


def test_a_deferral_after_the_due_day_is_refused(house: House) -> None:
    house.at(2026, 9, 1)  # a Tuesday: seven working days end on Thursday the 10th
    walk = factories.penalty(house.market)
    walk.on_disclosure("clerk", "propose_deferral", deferral(walk))
    house.at(2026, 9, 11, 0, 1)
    late = deferral(walk, review_on=walk.today + dt.timedelta(days=5))
    breaches = refused_on_disclosure(house, walk, "clerk", "propose_deferral", late)
    assert codes(breaches) == {"deferral_is_in_time"}
    assert "2026-09-10" in breaches[0].zh
    assert codes(refused_on_disclosure(house, walk, "head", "approve_deferral", APPROVE)) == {"deferral_is_in_time"}
    house.at(2026, 9, 10, 23, 59)
    walk.on_disclosure("head", "approve_deferral", APPROVE)


def test_a_deferral_names_the_day_it_is_looked_at_again_and_a_postponement_its_new_day(house: House) -> None:
    walk = factories.penalty(house.market)
    today = deferral(walk, review_on=walk.today)
    assert codes(refused_on_disclosure(house, walk, "clerk", "propose_deferral", today)) == {
        "deferral_has_a_review_day"
    }
    endless = deferral(walk, kind="postponement")
    assert codes(refused_on_disclosure(house, walk, "clerk", "propose_deferral", endless)) == {
        "deferral_has_a_review_day"
    }
    walk.on_disclosure(
        "clerk", "propose_deferral", deferral(walk, kind="postponement", until=walk.today.replace(day=28))
    )
    walk.on_disclosure("head", "approve_deferral", APPROVE)
    assert factories.records(walk)[-1].data["until"] == "2026-09-28"


def test_a_deferral_is_not_approved_by_who_proposed_it_nor_without_a_proposal(own_house: House) -> None:
    house = own_house
    walk = factories.penalty(house.market)
    assert codes(refused_on_disclosure(house, walk, "head", "approve_deferral", APPROVE)) == {"deferral_was_proposed"}
    clerk = house.market.actors["clerk"]
    house.market.actors["clerk"] = dataclasses.replace(clerk, roles=clerk.roles | {"agency_head"})
    walk.on_disclosure("clerk", "propose_deferral", deferral(walk))
    assert codes(refused_on_disclosure(house, walk, "clerk", "approve_deferral", APPROVE)) == {"prepares_and_releases"}
