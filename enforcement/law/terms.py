"""The vocabulary: one identifier, one Chinese label (`config/law/terms.toml`). Screens show that label and no other."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from enforcement.law.citation import Source, problems_of
from enforcement.law.errors import LawBookError, NotFound


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the law: `article` uses or defines it; `event`: a process record may say that it happened."""

    identifier: str
    zh: str
    en: str
    article: str | None = None
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


def load(path: Path, sources: Mapping[str, Source]) -> dict[str, Term]:
    """Read terms.toml. Raises LawBookError for a term without label or English, or an article that does not exist."""
    problems: list[str] = []
    terms: dict[str, Term] = {}
    for identifier, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        unknown = [name for name in entry if name not in {"zh", "en", "article", "event"}]
        problems += [f"{path.name}: {identifier}: unknown field {name}" for name in unknown]
        problems += [f"{path.name}: {identifier}: {name} is missing" for name in ("zh", "en") if not entry.get(name)]
        if article := entry.get("article"):
            problems += [f"{path.name}: {identifier}: {problem}" for problem in problems_of(article, sources)]
        if not problems:
            terms[identifier] = Term(identifier=identifier, **entry)
    if problems:
        raise LawBookError(*problems)
    return terms
