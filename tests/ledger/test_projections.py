"""Every projected column is replayed from its chain: whoever changes one past the record is named."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import Column, create_engine, select, text, update

from enforcement.actions.people import NameDeputy
from enforcement.actions.registry import perform
from enforcement.actions.subjects import of_agency
from enforcement.models.base import Base
from enforcement.models.cases import Case, Party
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import RoleGrant
from enforcement.sweep import sweep
from enforcement.verify.findings import Finding
from enforcement.verify.projections import OWNERS, projections
from enforcement.verify.snapshot import EVERYTHING, PLAIN, Snapshot, snapshot
from enforcement.wrote import COMPARED_OTHERWISE, NOT_RECORDED, projected
from media.demo import make_video
from publish import release
from publish import tables as public_tables
from tests import factories
from tests.actions.disclosing import by_clock
from tests.actions.measuring import began_at, described
from tests.actions.test_corrections import read, send, settlement, take_up
from tests.factories import House
from tests.ledger.conftest import superuser_of

if TYPE_CHECKING:
    from pathlib import Path

    from enforcement.runtime.embedded import Server

REQUEST = "public_site.correction_request"


@pytest.fixture(scope="module")
def story(server: Server, _agencies_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A case of each kind on its way or done, one of them before the public and asked about, one filmed; a deputy, a
    notice, and whom the clock notified: a row in every table that acts write.
    """
    name = "projected_story"
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_agencies_template}".encode())
    media: Path = tmp_path_factory.mktemp("media")
    house = factories.open_house(server.prepare(name), media / "store")
    factories.penalty(house.market, until="case_closed")
    public = factories.released(factories.penalty(house.market, until="served"))
    by_clock(public, "publish_disclosure")
    asked = send(house, public.disclosure_id())
    take_up(house, read(house, asked))
    public.on_disclosure("releaser", "settle_correction", settlement(public, asked))
    filmed = factories.license(house.market)
    filmed.film(described(filmed, began_at(filmed)), make_video(media / "film.mp4", 2, size="160x120"))
    factories.inspection(house.market)
    name_a_deputy(house)
    publish_a_notice(house)
    house.later(days=10)
    assert sweep(house.office, fetch=None).done["notified"]
    yield house
    house.office.engine.dispose()


def name_a_deputy(house: House) -> None:
    head, deputy = house.market.id("head"), house.market.id("head2")
    form = NameDeputy(
        head=head, deputy=deputy, from_on=factories.START.date(), to_on=factories.START.date(), reason="出差"
    )
    perform(house.office, house.market.actors["head"], "name_deputy", form)


def publish_a_notice(house: House) -> None:
    """As an act would that publishes one; there is none yet, and the public page is there."""
    with house.office.begin(house.market.actors["clerk"]) as work, work.acting():
        agency, plan = (
            of_agency(work),
            {"kind": "inspection_plan", "title": "年度检查计划", "content": "检查食品经营者。"},
        )
        release.put_notice(work.session, uuid.uuid4(), house.market.agency_id, on=work.today, **plan)
        seq = agency.move(work, None)
        record = work.draw_up("record_inspection_plan", {}, seq=seq, on=work.today, stage="")
        work.record(agency.chain_id, record, case=False)


def found(house: House) -> list[Finding]:
    engine = create_engine(house.urls.verifier)
    with snapshot(engine, demo=True) as seen:
        named = list(projections(seen, EVERYTHING))
    engine.dispose()
    return named


CHECKED = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
    WHERE contype IN ('c', 'u') AND connamespace IN ('enforcement'::regnamespace, 'public_site'::regnamespace)
"""


def found_after(server: Server, house: House, statement: str, *parameters: Any) -> list[Finding]:
    """What is named once a superuser has run a statement past every trigger and constraint; it is rolled back."""
    with superuser_of(server, house.office.engine)() as driver, driver.transaction(force_rollback=True):
        driver.execute("SET session_replication_role = replica")
        for (drop,) in driver.execute(CHECKED).fetchall():
            driver.execute(drop.encode())
        changed = driver.execute(statement.encode(), parameters).rowcount
        driver.execute(PLAIN)
        seen = Snapshot(cast("Any", None), driver, demo=True)  # the check asks the driver alone
        named = list(projections(seen, EVERYTHING))
    assert changed, "the story has no such row: whatever an act writes must stand in it"
    return named


def test_what_acts_have_written_is_what_their_records_say(story: House) -> None:
    assert found(story) == []


def test_every_table_and_column_stands_in_a_chain_or_on_the_list_of_what_does_not() -> None:
    named = set(projected()) | {f"{name}.{column}" for name, one in projected().items() for column in one.columns}
    elsewhere = NOT_RECORDED.keys() | COMPARED_OTHERWISE.keys()
    assert not named & elsewhere
    assert not NOT_RECORDED.keys() & COMPARED_OTHERWISE.keys()
    assert set(OWNERS) == projected().keys() - {REQUEST}
    every = [*Base.metadata.sorted_tables, *public_tables.metadata.sorted_tables]
    real = {f"{table.fullname}.{column.name}" for table in every for column in table.c}
    assert {name for name in elsewhere if name.count(".") > 1} <= real


def other(column: Column[Any]) -> str:
    """Another value for a column, in SQL."""
    name = f'"{column.name}"'
    kinds = {
        "TEXT": f"coalesce({name}, '') || '改'",
        "BIGINT": f"coalesce({name}, 0) + 1",
        "INTEGER": f"coalesce({name}, 0) + 1",
        "DATE": f"coalesce({name}, '2026-01-01') + 1",
        "DATETIME": f"coalesce({name}, '2026-01-01Z') + interval '1 microsecond'",
        "BOOLEAN": f"NOT coalesce({name}, false)",
        "CHAR(32)": "gen_random_uuid()",
        "BLOB": f"coalesce({name}, '') || '\\x00'",
        "JSONB": "'{\"x\": 0.5}'",
    }
    return kinds[str(column.type)]


COLUMNS = [
    pytest.param(name, column, id=f"{name}.{column}") for name, one in projected().items() for column in one.columns
]


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_a_column_changed_past_the_record_is_named(story: House, server: Server, name: str, column: str) -> None:
    table = projected()[name].table
    one = f"ctid = (SELECT ctid FROM {name} LIMIT 1)"
    named = found_after(server, story, f'UPDATE {name} SET "{column}" = {other(table.c[column])} WHERE {one}')
    assert name.removeprefix("enforcement.") in {each.table for each in named}


@pytest.mark.parametrize("name", sorted(projected()))
def test_a_row_taken_out_past_the_record_is_named(story: House, server: Server, name: str) -> None:
    named = found_after(server, story, f"DELETE FROM {name} WHERE ctid = (SELECT ctid FROM {name} LIMIT 1)")
    assert name.removeprefix("enforcement.") in {each.table for each in named}


@pytest.mark.parametrize("value", ["infinity", "-infinity", "0044-03-15 BC"])
def test_a_day_that_is_none_is_named_and_ends_nothing(story: House, server: Server, value: str) -> None:
    named = found_after(server, story, "UPDATE enforcement.role_grant SET from_on = %s", value)
    assert len(named) > 1
    assert {one.table for one in named} == {"role_grant"}


def test_a_role_slipped_in_is_named(story: House, server: Server) -> None:
    statement = """
        INSERT INTO enforcement.role_grant (id, agency_id, person_id, role, from_on)
        SELECT gen_random_uuid(), agency_id, person_id, 'agency_head', from_on FROM enforcement.role_grant LIMIT 1
    """
    (named,) = found_after(server, story, statement)
    assert named.table == "role_grant"
    assert "没有任何记录写入过" in named.zh


def test_a_row_of_no_chain_is_named(story: House, server: Server) -> None:
    named = found_after(server, story, "UPDATE enforcement.party SET case_id = gen_random_uuid()")
    assert "不属于任何一条链" in " ".join(one.zh for one in named)


# ------------------------------------------------------------------------------------------- the session that commits


def test_nobody_changes_a_table_of_the_law_outside_an_act(story: House) -> None:
    actor = story.market.actors["officer1"]
    with pytest.raises(RuntimeError, match="by acts only"), story.office.begin(actor) as work:
        work.session.scalars(select(Case).limit(1)).one().title = "另一个名称"
    since = dt.date(2026, 1, 1)
    grant = RoleGrant(agency_id=actor.agency_id, person_id=actor.person_id, role="agency_head", from_on=since)
    with pytest.raises(RuntimeError, match="by acts only"), story.office.begin(actor) as work:
        work.session.add(grant)
    with pytest.raises(RuntimeError, match="by acts only"), story.office.begin(actor) as work:
        work.session.delete(work.session.scalars(select(Party).limit(1)).one())


def test_nobody_changes_many_rows_at_once_past_the_record(story: House) -> None:
    actor = story.market.actors["officer1"]
    with pytest.raises(RuntimeError, match="row by row"), story.office.begin(actor) as work, work.acting():
        work.session.execute(update(Disclosure).values(version=9))


def test_what_an_act_inside_an_act_writes_is_its_own(story: House) -> None:
    actor = story.market.actors["officer1"]
    with story.office.looking(actor) as work:
        records = work.session.execute(text("SELECT event, wrote FROM enforcement.process_record")).all()
    begun = [one for one in records if one.event == "lead_registered"]
    assert {change["table"] for one in begun for change in one.wrote} == {"enforcement.case_file", "enforcement.party"}
