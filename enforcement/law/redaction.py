"""What is hidden before a result is published, and how it is found (G#14.2). Data: `config/law/redaction.toml`."""

from __future__ import annotations

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
class Labelled:
    """Where `regex` matches, its group `value`, else the whole, is masked."""

    category: CategoryKey
    regex: Pattern
    mask: Mask | None = None
    suggestion: bool = False


@dataclass(frozen=True, slots=True)
class NameWords:
    """The vocabulary that names are recognised by; what each holds is said in the file."""

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


@dataclass(frozen=True, slots=True)
class Redaction:
    """redaction.toml as it is written."""

    source: Wording
    categories: Annotated[Mapping[NewCategory, Category], FILLED] = field(metadata=written("category"))
    patterns: Annotated[tuple[Labelled, ...], FILLED] = field(metadata=written("pattern"))
    names: NameWords
