"""Rows written one by one, each by its key: so that whoever records what is written sees every row with every value.

A session of the core carries `info["recorder"]`: it is given each row before it is written and gives back what is to be
written. Without one the rows are just written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

from sqlalchemy import CursorResult, Table, and_, delete, insert, update
from sqlalchemy.orm import Session

Values: TypeAlias = Mapping[str, Any]
Recorder = Callable[[str, Values, Values | None], Values]
"""Table, key and columns (None: the row goes) to what is to be written."""

RECORDED = {"recorded": True}
"""The execution option of a statement whose row is on record."""


def add(session: Session, table: Table, row: Values) -> None:
    """Insert a row; it holds its key."""
    key = {column.name: row[column.name] for column in table.primary_key}
    values = _recorded(session, table, key, {name: value for name, value in row.items() if name not in key})
    session.execute(insert(table).values(**key, **values), execution_options=RECORDED)


def change(session: Session, table: Table, key: Values, values: Values) -> None:
    """Set columns of a row that is there. Raises LookupError where it is not."""
    values = _recorded(session, table, key, values)
    done = cast(
        "CursorResult[Any]",
        session.execute(update(table).where(_is(table, key)).values(**values), execution_options=RECORDED),
    )
    if done.rowcount != 1:
        raise LookupError(f"{table.fullname} has no row {key}")


def put(session: Session, table: Table, key: Values, values: Values) -> None:
    """Set columns of a row, or insert it with them."""
    values = _recorded(session, table, key, values)
    done = cast(
        "CursorResult[Any]",
        session.execute(update(table).where(_is(table, key)).values(**values), execution_options=RECORDED),
    )
    if done.rowcount == 0:
        session.execute(insert(table).values(**key, **values), execution_options=RECORDED)


def remove(session: Session, table: Table, key: Values) -> None:
    """Delete a row."""
    _recorded(session, table, key, None)
    session.execute(delete(table).where(_is(table, key)), execution_options=RECORDED)


def _update(session: Session, table: Table, key: Values, values: Values) -> int:
    statement = update(table).where(_is(table, key)).values(**values)
    done = cast("CursorResult[Any]", session.execute(statement, execution_options=RECORDED))
    return done.rowcount


def _recorded(session: Session, table: Table, key: Values, values: Values | None) -> Values:
    recorder: Recorder | None = session.info.get("recorder")
    return recorder(table.fullname, key, values) if recorder else values or {}


def _is(table: Table, key: Values) -> Any:
    return and_(*(table.c[name] == value for name, value in key.items()))
