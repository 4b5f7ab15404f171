"""The one state of the database that a verification looks at, and the part of it that a step looks at.

Every column is read as text, bytes or number of the database's own making, so that a value no type of ours can hold
(a day of infinity, a moment before our era) is a finding like any other and ends no stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine

from enforcement.verify.findings import Finding, Report
from enforcement.verify.moments import Windows

BATCH = 500

# Whatever was set for the role or the database: nothing of it may change what is read, or by which function.
PLAIN = """
    SET LOCAL search_path = pg_catalog, pg_temp;
    SET LOCAL datestyle = 'ISO, YMD';
    SET LOCAL timezone = 'UTC';
    SET LOCAL bytea_output = 'hex';
    SET LOCAL extra_float_digits = 1;
"""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a table by its key: after `after`, up to and including `upto`; None where it is open."""

    after: str | None = None
    upto: str | None = None

    def where(self, column: str, kind: str = "uuid") -> str:
        """The condition in SQL, with the parameters `after` and `upto`."""
        conditions = [f"{column} > %(after)s::{kind}"] if self.after is not None else []
        conditions += [f"{column} <= %(upto)s::{kind}"] if self.upto is not None else []
        return "(" + (" AND ".join(conditions) or "true") + ")"

    @property
    def bounds(self) -> dict[str, str | None]:
        """The parameters of `where`."""
        return {"after": self.after, "upto": self.upto}


EVERYTHING = Span()


@dataclass(slots=True)
class Snapshot:
    """One read-only transaction over both schemas, and what earlier passes over it have found out."""

    connection: Connection
    driver: psycopg.Connection[Any]
    report: Report = field(default_factory=Report)
    roots: dict[int, bytes] = field(default_factory=dict)
    """The root by size of every checkpoint that a key of ours signed."""
    blamed: set[int] = field(default_factory=set)
    """Sizes of checkpoints that are named: what leans on them is not named beside them."""
    windows: Windows = field(default_factory=Windows)
    demo: bool = False
    """Whether a clock may have been set here."""

    def stream(self, statement: str, span: Span = EVERYTHING, **parameters: Any) -> Iterator[dict[str, Any]]:
        """The rows of a statement one by one, in flat memory; `span`'s bounds are among the parameters."""
        with self.driver.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            yield from cursor.stream(statement.encode(), {**span.bounds, **parameters}, size=BATCH)

    def guarded(self, table: str, what: Callable[[], None]) -> None:
        """Run one pass; one that cannot come to its end is a finding, and the next one runs all the same."""
        self.driver.execute("SAVEPOINT pass")
        try:
            what()
        except Exception as error:  # noqa: BLE001  (whatever cannot be read, digested or compared is a finding)
            self.driver.execute("ROLLBACK TO SAVEPOINT pass")
            code = getattr(error, "sqlstate", None) or type(error).__name__
            self.report.note(Finding(table, f"{table}中有无法读取的内容，此项核验没有完成（{code}）"))

    def check(self, check: Callable[[Snapshot, Span], Iterator[Finding]], span: Span = EVERYTHING) -> None:
        """Note what a further check finds."""
        table = getattr(check, "__name__", "")
        self.guarded(table, lambda: self.report.extend(check(self, span)))


@contextmanager
def snapshot(engine: Engine, *, demo: bool = False) -> Iterator[Snapshot]:
    """A snapshot that sees every agency's rows (`engine` connects as mingjian_verifier) and writes nothing."""
    one_snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with one_snapshot.connect() as connection:
        driver = connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("the ledger is verified through psycopg")
        driver.execute(PLAIN)
        yield Snapshot(connection, driver, demo=demo)


Check = Callable[[Snapshot, Span], Iterator[Finding]]
"""A further check over the same snapshot, of the rows whose chain lies in a span: it reads and names."""
