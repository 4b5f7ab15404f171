"""An agency's people: certificates, deputies, roles, accounts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from enforcement.actions import access, people
from enforcement.actions.cases import AssignOfficers
from enforcement.demo.agencies import PASSWORD
from enforcement.law.errors import Forbidden, Invalid, NotFound
from enforcement.models.people import Unit
from publish import tables
from tests import factories
from tests.actions.filled import AGREE, REASON, decision_of
from tests.actions.watching import certificate_of, codes, do_for_agency, forbidden, refused, refused_for_agency
from tests.factories import House

SINCE = dt.date(2026, 9, 1)


# ------------------------------------------------------------------------------------------------------- certificates


def test_an_officer_whose_certificate_is_suspended_works_on_no_case_and_leaves_the_public_page(
    own_house: House,
) -> None:
    house = own_house
    walk = factories.penalty(house.market, until="investigation")
    number = certificate_of(house, "officer2").number
    do_for_agency(
        house, "admin", "suspend_certificate", people.SuspendCertificate(number=number, reason="证件到期未换发")
    )
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
    do_for_agency(house, "admin", "suspend_certificate", people.SuspendCertificate(number=number, reason="暂扣"))
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
    registered = do_for_agency(
        house, "admin", "register_person", people.RegisterPerson(name="新来", username="scjg-new", unit=unit)
    )
    person = registered["person_id"]
    do_for_agency(house, "admin", "grant_role", people.GrantRole(person=person, role="officer", from_on=SINCE))
    certificate = people.IssueCertificate(
        person=person, number="京A01999999", style="统一样式", valid_from=SINCE, valid_to=dt.date(2029, 1, 1)
    )
    do_for_agency(house, "admin", "issue_certificate", certificate)
    walk = factories.open_case(house.market)
    form = AssignOfficers(officers=(house.market.id("officer1"), person))
    assert codes(refused(house, walk, "head", "assign_officers", form)) == {"officers_published"}
    published = do_for_agency(house, "releaser", "publish_officers", people.PublishOfficers(numbers=("京A01999999",)))
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
    do_for_agency(house, "admin", "issue_certificate", form, staff=house.street)
    published = do_for_agency(house, "admin", "publish_officers", people.PublishOfficers(), staff=house.street)
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
        do_for_agency(house, "admin", "issue_certificate", certificate)
    do_for_agency(house, "releaser", "publish_officers", people.PublishOfficers(numbers=tuple(numbers.values())))
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
    do_for_agency(house, "head", "name_deputy", form)
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
    do_for_agency(house, "admin", "end_role", form)
    after = access.find_session(house.office, token)
    assert after is not None
    assert after.actor.roles == frozenset()


def test_a_person_is_registered_once_and_never_under_a_name_somebody_else_signs_in_with(house: House) -> None:
    unit = unit_of(house, "办公室")
    form = people.RegisterPerson(name="某人", username="scjg-twice", unit=unit)
    do_for_agency(house, "admin", "register_person", form)
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


def test_a_unit_and_a_certificate_are_not_registered_twice(house: House) -> None:
    unit = people.RegisterUnit(name="法制科", kind="legal")
    assert isinstance(refused_for_agency(house, "admin", "register_unit", unit), Invalid)
    again = people.IssueCertificate(
        person=house.market.id("officer1"), number=certificate_of(house, "officer1").number, style="样式",
        valid_from=SINCE, valid_to=SINCE,
    )  # fmt: skip
    assert isinstance(refused_for_agency(house, "admin", "issue_certificate", again), Invalid)


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


def test_only_who_may_touches_people(house: House) -> None:
    form = people.RegisterUnit(name="新科室", kind="office")
    assert isinstance(refused_for_agency(house, "head", "register_unit", form), Forbidden)
    do_for_agency(house, "admin", "register_unit", form)
