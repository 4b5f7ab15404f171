"""A number that the agency sets is what its clocks count by from then on."""

from __future__ import annotations

from enforcement.actions.agency import SetParameter
from enforcement.actions.registry import perform
from enforcement.facts import facts_of
from enforcement.law.clocks import running
from enforcement.models.cases import Case
from tests import factories
from tests.factories import House


def days_to_open(house: House) -> int:
    """How many working days a lead that came in now gives its officers to open a case."""
    walk = factories.open_case(house.market)
    with house.office.looking(house.market.actors["head"]) as work:
        facts = facts_of(work, work.session.get_one(Case, walk.case_id))
        (opening,) = [one for one in running(facts, work.book) if one.limit.key == "case_opening"]
    return opening.due.value


def test_a_case_is_opened_within_the_days_that_the_agency_has_set(house: House) -> None:
    assert days_to_open(house) == 15
    form = SetParameter(
        name="case_opening_days", value=5, from_on=factories.START.date(), cite="《立案规定》", quote="五个工作日内立案"
    )
    perform(house.office, house.market.actors["head"], "set_parameter", form)
    assert days_to_open(house) == 5
