"""What the parts of the law book say against each other: a book with one such fault does not load."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from enforcement.law.citation import problems_of
from enforcement.law.deadlines import Limit
from enforcement.law.guards import GUARDS
from enforcement.law.projected import CONDITIONS

if TYPE_CHECKING:
    from enforcement.law.book import Book

Named = Iterator[tuple[str, str | None, str | None]]
"""Where something is written, the article it names, the row it names."""


def problems(book: Book) -> list[str]:
    """Every contradiction, in sentences; empty for a sound book."""
    found: list[str] = []
    for limit in book.limits.values():
        found += [f"deadlines.toml: {limit.key}: {problem}" for problem in _of_limit(limit, book)]
    for result in book.disclosure.results:
        if result.limit_key not in book.limits:
            found.append(f"disclosure.toml: {result.key}: unknown limit {result.limit_key}")
    found += [f"terms.toml: the event {event} has no label" for event in sorted(_recorded(book) - book.terms.events)]
    for where, cite, row in _named(book):
        if cite is not None:
            found += [f"{where}: {problem}" for problem in problems_of(cite, book.sources)]
        if row is not None and row not in book.rows:
            found.append(f"{where}: row {row} is not in rows.toml")
    return found


def _recorded(book: Book) -> set[str]:
    return {act.event for procedure in book.procedures.values() for act in procedure.acts.values()}


def _of_limit(limit: Limit, book: Book) -> Iterator[str]:
    approvers = [value.approver for value in limit.extension if value.approver]
    yield from (f"unknown role {role}" for role in (*limit.who, *approvers) if role not in book.powers.roles)
    yield from (f"unknown procedure {key}" for key in limit.procedures if key not in book.procedures)
    if limit.applies is not None and limit.applies not in CONDITIONS:
        yield f"unknown condition {limit.applies}"
    if limit.served_through is not None and limit.served_through not in book.limits:
        yield f"unknown limit {limit.served_through}"
    named = {*limit.starts, *limit.stops, *limit.reopens, *(event for pause in limit.pauses for event in pause)}
    named |= {limit.deems} if limit.deems else set()
    yield from (f"unknown event {event}" for event in sorted(named - book.terms.events))
    if limit.level == "case":
        yield from (f"no act records {event}" for event in sorted((named & book.terms.events) - _recorded(book)))


def _named(book: Book) -> Named:
    """Every article and row named anywhere. Files that check their own articles give only their rows."""
    yield from _numbers(book)
    yield from _acts(book)
    for guard in GUARDS.values():
        yield f"guard {guard.code}", guard.cite, guard.row
    for result in book.disclosure.results:
        yield f"disclosure.toml: {result.key}", result.cite, result.row
    for ground in book.disclosure.grounds.values():
        yield f"disclosure.toml: {ground.row}", ground.cite, ground.row


def _numbers(book: Book) -> Named:
    for limit in book.limits.values():
        for value in (*limit.days, *limit.extension):
            yield f"deadlines.toml: {limit.key}", None, value.row
    for threshold in book.thresholds.law.values():
        for value in threshold.days:
            yield f"thresholds.toml: {threshold.key}", None, value.row
    for parameter in book.thresholds.agency.values():
        yield f"thresholds.toml: {parameter.key}", None, parameter.row
    for item in book.basic_information.items.values():
        yield f"basic_information.toml: {item.key}", None, item.row


def _acts(book: Book) -> Named:
    for power in book.powers.table.values():
        yield f"powers.toml: {power.act}", power.cite, power.row
    for procedure in book.procedures.values():
        yield f"{procedure.key}.toml", procedure.cite, None
        for stage in procedure.stages.values():
            yield f"{procedure.key}.toml: {stage.key}", stage.cite, None
        for act in procedure.acts.values():
            yield f"{procedure.key}.toml: {act.key}", act.cite, None
