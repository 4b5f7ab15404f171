"""The database's own walls, tried against a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from config.fitness import check_database
from enforcement.runtime import schema
from enforcement.runtime.commands import database as database_commands
from enforcement.runtime.embedded import DatabaseUrls, Server
from migrations.walls import rls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def operators(server_folder: Path) -> Iterator[Server]:
    """A server nobody has prepared, as an operator would bring it."""
    server = Server(server_folder)
    server.start()
    yield server
    server.stop()


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)


def test_the_public_role_has_no_way_into_the_inside(database: DatabaseUrls) -> None:
    with connect(database.public) as public, pytest.raises(psycopg.errors.InsufficientPrivilege):
        public.execute("SELECT * FROM enforcement.alembic_version")


def test_the_application_sees_the_revision_and_cannot_set_it(database: DatabaseUrls) -> None:
    with connect(database.app) as app:
        assert app.execute("SELECT count(*) FROM enforcement.alembic_version").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("INSERT INTO enforcement.alembic_version VALUES ('9999')")


def test_nobody_logs_in_without_a_password(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(server.socket), dbname="postgres", user="postgres", password="guess")


def test_rows_of_another_agency_are_neither_seen_nor_written(database: DatabaseUrls) -> None:
    mine, other = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
    with connect(database.owner) as owner:
        owner.execute("CREATE TABLE enforcement.walled (agency_id uuid NOT NULL, words text)")
        owner.execute(rls("walled").encode())
        owner.execute("INSERT INTO enforcement.walled VALUES (%s, '甲'), (%s, '乙')", [mine, other])
    with connect(database.app) as app:
        assert app.execute("SELECT words FROM enforcement.walled").fetchall() == []
        app.execute("SELECT set_config('mingjian.agency_id', %s, false)", [mine])
        assert app.execute("SELECT words FROM enforcement.walled").fetchall() == [("甲",)]
        app.execute("INSERT INTO enforcement.walled VALUES (%s, '丙')", [mine])
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            app.execute("INSERT INTO enforcement.walled VALUES (%s, '丁')", [other])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("UPDATE enforcement.walled SET words = '改'")
    with connect(database.verifier) as verifier:
        assert verifier.execute("SELECT count(*) FROM enforcement.walled").fetchone() == (3,)
    with connect(database.sequencer) as sequencer, pytest.raises(psycopg.errors.InsufficientPrivilege):
        sequencer.execute("SELECT count(*) FROM enforcement.walled")


def test_every_table_with_an_agency_has_row_level_security(database: DatabaseUrls) -> None:
    with connect(database.owner) as owner:
        open_tables = owner.execute(
            """SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'agency_id'
               WHERE relnamespace = 'enforcement'::regnamespace AND relkind = 'r' AND NOT relrowsecurity"""
        ).fetchall()
    assert open_tables == []


def test_a_function_is_run_by_whom_it_was_granted_to_only(database: DatabaseUrls) -> None:
    with connect(database.owner) as owner:
        owner.execute("CREATE FUNCTION public_site.peek() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with connect(database.public) as public, pytest.raises(psycopg.errors.InsufficientPrivilege):
        public.execute("SELECT public_site.peek()")


@pytest.mark.parametrize("role", ["app", "sequencer", "verifier", "public"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'kept beside every wall')",
        "CREATE TEMPORARY TABLE mine (words text)",
        "CREATE TABLE public.mine (words text)",
        "SELECT nextval('enforcement.ledger_pending_ticket_seq')",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
        "SET ROLE mingjian_owner",
        "SET session_replication_role = replica",
    ],
)
def test_no_role_that_serves_gets_around_the_walls(database: DatabaseUrls, role: str, statement: str) -> None:
    with connect(getattr(database, role)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


@pytest.mark.parametrize("table", ["ledger_leaf", "ledger_node", "ledger_pending"])
def test_the_application_does_not_read_how_much_other_agencies_have_done(database: DatabaseUrls, table: str) -> None:
    with connect(database.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(f"SELECT * FROM enforcement.{table}".encode())


def test_an_operators_database_is_prepared_and_migrated_without_a_superuser(operators: Server) -> None:
    with operators.connect() as superuser:
        superuser.execute("CREATE ROLE operator LOGIN CREATEROLE PASSWORD 'throw-away'")
        superuser.execute("CREATE DATABASE ours OWNER operator")
    address = f"postgresql://operator:throw-away@/ours?host={operators.socket}"

    passwords: dict[str, str] = {}
    for passwords_printed in (5, 0):  # the second time the roles keep their passwords
        done = CliRunner().invoke(database_commands, ["prepare", "--superuser-url", address], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        printed: dict[str, str] = dict(line.split() for line in done.output.splitlines())
        assert len(printed) == passwords_printed
        passwords = printed or passwords
    for role in ("mingjian_owner", "mingjian_app"):
        url = f"postgresql+psycopg://{role}:{passwords[role]}@/ours?host={operators.socket}"
        if role == "mingjian_owner":
            schema.upgrade(url)
        else:
            check_database(url)


def test_the_statements_for_an_administrator_prepare_the_same(operators: Server) -> None:
    with operators.connect() as superuser:
        superuser.execute("CREATE DATABASE ours")
    with operators.connect("ours") as superuser:
        superuser.execute(CliRunner().invoke(database_commands, ["sql"]).output.encode())
        superuser.execute("ALTER ROLE mingjian_owner PASSWORD 'throw-away'")
    schema.upgrade(f"postgresql+psycopg://mingjian_owner:throw-away@/ours?host={operators.socket}")


def test_a_database_of_a_revision_nobody_here_knows_is_refused_with_a_sentence(
    database: DatabaseUrls, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.connect(make_url(database.owner).database or "") as superuser:
        superuser.execute("UPDATE enforcement.alembic_version SET version_num = '9999'")
    monkeypatch.setenv("MINGJIAN_DATABASE_OWNER_URL", database.owner)
    done = CliRunner().invoke(database_commands, ["upgrade"])
    assert done.exit_code == 1
    assert done.output.startswith("Error: 数据库结构为 9999，本程序没有这一版本")
