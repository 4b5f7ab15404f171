"""The catalogue of basic information (G#6, G#7): what an agency must have public before it acts, and what is still
missing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from enforcement.law.citation import Source, problems_of
from enforcement.law.errors import LawBookError

KINDS = ("text", "list", "file")
SCOPES = ("agency", "entity", "service_item")


@dataclass(frozen=True, slots=True)
class BasicItem:
    """One item. `per`: agency, entity or service_item; `when`: the fact about the agency that makes it due, else
    always due.
    """

    key: str
    zh: str
    per: str
    kind: str
    row: str
    cite: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class BasicInformation:
    """The whole catalogue, in the order of the article."""

    items: Mapping[str, BasicItem]

    def due_for(self, facts: Collection[str], per: str = "agency") -> tuple[BasicItem, ...]:
        """Return the items due of one agency, entity or service item, given the facts that hold of the agency
        ("has_uniform", …).
        """
        return tuple(
            item for item in self.items.values() if item.per == per and (item.when is None or item.when in facts)
        )

    def missing(self, published: Collection[str], facts: Collection[str], per: str = "agency") -> tuple[BasicItem, ...]:
        """Return the due items whose key is not among those published (G5.3: complete)."""
        return tuple(item for item in self.due_for(facts, per) if item.key not in published)


def load(path: Path, sources: Mapping[str, Source]) -> BasicInformation:
    """Read basic_information.toml. Raises LawBookError naming every fault."""
    problems: list[str] = []
    items: dict[str, BasicItem] = {}
    for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        unknown = [name for name in entry if name not in BasicItem.__dataclass_fields__]
        lacking = [name for name in ("zh", "per", "kind", "row", "cite") if name not in entry]
        problems += [f"{path.name}: {key}: unknown field {name}" for name in unknown]
        problems += [f"{path.name}: {key}: {name} is missing" for name in lacking]
        if unknown or lacking:
            continue
        item = BasicItem(key=key, **entry)
        items[key] = item
        problems += [f"{path.name}: {key}: {problem}" for problem in problems_of(item.cite, sources)]
        if item.kind not in KINDS or item.per not in SCOPES:
            problems.append(f"{path.name}: {key}: unknown kind or scope")
    if problems:
        raise LawBookError(*problems)
    return BasicInformation(items)
