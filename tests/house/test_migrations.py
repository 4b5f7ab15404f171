"""The migrations lead from nothing, and back and forth, to exactly the tables the code knows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url

from enforcement.actions.registry import acts
from enforcement.models.base import Base
from enforcement.runtime import schema
from enforcement.verify.schema import FILE, describe
from enforcement.verify.snapshot import snapshot
from publish import tables as public_tables

if TYPE_CHECKING:
    from enforcement.runtime.embedded import DatabaseUrls, Server

LEFT = """
    SELECT relname FROM pg_class WHERE relnamespace IN ('enforcement'::regnamespace, 'public_site'::regnamespace)
    UNION ALL
    SELECT proname FROM pg_proc WHERE pronamespace IN ('enforcement'::regnamespace, 'public_site'::regnamespace)
    ORDER BY 1
"""
WRITE_IT_ANEW = "after a change of a migration, MINGJIAN_WRITE_SCHEMA=1 with this test writes migrations/SCHEMA anew"


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
    lines = described(database)
    if os.environ.get("MINGJIAN_WRITE_SCHEMA") == "1":
        FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert FILE.read_text(encoding="utf-8").splitlines() == lines, WRITE_IT_ANEW


def described(urls: DatabaseUrls) -> list[str]:
    engine = create_engine(urls.verifier)
    with snapshot(engine) as seen:
        lines = describe(seen)
    engine.dispose()
    return lines


def test_every_step_leads_down_to_nothing_and_up_again_to_the_same(database: DatabaseUrls, server: Server) -> None:
    config = schema.alembic_config(database.owner)
    name = make_url(database.owner).database or ""
    for _ in schema.revisions():
        command.downgrade(config, "-1")
    with server.connect(name) as connection:
        left = connection.execute(LEFT).fetchall()
    assert left == [("alembic_version",), ("alembic_version_pkc",)]
    schema.upgrade(database.owner)
    assert described(database) == FILE.read_text(encoding="utf-8").splitlines()
