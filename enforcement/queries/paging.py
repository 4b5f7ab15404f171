"""Pages of a list by key: what comes after a row is found by an index, however far down it stands.

A page is named by the row it begins behind or ends before, so its address stays the same page while the list grows.
"""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar, cast

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_, union_all
from sqlalchemy.sql.elements import SQLCoreOperations

from enforcement.work import Work

Row = TypeVar("Row")

PAGE_SIZE = 30
COUNTED = 1000
"""Rows counted unasked; a list that has more says so, and counts all of them when asked to."""
_BETWEEN = "~"


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Which page of a list: the first, the last, or the one after or before the row of a key."""

    kind: Literal["first", "after", "before", "last"] = "first"
    key: str = ""
    size: int = PAGE_SIZE


FIRST = Place()


@dataclasses.dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in the list's order. `before` and `after` are the keys that lead on, empty at the ends of the list."""

    rows: list[Row]
    before: str = ""
    after: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has; `capped`: at least so many."""

    number: int
    capped: bool = False

    def __bool__(self) -> bool:
        return self.number > 0

    def __str__(self) -> str:
        return f"{self.number}+" if self.capped else str(self.number)


Value = dt.datetime | dt.date | uuid.UUID | bool | str


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by, all columns in one direction, the last of them unique.

    `kinds` are the Python types of the columns, so that a key can be read back.
    """

    columns: tuple[SQLCoreOperations[Any], ...]
    kinds: tuple[type, ...]
    descending: bool = True


def page_of(
    work: Work,
    query: Select[*tuple[Any, ...]],
    order: Order,
    place: Place,
    made: Callable[[Mapping[Any, Any]], Row],
    *,
    either: Sequence[ColumnElement[bool]] = (),
) -> Page[Row]:
    """The page at `place`; a key nobody can read is the first page. One query.

    `made` gets a row's columns by name and makes what the page holds. `either`: conditions that exclude each other, one
    of which a row must meet; each is walked by an index of its own, as one condition with `or` between could not be.
    """
    key = _read(place.key, order.kinds) if place.kind in {"after", "before"} else None
    kind = "first" if place.kind in {"after", "before"} and key is None else place.kind
    backwards = kind in {"before", "last"}
    downwards = order.descending != backwards
    columns = [cast("ColumnElement[Any]", column) for column in order.columns]
    beyond = []
    if key is not None:
        here, there = tuple_(*columns), tuple_(*(literal(value) for value in key))
        beyond = [here < there if downwards else here > there]
    sorting = [column.desc() if downwards else column.asc() for column in columns]
    one_more = place.size + 1
    if either:
        walks = [select(columns[-1]).where(one, *beyond).order_by(*sorting).limit(one_more) for one in either]
        query = query.where(columns[-1].in_(union_all(*(select(walk.subquery()) for walk in walks))))
    keys = [column.label(f"key_{number}") for number, column in enumerate(columns)]
    sorted_ = query.where(*beyond).add_columns(*keys).order_by(*sorting)
    found = list(work.session.execute(sorted_.limit(one_more)).mappings())
    more = len(found) > place.size
    found = found[: place.size]
    if backwards:
        found.reverse()
    names = [label.name for label in keys]
    rows = [made({name: value for name, value in row.items() if name not in names}) for row in found]
    if not found:
        return Page(rows)
    edges = [_written([row[name] for name in names]) for row in (found[0], found[-1])]
    is_first = kind == "first" or (backwards and not more)
    is_last = kind == "last" or (not backwards and not more)
    return Page(rows, "" if is_first else edges[0], "" if is_last else edges[1])


def count_of(work: Work, query: Select[*tuple[Any, ...]], *, exact: bool = False) -> Count:
    """How many rows a query has, counted no further than COUNTED unless asked. One query."""
    asked = query if exact else query.limit(COUNTED + 1)
    number = work.session.scalar(select(func.count()).select_from(asked.order_by(None).subquery())) or 0
    return Count(number) if exact or number <= COUNTED else Count(COUNTED, capped=True)


def _written(values: Sequence[Value]) -> str:
    return _BETWEEN.join(_text(value) for value in values)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _read(key: str, kinds: Sequence[type]) -> list[Value] | None:
    parts = key.split(_BETWEEN)
    if len(parts) != len(kinds):
        return None
    try:
        return [_value(part, kind) for part, kind in zip(parts, kinds, strict=True)]
    except ValueError:
        return None


def _value(text: str, kind: type) -> Value:
    if kind is bool:
        return {"0": False, "1": True}.get(text, False)
    if kind is uuid.UUID:
        return uuid.UUID(text)
    if kind is dt.datetime:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        return moment
    return dt.date.fromisoformat(text) if kind is dt.date else text
