"""The catalogue of basic information (G#6, G#7): what an agency must have public before it acts, and what is still
missing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from enforcement.law.decode import TABLE_KEY
from enforcement.law.names import Article, RowKey

AgencyFact = Literal[
    "entrusts", "has_uniform", "has_insignia", "has_penalty_power", "has_compulsion_power", "uses_monitoring_devices",
    "employs_auxiliaries", "equips_auxiliaries",
]  # fmt: skip
"""What may be true of an agency and makes an item due."""


@dataclass(frozen=True, slots=True)
class BasicItem:
    """One item. `per`: agency, entity or service_item; `when`: the fact about the agency that makes it due, else
    always due.
    """

    key: str = field(metadata=TABLE_KEY)
    zh: str
    en: str
    per: Literal["agency", "entity", "service_item"]
    kind: Literal["text", "list", "file"]
    row: RowKey
    cite: Article
    when: AgencyFact | None = None


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
