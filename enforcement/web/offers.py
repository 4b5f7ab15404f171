"""What a form starts with and what it offers to choose from, taken from the case."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from enforcement.actions.disclosures import PrepareDisclosure
from enforcement.actions.forms import Begins, FieldSpec, specs
from enforcement.actions.parties import PartyForm
from enforcement.actions.registry import Deed
from enforcement.law.book import Book
from enforcement.law.disclosure import obligation
from enforcement.law.facts import CaseFacts
from enforcement.law.reading import last_seen, problems_to_answer
from enforcement.queries import choices
from enforcement.web.fields import Option, Options, Typed, typed_of
from enforcement.web.words import Words
from enforcement.work import Work


def options_of(work: Work, facts: CaseFacts | None, words: Words) -> Options:
    """What each field offers; each source is asked once for a page."""
    asked: dict[tuple[str, str], Sequence[Option]] = {}
    forms = specs(PrepareDisclosure)["form"].options
    duty = obligation(facts, work.book) if facts else None
    owed = duty.forms if duty else forms  # an inspection's result goes out in summary only (G#15)

    def offer(spec: FieldSpec) -> Sequence[Option]:
        if spec.options:
            return [Option(one, words.term(one)) for one in spec.options if spec.options != forms or one in owed]
        key = (spec.kind, spec.source)
        if key not in asked:
            found = (
                choices.role_holders(work, spec.source)
                if spec.kind == "people"
                else choices.offered(work, spec.source, facts, words.term)
            )
            asked[key] = [Option(one.value, one.zh, one.note) for one in found]
        return asked[key]

    return offer


OF_THE_CASE = frozenset({"measures", "unapproved_measures", "preservations"})
"""Sources that are read from the facts alone."""


def has_object(work: Work, deed: Deed | None, facts: CaseFacts) -> bool:
    """Whether the case holds what the act is about: no measure is ended where none stands. No query."""
    asked = specs(deed.form).values() if deed else ()
    needed = [spec for spec in asked if spec.required and spec.source in OF_THE_CASE]
    return all(choices.offered(work, spec.source, facts, str) for spec in needed)


def first_typed(deed: Deed, facts: CaseFacts | None, work: Work) -> Typed:
    """What a fresh form holds: what the case already says, for a person to check and change."""
    values: dict[str, Any] = {name: spec_default(deed.form, name) for name in specs(deed.form)}
    if deed.on and specs(deed.form)[deed.on].kind == "day":
        values[deed.on] = work.today
    if facts is not None:
        values |= _from_case(deed, facts, work.book)
        alone = [str(work.actor.person_id)] if "officer" in work.actor.roles else []
        values |= {name: alone for name, spec in specs(deed.form).items() if _is_team(spec) and not values[name]}
    return typed_of(deed.form, values)


def _is_team(spec: FieldSpec) -> bool:
    return spec.kind == "people" and spec.source == "officer"


def spec_default(form: type, name: str) -> Any:
    """The default of a field as its dataclass declares it."""
    return form.__dataclass_fields__[name].default  # type: ignore[attr-defined]  # a form is a dataclass


def _from_case(deed: Deed, facts: CaseFacts, book: Book) -> dict[str, Any]:
    sources = [(one, last_seen(facts, book.powers, one.of)) for one in book.powers.acts[deed.name].carries]
    found: dict[str, Any] = {}
    for name, spec in specs(deed.form).items():
        if _is_team(spec):
            found[name] = [one.person_id for one in facts.officers if one.to_on is None]
            continue
        kept = (data.get(one.named.get(name, name)) for one, data in sources if name not in one.without)
        value = BEGINNINGS[spec.begins](facts, book) if spec.begins else next(filter(None, kept), None)
        if value is not None:
            found[name] = value
    return found


def _parties(facts: CaseFacts, _: Book) -> Sequence[Mapping[str, Any]]:
    names = tuple(field.name for field in dataclasses.fields(PartyForm))
    return [{name: getattr(party, name) for name in names} for party in facts.parties]


BEGINNINGS: Mapping[Begins, Callable[[CaseFacts, Book], Any]] = {
    "parties": _parties,
    "party_names": lambda facts, _: "、".join(party.name for party in facts.parties),
    "matter": lambda facts, _: facts.matter.zh,
    "problems": lambda facts, book: [
        {"point": problem.number("point")} for problem in problems_to_answer(facts, book.powers)
    ],
    "points": lambda _, book: [{"point": point.no} for point in book.legal_review.points],
}
"""How a field begins that holds something of the case."""
