"""The agency's own acts: people, certificates, deputies, the matters and numbers it sets, what it says of itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from enforcement.actions import access, agency, people
from enforcement.actions.cases import AssignOfficers
from enforcement.actions.registry import perform
from enforcement.demo.agencies import PASSWORD
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.law.errors import Forbidden, Invalid, NotFound, RuleViolation
from enforcement.models.cases import ProcessRecord
from enforcement.models.ledger import LedgerChain, LedgerEntry
from enforcement.models.people import Agency, Certificate, Unit
from publish import tables
from tests import factories
from tests.actions.filled import AGREE, REASON, decision_of, prior_notice
from tests.actions.watching import assert_tells, codes, forbidden, refused, unchanged
from tests.factories import House

SINCE = dt.date(2026, 9, 1)


def do(house: House, login: str, act: str, form: Any, *, staff: Staff | None = None) -> dict[str, Any]:
    """Do an act of the agency; what its record holds."""
    staff = staff or house.market
    outcome = perform(house.office, staff.actors[login], act, form)
    with house.office.reading(staff.agency_id) as session:
        record = session.get_one(ProcessRecord, (outcome.chain_id, outcome.seq))
        entry = session.get_one(LedgerEntry, (outcome.chain_id, outcome.seq))
        assert_tells(record, entry)
        assert session.get_one(LedgerChain, outcome.chain_id).head_seq == outcome.seq
        assert record.data == json.loads(json.dumps(record.data))
        return record.data


def refused_for_agency(house: House, login: str, act: str, form: Any) -> Exception:
    """The act is refused and nothing is written."""
    with unchanged(house), pytest.raises((Forbidden, Invalid, NotFound, RuleViolation)) as refusal:
        perform(house.office, house.market.actors[login], act, form)
    return refusal.value


def certificate_of(house: House, login: str) -> Certificate:
    with house.office.reading(house.market.agency_id) as session:
        person = house.market.actors[login].person_id
        found = session.scalars(select(Certificate).where(Certificate.person_id == person)).one()
        session.expunge_all()
        return found


# ------------------------------------------------------------------------------------------------------- certificates


def test_an_officer_whose_certificate_is_suspended_works_on_no_case_and_leaves_the_public_page(
    own_house: House,
) -> None:
    house = own_house
    walk = factories.penalty(house.market, until="investigation")
    number = certificate_of(house, "officer2").number
    do(house, "admin", "suspend_certificate", people.SuspendCertificate(number=number, reason="证件到期未换发"))
    breaches = refused(house, walk, "officer1", "conclude_investigation", factories.conclusion(walk.today))
    assert {"two_officers", "officers_qualified"} <= codes(breaches)
    with house.office.reading(house.market.agency_id) as session:
        query = select(tables.officer.c.removed_on).where(tables.officer.c.certificate_no == number)
        assert session.scalar(query) == walk.today
    officers = (house.market.id("officer1"), house.market.id("officer3"))
    walk.do("head", "assign_officers", AssignOfficers(officers=officers))
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    unknown = people.SuspendCertificate(number="没有", reason="无")
    assert isinstance(refused_for_agency(house, "admin", "suspend_certificate", unknown), NotFound)


def test_a_record_asks_for_the_certificates_of_its_own_day(own_house: House) -> None:
    house = own_house
    walk = factories.penalty(house.market, until="investigation")
    with_certificate = walk.site_record("on_site_record", "当事人", "核查", "经营场所")
    house.later(days=1)
    number = certificate_of(house, "officer2").number
    do(house, "admin", "suspend_certificate", people.SuspendCertificate(number=number, reason="暂扣"))
    without = walk.site_record("on_site_record", "当事人", "核查", "经营场所")
    assert codes(refused(house, walk, "officer1", "add_process_record", without)) == {
        "two_officers",
        "officers_qualified",
    }
    walk.do("officer1", "add_process_record", with_certificate)
    assert factories.records(walk)[-1].happened_on == walk.today - dt.timedelta(days=1)


def test_an_officer_who_is_not_published_opens_no_case(own_house: House) -> None:
    house = own_house
    unit = unit_of(house, "执法二队")
    registered = do(
        house, "admin", "register_person", people.RegisterPerson(name="新来", username="scjg-new", unit=unit)
    )
    person = registered["person_id"]
    do(house, "admin", "grant_role", people.GrantRole(person=person, role="officer", from_on=SINCE))
    certificate = people.IssueCertificate(
        person=person, number="京A01999999", style="统一样式", valid_from=SINCE, valid_to=dt.date(2029, 1, 1)
    )
    do(house, "admin", "issue_certificate", certificate)
    walk = factories.open_case(house.market)
    form = AssignOfficers(officers=(house.market.id("officer1"), person))
    assert codes(refused(house, walk, "head", "assign_officers", form)) == {"officers_published"}
    published = do(house, "releaser", "publish_officers", people.PublishOfficers(numbers=("京A01999999",)))
    assert published["published"] == ["京A01999999"]
    walk.do("head", "assign_officers", form)
    with house.office.reading(house.market.agency_id) as session:
        names = session.scalars(select(tables.officer.c.name).where(tables.officer.c.removed_on.is_(None))).all()
    assert "新来" in names


def unit_of(house: House, name: str) -> str:
    with house.office.reading(house.market.agency_id) as session:
        return str(session.scalars(select(Unit.id).where(Unit.name == name)).one())


def test_two_agencies_may_list_one_number_and_one_agency_may_not_register_it_twice(house: House) -> None:
    """An officer who moves takes the number along; nobody keeps another agency's officer off the public page."""
    number = certificate_of(house, "officer1").number
    form = people.IssueCertificate(
        person=house.street.id("reviewer"), number=number, style="北京市行政执法证", valid_from=SINCE,
        valid_to=dt.date(2029, 9, 1),
    )  # fmt: skip
    do(house, "admin", "issue_certificate", form, staff=house.street)
    published = do(house, "admin", "publish_officers", people.PublishOfficers(), staff=house.street)
    assert number in published["published"]
    again = dataclasses.replace(form, person=house.market.id("reviewer"))
    refusal = refused_for_agency(house, "admin", "issue_certificate", again)
    assert isinstance(refusal, Invalid)
    assert list(refusal.fields) == ["number"]


def test_a_certificate_counts_on_its_last_day_and_no_more_on_the_next(house: House) -> None:
    house.at(2029, 12, 31, 22)
    walk = factories.penalty(house.market, until="investigation")
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    walk.do("officer1", "return_to_investigation", REASON)
    house.at(2030, 1, 1, 0, 1)
    breaches = refused(house, walk, "officer1", "conclude_investigation", factories.conclusion(walk.today))
    assert {"two_officers", "officers_qualified"} <= codes(breaches)


def test_of_several_certificates_the_one_that_holds_on_the_day_counts(own_house: House) -> None:
    house = own_house
    house.at(2029, 12, 30)
    walk = factories.penalty(house.market, until="investigation")
    numbers = {"officer1": "京A01777771", "officer2": "京A01777772"}
    for login, number in numbers.items():
        certificate = people.IssueCertificate(
            person=house.market.id(login), number=number, style="统一样式",
            valid_from=dt.date(2030, 1, 1), valid_to=dt.date(2035, 12, 31),
        )  # fmt: skip
        do(house, "admin", "issue_certificate", certificate)
    do(house, "releaser", "publish_officers", people.PublishOfficers(numbers=tuple(numbers.values())))
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))  # the new ones are not yet valid
    walk.do("officer1", "return_to_investigation", REASON)
    house.at(2030, 1, 2)  # the old ones are no more
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))


def test_an_auxiliary_gets_neither_the_role_nor_the_certificate(house: House) -> None:
    person = house.market.id("auxiliary")
    role = people.GrantRole(person=person, role="officer", from_on=SINCE)
    assert isinstance(refused_for_agency(house, "admin", "grant_role", role), Invalid)
    certificate = people.IssueCertificate(
        person=person, number="京A01888888", style="统一样式", valid_from=SINCE, valid_to=dt.date(2029, 1, 1)
    )
    assert isinstance(refused_for_agency(house, "admin", "issue_certificate", certificate), Invalid)


def test_certificates_nobody_has_are_not_published(house: House) -> None:
    form = people.PublishOfficers(numbers=("京A01000001", "京A01777777"))
    refusal = refused_for_agency(house, "releaser", "publish_officers", form)
    assert isinstance(refusal, Invalid)
    assert "京A01777777" in refusal.fields["numbers"][0]
    assert "京A01000001" not in refusal.fields["numbers"][0]


# ------------------------------------------------------------------------------------------------------------- deputy


def test_the_deputy_of_the_head_decides_in_the_period_named_and_not_outside_it(own_house: House) -> None:
    house = own_house
    form = people.NameDeputy(
        head=house.market.id("head"), deputy=house.market.id("officer3"), from_on=dt.date(2026, 9, 7),
        to_on=dt.date(2026, 9, 8), reason="负责人外出学习",
    )  # fmt: skip
    do(house, "head", "name_deputy", form)
    walk = factories.penalty(house.market, until="prior_notice_given")
    walk.do("reviewer", "examine_case", AGREE)
    decision = decision_of(walk, factories.conclusion(walk.today))
    token = access.sign_in(house.office, "scjg-officer3", PASSWORD)

    def signed_in() -> None:
        found = access.find_session(house.office, token)
        assert found is not None
        house.market.actors["officer3"] = found.actor

    for moment in ((2026, 9, 6, 23, 59), (2026, 9, 9, 0, 1)):
        house.at(*moment)
        signed_in()
        assert forbidden(house, walk, "officer3", "make_decision", decision).code == "may"
    house.at(2026, 9, 8, 23, 59)
    signed_in()
    assert house.market.actors["officer3"].deputy_for == house.market.actors["head"].person_id
    walk.do("officer3", "make_decision", decision)
    assert factories.records(walk)[-1].actor_id == house.market.actors["officer3"].person_id


def test_nobody_deputises_for_themselves_nor_an_auxiliary_nor_backwards(house: House) -> None:
    form = people.NameDeputy(
        head=house.market.id("head"), deputy=house.market.id("head2"), from_on=dt.date(2026, 9, 7),
        to_on=dt.date(2026, 9, 8), reason="出差",
    )  # fmt: skip
    for differences in (
        {"deputy": form.head},
        {"deputy": house.market.id("auxiliary")},
        {"to_on": dt.date(2026, 9, 6)},
        {"head": house.market.id("officer1")},
        {"deputy": house.street.id("head")},
        {"deputy": "nobody"},
    ):
        changed: Any = dataclasses.replace(form, **differences)
        assert isinstance(refused_for_agency(house, "head", "name_deputy", changed), Invalid | NotFound)


# ------------------------------------------------------------------------------------------------------- people, roles


def test_a_role_ends_today_and_the_session_knows_it(own_house: House) -> None:
    house = own_house
    token = access.sign_in(house.office, "scjg-clerk", PASSWORD)
    before = access.find_session(house.office, token)
    assert before is not None
    assert before.actor.roles == {"disclosure_clerk"}
    form = people.EndRole(person=house.market.id("clerk"), role="disclosure_clerk", reason="调岗")
    do(house, "admin", "end_role", form)
    after = access.find_session(house.office, token)
    assert after is not None
    assert after.actor.roles == frozenset()


def test_a_person_is_registered_once_and_never_under_a_name_somebody_else_signs_in_with(house: House) -> None:
    unit = unit_of(house, "办公室")
    form = people.RegisterPerson(name="某人", username="scjg-twice", unit=unit)
    do(house, "admin", "register_person", form)
    for username in ("scjg-twice", "shjd-head"):
        refusal = refused_for_agency(house, "admin", "register_person", dataclasses.replace(form, username=username))
        assert isinstance(refusal, Invalid)
        assert set(refusal.fields) == {"username"}
    nowhere = dataclasses.replace(form, username="scjg-nowhere", unit=str(uuid.uuid4()))
    assert isinstance(refused_for_agency(house, "admin", "register_person", nowhere), Invalid | NotFound)


@pytest.mark.parametrize("person", ["nobody", str(uuid.UUID(int=1))])
def test_acts_on_a_person_the_agency_does_not_have_are_refused(house: House, person: str) -> None:
    certificate = people.IssueCertificate(
        person=person, number="京A01666666", style="统一样式", valid_from=SINCE, valid_to=SINCE
    )
    for act, form in (
        ("grant_role", people.GrantRole(person=person, role="officer", from_on=SINCE)),
        ("end_role", people.EndRole(person=person, role="officer", reason="无")),
        ("issue_certificate", certificate),
    ):
        assert isinstance(refused_for_agency(house, "admin", act, form), Invalid | NotFound)


def test_what_ends_does_not_end_before_it_begins(house: House) -> None:
    person = house.market.id("officer1")
    before = SINCE - dt.timedelta(days=1)
    certificate = people.IssueCertificate(
        person=person, number="京A01555555", style="样式", valid_from=SINCE, valid_to=before
    )
    for act, form, field in (
        ("grant_role", people.GrantRole(person=person, role="officer", from_on=SINCE, to_on=before), "to_on"),
        ("issue_certificate", certificate, "valid_to"),
    ):
        refusal = refused_for_agency(house, "admin", act, form)
        assert isinstance(refusal, Invalid)
        assert set(refusal.fields) == {field}


def test_what_is_there_is_not_written_twice(house: House) -> None:
    number = certificate_of(house, "officer1").number
    for login, act, form in (
        ("admin", "register_unit", people.RegisterUnit(name="法制科", kind="legal")),
        (
            "admin",
            "issue_certificate",
            people.IssueCertificate(
                person=house.market.id("officer1"), number=number, style="样式", valid_from=SINCE, valid_to=SINCE
            ),
        ),
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


def test_only_who_may_touches_people(house: House) -> None:
    form = people.RegisterUnit(name="新科室", kind="office")
    assert isinstance(refused_for_agency(house, "head", "register_unit", form), Forbidden)
    do(house, "admin", "register_unit", form)


# ---------------------------------------------------------------------------------------------- matters and directory

MATTER = agency.MatterForm(code="CF-901", zh="新增处罚事项", kind="penalty", basis="《某法》第一条")
LINE = agency.DirectoryForm(matter_code="CF-901", is_major=True, ground_row="S6.5", amount_from_fen=100)
DEFENSE = agency.SetParameter(
    name="defense_days", value=7, from_on=SINCE, cite="《裁量基准》", quote="七个工作日内陈述、申辩"
)


def test_a_matter_that_the_directory_does_not_name_goes_no_further_than_its_investigation(own_house: House) -> None:
    house = own_house
    do(house, "admin", "set_matters", agency.SetMatters(from_on=SINCE, matters=(MATTER,)))
    walk = Walk(house.market)
    walk.lead(factories.COMPANY, matter_code="CF-901", title="新事项", content="举报。")
    walk.investigate(factories.COMPANY.name, "事项", "现场")
    walk.unfilmed("on_site", "investigation")
    conclusion = factories.conclusion(walk.today)
    breaches = refused(house, walk, "officer1", "conclude_investigation", conclusion)
    assert codes(breaches) == {"matter_is_mapped"}
    assert {breach.mend for breach in breaches} == {"set_directory"}
    data = do(house, "head", "set_directory", agency.SetDirectory(from_on=SINCE, reason="新增事项", entries=(LINE,)))
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
    do(house, "head", "set_directory", later)
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
    do(house, "head", "set_parameter", dataclasses.replace(DEFENSE, from_on=dt.date(2026, 9, 8)))
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
    do(house, "head", "set_parameter", form)
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
    do(house, "clerk", "set_basic_information", form)
    do(house, "clerk", "set_basic_information", dataclasses.replace(form, content="再次更新。"))
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
