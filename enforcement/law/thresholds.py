"""Amounts and counts: the law's own with their words, and those the law leaves to the agency, which stay unset until
it sets them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from enforcement.law.citation import numbers_in
from enforcement.law.deadlines import DatedValue
from enforcement.law.decode import FILLED, TABLE_KEY
from enforcement.law.errors import NotFound
from enforcement.law.names import Article, NewParameter, NewThreshold, RowKey

Unit = Literal["person", "yuan", "fen", "percent", "year", "month", "working_day"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number of law that is no period: persons, yuan, percent, years of age."""

    key: str = field(metadata=TABLE_KEY)
    zh: str
    en: str
    unit: Unit
    days: Annotated[tuple[DatedValue, ...], FILLED]

    def on(self, day: date) -> DatedValue:
        """Return the value in force on the day. Raises NotFound before the first one."""
        values = [value for value in self.days if value.from_on <= day]
        if not values:
            raise NotFound("threshold in force", f"{self.key} {day}")
        return max(values, key=lambda value: value.from_on)


@dataclass(frozen=True, slots=True)
class AgencyParameter:
    """A number the law leaves to the agency (APL#63): dated agency data, refused while unset."""

    key: str = field(metadata=TABLE_KEY)
    zh: str
    unit: Unit
    row: RowKey
    cite: Article
    quote: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All of thresholds.toml."""

    law: Mapping[NewThreshold, Threshold]
    agency: Mapping[NewParameter, AgencyParameter]

    def on(self, key: str, day: date) -> int:
        """Return the law's number in force on the day. Raises NotFound for an unknown key or an earlier day."""
        if key not in self.law:
            raise NotFound("threshold", key)
        return self.law[key].on(day).value


def problems(thresholds: Thresholds) -> Iterator[str]:
    """Say which of the law's numbers their words do not say."""
    for threshold in thresholds.law.values():
        for value in threshold.days:
            expected = (100, value.value) if threshold.unit == "percent" else (value.value,)  # 百分之三 reads 100, 3
            if value.quote is None or numbers_in(value.quote) != expected:
                yield f"{threshold.key}: the words “{value.quote}” do not say {value.value}"
