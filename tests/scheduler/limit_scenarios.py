"""For each limit of the book: acts of the product that set it, and acts that stop it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from enforcement.actions import evidence, licenses, notice, other_places, serving, transfers
from enforcement.actions.agency import SetBasicInformation
from enforcement.demo.walk import Walk
from tests import factories
from tests.actions.filled import opinion
from tests.factories import House
from tests.scheduler.limit_acts import (
    ASKED,
    ELSEWHERE,
    UNAPPROVED,
    Started,
    accepted,
    act,
    answer_of_police,
    answered,
    approve,
    asked,
    broke_off,
    by_rule,
    changed_law,
    changed_section,
    collected,
    crime,
    decided,
    do,
    drawn,
    drop,
    executed,
    from_elsewhere,
    hearing_asked,
    hearing_notified,
    interruption,
    lead,
    license_hearing_notified,
    lift,
    measured,
    new_directory,
    next_year,
    noticed,
    open_it,
    overturn_now,
    overturned,
    preserved,
    published,
    reconsidered,
    seen_gone,
    served_by_notice,
    settle,
    submitted,
    to_be_transferred,
    told,
    transfer,
    transferred,
    waive,
    without_penalty,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Scenario:
    """What sets a limit and what stops it."""

    start: Callable[[House], Started]
    stop: Callable[[House, Started], object]


PAID = executed("paid")
FALLEN = overturn_now

SCENARIOS: dict[str, Scenario] = {
    "disclosure_of_license": Scenario(lambda house: factories.license(house.market), FALLEN),
    "disclosure_of_penalty": Scenario(decided(), FALLEN),
    "disclosure_of_penalty_downgraded": Scenario(
        decided(decided={"social_impact": False, "downgrade_reason": "情节轻微。"}), FALLEN
    ),
    "disclosure_of_penalty_by_rule": Scenario(by_rule, FALLEN),
    "disclosure_of_other_decision": Scenario(without_penalty, FALLEN),
    "disclosure_of_inspection": Scenario(lambda house: factories.inspection(house.market), FALLEN),
    "disclosure_of_random_check": Scenario(drawn, FALLEN),
    "withdrawal_of_publication": Scenario(overturned, seen_gone),
    "correction_request": Scenario(asked("correction"), settle),
    "correction_suggestion": Scenario(asked("suggestion"), settle),
    "basic_information_update": Scenario(
        changed_section,
        lambda house, _: do(
            house, "clerk", "set_basic_information", SetBasicInformation(section="office_place", content="甲1号")
        ),
    ),
    "inspection_plan": Scenario(next_year, published("record_inspection_plan", "clerk")),
    "annual_report": Scenario(next_year, published("record_annual_report", "clerk")),
    "open_information_report": Scenario(next_year, published("record_open_information_report", "head")),
    "interruption_statement": Scenario(
        broke_off,
        lambda _, walk: walk.do("officer1", "state_interruption", interruption(walk)),
    ),
    "legal_review": Scenario(submitted, act("reviewer", "issue_opinion", opinion())),
    "directory_adjustment": Scenario(changed_law, new_directory),
    "case_opening": Scenario(lead, open_it),
    "penalty_decision": Scenario(lambda house: factories.open_case(house.market), drop),
    "evidence_preservation": Scenario(
        preserved,
        lambda _, started: started[0].do(
            "officer1", "settle_preservation", evidence.SettlePreservation(preservation=started[1], outcome="返还")
        ),
    ),
    "defense": Scenario(
        noticed, waive("waive_defense", lambda walk: notice.WaiveDefense(waived_on=walk.today, form="书面声明"))
    ),
    "hearing_request": Scenario(
        noticed, waive("waive_hearing", lambda walk: notice.WaiveHearing(waived_on=walk.today, form="书面声明"))
    ),
    "service_of_penalty": Scenario(decided(), lambda _, walk: walk.serve()),
    "payment": Scenario(decided(until="served"), PAID),
    "handover_of_collected_fine": Scenario(
        collected, act("officer1", "hand_over_fine", serving.HandOverFine(amount_fen=200_000, receipt="收1号"))
    ),
    "on_the_spot_measure_report": Scenario(measured("seizure", **UNAPPROVED), approve),
    "sealing_up_or_seizure": Scenario(measured("seizure"), lift),
    "freeze": Scenario(measured("freeze"), lift),
    "court_application": Scenario(decided(until="served"), executed("court_application")),
    "license_decision": Scenario(accepted(), drop),
    "license_delivery": Scenario(lambda house: factories.license(house.market), lambda _, walk: walk.serve()),
    "license_hearing_request": Scenario(
        told, waive("waive_hearing", lambda walk: notice.WaiveHearing(waived_on=walk.today, form="书面声明"))
    ),
    "license_hearing_hold": Scenario(hearing_asked, drop),
    "license_joint_handling": Scenario(accepted(handling="joint", handling_basis="统一办理决定"), drop),
    "license_lower_examination": Scenario(accepted(handling="lower_first", handling_basis="规章规定"), drop),
    "license_test_assignment": Scenario(
        accepted(tests_needed=True),
        lambda _, walk: walk.do(
            "officer1", "assign_testers", licenses.AssignTesters(staff=walk.two, standard="GB 1")
        ),
    ),
    "push_to_party_province": Scenario(
        lambda house: by_rule(house, party=ELSEWHERE),
        act("clerk", "push_to_party_province", other_places.PushPenalty(to="上海市市场监督管理局", receipt="推1号")),
    ),
    "disclosure_by_party_province": Scenario(
        from_elsewhere,
        lambda house, _: do(
            house, "clerk", "show_penalty_from_elsewhere",
            other_places.ShowPenalty(document_no="沪1号", address="https://example.invalid/1"),
        ),
    ),
    "transfer_decision": Scenario(crime, to_be_transferred),
    "transfer_delivery": Scenario(to_be_transferred, transfer),
    "police_answer": Scenario(transferred, answer_of_police),
    "reconsideration_of_police_refusal": Scenario(
        answered("police_refused"), act("officer1", "ask_police_again", ASKED)
    ),
    "supervision_of_police_refusal": Scenario(reconsidered, act("officer1", "propose_supervision", ASKED)),
    "handover_to_police": Scenario(
        answered("police_accepted"),
        act("officer1", "hand_over_to_police", transfers.HandOverToPolice(items=("台账",), receipt="交1号")),
    ),
}  # fmt: skip
"""Limits that a day can be late for."""

AT_ONCE: dict[str, Callable[[House], Walk]] = {
    "limitation": lead,
    "hearing_notice": hearing_notified,
    "license_hearing_notice": license_hearing_notified,
}
"""Set and met, or not, by one record."""

WAITED_FOR: dict[str, Callable[[House], Walk]] = {"service_by_public_notice": served_by_notice}
"""Nothing stops them but the day."""

BY_THE_CLOCK: dict[str, Callable[[House], Walk]] = {
    "license_acceptance": lambda house: factories.application(house.market)
}
"""The clock itself stops them on the day after."""
