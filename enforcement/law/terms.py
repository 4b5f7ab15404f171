"""The vocabulary: one identifier, one Chinese label (`config/law/terms.toml`). Screens show that label and no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from enforcement.law.decode import TABLE_KEY
from enforcement.law.errors import NotFound
from enforcement.law.names import Article


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the law: `article` uses or defines it; `event`: a process record may say that it happened. The words
    of the identifier all stand in `en`: either tells a slip in the other.
    """

    identifier: str = field(metadata=TABLE_KEY)
    zh: str
    en: str
    article: Article | None = None
    event: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """Every term; `labels` are those kept with their own subject (acts and roles, stages, limits)."""

    table: Mapping[str, Term]
    labels: Mapping[str, str] = field(default_factory=dict)

    def zh(self, identifier: str) -> str:
        """Return the Chinese label. Raises NotFound for a word that has none."""
        if term := self.table.get(identifier):
            return term.zh
        if label := self.labels.get(identifier):
            return label
        raise NotFound("term", identifier)

    def __contains__(self, identifier: object) -> bool:
        return identifier in self.table or identifier in self.labels

    @property
    def events(self) -> frozenset[str]:
        """What a process record may say has happened."""
        return frozenset(term.identifier for term in self.table.values() if term.event)
