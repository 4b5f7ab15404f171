"""`flask database …`: what an operator does to the database itself."""

from __future__ import annotations

import click
import psycopg

from config.settings import Settings, Unfit
from enforcement.runtime import roles, schema


@click.group("database")
def database() -> None:
    """Prepare and migrate an operator's PostgreSQL (the embedded server does both by itself)."""


@database.command("prepare")
@click.option("--superuser-url", required=True, help="postgresql://… of the product's database, as its superuser.")
def prepare(superuser_url: str) -> None:
    """Create roles, schemas and grants; print a new password for each role that had none.

    Harmless when run again: an existing role keeps its password.
    """
    with psycopg.connect(superuser_url.replace("+psycopg", "", 1), autocommit=True) as connection:
        known = {str(name) for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        passwords = {role: roles.new_password() for role in roles.ROLES if role not in known}
        roles.prepare(connection, passwords)
    for role, password in passwords.items():
        click.echo(f"{role} {password}")


@database.command("upgrade")
def upgrade() -> None:
    """Migrate the database at MINGJIAN_DATABASE_OWNER_URL to migrations/HEAD."""
    url = Settings.read("command").database_owner_url
    if not url:
        raise click.ClickException("缺少 MINGJIAN_DATABASE_OWNER_URL：结构升级以 mingjian_owner 身份进行。")
    try:
        schema.upgrade(url)
    except Unfit as unfit:
        raise click.ClickException(str(unfit)) from unfit


@database.command("sql")
def show_sql() -> None:
    """Print the same preparation as SQL, for an administrator who runs statements and not programs."""
    for role in roles.ROLES:
        click.echo(f"CREATE ROLE {role} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE PASSWORD '…';")
    for statement in roles.STATEMENTS:
        click.echo(f"{statement};")
