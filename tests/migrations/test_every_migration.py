"""Of every migration behind the base: it leans on nothing that may change, and says what becomes of rows of before."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from config.settings import ROOT
from enforcement.replay import MIGRATIONS, carries
from enforcement.runtime import schema
from enforcement.wrote import NOT_RECORDED
from tests.migrations import later

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alembic.config import Config

    from enforcement.runtime.embedded import Server

# --------------------------------------------------------------------------------------- it leans on nothing of today's

DDL = {"alembic", "sqlalchemy", "migrations"}
IMPURE = {"os", "io", "pathlib", "random", "secrets", "socket", "subprocess", "time", "importlib", "inspect", "locale"}
CALLS = {"open", "eval", "exec", "input", "print", "now", "today", "utcnow", "uuid1", "uuid4", "__import__", "globals"}


def leans_on(tree: ast.Module) -> Iterator[str]:
    """The packages a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield (node.module or ".").split(".")[0] if not node.level else "."


def impure(code: str) -> set[str]:
    """What keeps a carry from being a function of its row alone."""
    tree = ast.parse(code)
    pure = sys.stdlib_module_names - IMPURE
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in called}
    state = {type(node).__name__ for node in ast.walk(tree) if isinstance(node, ast.Global | ast.Nonlocal)}
    return {*(set(leans_on(tree)) - pure), *(names & CALLS), *state}


def test_a_migration_leans_on_alembic_and_on_what_is_frozen_beside_it() -> None:
    files = [*(MIGRATIONS / "versions").glob("*.py"), MIGRATIONS / "walls.py"]
    for file in files:
        other = set(leans_on(ast.parse(file.read_text(encoding="utf-8")))) - DDL - sys.stdlib_module_names
        assert not other, f"{file.name} imports {other}, which may be another thing tomorrow"


def test_a_carry_is_a_function_of_its_row_and_of_nothing_else() -> None:
    for file in (MIGRATIONS / "wrote").glob("[0-9]*.py"):
        assert impure(file.read_text(encoding="utf-8")) == set(), file.name
    assert impure(later.CARRY) == set()


@pytest.mark.parametrize(("code", "what"), [
    ("from enforcement.wrote import REVISION", "enforcement"), ("from migrations import walls", "migrations"),
    ("import random", "random"), ("import uuid\nuuid.uuid4()", "uuid4"), ("open('x')", "open"),
    ("import datetime\ndatetime.date.today()", "today"), ("def f():\n    global n\n    n = 1", "Global"),
    ("from . import other", "."),
])  # fmt: skip
def test_a_carry_that_is_none_would_be_noticed(code: str, what: str) -> None:
    assert impure(code) == {what}


# ------------------------------------------------------------------------------ it says what becomes of rows of before


class Kind(NamedTuple):
    """What a column holds."""

    type: str
    nullable: bool
    filled: bool
    """Whether a row that says nothing of it has a value."""


Columns = dict[tuple[str, str], Kind]
_COLUMNS = """
    SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
           a.atthasdef OR a.attidentity <> ''
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('enforcement', 'public_site') AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""


def projected_columns(owner_url: str) -> Columns:
    """The columns that stand in the chains, as the database has them."""
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        rows = connection.execute(text(_COLUMNS)).all()
    engine.dispose()
    out = NOT_RECORDED.keys() | {"enforcement.alembic_version"}
    return {
        (table, column): Kind(*kind)
        for table, column, *kind in rows
        if table not in out and f"{table}.{column}" not in out
    }


def changed(before: Columns, after: Columns) -> set[str]:
    """The columns in which a row written before is not what it was; an empty column more changes none."""
    tables = {table for table, _ in before}
    other = {at for at in before if before[at][:2] != after.get(at, Kind("", False, False))[:2]}
    filled = {
        (table, column)
        for (table, column), kind in after.items()
        if table in tables and (table, column) not in before and (kind.filled or not kind.nullable)
    }
    return {f"{table}.{column}" for table, column in other | filled}


WRITES = re.compile(
    r"\b(?:UPDATE|INSERT\s+INTO|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?((?:enforcement|public_site)\.\w+)",
    re.IGNORECASE,
)


def written_in(file: Path, tables: Iterable[str]) -> set[str]:
    """The tables among these whose rows the SQL of a migration writes."""
    return set(WRITES.findall(file.read_text(encoding="utf-8"))) & set(tables)


def faults(migrations: Path, alembic: Config, owner_url: str) -> list[str]:
    """What the migrations behind the base leave unsaid, or say wrongly, of rows that were written before them."""
    known = carries(migrations)
    script = ScriptDirectory.from_config(alembic)
    base, *behind = known
    command.upgrade(alembic, base)
    found: list[str] = []
    for revision in behind:
        before = projected_columns(owner_url)
        command.upgrade(alembic, revision)
        migration = script.get_revision(revision)
        what = changed(before, projected_columns(owner_url))
        what |= written_in(Path(migration.path), {table for table, _ in before})
        stay = getattr(migration.module, "ROWS_STAY", False)
        if stay and known[revision]:
            found.append(f"{revision}: ROWS_STAY, and a carry that changes them")
        if not stay and not known[revision]:
            found.append(f"{revision}: neither a carry in migrations/wrote/ nor ROWS_STAY = True")
        if stay and what:
            found.append(f"{revision}: ROWS_STAY, but not {', '.join(sorted(what))}")
    return found


def test_every_migration_behind_the_base_says_what_becomes_of_rows_of_before(server: Server) -> None:
    url = server.prepare("every_migration").owner
    assert faults(MIGRATIONS, schema.alembic_config(url), url) == []


def test_migrations_are_named_in_the_order_in_which_they_follow_each_other() -> None:
    named = sorted(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert [name.split("_")[0] for name in named] == schema.revisions()
    files = {path.name for path in (MIGRATIONS / "wrote").glob("[0-9]*.py")}
    assert files <= set(named)
    assert (ROOT / "migrations" / "BASE").read_text(encoding="utf-8").strip() in schema.revisions()


STAYS = "ROWS_STAY = True\n"
EMPTY = later.MIGRATION[: later.MIGRATION.index("    op.execute")] + (
    '    op.execute("ALTER TABLE enforcement.party ADD COLUMN nickname TEXT")\n'
)
FILLED = EMPTY + '    op.execute("UPDATE enforcement.party SET nickname = name WHERE false")\n'
MOVED = "enforcement.party.operator_name, enforcement.recording.device_kind, enforcement.recording.device_no"


@pytest.mark.parametrize(("name", "carry", "migration", "said"), [
    ("with_carry", later.CARRY, later.MIGRATION, None),
    ("without", None, later.MIGRATION, "neither a carry in migrations/wrote/ nor ROWS_STAY = True"),
    ("untrue", None, STAYS + later.MIGRATION,
     f"ROWS_STAY, but not enforcement.case_file.channel, enforcement.party.operator, {MOVED}"),
    ("both", later.CARRY, STAYS + EMPTY, "ROWS_STAY, and a carry that changes them"),
    ("empty_column", None, STAYS + EMPTY, None),
    ("filled_column", None, STAYS + FILLED, "ROWS_STAY, but not enforcement.party"),
])  # fmt: skip
def test_a_migration_that_leaves_it_unsaid_or_says_it_wrongly_would_be_noticed(
    server: Server, tmp_path: Path, name: str, carry: str | None, migration: str, said: str | None
) -> None:
    url = server.prepare(f"migration_{name}").owner
    migrations = later.write(tmp_path, carry, migration)
    found = faults(migrations, later.alembic(migrations, url), url)
    assert found == ([] if said is None else [f"{later.LATER}: {said}"])
