"""One Alembic history for both schemas, run as mingjian_owner and never as the application."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import context
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool, text

VERSION_SCHEMA = "enforcement"


def check_head() -> None:
    """`migrations/HEAD` names the newest revision, so that two branches conflict in git and not in production."""
    written = Path(__file__).with_name("HEAD").read_text(encoding="utf-8").strip()
    newest = ScriptDirectory.from_config(context.config).get_current_head()
    if newest != written:
        raise SystemExit(f"migrations/HEAD says {written!r}, the newest migration is {newest!r}")


def owner_url() -> str:
    """The owner's URL: given by the caller, else from the environment."""
    url: str | None = context.config.attributes.get("owner_url") or os.environ.get("MINGJIAN_DATABASE_OWNER_URL")
    if not url:
        raise SystemExit("MINGJIAN_DATABASE_OWNER_URL is not set: migrations run as mingjian_owner")
    return url


def run() -> None:
    """Run the migrations asked for in one transaction: all of them, or none."""
    engine = create_engine(owner_url(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=context.config.attributes.get("metadata"),  # given where models are compared
            version_table_schema=VERSION_SCHEMA,
            include_schemas=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            # An act that has recorded for the tables as they were is waited for, and one that has not is refused after:
            # none is half way over a change.
            if connection.scalar(text("SELECT to_regclass('enforcement.alembic_version')")) is not None:
                connection.execute(text("LOCK TABLE enforcement.alembic_version IN ACCESS EXCLUSIVE MODE"))
            context.run_migrations()
            # The application may see where the database stands, not say it.
            connection.execute(text("REVOKE INSERT ON enforcement.alembic_version FROM mingjian_app"))
    engine.dispose()


check_head()
run()
