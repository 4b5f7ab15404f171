"""What the parts of the law book say against each other: a book with one such fault does not load.

First whatever is named is asked for, by the kind its type says; then what only several files together can tell.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from enforcement.law import deadlines, kinds
from enforcement.law.acts import OFFICERS, events_of
from enforcement.law.citation import Source, problems_of
from enforcement.law.contents import Contents
from enforcement.law.decode import Named, Steps, nearest, path_of
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


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: what may be chosen in it (empty where it is no choice), and whether it is a yes or no."""

    options: frozenset[str] = frozenset()
    yes_no: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """What the rest of the program knows by name: given by whoever loads the book, because the law imports none of it.

    `acts` maps every act to the fields of its record; `places` are the rules and tests that rows may name, None where
    they are not looked up.
    """

    acts: Mapping[str, Mapping[str, Field]]
    publication_kinds: frozenset[str] = frozenset()
    matter_kinds: frozenset[str] = frozenset()
    places: Container[str] | None = None

    def known(self) -> dict[str, Container[str]]:
        """The names of each kind that stand outside the law."""
        fields = [one for fields in self.acts.values() for one in fields.items()]
        known: dict[str, Container[str]] = {
            "field": {name for name, _ in fields},
            "choice": {option for _, one in fields for option in one.options},
            "publication_kind": self.publication_kinds,
        }
        if self.places is not None:
            known["place"] = known["test_place"] = self.places
        return known


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
        records = _Records.of(book, program)
        for needs, ask in _ASKINGS:
            if all(getattr(book, need) is not None for need in needs):
                found += ask(book, records)
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
            for guard in (one for one in step.requires if one in GUARDS and GUARDS[one].of_team and unseen):
                yield f"{procedure.key}.toml: {step.key}: {guard} asks of {OFFICERS}, but acts.toml names {unseen[0]}"


_SAYINGS: tuple[tuple[tuple[str, ...], Callable[[Contents], Iterator[str]]], ...] = (
    (("powers", "terms", "limits"), _of_events),
    (("limits", "bounds", "periods", "sources"), _of_limits),
    (("powers", "procedures"), _of_teams),
    (("calendar",), _of_days),
    (("procedures", "disclosure", "major", "legal_review", "limits"), kinds.problems),
)
"""What is said of the book by itself, and the parts it needs."""


# ------------------------------------------------------------------------------------------------- against the forms


@dataclass(frozen=True, slots=True)
class _Records:
    """The fields of the records of each event, by the procedure in which an act leaves them."""

    program: Program
    by_event: Mapping[str, list[tuple[str, Mapping[str, Field]]]]

    @classmethod
    def of(cls, book: Contents, program: Program) -> _Records:
        found: dict[str, list[tuple[str, Mapping[str, Field]]]] = defaultdict(list)
        for procedure in book.procedures.values():
            for act in procedure.acts.values():
                if act.key in program.acts:
                    found[act.event].append((procedure.key, program.acts[act.key]))
        return cls(program, found)

    def left_by(self, events: Iterable[str], procedures: Collection[str] = ()) -> list[Mapping[str, Field]]:
        """The records of these events; of these procedures only, where any is named."""
        return [
            fields
            for event in events
            for procedure, fields in self.by_event.get(event, ())
            if not procedures or procedure in procedures
        ]


def _limits(book: Contents, records: _Records) -> Iterator[str]:
    for limit in book.limits.values():
        if limit.level != "case":
            continue
        where = f"deadlines.toml: {limit.key}"
        starting = records.left_by(limit.starts, limit.procedures)
        stopping = records.left_by(limit.stops, limit.procedures)
        yield from _have(where, "match", (limit.match,), (*starting, *stopping))
        yield from _have(where, "value_field", (limit.value_field,), starting)
        yield from _have_one(where, "anchor", limit.anchor, starting)
        yield from _have_one(where, "stop_anchor", limit.stop_anchor, stopping)
        for name, values in limit.when:
            yield from _allows(f"{where}.when", name, values, starting)


def _disclosure(book: Contents, records: _Records) -> Iterator[str]:
    for result in book.disclosure.results:
        where = f"disclosure.toml: result.{result.key}"
        left = records.left_by((result.event,), (result.procedure,))
        if not left and records.left_by((result.event,)):
            yield f"{where}.event: no act of {result.procedure} records {result.event}"
        yield from _have(where, "anchor", (result.anchor,), left)
        if result.outcomes:
            yield from _allows(f"{where}.outcomes", "outcome", result.outcomes, left)
    grounds = book.disclosure.grounds.values()
    for kind, act in (("withholding", "propose_withholding"), ("deferral", "propose_deferral")):
        held = {one.row for one in grounds if one.kind == kind}
        yield from _offers(f"disclosure.toml: ground, {kind}", held, act, "ground", records.program)


def _review(book: Contents, records: _Records) -> Iterator[str]:
    submitted = records.left_by(("submitted_for_review",))
    for at, part in enumerate(book.legal_review.submission, 1):
        yield from _have(f"legal_review.toml: submission[{at}]", "field", (part.field,), submitted)


def _hearing(book: Contents, records: _Records) -> Iterator[str]:
    told = records.left_by(("prior_notice_given",))
    where = "major_decisions.toml: hearing_right"
    for at, heavy in enumerate(book.major.hearing_right.always, 1):
        yield from _allows(f"{where}.always[{at}].penalties", "penalties", sorted(heavy.penalties), told)
    for at, amount in enumerate(book.major.hearing_right.amounts, 1):
        yield from _have(f"{where}.amounts[{at}]", "field", (amount.field,), told)


def _recordings(book: Contents, records: _Records) -> Iterator[str]:
    taken_in = records.left_by(("recording_taken_in",))
    for one in book.recording.metadata:
        yield from _have("recording.toml: metadata", "fields", (one.name,), taken_in)


def _parameters(book: Contents, records: _Records) -> Iterator[str]:
    held = set(book.thresholds.agency)
    yield from _offers("thresholds.toml: agency", held, "set_parameter", "name", records.program)


def _acts(book: Contents, records: _Records) -> Iterator[str]:
    for act in sorted(book.powers.acts.keys() - records.program.acts.keys()):
        yield f"acts.toml: {act}: no form under enforcement/actions/ is registered as its form"
    for act in sorted(records.program.acts.keys() - book.powers.acts.keys()):
        yield f"acts.toml: {act} is missing: a form under enforcement/actions/ is registered as its form"
    for declared in book.powers.acts.values():
        if own := records.program.acts.get(declared.key):
            yield from _have(f"acts.toml: {declared.key}", "names", declared.names, (own,))
    matters = {kind.matter: key for key, kind in book.procedures.items() if kind.matter}
    for matter in sorted(matters.keys() - records.program.matter_kinds):
        yield f"{matters[matter]}.toml: matter: {matter} cannot be chosen in the form of set_matters"
    for matter in sorted(records.program.matter_kinds - matters.keys()):
        yield f"procedures: none is for the matter {matter}, which the form of set_matters offers"


def _words(book: Contents, records: _Records) -> Iterator[str]:
    program = records.program
    offered = {option for fields in program.acts.values() for one in fields.values() for option in one.options}
    yield from (
        f"terms.toml: {option}, which a form offers, has no label"
        for option in sorted(offered)
        if option not in book.terms
    )


_ASKINGS: tuple[tuple[tuple[str, ...], Callable[[Contents, _Records], Iterator[str]]], ...] = (
    (("limits",), _limits),
    (("disclosure",), _disclosure),
    (("legal_review",), _review),
    (("major",), _hearing),
    (("recording",), _recordings),
    (("thresholds",), _parameters),
    (("terms",), _words),
    (("powers",), _acts),
)
"""What is asked of the book beside the acts' forms: fields and choices are those of the very records they are looked
for in; and the parts that needs.
"""


def _have(where: str, key: str, names: Iterable[str | None], records: Collection[Mapping[str, Field]]) -> Iterator[str]:
    """Every record has each of the fields."""
    for name in names:
        if name and not all(name in record for record in records):
            known = {one for record in records for one in record}
            yield f"{where}.{key}: a record it is looked for in has no field {name}{nearest(name, known - {name})}"


def _have_one(where: str, key: str, names: Collection[str], records: Collection[Mapping[str, Field]]) -> Iterator[str]:
    """Each of the fields stands in some record; one that has none gives its own day."""
    for name in names:
        if not any(name in record for record in records):
            known = {one for record in records for one in record}
            yield f"{where}.{key}: no record it is looked for in has a field {name}{nearest(name, known)}"


def _allows(where: str, name: str, values: Iterable[object], records: Collection[Mapping[str, Field]]) -> Iterator[str]:
    """The values are among those a record may hold in the field."""
    fields = [record[name] for record in records if name in record]
    if not fields:
        yield f"{where}: no record it is looked for in has a field {name}"
        return
    options = {option for one in fields for option in one.options}
    for value in values:
        if isinstance(value, bool) is not fields[0].yes_no:
            yield f"{where}: {name} is {'a yes or no' if fields[0].yes_no else 'no yes or no'}"
        elif options and value not in options:
            yield f"{where}: {value} cannot be chosen in {name}{nearest(str(value), options)}"


def _offers(where: str, held: Collection[str], act: str, name: str, program: Program) -> Iterator[str]:
    """What a form offers out of the book is what the book holds."""
    for one in sorted(program.acts.get(act, {}).get(name, Field()).options ^ set(held)):
        yield f"{where}: {one} stands on one side only, here or in the form of {act}"
