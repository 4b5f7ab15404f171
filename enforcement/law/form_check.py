"""What the law book says beside the acts' forms: fields and choices are those of the very records they are looked for
in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from enforcement.law.acts import Act
from enforcement.law.contents import Contents
from enforcement.law.decode import nearest


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: its words in the form ("" where no form has it), what may be chosen in it (empty where it is
    no choice), and whether it is a yes or no.
    """

    zh: str = ""
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


def _directory(book: Contents, records: _Records) -> Iterator[str]:
    classes = {one.row for one in book.major.classes}
    offered = records.program.acts.get("set_directory", {}).get("entries.ground_row", Field()).options
    for row in sorted(offered - classes):
        yield f"major_decisions.toml: no class is of row {row}, which the form of set_directory offers"


def _acts(book: Contents, records: _Records) -> Iterator[str]:
    for act in sorted(book.powers.acts.keys() - records.program.acts.keys()):
        yield f"acts.toml: {act}: no form under enforcement/actions/ is registered as its form"
    for act in sorted(records.program.acts.keys() - book.powers.acts.keys()):
        yield f"acts.toml: {act} is missing: a form under enforcement/actions/ is registered as its form"
    for declared in book.powers.acts.values():
        if own := records.program.acts.get(declared.key):
            yield from _have(f"acts.toml: {declared.key}", "names", declared.names, (own,))
            yield from _days_of(declared, own)
        yield from _carried(declared, records)
    matters = {kind.matter: key for key, kind in book.procedures.items() if kind.matter}
    for matter in sorted(matters.keys() - records.program.matter_kinds):
        yield f"{matters[matter]}.toml: matter: {matter} cannot be chosen in the form of set_matters"
    for matter in sorted(records.program.matter_kinds - matters.keys()):
        yield f"procedures: none is for the matter {matter}, which the form of set_matters offers"


def _days_of(act: Act, own: Mapping[str, Field]) -> Iterator[str]:
    """The days an act says something of are in its form, under those words."""
    said = {"dated": act.dated, "follows": {name: one.zh for name, one in act.follows.items()}}
    for key, fields in said.items():
        yield from _have(f"acts.toml: {act.key}", key, fields, (own,))
        for name, zh in fields.items():
            if name in own and own[name].zh != zh:
                yield f"acts.toml: {act.key}.{key}.{name}: its form says {own[name].zh or 'nothing'}, not {zh}"


def _carried(act: Act, records: _Records) -> Iterator[str]:
    """What a form begins with is in the record it comes from and in the form; something is carried, and only that is
    left out which else would be.
    """
    own = records.program.acts.get(act.key, {})
    for at, one in enumerate(act.carries, 1):
        where, left = f"acts.toml: {act.key}.carries[{at}]", records.left_by((one.of,))
        yield from _have(where, "named", one.named, (own,))
        yield from _have(where, "named", one.named.values(), left)
        yield from _have(where, "without", one.without, (own, *left))
        if left and not any(name in record for name in own for record in left) and not one.named:
            yield f"{where}: no field of {one.of} is one of the form"


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
    (("major",), _directory),
    (("recording",), _recordings),
    (("thresholds",), _parameters),
    (("terms",), _words),
    (("powers",), _acts),
)
"""What is asked of the book, and the parts that needs."""


def problems(book: Contents, program: Program) -> Iterator[str]:
    """Every contradiction between the book and the forms; parts that could not be read are None in the book."""
    records = _Records.of(book, program)
    for needs, ask in _ASKINGS:
        if all(getattr(book, need) is not None for need in needs):
            yield from ask(book, records)


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
