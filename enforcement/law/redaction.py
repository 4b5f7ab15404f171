"""What is hidden before a result is published, and how it is found (G#14.2). Data: `config/law/redaction.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from enforcement.law.decode import FILLED, TABLE_KEY, written
from enforcement.law.errors import Basis
from enforcement.law.names import Article, CategoryKey, Mask, NewCategory, Pattern, RowKey


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of the article that says what is hidden."""

    cite: Article
    quote: str


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of thing that is hidden. `basis`: law where the article names it, default where it is our reading of
    等隐私信息.
    """

    key: str = field(metadata=TABLE_KEY)
    zh: str
    en: str
    mask: Mask
    row: RowKey
    basis: Basis


@dataclass(frozen=True, slots=True)
class LabelledPattern:
    """Where `regex` matches, its group `value`, else the whole, is masked; `suggestion`: it only may be."""

    category: str
    mask: str
    regex: re.Pattern[str]
    suggestion: bool


@dataclass(frozen=True, slots=True)
class NameWords:
    """The vocabulary that names are recognised by; a heuristic, never a decision. `cues` ends where a name may begin,
    `after` begins where it may end, `place` where the name of a place ends.
    """

    cues: re.Pattern[str]
    after: re.Pattern[str]
    never_given: frozenset[str]
    seldom_last: frozenset[str]
    never_last: frozenset[str]
    place: re.Pattern[str]
    not_names: tuple[str, ...]
    weak: frozenset[str]
    ordinals: str
    compound: frozenset[str]
    single: frozenset[str]


@dataclass(frozen=True, slots=True)
class RedactionRules:
    """What redaction.toml says, its patterns compiled."""

    source: Wording
    categories: Mapping[str, Category]
    patterns: tuple[LabelledPattern, ...]
    names: NameWords


# ------------------------------------------------------------------------------------------------------------ loading


@dataclass(frozen=True, slots=True)
class Labelled:
    """A pattern as it is written, with the mask of its category where it brings none."""

    category: CategoryKey
    regex: Pattern
    mask: Mask | None = None
    suggestion: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary as it is written; what each holds is said in the file."""

    cues: str
    after: Pattern
    never_given: str
    seldom_last: str
    never_last: str
    place: Pattern
    not_names: str
    weak: str
    ordinals: str
    compound: str
    single: str

    def names(self) -> NameWords:
        """The words apart, the patterns compiled."""
        cues = "|".join(map(re.escape, sorted(self.cues.split(), key=len, reverse=True)))
        return NameWords(
            cues=re.compile(f"(?:{cues})(?:[（(][^（()）\n]{{1,8}}[）)])?[:：为是]{{0,2}}\n?"),
            after=re.compile(self.after),
            never_given=frozenset(self.never_given),
            seldom_last=frozenset(self.seldom_last),
            never_last=frozenset(self.never_last),
            place=re.compile(self.place),
            not_names=tuple(self.not_names.split()),
            weak=frozenset(self.weak),
            ordinals=self.ordinals,
            compound=frozenset(self.compound.split()),
            single=frozenset(self.single),
        )


@dataclass(frozen=True, slots=True)
class RedactionFile:
    """redaction.toml as it is written."""

    source: Wording
    categories: Annotated[Mapping[NewCategory, Category], FILLED] = field(metadata=written("category"))
    patterns: Annotated[tuple[Labelled, ...], FILLED] = field(metadata=written("pattern"))
    words: Words = field(metadata=written("names"))

    def rules(self) -> RedactionRules:
        """The same, ready to be looked for."""
        masks = {key: category.mask for key, category in self.categories.items()}
        return RedactionRules(
            source=self.source,
            categories=self.categories,
            patterns=tuple(
                LabelledPattern(
                    one.category, one.mask or masks.get(one.category, ""), re.compile(one.regex), one.suggestion
                )
                for one in self.patterns
            ),
            names=self.words.names(),
        )
