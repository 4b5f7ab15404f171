"""The party is told, heard, and heard again at a hearing where it has the right to one, before any penalty."""

from __future__ import annotations

import dataclasses
import datetime as dt

from enforcement.actions import cases, notice
from enforcement.actions.parties import SetParties
from enforcement.demo.walk import Walk
from tests import factories
from tests.actions.filled import AGREE, SUBMISSION, decision_of, moment, prior_notice
from tests.actions.watching import assert_agreement, cites, codes, forbidden, refused
from tests.factories import House


def concluded(house: House, **differences: object) -> Walk:
    walk = factories.penalty(house.market, until="investigation")
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today, **differences))
    return walk


def noticed(house: House, **differences: object) -> Walk:
    """A case whose party was told of its right to a hearing."""
    walk = concluded(house, **differences)
    fine = differences.get("fine_fen", 200_000)
    walk.do("officer1", "give_prior_notice", prior_notice(walk, fine_fen=fine, hearing_right_told=True))
    return walk


def notification(walk: Walk, at: dt.datetime, *, presider: str = "reviewer") -> notice.NotifyHearing:
    return notice.NotifyHearing(
        hearing_at=at, place="本局听证室", presider=walk.staff.id(presider), notified_on=walk.today, public=True
    )


def hearing(walk: Walk, at: dt.datetime, *, presider: str = "reviewer", **differences: object) -> notice.HoldHearing:
    form = notice.HoldHearing(
        held_at=at, presider=walk.staff.id(presider), attendees=("当事人",), record="听证笔录全文。", signed=True
    )
    return dataclasses.replace(form, **differences)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------------------ defense


def test_the_defense_lapses_with_its_last_day_and_not_before(house: House) -> None:
    house.at(2026, 9, 21)  # a Monday; Mid-Autumn rests on Friday the 25th, so five working days end on the 29th
    walk = concluded(house)
    walk.do("officer1", "give_prior_notice", prior_notice(walk))
    house.at(2026, 9, 29, 23, 59)
    breaches = refused(house, walk, "officer3", "examine_case", AGREE)
    assert codes(breaches) == {"party_answered_waived_or_let_lapse"}
    assert "2026-09-29" in breaches[0].zh
    house.at(2026, 9, 30, 0, 1)
    walk.examine()
    assert_agreement(walk)


def test_a_defense_is_checked_with_reasons_and_answers_the_notice(house: House) -> None:
    walk = concluded(house)
    walk.do("officer1", "give_prior_notice", prior_notice(walk))
    form = notice.RecordDefense(
        received_on=walk.today, content="过期食品是供货商送错的。", reviewed="已调取送货单核对。", adopted=False,
        reason="送货单显示交付时尚未过期。",
    )  # fmt: skip
    walk.do("officer1", "record_defense", form)
    walk.examine()
    assert factories.events(walk)[-2:] == ["defense_recorded", "examined"]


def test_after_a_defense_nothing_becomes_heavier(house: House) -> None:
    walk = concluded(house)
    walk.do("officer1", "give_prior_notice", prior_notice(walk))
    defense = notice.RecordDefense(received_on=walk.today, content="请求从轻。", reviewed="已复核。", reason="不采纳。")
    walk.do("officer1", "record_defense", defense)
    walk.do("officer1", "return_to_investigation", cases.Reason(reason="重新裁量。"))
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today, fine_fen=300_000))
    walk.do("officer1", "give_prior_notice", prior_notice(walk, fine_fen=300_000))
    waiver = notice.WaiveDefense(waived_on=walk.today, form="书面声明")
    walk.do("officer1", "waive_defense", waiver)
    walk.examine()
    form = factories.conclusion(walk.today, fine_fen=300_000)
    assert codes(refused(house, walk, "head", "make_decision", decision_of(walk, form))) == {"no_heavier_for_defending"}


def test_the_notice_says_what_is_intended_or_does_not_go_out(house: House) -> None:
    walk = concluded(house)
    assert codes(refused(house, walk, "officer1", "give_prior_notice", prior_notice(walk, fine_fen=100_000))) == {
        "notice_matches_conclusion"
    }
    silent = prior_notice(walk, defense_right_told=False)
    assert codes(refused(house, walk, "officer1", "give_prior_notice", silent)) == {"defense_right_told"}


def test_who_became_a_party_after_the_notice_was_told_nothing_by_it(house: House) -> None:
    walk = concluded(house)
    walk.do("officer1", "give_prior_notice", prior_notice(walk))
    walk.do("officer1", "waive_defense", notice.WaiveDefense(waived_on=walk.today, form="书面声明"))
    another = dataclasses.replace(factories.COMPANY, name="北京另一家食品有限公司")
    walk.do("officer1", "set_parties", SetParties(parties=(another,)))
    breaches = refused(house, walk, "officer3", "examine_case", AGREE)
    assert (codes(breaches), cites(breaches)) == ({"every_party_was_told"}, {"APL#62"})
    moved = dataclasses.replace(factories.COMPANY, address="北京市明德区新址")
    walk.do("officer1", "set_parties", SetParties(parties=(moved,)))
    walk.examine()


def test_a_decision_beyond_what_was_told_is_refused(house: House) -> None:
    walk = factories.penalty(house.market, until="examined")
    heavier = factories.conclusion(walk.today, fine_fen=200_001)
    assert "decision_was_noticed" in codes(refused(house, walk, "head", "make_decision", decision_of(walk, heavier)))


# ------------------------------------------------------------------------------------------------------------ hearing


def test_a_fine_of_the_agencys_amount_earns_a_hearing_and_one_fen_less_does_not(house: House) -> None:
    heavy = concluded(house, fine_fen=10_000_000)
    silent = prior_notice(heavy, fine_fen=10_000_000)
    assert codes(refused(house, heavy, "officer1", "give_prior_notice", silent)) == {"hearing_right_was_told_where_due"}
    light = concluded(house, fine_fen=9_999_999)
    light.do("officer1", "give_prior_notice", prior_notice(light, fine_fen=9_999_999))
    assert factories.case_of(light).stage == "prior_notice_given"


def test_a_hearing_asked_for_is_notified_seven_working_days_ahead_and_held_before_the_decision(house: House) -> None:
    house.at(2026, 9, 1)
    walk = noticed(house)
    walk.do("officer1", "waive_defense", notice.WaiveDefense(waived_on=walk.today, form="书面声明"))
    house.at(2026, 9, 3)
    walk.do("officer1", "request_hearing", notice.RequestHearing(requested_on=walk.today))
    assert "hearing_right_settled" in codes(refused(house, walk, "officer3", "examine_case", AGREE))
    house.at(2026, 9, 4)  # a Friday: the seventh working day after it is Tuesday the 15th
    early = notification(walk, moment(2026, 9, 14, 14))
    assert codes(refused(house, walk, "officer1", "notify_hearing", early)) == {"hearing_notified_in_time"}
    investigator = notification(walk, moment(2026, 9, 15, 14), presider="officer2")
    assert codes(refused(house, walk, "officer1", "notify_hearing", investigator)) == {"investigates_and_presides"}
    walk.do("officer1", "notify_hearing", notification(walk, moment(2026, 9, 15, 14)))

    house.at(2026, 9, 14)
    before = hearing(walk, moment(2026, 9, 14, 8))
    assert codes(refused(house, walk, "reviewer", "hold_hearing", before)) == {"hearing_was_notified"}
    house.at(2026, 9, 15, 17)
    unsigned = hearing(walk, moment(2026, 9, 15, 14), signed=False)
    assert codes(refused(house, walk, "reviewer", "hold_hearing", unsigned)) == {"hearing_record_is_signed"}
    mine = hearing(walk, moment(2026, 9, 15, 14))
    assert "investigates_and_presides" in codes(refused(house, walk, "officer1", "hold_hearing", mine))
    another = hearing(walk, moment(2026, 9, 15, 14), presider="officer3")
    assert codes(refused(house, walk, "reviewer", "hold_hearing", another)) == {"presider_is_the_one_notified"}
    walk.do("reviewer", "hold_hearing", hearing(walk, moment(2026, 9, 15, 14)))
    assert factories.events(walk)[-1] == "hearing_held"
    assert_agreement(walk)


def test_a_case_that_was_heard_is_major_and_goes_through_review(house: House) -> None:
    house.at(2026, 9, 1)
    walk = noticed(house)
    walk.do("officer1", "waive_defense", notice.WaiveDefense(waived_on=walk.today, form="书面声明"))
    walk.do("officer1", "waive_hearing", notice.WaiveHearing(waived_on=walk.today, form="书面声明"))
    assert "is_not_major" in codes(refused(house, walk, "officer3", "examine_case", AGREE))
    walk.unfilmed("hearing")
    form = factories.conclusion(walk.today)
    walk.review("拟罚款二千元。", form.basis)
    walk.decide(form)
    assert_agreement(walk)


def test_a_hearing_not_asked_for_in_five_working_days_need_not_be_held(house: House) -> None:
    house.at(2026, 9, 1)  # a Tuesday
    walk = noticed(house)
    walk.do("officer1", "waive_defense", notice.WaiveDefense(waived_on=walk.today, form="书面声明"))
    house.at(2026, 9, 8, 23, 59)
    assert "hearing_right_settled" in codes(refused(house, walk, "officer1", "submit_for_review", SUBMISSION))
    house.at(2026, 9, 9, 0, 1)
    walk.do("officer1", "submit_for_review", SUBMISSION)


def test_nobody_asks_for_a_hearing_of_which_nobody_was_prior_notice(house: House) -> None:
    walk = concluded(house)
    walk.do("officer1", "give_prior_notice", prior_notice(walk))
    for act, form in (
        ("request_hearing", notice.RequestHearing(requested_on=walk.today)),
        ("waive_hearing", notice.WaiveHearing(waived_on=walk.today, form="书面声明")),
    ):
        assert codes(refused(house, walk, "officer1", act, form)) == {"hearing_right_stands"}


def test_the_agencys_people_do_not_speak_for_the_party_without_the_role(house: House) -> None:
    walk = noticed(house)
    form = notice.WaiveHearing(waived_on=walk.today, form="书面声明")
    assert forbidden(house, walk, "clerk", "waive_hearing", form).code == "may"
