"""A revision that never was: it renames a column, splits a table and adds a column with a value; with its carry."""

from __future__ import annotations

import shutil
from pathlib import Path

from alembic import command
from alembic.config import Config

from enforcement.replay import MIGRATIONS
from enforcement.wrote import REVISION

LATER = f"{int(REVISION) + 1:04}"
STEM = f"{LATER}_later"

MIGRATION = f"""
from alembic import op

revision = "{LATER}"
down_revision = "{REVISION}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE enforcement.party RENAME COLUMN operator_name TO operator")
    op.execute("ALTER TABLE enforcement.case_file ADD COLUMN channel TEXT DEFAULT 'counter' NOT NULL")
    op.execute(
        "CREATE TABLE enforcement.recording_device"
        " (recording_id UUID PRIMARY KEY, kind TEXT NOT NULL, number TEXT NOT NULL)"
    )
    op.execute(
        "INSERT INTO enforcement.recording_device"
        " SELECT id, device_kind, upper(device_no) FROM enforcement.recording"
    )
    op.execute("ALTER TABLE enforcement.recording DROP COLUMN device_kind, DROP COLUMN device_no")
"""

CARRY = '''
from collections.abc import Iterator


def carried(table: str, key: dict, values: dict) -> Iterator[tuple[str, dict, dict]]:
    """A recording's device in a table of its own, a party's operator by another name, a channel for every case."""
    if table == "enforcement.party":
        values["operator"] = values.pop("operator_name")
    if table == "enforcement.case_file":
        values["channel"] = "counter"
    if table == "enforcement.recording":
        device = {"kind": values.pop("device_kind"), "number": values.pop("device_no").upper()}
        yield "enforcement.recording_device", {"recording_id": key["id"]}, device
    yield table, key, values
'''


def write(folder: Path, carry: str | None = CARRY, migration: str = MIGRATION) -> Path:
    """The product's migrations in `folder`, with the later one behind them; their folder."""
    migrations = folder / "migrations"
    shutil.copytree(MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    (migrations / "HEAD").write_text(LATER, encoding="utf-8")
    (migrations / "versions" / f"{STEM}.py").write_text(migration, encoding="utf-8")
    if carry is not None:
        (migrations / "wrote" / f"{STEM}.py").write_text(carry, encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        '[tool.alembic]\nscript_location = "%(here)s/migrations"\n', encoding="utf-8"
    )
    return migrations


def alembic(migrations: Path, owner_url: str) -> Config:
    """Alembic's configuration for migrations that were written so."""
    config = Config(toml_file=migrations.parent / "pyproject.toml")
    config.attributes["owner_url"] = owner_url
    return config


def upgrade(migrations: Path, owner_url: str) -> None:
    """Migrate a database to the later revision."""
    command.upgrade(alembic(migrations, owner_url), "head")
