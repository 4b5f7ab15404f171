"""Amounts and counts: the law's own with their words, and those the law leaves to the agency, which stay unset until
it sets them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from enforcement.law.citation import Source, numbers_in, problems_of
from enforcement.law.deadlines import DatedValue, dated
from enforcement.law.errors import LawBookError, NotFound

UNITS = ("person", "yuan", "fen", "percent", "year", "working_day")


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number of law that is no period: persons, yuan, percent, years of age."""

    key: str
    zh: str
    unit: str
    days: tuple[DatedValue, ...]

    def on(self, day: date) -> DatedValue:
        """Return the value in force on the day. Raises NotFound before the first one."""
        values = [value for value in self.days if value.from_on <= day]
        if not values:
            raise NotFound("threshold in force", f"{self.key} {day}")
        return max(values, key=lambda value: value.from_on)


@dataclass(frozen=True, slots=True)
class AgencyParameter:
    """A number the law leaves to the agency (APL#63): dated agency data, refused while unset."""

    key: str
    zh: str
    unit: str
    row: str
    cite: str
    quote: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All of thresholds.toml."""

    law: Mapping[str, Threshold]
    agency: Mapping[str, AgencyParameter]

    def on(self, key: str, day: date) -> int:
        """Return the law's number in force on the day. Raises NotFound for an unknown key or an earlier day."""
        if key not in self.law:
            raise NotFound("threshold", key)
        return self.law[key].on(day).value


def load(path: Path, sources: Mapping[str, Source]) -> Thresholds:
    """Read thresholds.toml. Raises LawBookError naming every fault: unit, citation, a number the words do not say."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    problems = [f"{path.name}: unknown part {name}" for name in table if name not in {"law", "agency"}]
    law: dict[str, Threshold] = {}
    agency: dict[str, AgencyParameter] = {}
    for key, entry in table.get("law", {}).items():
        threshold = Threshold(key, entry["zh"], entry["unit"], tuple(dated(line) for line in entry["days"]))
        law[key] = threshold
        problems += [f"{path.name}: {key}: {problem}" for problem in _problems(threshold, sources)]
    for key, entry in table.get("agency", {}).items():
        agency[key] = AgencyParameter(key=key, **_strings(entry))
        problems += [f"{path.name}: {key}: {problem}" for problem in problems_of(entry["cite"], sources)]
    units = {key: one.unit for key, one in law.items()} | {key: one.unit for key, one in agency.items()}
    problems += [f"{path.name}: {key}: unknown unit {unit}" for key, unit in units.items() if unit not in UNITS]
    if problems:
        raise LawBookError(*problems)
    return Thresholds(law, agency)


def _strings(entry: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in entry.items()}


def _problems(threshold: Threshold, sources: Mapping[str, Source]) -> list[str]:
    problems: list[str] = []
    for value in threshold.days:
        problems += problems_of(value.cite, sources)
        expected = (100, value.value) if threshold.unit == "percent" else (value.value,)  # 百分之三 reads 100, 3
        if value.quote is None or numbers_in(value.quote) != expected:
            problems.append(f"the words “{value.quote}” do not say {value.value}")
    return problems
