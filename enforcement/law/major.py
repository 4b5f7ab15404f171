"""What a major decision is (S#5 to S#11) and what earns a hearing (APL#63). Data: `config/law/major_decisions.toml`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from enforcement.law.decode import FILLED, TABLE_KEY, written
from enforcement.law.errors import Basis
from enforcement.law.facts import CaseFacts, DirectoryEntryFacts, Fields, PartyFacts
from enforcement.law.names import Article, Choice, FieldName, MajorTest, MatterKind, NewClass, ParameterName, RowKey


@dataclass(frozen=True, slots=True)
class MajorClass:
    """One class of major decisions: where it stands, in which kinds of case it is asked, and by which test."""

    key: str = field(metadata=TABLE_KEY)
    kinds: Annotated[tuple[MatterKind, ...], FILLED]
    row: RowKey
    cite: Article
    zh: str
    en: str
    test: MajorTest
    basis: Basis = "law"
    also: Article | None = None


@dataclass(frozen=True, slots=True)
class HeavyPenalties:
    """Penalties that always earn a hearing."""

    penalties: Annotated[frozenset[Choice], FILLED]
    row: RowKey
    cite: Article
    zh: str
    basis: Basis = "law"


@dataclass(frozen=True, slots=True)
class HearingAmount:
    """A sum that earns a hearing from the agency's own amount on: `field` holds it, `parties` it is for."""

    field: FieldName
    parties: Annotated[frozenset[Choice], FILLED]
    parameter: ParameterName
    row: RowKey
    cite: Article
    zh: str

    def concerns(self, party: PartyFacts | None) -> bool:
        """Whether it counts for this party; a party not yet identified is everybody."""
        return party is None or party.kind in self.parties


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something is so: why a decision is major, why a hearing must be offered."""

    row: str
    cite: str
    zh: str
    basis: Basis = "law"
    also: str | None = None


@dataclass(frozen=True, slots=True)
class Major:
    """Major or not, and why. `unmapped`: the agency's directory does not name the matter: it cannot go on (S11.1)."""

    is_major: bool
    grounds: tuple[Ground, ...]
    unmapped: bool


@dataclass(frozen=True, slots=True)
class HearingRight:
    """What earns a hearing (APL#63.1)."""

    always: tuple[HeavyPenalties, ...]
    amounts: tuple[HearingAmount, ...]


@dataclass(frozen=True, slots=True)
class MajorRules:
    """The classes of S#5 to S#9, and what earns a hearing."""

    by_key: Mapping[NewClass, MajorClass] = field(metadata=written("class"))
    hearing_right: HearingRight

    @property
    def classes(self) -> tuple[MajorClass, ...]:
        """Every class, in order."""
        return tuple(self.by_key.values())


class Law(Protocol):
    """What is asked of the law book here."""

    @property
    def major(self) -> MajorRules:
        """What a major decision is (S5-S10)."""


def classify(facts: CaseFacts, law: Law) -> Major:
    """Say whether the decision of this case is major, with every ground. A person may raise it, nobody may lower it.

    The statutory classes are asked whatever the directory says; a matter the directory does not name is `unmapped`
    (a transfer needs no directory: S#9 itself names it).
    """
    return facts.derived(("major", id(law)), lambda: _classify(facts, law))


def _classify(facts: CaseFacts, law: Law) -> Major:
    grounds = tuple(
        Ground(one.row, one.cite, one.zh, one.basis, one.also)
        for one in law.major.classes
        if facts.matter.kind in one.kinds and (TESTS[one.test](facts, one, law.major) or _listed(facts, one))
    )
    return Major(bool(grounds), grounds, unmapped=not entries(facts) and not is_transfer(facts))


def concluded(facts: CaseFacts) -> Fields:
    """What the handling unit proposes: its standing record, or the form in which it is just being proposed."""
    kept = facts.read("investigation_concluded", "application_examined")
    return kept or (facts.asked if {"outcome", "proposed"} & facts.form.keys() else Fields())


def entries(facts: CaseFacts) -> tuple[DirectoryEntryFacts, ...]:
    """The lines of the agency's directory that name the matter of the case (S#11)."""
    return tuple(entry for entry in facts.directory or () if entry.matter_code == facts.matter.code)


def highest_amount_fen(facts: CaseFacts) -> int:
    """The highest fine or confiscation proposed, told or being decided, in fen: no later step talks it down."""
    steps = (concluded(facts), facts.read("prior_notice_given"), facts.asked)
    return max(fields.number(name) for fields in steps for name in ("fine_fen", "confiscation_fen"))


def is_transfer(facts: CaseFacts) -> bool:
    """Whether the case goes to the judiciary or the supervisory organ (S#9, APL#57.1(4))."""
    fields = concluded(facts)
    return fields.text("outcome") == "judicial_transfer" or fields.yes("suspected_crime")


def hearing_grounds(facts: CaseFacts, proposed: Fields, rules: MajorRules) -> tuple[Ground, ...]:
    """Why the party must be told that it may ask for a hearing (APL#63.1); () where nothing asks for it.

    `proposed` holds `penalties`, `fine_fen`, `confiscation_fen`. An amount the agency has not fixed earns none here:
    that it is missing is a breach of its own.
    """
    penalties = set(proposed.lines("penalties"))
    heavy = (
        Ground(one.row, one.cite, one.zh, one.basis) for one in rules.hearing_right.always if penalties & one.penalties
    )
    sums = (
        Ground(one.row, one.cite, one.zh)
        for one in amounts_concerning(facts, proposed, rules)
        if (limit := facts.parameter(one.parameter)) is not None and proposed.number(one.field) >= limit
    )
    return tuple(dict.fromkeys((*heavy, *sums)))


def amounts_concerning(facts: CaseFacts, proposed: Fields, rules: MajorRules) -> tuple[HearingAmount, ...]:
    """The agency's amounts that matter here: for the kind of any party, where there is a sum at all."""
    parties = facts.parties or (None,)
    concerned = (one for one in rules.hearing_right.amounts if any(one.concerns(party) for party in parties))
    return tuple(one for one in concerned if proposed.number(one.field) > 0)


# ---------------------------------------------------------------------------------------------------------- the tests

Test = Callable[[CaseFacts, MajorClass, MajorRules], bool]


def _flag(name: str) -> Test:
    return lambda facts, _one, _rules: concluded(facts).yes(name)


def _lines(facts: CaseFacts) -> Iterator[DirectoryEntryFacts]:
    """The lines of the directory that make this case major: of its matter, from their amount on."""
    amount = highest_amount_fen(facts)
    return (entry for entry in entries(facts) if entry.is_major and amount >= (entry.amount_from_fen or 0))


def _listed(facts: CaseFacts, one: MajorClass) -> bool:
    """Whether the agency put the matter under this very item (S#11); nobody need find it again in each case."""
    return one.test != "raised" and any(entry.ground_row == one.row for entry in _lines(facts))


def _in_directory(facts: CaseFacts, _: MajorClass, rules: MajorRules) -> bool:
    """Listed as major without an item, or under one that is none of this kind of case: still major."""
    items = {one.row for one in rules.classes if facts.matter.kind in one.kinds}
    return any(entry.ground_row not in items for entry in _lines(facts))


def _law_requires(facts: CaseFacts, one: MajorClass, _: MajorRules) -> bool:
    named = any(entry.is_major and entry.ground_row == one.row for entry in entries(facts))
    return named or bool(concluded(facts).text("law_requires_review"))


def _penalty_hearing(facts: CaseFacts, _: MajorClass, rules: MajorRules) -> bool:
    told = facts.read("prior_notice_given").yes("hearing_right_told")
    return (
        told or facts.has("hearing_held", "hearing_requested") or bool(hearing_grounds(facts, concluded(facts), rules))
    )


TESTS: Mapping[str, Test] = {
    "by_tender": _flag("tender"),
    "license_hearing": lambda facts, _one, _rules: facts.has("hearing_held"),
    "social_risk": _flag("social_risk"),
    "license_withdrawn": lambda facts, _one, _rules: concluded(facts).text("proposed") in {"withdrawn", "annulled"},
    "major_public_interest": _flag("major_public_interest"),
    "penalty_hearing": _penalty_hearing,
    "complex_case": _flag("complex_case"),
    "law_requires_review": _law_requires,
    "in_directory": _in_directory,
    "raised": lambda facts, _one, _rules: facts.has("raised_to_major"),
    "transfer": lambda facts, _one, _rules: is_transfer(facts),
}
