"""Bring a database to the newest migration, and say which that is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError

from config.settings import Unfit

ROOT = Path(__file__).resolve().parents[2]


def alembic_config(owner_url: str | None = None) -> Config:
    """Alembic's configuration from pyproject.toml; migrations/env.py connects to `owner_url`."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["owner_url"] = owner_url
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Migrate the database at `owner_url` (role mingjian_owner) up to `revision`.

    Raises Unfit where the database stands at a revision that this program does not know.
    """
    try:
        command.upgrade(alembic_config(owner_url), revision)
    except CommandError as error:
        if not isinstance(error.__cause__, ResolutionError):
            raise
        at = error.__cause__.argument
        raise Unfit(f"数据库结构为 {at}，本程序没有这一版本：请改用建立它的程序版本，或者从备份恢复。") from error


def revisions() -> list[str]:
    """Every revision from the first to the newest."""
    script = ScriptDirectory.from_config(alembic_config())
    return [step.revision for step in reversed(list(script.walk_revisions()))]
