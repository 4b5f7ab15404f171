"""The migrations lead from nothing, and from every revision before, to exactly the tables the code knows."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, select, text

from enforcement.actions.registry import acts
from enforcement.models import ledger
from enforcement.models.base import Base
from enforcement.runtime import schema
from enforcement.verify.schema import FILE, describe
from enforcement.verify.snapshot import snapshot
from publish import tables as public_tables
from tests import factories

if TYPE_CHECKING:
    from pathlib import Path

    from enforcement.runtime.embedded import DatabaseUrls, Server

AGENCY = uuid.UUID(int=1)
CHAIN = uuid.UUID(int=2)
WRITE_IT_ANEW = "after a change of a migration, MINGJIAN_WRITE_SCHEMA=1 with this test writes migrations/SCHEMA anew"
AT = dt.datetime(2026, 9, 1, 1, tzinfo=dt.UTC)


def test_the_newest_migration_leaves_the_tables_the_code_knows(urls: DatabaseUrls) -> None:
    acts()  # every module that brings a table is loaded
    engine = create_engine(urls.owner)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_schemas": True, "version_table_schema": "enforcement", "compare_server_default": True},
        )
        known: Any = [Base.metadata, public_tables.metadata]  # two schemas, one history
        assert compare_metadata(context, known) == []
    engine.dispose()


def test_the_description_of_the_schema_is_that_of_a_fresh_database(database: DatabaseUrls) -> None:
    engine = create_engine(database.verifier)
    with snapshot(engine) as fresh:
        lines = describe(fresh)
    engine.dispose()
    if os.environ.get("MINGJIAN_WRITE_SCHEMA") == "1":
        FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert FILE.read_text(encoding="utf-8").splitlines() == lines, WRITE_IT_ANEW


def write_two_entries(connection: Connection) -> None:
    """What the application writes as soon as there is a ledger."""
    connection.execute(text("SELECT set_config('mingjian.agency_id', :agency, true)"), {"agency": str(AGENCY)})
    ledger.open_chain(connection, chain_id=CHAIN, agency_id=AGENCY, kind="agency")
    for number in ("1", "2"):
        ledger.append_entry(
            connection,
            chain_id=CHAIN,
            agency_id=AGENCY,
            act="a",
            event="e",
            actor="x",
            at=AT,
            case_id=None,
            data={"number": number},
            digest="0" * 64,
        )


@pytest.mark.parametrize("revision", schema.revisions())
def test_from_every_revision_with_data_in_it_the_way_leads_up_and_nothing_is_lost(
    server: Server, tmp_path: Path, revision: str
) -> None:
    urls = server.prepare(f"from_{revision}")
    schema.upgrade(urls.owner, revision)
    engine = create_engine(urls.app)
    with engine.begin() as connection:
        write_two_entries(connection)
    read = select(ledger.LedgerEntry.__table__).order_by(ledger.LedgerEntry.seq)
    owner = create_engine(urls.owner)
    with owner.connect() as connection:
        before = connection.execute(read).all()
    schema.upgrade(urls.owner)
    with owner.connect() as connection:
        assert connection.execute(read).all() == before
        assert len(before) == 2
    house = factories.open_house(urls, tmp_path / "store")
    assert factories.case_of(factories.penalty(house.market)).stage == "decision_made"
    for one in (engine, owner, house.office.engine):
        one.dispose()
