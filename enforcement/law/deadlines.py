"""Time limits as data: what starts, stops and pauses them, in which unit, and the dated values with the words of the
article.

One line of `config/law/deadlines.toml` is a whole legal fact. The words are the test: the number in the quotation
must be the value, and the unit the words name must be the unit written. A limit that has no number in law says `basis
= "default"` and carries its row instead.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from enforcement.law.citation import Citation, Source, numbers_in, problems_of
from enforcement.law.errors import Basis, Breach, LawBookError, NotFound

Unit = Literal["working_day", "calendar_day", "hour", "month", "year", "fixed_date", "quarter_end", "month_end"]
Direction = Literal["within", "at_least_before", "not_older_than", "not_before"]
Level = Literal["case", "agency", "recording", "publication", "on_demand"]
AgencyMay = Literal["set", "lengthen", "shorten"]

_UNITS: frozenset[str] = frozenset(get_args(Unit))
_DIRECTIONS: frozenset[str] = frozenset(get_args(Direction))
_FIELDS = {
    "zh", "level", "procedures", "starts", "stops", "reopens", "pauses", "when", "applies", "anchor", "match",
    "restarts", "unit", "unit_cite", "unit_basis", "direction", "party", "rolls", "who", "parameter", "agency_may",
    "deems", "extension", "stop_anchor", "served_through", "value_field", "extension_by_other_rule", "note", "days",
}  # fmt: skip
_VALUE_FIELDS = {"from", "value", "row", "cite", "quote", "basis", "approver", "target"}
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One number of law, in force from a day on. `value` of a fixed date is month * 100 + day (131 is 31 January).

    `approver` is the role that may grant an extension; `target` a shorter number of our own to work to, where the law
    says 及时.
    """

    from_on: date
    value: int
    row: str
    cite: str
    quote: str | None
    basis: Basis
    approver: str | None = None
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One time limit.

    `starts`/`stops` are event names, `reopens` those after which an earlier stop counts for nothing; `pauses` maps the
    pausing event to the one that ends the pause. `when` are fields the starting record's data must have; `applies`
    names a condition in `clocks.py`; `anchor` a field of the starting record's data that holds the day counted from
    (otherwise the record's own day), `stop_anchor` likewise for the day it stopped; `served_through` the limit to add
    when the document was served by public notice; `value_field` the field that holds the agency's number; `match` the
    field that tells several instances apart.
    `rolls`: ending on a rest day it ends on the next working day (the party's periods, CPL#85.3). `parameter` names
    the agency's dated value, bounded by `agency_may`.
    """

    key: str
    zh: str
    level: Level
    procedures: tuple[str, ...]
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    reopens: tuple[str, ...]
    pauses: tuple[tuple[str, str], ...]
    when: tuple[tuple[str, tuple[Any, ...]], ...]
    applies: str | None
    anchor: tuple[str, ...]
    stop_anchor: tuple[str, ...]
    served_through: str | None
    value_field: str | None
    match: str | None
    restarts: bool
    unit: Unit
    unit_cite: str | None
    unit_basis: Basis
    direction: Direction
    party: bool
    rolls: bool
    who: tuple[str, ...]
    parameter: str | None
    agency_may: AgencyMay | None
    deems: str | None
    extension: tuple[DatedValue, ...]
    extension_by_other_rule: bool
    note: str | None
    days: tuple[DatedValue, ...]

    def on(self, day: date) -> DatedValue:
        """Return the value in force on the day. Raises NotFound before the first one."""
        value = _in_force(self.days, day)
        if value is None:
            raise NotFound("limit in force", f"{self.key} {day}")
        return value

    def in_force(self, day: date) -> bool:
        """Whether any value was in force on the day."""
        return _in_force(self.days, day) is not None

    def ruling_day(self, day: date) -> date:
        """The day whose line judges what somebody dates on `day`: before the first line, that one."""
        return max(day, min(value.from_on for value in self.days))

    def extension_on(self, day: date) -> DatedValue | None:
        """Return the longest extension the law allowed on the day, if it allows one."""
        return _in_force(self.extension, day)

    def parameter_breach(self, value: int, day: date) -> Breach | None:
        """Say why an agency may not put `value` in the place of the law's on that day; None if it may."""
        ruled = self.on(day)
        code = "parameter_outside_the_law"
        if self.agency_may is None:
            return Breach(code, f"{self.zh}由法律规定，不得另行设定", ruled.cite, ruled.basis, ruled.row)
        if value < 1 or (self.agency_may == "lengthen" and value < ruled.value):
            return Breach(
                code, f"{self.zh}不得少于{ruled.value}{UNIT_ZH[self.unit]}", ruled.cite, ruled.basis, ruled.row
            )
        if self.agency_may == "shorten" and value > ruled.value:
            return Breach(
                code, f"{self.zh}不得超过{ruled.value}{UNIT_ZH[self.unit]}", ruled.cite, ruled.basis, ruled.row
            )
        return None


UNIT_ZH: Mapping[str, str] = {
    "working_day": "个工作日", "calendar_day": "日", "hour": "小时", "month": "个月", "year": "年",
    "fixed_date": "", "quarter_end": "季度末", "month_end": "个月后的月末",
}  # fmt: skip


def _in_force(values: tuple[DatedValue, ...], day: date) -> DatedValue | None:
    return max((value for value in values if value.from_on <= day), key=lambda value: value.from_on, default=None)


def value_zh(limit: Limit, value: int) -> str:
    """Write a value for a page: 7个工作日, 30日, 1月31日前, 第1季度末."""
    if limit.unit == "fixed_date":
        return f"{value // _HUNDRED}月{value % _HUNDRED}日前"
    if limit.unit == "quarter_end":
        return f"第{value}季度内"
    if limit.unit == "month_end":
        return "次月月末前" if value == 1 else f"{value}个月后的月末前"
    return f"{value}{UNIT_ZH[limit.unit]}"


# ------------------------------------------------------------------------------------------------------------ loading


def load(path: Path, sources: Mapping[str, Source]) -> dict[str, Limit]:
    """Read deadlines.toml into limits by key. Raises LawBookError naming every fault in it."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    limits: dict[str, Limit] = {}
    problems: list[str] = []
    for key, entry in table.items():
        try:
            limit = read(key, entry)
        except LawBookError as error:
            problems += [f"{path.name}: {problem}" for problem in error.problems]
            continue
        limits[key] = limit
        problems += [f"{path.name}: {key}: {problem}" for problem in _limit_problems(limit, sources)]
    if problems:
        raise LawBookError(*problems)
    return limits


def read(key: str, entry: Mapping[str, Any]) -> Limit:
    """Make one limit from its table. Raises LawBookError for an unknown or missing field."""
    problems = [f"{key}: unknown field {name}" for name in entry if name not in _FIELDS]
    problems += [f"{key}: {name} is missing" for name in ("zh", "unit", "who", "days") if not entry.get(name)]
    if entry.get("unit") not in _UNITS:
        problems.append(f"{key}: unknown unit {entry.get('unit')}")
    if entry.get("direction", "within") not in _DIRECTIONS:
        problems.append(f"{key}: unknown direction {entry.get('direction')}")
    for line in [*entry.get("days", []), *entry.get("extension", [])]:
        problems += [f"{key}: unknown field {name}" for name in line if name not in _VALUE_FIELDS]
        problems += [f"{key}: {name} is missing" for name in ("from", "value", "row", "cite") if name not in line]
    if problems:
        raise LawBookError(*problems)
    return Limit(
        key=key,
        zh=entry["zh"],
        level=entry.get("level", "case"),
        procedures=tuple(entry.get("procedures", ())),
        starts=tuple(entry.get("starts", ())),
        stops=tuple(entry.get("stops", ())),
        reopens=tuple(entry.get("reopens", ())),
        pauses=tuple(entry.get("pauses", {}).items()),
        when=tuple(
            (name, tuple(value) if isinstance(value, list) else (value,))
            for name, value in entry.get("when", {}).items()
        ),
        applies=entry.get("applies"),
        anchor=_names(entry.get("anchor")),
        stop_anchor=_names(entry.get("stop_anchor")),
        served_through=entry.get("served_through"),
        value_field=entry.get("value_field"),
        match=entry.get("match"),
        restarts=entry.get("restarts", False),
        unit=entry["unit"],
        unit_cite=entry.get("unit_cite"),
        unit_basis=entry.get("unit_basis", "law"),
        direction=entry.get("direction", "within"),
        party=entry.get("party", False),
        rolls=entry.get("rolls", False),
        who=tuple(entry["who"]),
        parameter=entry.get("parameter"),
        agency_may=entry.get("agency_may"),
        deems=entry.get("deems"),
        extension=tuple(dated(line) for line in entry.get("extension", ())),
        extension_by_other_rule=entry.get("extension_by_other_rule", False),
        note=entry.get("note"),
        days=tuple(dated(line) for line in entry["days"]),
    )


def _names(written: str | list[str] | None) -> tuple[str, ...]:
    if written is None:
        return ()
    return (written,) if isinstance(written, str) else tuple(written)


def dated(line: Mapping[str, Any]) -> DatedValue:
    """Make one dated value from its line; a fixed date is written "01-31"."""
    value = line["value"]
    if isinstance(value, str):
        month, _, day = value.partition("-")
        value = int(month) * _HUNDRED + int(day)
    return DatedValue(
        line["from"],
        value,
        line["row"],
        line["cite"],
        line.get("quote"),
        line.get("basis", "law"),
        line.get("approver"),
        line.get("target"),
    )


def _limit_problems(limit: Limit, sources: Mapping[str, Source]) -> list[str]:
    """Say what is wrong with one limit, in sentences; empty when sound."""
    problems: list[str] = []
    if limit.level == "case" and not limit.starts:
        problems.append("nothing starts it")
    if limit.rolls and not limit.party:
        problems.append("only a party's period rolls over a day of rest (CPL#85.3)")
    if len({value.from_on for value in limit.days}) < len(limit.days):
        problems.append("two values from the same day")
    if limit.unit_cite:
        problems += problems_of(limit.unit_cite, sources)
    for value in (*limit.days, *limit.extension):
        problems += problems_of(value.cite, sources)
        problems += _quote_problems(limit, value)
        problems += _unit_problems(limit, value, sources)
    return problems


def _quote_problems(limit: Limit, value: DatedValue) -> list[str]:
    if value.basis != "law":
        if value.quote is not None and numbers_in(value.quote):
            return ["a default quotes no number as if the law had written it"]
        return []
    if value.quote is None:
        return ["a limit of law carries the words of the article"]
    expected = divmod(value.value, _HUNDRED) if limit.unit == "fixed_date" else (value.value,)
    if numbers_in(value.quote) != expected:
        return [f"the words “{value.quote}” do not say {value_zh(limit, value.value)}"]
    return []


def _unit_problems(limit: Limit, value: DatedValue, sources: Mapping[str, Source]) -> list[str]:
    """Hold the unit to the words: 工作日, 小时, 个月, 季度, 年 say it; a bare 日 is read by its own statute's rule."""
    if value.basis != "law" or value.quote is None or limit.unit == "fixed_date":
        return []
    said = next((unit for word, unit in _WORDS.items() if word in value.quote), None)
    if said != "calendar_day":
        return [] if limit.unit == said else [f"the words say {said}, the unit is {limit.unit}"]
    source = sources.get(Citation.parse(value.cite).source)
    rule = source.working_days if source else None
    if rule is not None and rule.makes_working_days(value.value, party=limit.party):
        sound = limit.unit == "working_day" and limit.unit_cite == rule.cite
        return [] if sound else [f"by {rule.cite} these {value.value} days are working days: unit and unit_cite say so"]
    if limit.unit == "calendar_day" or (limit.unit == "working_day" and limit.unit_basis != "law"):
        return []
    return [f"the words say 日, and no article makes {value.value} of them {limit.unit}"]


_WORDS: Mapping[str, Unit] = {
    "工作日": "working_day",
    "小时": "hour",
    "个月": "month",
    "季度": "quarter_end",
    "日": "calendar_day",
    "年": "year",
}
"""What the words of a quotation say about the unit; the first found counts, so 工作日 stands before 日."""
