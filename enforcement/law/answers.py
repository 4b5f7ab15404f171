"""Answers for the command line (`flask law …`): plain data, no printing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from enforcement.law.book import Book
from enforcement.law.calendar import Calendar
from enforcement.law.counting import due
from enforcement.law.errors import NotFound


@dataclass(frozen=True, slots=True)
class Summary:
    """What `flask law check` says of a sound book: how much there is, which rows are held in part or not yet, the last
    calendar year.
    """

    version: str
    counts: dict[str, int]
    row_status: dict[str, int]
    in_part: tuple[str, ...]
    not_yet: tuple[str, ...]
    last_year: int


class DueAnswer(TypedDict):
    """When a limit falls due, and why."""

    limit: str
    zh: str
    started: date
    target: date
    due: date
    value: int
    unit: str
    value_zh: str
    direction: str
    article: str
    article_zh: str
    quote: str | None
    basis: str
    provisional: bool


class WorkingDaysAnswer(TypedDict):
    """The day a number of working days leads to."""

    date: date
    provisional: bool


def check(book: Book) -> Summary:
    """Sum up a loaded book."""
    status = Counter(row.status for row in book.rows.values())
    return Summary(
        version=book.version,
        counts={
            "sources": len(book.sources),
            "limits": len(book.every_limit),
            "thresholds": len(book.thresholds.law),
            "procedures": len(book.procedures),
            "stages": sum(len(procedure.stages) for procedure in book.procedures.values()),
            "acts": len(book.powers.acts),
            "terms": len(book.terms.table),
            "rows": len(book.rows),
            "calendar_years": len(book.calendar.years),
        },
        row_status={name: status[name] for name in ("enforced", "recorded", "not_yet")},
        in_part=tuple(row.key for row in book.rows.values() if row.status != "not_yet" and row.lacks),
        not_yet=tuple(row.key for row in book.rows.values() if row.status == "not_yet"),
        last_year=max(book.calendar.years),
    )


def due_answer(book: Book, limit_key: str, started_on: date) -> DueAnswer:
    """Compute when a limit that starts on a day falls due. Raises NotFound for an unknown limit or a day before its
    first line.
    """
    limit = book.every_limit.get(limit_key)
    if limit is None:
        raise NotFound("limit", limit_key)
    found = due(limit, started_on, book.calendar)
    return DueAnswer(
        limit=limit.key,
        zh=limit.zh,
        started=started_on,
        target=found.target_on,
        due=found.due_on,
        value=found.value,
        unit=found.unit,
        value_zh=found.value_zh,
        direction=limit.direction,
        article=found.cite,
        article_zh=book.cite_zh(found.cite),
        quote=found.quote,
        basis=found.basis,
        provisional=found.provisional,
    )


def add_working_days_answer(calendar: Calendar, start: date, count: int) -> WorkingDaysAnswer:
    """Add working days, start not counted. Raises ValueError for a count below one."""
    day = calendar.add_working_days(start, count)
    return WorkingDaysAnswer(date=day.on, provisional=day.provisional)
