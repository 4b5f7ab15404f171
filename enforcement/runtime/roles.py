"""The database's own walls: five roles, two schemas, and who may touch what by default.

`mingjian_owner` owns the tables and runs the migrations; nothing that serves a request logs in as it.
`mingjian_app` may read and insert in both schemas; UPDATE and DELETE are granted table by table by the migration that
needs them, because most of what this product writes is never changed. `mingjian_sequencer` has what a migration grants
it: what waits for a place, and the tree. `mingjian_verifier` reads every agency's rows, all columns but the secrets a
migration takes away again, and writes only how far it has come. `mingjian_public` has no way into `enforcement`, and in
`public_site` only what a migration grants it.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

OWNER = "mingjian_owner"
APP = "mingjian_app"
SEQUENCER = "mingjian_sequencer"
VERIFIER = "mingjian_verifier"
PUBLIC = "mingjian_public"
ROLES = (OWNER, APP, SEQUENCER, VERIFIER, PUBLIC)

# What one role may hold of the server they share, so that none keeps the others out: its share of the 100 connections
# PostgreSQL has by default, and no statement, lock or forgotten transaction for ever. A session may set the times
# otherwise; the number of connections binds it whatever it sets.
LIMITS = {
    APP: (56, {"statement_timeout": "30s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "2min"}),
    SEQUENCER: (8, {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "2min"}),
    VERIFIER: (8, {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "30min"}),
    PUBLIC: (24, {"statement_timeout": "5s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "10s"}),
}

# Run in the product's database. Each statement may be run again at any time. The default privileges reach what
# mingjian_owner creates from then on, which is every table the migrations make.
_DEFAULT = "ALTER DEFAULT PRIVILEGES FOR ROLE mingjian_owner"
STATEMENTS = (
    """DO $$ BEGIN
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO mingjian_app, mingjian_sequencer, mingjian_verifier,
                       mingjian_public', current_database());
        EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO mingjian_owner', current_database());
    END $$""",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    # Large objects know neither schemas nor row-level security; nothing here keeps any. (Only a superuser can close
    # them; for anybody else this is a warning.)
    """REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid),
        pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC""",
    "CREATE SCHEMA IF NOT EXISTS enforcement AUTHORIZATION mingjian_owner",
    "CREATE SCHEMA IF NOT EXISTS public_site AUTHORIZATION mingjian_owner",
    "GRANT USAGE ON SCHEMA enforcement TO mingjian_app, mingjian_sequencer, mingjian_verifier",
    "GRANT USAGE ON SCHEMA public_site TO mingjian_app, mingjian_sequencer, mingjian_verifier, mingjian_public",
    f"{_DEFAULT} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    f"{_DEFAULT} IN SCHEMA enforcement GRANT SELECT, INSERT ON TABLES TO mingjian_app",
    f"{_DEFAULT} IN SCHEMA enforcement GRANT EXECUTE ON FUNCTIONS TO mingjian_app",
    f"{_DEFAULT} IN SCHEMA enforcement GRANT SELECT ON TABLES TO mingjian_verifier",
    f"{_DEFAULT} IN SCHEMA public_site GRANT SELECT, INSERT ON TABLES TO mingjian_app",
    f"{_DEFAULT} IN SCHEMA public_site GRANT SELECT ON TABLES TO mingjian_verifier",
    *(f"ALTER ROLE {role} CONNECTION LIMIT {connections}" for role, (connections, _) in LIMITS.items()),
    *(
        f"ALTER ROLE {role} SET {setting} = '{value}'"
        for role, (_, settings) in LIMITS.items()
        for setting, value in settings.items()
    ),
)


def prepare(connection: psycopg.Connection[object], passwords: Mapping[str, str]) -> None:
    """Create roles, schemas and default privileges in the connected database; harmless when run again.

    `connection` is an autocommit connection of a superuser (or of a role with CREATEROLE that owns the database).
    `passwords` holds a password for each role to be set; a role left out keeps the one it has.
    """
    for role in ROLES:
        name = sql.Identifier(role)
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        if known is None:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE").format(name))
        if role in passwords:
            literal = sql.Literal(passwords[role])
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, literal))
    superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if superuser != (True,):  # then it must be a member of the owner to make schemas for it
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    for statement in STATEMENTS:
        connection.execute(statement.encode())


def new_password() -> str:
    """A password nobody has to remember: 256 bits, safe inside a URL."""
    return secrets.token_urlsafe(32)
