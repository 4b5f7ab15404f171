"""What a superuser changes past every trigger: one column of one row, one row gone, one row more.

Tables and columns are the database's own, by its catalogue; which row and which value is drawn.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import psycopg
from psycopg import sql

TRIAL = 20261128
"""The advisory lock that every trial holds, shared unless it changes a table itself."""
Way = Literal["changed", "emptied", "row gone", "row more"]
Connection = psycopg.Connection[Any]
Row = Mapping[str, Any]

OTHER = {
    "text": "coalesce({0}, '') || '改'",
    "bigint": "coalesce({0}, 0) + 1",
    "integer": "coalesce({0}, 0) + 1",
    "smallint": "coalesce({0}, 0) + 1",
    "date": "coalesce({0}, '2026-06-01') + 1",
    "timestamp with time zone": "coalesce({0}, '2026-06-01Z') + interval '1 second'",
    "boolean": "NOT coalesce({0}, false)",
    "uuid": "gen_random_uuid()",
    "bytea": "set_byte(coalesce({0}, '\\x00') || '\\x00', 0, get_byte(coalesce({0}, '\\x00') || '\\x00', 0) # 1)",
    "jsonb": "CASE jsonb_typeof({0}) WHEN 'object' THEN {0} || '{\"改\": \"改\"}' ELSE '[\"改\"]' END",
    "text[]": "array_append({0}, '改')",
    "bytea[]": "array_append({0}, sha256('x'))",
    "character varying(32)": "coalesce({0}, '') || '1'",
}
"""Another value of a type, in SQL over the column."""


class Column(NamedTuple):
    """A column as the catalogue has it."""

    name: str
    kind: str
    nullable: bool
    numbered: bool
    """By the database alone: nobody writes it without changing the column first."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the catalogue has it."""

    name: str
    columns: Sequence[Column]
    key: Sequence[str]
    unique: Sequence[str]
    """Columns that are part of something unique."""
    rows: int
    filled: frozenset[str]
    """Columns in which some row says something."""

    @property
    def sql(self) -> sql.Identifier:
        """Its name, quoted."""
        return sql.Identifier(*self.name.split("."))

    def column(self, name: str) -> Column:
        """A column by its name."""
        return next(one for one in self.columns if one.name == name)


_TABLES = """
    SELECT n.nspname || '.' || c.relname,
           ARRAY(SELECT ARRAY[a.attname, format_type(a.atttypid, a.atttypmod), (NOT a.attnotnull)::text,
                              (a.attidentity = 'a')::text]
                 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                 ORDER BY a.attnum),
           coalesce((SELECT array_agg(a.attname ORDER BY array_position(i.indkey::int[], a.attnum::int))
                     FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
                     WHERE i.indrelid = c.oid AND i.indisprimary), '{}'),
           ARRAY(SELECT DISTINCT a.attname FROM pg_index i JOIN pg_attribute a
                 ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey) WHERE i.indrelid = c.oid AND i.indisunique)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('enforcement', 'public_site') ORDER BY 1
"""
_RULES = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I CASCADE', conrelid::regclass, conname) FROM pg_constraint
    WHERE conrelid = %(table)s::regclass AND contype IN ('c', 'u', 'p', 'x')
    UNION ALL
    SELECT format('DROP INDEX %%s', indexrelid::regclass) FROM pg_index x
    WHERE indrelid = %(table)s::regclass AND indisunique
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid)
"""


def tables(connection: Connection) -> list[Table]:
    """Every table of both schemas."""
    found = []
    for name, columns, key, unique in connection.execute(_TABLES).fetchall():
        every = [Column(each, kind, nullable == "true", made == "true") for each, kind, nullable, made in columns]
        counted = sql.SQL("SELECT count(*), {} FROM {}").format(
            sql.SQL(", ").join(sql.SQL("count({})").format(sql.Identifier(one.name)) for one in every),
            sql.Identifier(*name.split(".")),
        )
        rows, *filled = connection.execute(counted).fetchall()[0]
        some = frozenset(one.name for one, count in zip(every, filled, strict=True) if count)
        found.append(Table(name, every, key, unique, rows, some))
    return found


class Made(NamedTuple):
    """What was done: the row as it was and as it is (empty where there is none)."""

    before: Row
    after: Row
    unruled: bool = False
    """Whether constraints had to be dropped first."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing done to one table; which row and which value follow from `seed`."""

    table: Table
    way: Way
    column: str
    seed: str

    def __str__(self) -> str:
        return f"{self.table.name}{f'.{self.column}' if self.column else ''} {self.way}"

    def make(self, connection: Connection) -> Made:
        """Do it inside the caller's transaction, without the table's constraints where they do not let it."""
        for unruled in (False, True):
            if unruled:
                _alone(connection)
                for (drop,) in connection.execute(_RULES, {"table": self.table.name}).fetchall():
                    connection.execute(drop.encode())
            dice = random.Random(f"{self.seed} {self}")
            place, before = self._row(connection, dice)
            for statement, parameters in self._ways(connection, dice, before):
                after = self._tried(connection, statement, [*parameters, place], before)
                if after is not None:
                    return Made({} if self.way == "row more" else before, after, unruled)
        raise AssertionError(f"{self} cannot be done")

    def _row(self, connection: Connection, dice: random.Random) -> tuple[str, Row]:
        """One row by its place and its columns; none where the table is empty."""
        where = sql.SQL("{} IS NOT NULL").format(sql.Identifier(self.column)) if self.way == "emptied" else _TRUE
        order = sql.SQL(", ").join(map(sql.Identifier, self.table.key or [self.table.columns[0].name]))
        statement = sql.SQL("SELECT ctid::text, to_jsonb(t) FROM {} t WHERE {} ORDER BY {}")
        rows = connection.execute(statement.format(self.table.sql, where, order)).fetchall()
        return dice.choice(rows) if rows else ("(0,0)", {})

    def _ways(
        self, connection: Connection, dice: random.Random, before: Row
    ) -> Iterator[tuple[sql.Composed, list[Any]]]:
        """Statements to try one after the other, each with its parameters but the row's place."""
        table = self.table
        if self.way == "row gone":
            yield sql.SQL("DELETE FROM {} WHERE ctid = %s RETURNING '{{}}'::jsonb").format(table.sql), []
        elif self.way == "row more":
            yield from self._more(made_up=not before)
        else:
            update = sql.SQL("UPDATE {0} t SET {1} = {2} WHERE ctid = %s RETURNING to_jsonb(t)")
            name = sql.Identifier(self.column)
            for value, parameters in self._values(connection, dice, before):
                yield update.format(table.sql, name, value), parameters

    def _values(
        self, connection: Connection, dice: random.Random, before: Row
    ) -> Iterator[tuple[sql.Composed, list[Any]]]:
        """Values to try: some that other rows have, and one that perhaps none has."""
        if self.way == "emptied":
            yield sql.SQL("NULL").format(), []
            return
        column = self.table.column(self.column)
        name = sql.Identifier(column.name)
        theirs = sql.SQL("SELECT DISTINCT {0}::text FROM {1} t WHERE {0} IS NOT NULL ORDER BY 1 LIMIT 200")
        there = [value for (value,) in connection.execute(theirs.format(name, self.table.sql)).fetchall()]
        typed = sql.SQL(f"%s::{column.kind}").format()
        values: list[tuple[sql.Composed, list[Any]]] = [
            (typed, [value]) for value in dice.sample(there, min(3, len(there)))
        ]
        values.insert(dice.randrange(2), (_other(column), []))
        if column.kind in {"bigint", "integer"}:
            values.append((self._next(column), []))
        yield from values

    def _more(self, *, made_up: bool) -> Iterator[tuple[sql.Composed, list[Any]]]:
        """A row like the one at the place under another key; made up from the types where the table has none."""
        table = self.table
        key = list(table.key) or [table.columns[0].name]
        every = [one.name for one in table.columns]
        worded = [one.name for one in table.columns if one.name in table.unique and one.kind != "uuid"]
        for other in [every] if made_up else [key[-1:], key, [*key, *worded], [*key, *table.unique]]:
            columns = sql.SQL(", ").join(map(sql.Identifier, every))
            values = sql.SQL(", ").join(
                self._another(one, made_up=made_up) if one.name in other else sql.Identifier(one.name)
                for one in table.columns
            )
            source = sql.SQL("(SELECT %s) t" if made_up else "{} t WHERE ctid = %s").format(table.sql)
            yield (
                sql.SQL("INSERT INTO {0} AS made ({1}) OVERRIDING SYSTEM VALUE SELECT {2} FROM {3}"
                        " RETURNING to_jsonb(made)").format(table.sql, columns, values, source), [],
            )  # fmt: skip

    def _another(self, column: Column, *, made_up: bool) -> sql.Composed:
        if made_up:
            return _other(column, sql.SQL(f"NULL::{column.kind}"))
        return self._next(column) if column.kind in {"bigint", "integer"} else _other(column)

    def _next(self, column: Column) -> sql.Composed:
        return sql.SQL("(SELECT max({0}) + 1 FROM {1})").format(sql.Identifier(column.name), self.table.sql)

    def _tried(self, connection: Connection, statement: sql.Composed, parameters: list[Any], before: Row) -> Row | None:
        """Run one statement; None where a constraint or a type does not let it, or nothing became of it."""
        leave = sql.SQL("ALTER TABLE {} ALTER {} SET GENERATED {}")
        numbered = [one for one in self.table.columns if one.name == self.column and one.numbered]
        if numbered:
            _alone(connection)
        try:
            with connection.transaction() as tried:
                for one in numbered:
                    name = sql.Identifier(one.name)
                    connection.execute(leave.format(self.table.sql, name, sql.SQL("BY DEFAULT")))
                found = connection.execute(statement, parameters).fetchone()
                for one in numbered:
                    connection.execute(leave.format(self.table.sql, sql.Identifier(one.name), sql.SQL("ALWAYS")))
                if found is None or found[0] == before:
                    raise psycopg.Rollback(tried)
        except (psycopg.IntegrityError, psycopg.DataError):
            return None
        return None if found is None or found[0] == before else found[0]


def _alone(connection: Connection) -> None:
    """Wait until no other trial is under way, and keep them away: a table is changed that all of them read."""
    connection.execute("SELECT pg_advisory_unlock_shared(%s)", [TRIAL])
    connection.execute("SELECT pg_advisory_lock(%s)", [TRIAL])


_TRUE = sql.SQL("true")


def _other(column: Column, of: sql.SQL | None = None) -> sql.Composed:
    """Another value than a column has, of the same type."""
    before, *between = OTHER[column.kind].split("{0}")
    name = of or sql.Identifier(column.name)
    return sql.Composed([sql.SQL(before), *(piece for each in between for piece in (name, sql.SQL(each)))])


def changes(every: Sequence[Table], seed: int) -> list[Change]:
    """Every change there is, in an order drawn by the seed."""
    found: list[tuple[Table, Way, str]] = []
    for table in every:
        if table.rows:
            found += [(table, "changed", one.name) for one in table.columns]
            emptied = [one.name for one in table.columns if one.nullable and one.name in table.filled]
            found += [(table, "emptied", name) for name in emptied]
            found.append((table, "row gone", ""))
        found.append((table, "row more", ""))
    random.Random(seed).shuffle(found)
    return [Change(table, way, column, str(seed)) for table, way, column in found]
