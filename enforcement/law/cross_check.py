"""What the parts of the law book say against each other: a book with one such fault does not load.

First whatever is named is asked for, by the kind its type says; then what only several files together can tell.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping

from enforcement.law import deadlines, form_check, kinds
from enforcement.law.acts import OFFICERS, events_of
from enforcement.law.citation import Source, problems_of
from enforcement.law.contents import Contents
from enforcement.law.decode import Named, Steps, nearest, path_of
from enforcement.law.form_check import Program
from enforcement.law.guards import GUARDS
from enforcement.law.major import TESTS
from enforcement.law.projected import CONDITIONS
from enforcement.law.review_checklist import SHOWN
from enforcement.law.rows import Row

IN_CODE: Mapping[str, Collection[str]] = {
    "condition": CONDITIONS, "guard": GUARDS, "test": TESTS, "shown": SHOWN,
}  # fmt: skip
"""What the law's own code knows by name."""

_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


# ------------------------------------------------------------------------------------------------------------- names


def unknown(names: Iterable[Named], known: Mapping[str, Container[str]], lost: Collection[str]) -> Iterator[str]:
    """Every name of a kind that stands nowhere, and every one that stands somewhere and is no proper name.

    `known` are names that code or another file gives; `lost` the kinds whose file could not be read: nothing is said
    of those, nor of a kind of which nothing is known at all.
    """
    names = tuple(names)
    defined: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in names:
        if one.defines:
            defined[one.kind, one.file if one.local else ""].add(one.name)
    for one in names:
        home = (one.kind, one.file if one.local else "")
        if one.defines or one.kind in lost or not (home in defined or one.kind in known):
            continue
        given = known.get(one.kind, ())
        if one.name not in defined[home] and one.name not in given:
            there = {*defined[home], *(given if isinstance(given, Collection) else ())}
            mere_word = one.kind == "event" and one.name in defined["term", ""]
            hint = ", which terms.toml has without event = true" if mere_word else nearest(one.name, there)
            yield f"{one.place}: unknown {one.kind} {one.name}{hint}"


def misnamed(names: Collection[Named], lost: Collection[str]) -> Iterator[str]:
    """Every thing whose name its English does not say: either tells a slip in the other. A row's number is none."""
    rows = {one.name for one in names if one.defines and one.kind == "row"}
    for one in names:
        if not one.defines or one.english is None or one.name in rows or ("row" in lost and "." in one.name):
            continue
        said = set(re.findall(r"[a-z0-9]+", one.english.lower()))
        lacking = [word for word in one.name.split("_") if word not in said]
        if lacking or not _IDENTIFIER.fullmatch(one.name):
            yield f"{one.place}: “{one.english}” does not say {'_'.join(lacking) or one.name}, as its name does"


def articles(names: Iterable[Named], sources: Mapping[str, Source]) -> Iterator[str]:
    """Every article named that is none, and every source of which no article is named."""
    cited = [one for one in names if one.kind == "article"]
    for one in cited:
        yield from (f"{one.place}: {problem}" for problem in problems_of(one.name, sources))
    used = {one.name.partition("#")[0] for one in cited} | {
        guard.cite.partition("#")[0] for guard in GUARDS.values() if guard.cite
    }
    yield from (f"sources.toml: {key}: no article of it is named" for key in sources if key not in used)


def rows_and_articles(names: Iterable[Named], rows: Mapping[str, Row]) -> Iterator[str]:
    """Where a row and an article stand together, the row is one of that article."""
    beside: dict[tuple[str, Steps], dict[str, str]] = defaultdict(dict)
    for one in names:
        if one.steps[-1:] in {("row",), ("cite",)}:
            beside[one.file, one.steps[:-1]][str(one.steps[-1])] = one.name
    for (file, table), found in beside.items():
        row = rows.get(found.get("row", ""))
        if row is not None and "cite" in found and not row.is_of(found["cite"]):
            yield f"{file}: {path_of(table)}: row {row.key} is not of {found['cite']}"


# ------------------------------------------------------------------------------------------------------------ contents


def problems(book: Contents, program: Program | None, names: Collection[Named], lost: Collection[str]) -> list[str]:
    """Every contradiction between the parts that could be read; those that could not are None in the book."""
    found = [*unknown(names, known(book, program), lost), *misnamed(names, lost)]
    if book.sources:
        found += articles(names, book.sources)
        found += [
            f"guard {one.code}: {problem}"
            for one in GUARDS.values()
            if one.cite
            for problem in problems_of(one.cite, book.sources)
        ]
    if book.rows:
        found += rows_and_articles(names, book.rows)
        found += [
            f"guard {one.code}: row {one.row} is not in rows.toml"
            for one in GUARDS.values()
            if one.row not in book.rows
        ]
    for needs, say in _SAYINGS:
        if all(getattr(book, need) is not None for need in needs):
            found += say(book)
    if program is not None and book.procedures is not None:
        found += form_check.problems(book, program)
    return found


def known(book: Contents, program: Program | None) -> Mapping[str, Container[str]]:
    """The names of each kind that are not told by their type where they stand: in code, in forms, by a value."""
    given: dict[str, Container[str]] = dict(IN_CODE)
    if program is not None:
        given |= program.known()
    if book.terms is not None:
        given["event"] = book.terms.events
    return given


def _of_events(book: Contents) -> Iterator[str]:
    recorded = events_of(book.powers.acts.values())
    for limit in book.limits.values():
        named = {*limit.starts, *limit.stops, *limit.reopens, *(event for pause in limit.pauses for event in pause)}
        named |= {limit.deems} if limit.deems else set()
        if limit.level == "case":
            for event in sorted((named & book.terms.events) - recorded):
                yield f"deadlines.toml: {limit.key}: no act records {event}"


def _of_limits(book: Contents) -> Iterator[str]:
    for file, limits in (("deadlines", book.limits), ("bounds", book.bounds), ("periods", book.periods)):
        yield from (f"{file}.toml: {problem}" for problem in deadlines.problems(limits, book.sources))
    files = Counter(key for limits in (book.limits, book.bounds, book.periods) for key in limits)
    twice = (key for key, count in files.items() if count > 1)
    yield from (f"deadlines.toml, bounds.toml, periods.toml: {key} stands in two of them" for key in twice)


def _of_days(book: Contents) -> Iterator[str]:
    both = book.calendar.rest & book.calendar.work
    yield from (f"calendar: {day}: both a rest day and a make-up working day" for day in sorted(both))


def _of_teams(book: Contents) -> Iterator[str]:
    """Conditions of a team look at whom the field `officers` names: in any other, an act's people would go unasked."""
    for procedure in book.procedures.values():
        for step in procedure.acts.values():
            unseen = sorted(name for name in step.act.handlers if name != OFFICERS)
            for guard in (one for one in sorted(step.guards) if one in GUARDS and GUARDS[one].of_team and unseen):
                yield f"{procedure.key}.toml: {step.key}: {guard} asks of {OFFICERS}, but acts.toml names {unseen[0]}"


_SAYINGS: tuple[tuple[tuple[str, ...], Callable[[Contents], Iterator[str]]], ...] = (
    (("powers", "terms", "limits"), _of_events),
    (("limits", "bounds", "periods", "sources"), _of_limits),
    (("powers", "procedures"), _of_teams),
    (("calendar",), _of_days),
    (("procedures", "disclosure", "major", "legal_review", "limits"), kinds.problems),
)
"""What is said of the book by itself, and the parts it needs."""
