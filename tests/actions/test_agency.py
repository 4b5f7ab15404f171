"""What an agency sets for itself and says of itself: matters, directory, numbers, basic information."""

from __future__ import annotations

import dataclasses
import datetime as dt

from sqlalchemy import select

from enforcement.actions import agency
from enforcement.demo.walk import Walk
from enforcement.law.errors import Forbidden, Invalid
from enforcement.models.ledger import LedgerChain
from enforcement.models.people import Agency
from publish import tables
from tests import factories
from tests.actions.filled import AGREE, REASON, prior_notice
from tests.actions.watching import codes, do_for_agency, refused, refused_for_agency
from tests.factories import House

SINCE = dt.date(2026, 9, 1)


# ---------------------------------------------------------------------------------------------- matters and directory

MATTER = agency.MatterForm(code="CF-901", zh="新增处罚事项", kind="penalty", basis="《某法》第一条")
LINE = agency.DirectoryForm(matter_code="CF-901", is_major=True, ground_row="S6.5", amount_from_fen=100)
DEFENSE = agency.SetParameter(
    name="defense_days", value=7, from_on=SINCE, cite="《裁量基准》", quote="七个工作日内陈述、申辩"
)


def test_a_matter_that_the_directory_does_not_name_goes_no_further_than_its_investigation(own_house: House) -> None:
    house = own_house
    do_for_agency(house, "admin", "set_matters", agency.SetMatters(from_on=SINCE, matters=(MATTER,)))
    walk = Walk(house.market)
    walk.lead(factories.COMPANY, matter_code="CF-901", title="新事项", content="举报。")
    walk.investigate(factories.COMPANY.name, "事项", "现场")
    walk.unfilmed("on_site", "investigation")
    conclusion = factories.conclusion(walk.today)
    breaches = refused(house, walk, "officer1", "conclude_investigation", conclusion)
    assert codes(breaches) == {"matter_is_mapped"}
    assert {breach.mend for breach in breaches} == {"set_directory"}
    data = do_for_agency(
        house, "head", "set_directory", agency.SetDirectory(from_on=SINCE, reason="新增事项", entries=(LINE,))
    )
    assert data["version"] == 2
    walk.do("officer1", "conclude_investigation", conclusion)
    other = factories.penalty(house.market, until="investigation")  # the new version no longer names CF-101
    assert codes(refused(house, other, "officer1", "conclude_investigation", factories.conclusion(walk.today))) == {
        "matter_is_mapped"
    }


def test_a_directory_of_tomorrow_rules_from_tomorrow_on(own_house: House) -> None:
    house = own_house
    walk = factories.penalty(house.market, until="prior_notice_given")
    line = dataclasses.replace(LINE, matter_code="CF-101")
    later = agency.SetDirectory(from_on=SINCE + dt.timedelta(days=1), reason="调整", entries=(line,))
    do_for_agency(house, "head", "set_directory", later)
    walk.examine()
    walk.do("officer1", "return_to_investigation", REASON)
    house.later(days=1)
    walk.notify(factories.conclusion(walk.today), hearing=False)
    assert codes(refused(house, walk, "officer3", "examine_case", AGREE)) == {"is_not_major"}


def test_what_the_directory_calls_major_names_its_ground(house: House) -> None:
    form = agency.SetDirectory(from_on=SINCE, reason="调整", entries=(dataclasses.replace(LINE, ground_row=""),))
    refusal = refused_for_agency(house, "head", "set_directory", form)
    assert isinstance(refusal, Invalid)
    assert set(refusal.fields) == {"entries"}
    license_item = dataclasses.replace(LINE, matter_code="CF-101", ground_row="S5.1")
    refusal = refused_for_agency(house, "head", "set_directory", dataclasses.replace(form, entries=(license_item,)))
    assert isinstance(refusal, Invalid)
    assert "列入依据与事项类别不符" in refusal.fields["entries"][0]


# ------------------------------------------------------------------------------------------------------------ numbers


def test_a_number_of_the_agency_counts_from_its_day_on(own_house: House) -> None:
    house = own_house
    do_for_agency(house, "head", "set_parameter", dataclasses.replace(DEFENSE, from_on=dt.date(2026, 9, 8)))
    for day, days in ((7, 5), (8, 7)):
        house.at(2026, 9, day)
        walk = factories.penalty(house.market, until="investigation")
        walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
        outcome = walk.do("officer1", "give_prior_notice", prior_notice(walk))
        assert walk.data(outcome)["defense_days"] == days


def test_a_fine_from_the_new_amount_on_earns_a_hearing(own_house: House) -> None:
    house = own_house
    form = agency.SetParameter(
        name="hearing_fine_organization_fen", value=200_000, from_on=SINCE, cite="《裁量基准》", quote="二千元以上"
    )
    do_for_agency(house, "head", "set_parameter", form)
    walk = factories.penalty(house.market, until="investigation")
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    assert codes(refused(house, walk, "officer1", "give_prior_notice", prior_notice(walk))) == {
        "hearing_right_was_told_where_due"
    }


def test_a_number_of_days_nobody_can_mean_is_refused(house: House) -> None:
    form = dataclasses.replace(DEFENSE, value=10**9)
    refusal = refused_for_agency(house, "head", "set_parameter", form)
    assert isinstance(refusal, Invalid)
    assert set(refusal.fields) == {"value"}


def test_only_the_head_sets_numbers(house: House) -> None:
    assert isinstance(refused_for_agency(house, "admin", "set_parameter", DEFENSE), Forbidden)


# ------------------------------------------------------------------------------------------------- basic information


def test_what_the_agency_says_of_itself_changes_inside_and_outside_together(house: House) -> None:
    form = agency.SetBasicInformation(section="functions", content="新的职责说明。")
    do_for_agency(house, "clerk", "set_basic_information", form)
    do_for_agency(house, "clerk", "set_basic_information", dataclasses.replace(form, content="再次更新。"))
    table = tables.basic_information
    with house.office.reading(house.market.agency_id) as session:
        query = select(table.c.content).where(table.c.agency_id == house.market.agency_id, table.c.item == "functions")
        assert session.scalars(query).all() == ["再次更新。"]
        cites = session.scalars(select(table.c.cite).where(table.c.item == "functions")).all()
        assert cites == ["《北京市行政执法公示办法》第六条第一款第（一）项"]
    unknown = dataclasses.replace(form, section="no_such_section")
    assert isinstance(refused_for_agency(house, "clerk", "set_basic_information", unknown), Invalid)


def test_the_agencys_chain_is_its_own(house: House) -> None:
    with house.office.reading(house.market.agency_id) as session:
        chains = session.scalars(select(LedgerChain.id).where(LedgerChain.kind == "agency")).all()
        assert chains == [session.scalars(select(Agency.chain_id)).one()]


def test_what_is_there_is_not_written_twice(house: House) -> None:
    for login, act, form in (
        ("admin", "set_matters", agency.SetMatters(from_on=SINCE, matters=(MATTER, MATTER))),
        (
            "head",
            "set_directory",
            agency.SetDirectory(
                from_on=SINCE, reason="调整", entries=(LINE, dataclasses.replace(LINE, is_major=False))
            ),
        ),
        ("head", "set_parameter", dataclasses.replace(DEFENSE, from_on=dt.date(2024, 1, 1))),
    ):
        assert isinstance(refused_for_agency(house, login, act, form), Invalid), act
