"""Words inside: cut as the public site cuts them, and right as soon as what is said has changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Engine, create_engine, text

from enforcement.actions.parties import SetParties
from enforcement.queries import everything
from enforcement.queries.cases import CaseFilter, case_of_number, list_cases
from enforcement.queries.words import kept_right, too_short
from enforcement.runtime.embedded import DatabaseUrls
from enforcement.verify.snapshot import EVERYTHING, snapshot
from enforcement.verify.words import words
from publish import search
from tests import factories
from tests.factories import House

SAID = some.text("张三丰食品公司䶮𠮷〔【（[2026]）】〕１２ＡbÇé  \n\t·;号-_/%\\'\"", max_size=40)


@pytest.fixture(scope="module")
def owner(urls: DatabaseUrls) -> Iterator[Engine]:
    engine = create_engine(urls.owner)
    yield engine
    engine.dispose()


@given(SAID)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_cuts_as_the_public_site_does(owner: Engine, said: str) -> None:
    with owner.connect() as connection:
        plain = connection.execute(text("SELECT enforcement.normalised(:said)"), {"said": said}).scalar_one()
        terms = connection.execute(text("SELECT enforcement.terms(:said)"), {"said": plain}).scalar_one()
    if "ç" not in search.normalise(said).lower() and "é" not in search.normalise(said):
        assert plain == search.normalise(said)
    assert terms == search.terms(said)


def found(house: House, q: str, scope: str = "all") -> list[str]:
    with house.office.looking(house.market.actors["officer1"]) as work:
        page = list_cases(work, CaseFilter(q=q, scope=scope))  # type: ignore[arg-type]
        return [row.title for row in page.rows]


def wrong(house: House) -> int:
    engine = create_engine(house.urls.owner)
    with engine.connect() as connection:
        count: int = connection.execute(text("SELECT count(*) FROM enforcement.words_wrong")).scalar_one()
    engine.dispose()
    return count


def test_a_case_is_found_by_number_name_party_and_decision_and_by_what_they_become(house: House) -> None:
    walk = factories.open_case(house.market)
    case = factories.case_of(walk)
    name = factories.COMPANY.name
    assert found(house, name) == found(house, name[2:5]) == found(house, case.case_no) == [case.title]
    assert found(house, f"{name[2:4]} {case.title[:2]}") == [case.title]
    assert found(house, f"{name[2:4]} 没有这样的词") == []
    assert found(house, factories.PERSON.name) == []
    walk.do("officer1", "set_parties", SetParties(parties=(factories.PERSON,)))
    assert found(house, name) == []
    assert found(house, factories.PERSON.name) == [case.title]
    assert wrong(house) == 0


def test_a_decision_is_found_by_its_number_and_a_number_leads_to_its_case(house: House) -> None:
    walk = factories.penalty(house.market, until="decision_made")
    case = factories.case_of(walk)
    assert found(house, case.document_no) == [case.title]
    assert found(house, case.document_no.replace("〔", "[").replace("〕", "]")) == [case.title]
    with house.office.looking(house.market.actors["officer1"]) as work:
        assert case_of_number(work, case.case_no) == case_of_number(work, case.document_no) == case.id
        assert case_of_number(work, "") is None
        assert case_of_number(work, case.case_no[:-1]) is None
        hits = everything.search(work, "马")
    assert hits.cases == []
    assert too_short("马")
    assert not too_short("")


def test_people_are_found_by_name_and_certificate_and_of_ones_own_agency_only(house: House) -> None:
    with house.office.looking(house.market.actors["officer1"]) as work:
        name = house.market.actors["officer1"].name
        [hit] = [one for one in everything.search(work, name).people if one.name == name]
        assert [one.name for one in everything.search(work, hit.certificate_no).people] == [name]
    with house.office.looking(house.street.actors["officer1"]) as work:
        assert name not in [one.name for one in everything.search(work, name).people]


def test_words_of_another_agency_are_not_there(house: House) -> None:
    factories.open_case(house.market)
    assert found(house, factories.COMPANY.name[2:5]) != []
    with house.office.looking(house.street.actors["officer1"]) as work:
        assert list_cases(work, CaseFilter(q=factories.COMPANY.name[2:5], scope="all")).rows == []
        assert (
            work.session.execute(text("SELECT count(*) FROM enforcement.words_here WHERE kind = 'case'")).scalar() == 0
        )


def test_words_that_went_wrong_are_seen_and_made_right(house: House) -> None:
    walk = factories.open_case(house.market)
    assert wrong(house) == 0
    engine = create_engine(house.urls.owner)
    with engine.begin() as connection:
        connection.execute(text("UPDATE enforcement.words SET terms = '{}' WHERE id = :id"), {"id": walk.case_id})
        connection.execute(text("DELETE FROM enforcement.words WHERE id = :id"), {"id": house.market.id("officer1")})
    engine.dispose()
    verifier = create_engine(house.urls.verifier)
    with snapshot(verifier) as seen:
        named = {finding.zh.split("的")[0] for finding in words(seen, EVERYTHING)}
    assert named == {str(walk.case_id), house.market.id("officer1")}
    verifier.dispose()
    assert wrong(house) == 2
    with house.office.begin(house.street.actors["head"]) as work:
        assert kept_right(work) == 0  # another agency's are not its to make
    with house.office.begin(house.market.actors["head"]) as work:
        assert kept_right(work) == 2
        assert kept_right(work) == 0
    assert wrong(house) == 0
    assert found(house, factories.COMPANY.name[2:5]) != []


def test_the_application_writes_no_words_and_reads_what_is_said_of_no_agency(house: House) -> None:
    for statement in (
        "INSERT INTO enforcement.words SELECT * FROM enforcement.words",
        "DELETE FROM enforcement.words",
        "SELECT * FROM enforcement.words_said",
        "SELECT * FROM enforcement.words_wrong",
        "SELECT enforcement.cut_words('{}')",
    ):
        with house.office.engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
            connection.exec_driver_sql(statement)
