"""Time limits as data: what starts, stops and pauses them, in which unit, and the dated values with the words of the
article.

One line of `config/law/deadlines.toml` is a whole legal fact. The words are the test: the number in the quotation
must be the value, and the unit the words name must be the unit written. A limit that has no number in law says `basis
= "default"` and carries its row instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from enforcement.law.citation import Citation, Source, numbers_in
from enforcement.law.decode import ALONE, FILLED, TABLE_KEY, Reads, written
from enforcement.law.errors import Basis, Breach, LawBookError, NotFound
from enforcement.law.names import (
    Article,
    Choice,
    Condition,
    EventName,
    FieldName,
    LimitKey,
    ParameterName,
    ProcedureKey,
    RoleName,
    RowKey,
)

Unit = Literal["working_day", "calendar_day", "hour", "month", "year", "fixed_date", "quarter_end", "month_end"]
Direction = Literal["within", "at_least_before", "not_older_than", "not_before"]
Looking = Literal["at_least_before", "not_older_than", "not_before"]
Whose = Literal["party", "police", "other_agency"]
Level = Literal["case", "agency", "publication"]
AgencyMay = Literal["set", "lengthen", "shorten"]

_HUNDRED = 100


def _month_and_day(text: str) -> int:
    if not re.fullmatch(r"\d\d-\d\d", text):
        raise ValueError(f"“{text}” is no day of a year: write month-day, 01-31")
    month, _, day = text.partition("-")
    return int(month) * _HUNDRED + int(day)


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One number of law, in force from a day on. `value` of a fixed date is month * 100 + day (131 is 31 January).

    `approver` is the role that may grant an extension; `target` a shorter number of our own to work to, where the law
    says 及时.
    """

    from_on: date = field(metadata=written("from"))
    value: Annotated[int, Reads(_month_and_day, "^[0-9]{2}-[0-9]{2}$")]
    row: RowKey
    cite: Article
    quote: str | None = None
    basis: Basis = "law"
    approver: RoleName | None = None
    target: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A number of law with its unit: what every time limit has, whatever it is for.

    `rolls`: ending on a rest day it ends on the next working day (the party's periods, CPL#85.3). `parameter` names
    the agency's dated value, bounded by `agency_may`.
    """

    key: str = field(metadata=TABLE_KEY)
    zh: str
    en: str
    unit: Unit
    unit_cite: Article | None = None
    unit_basis: Basis = "law"
    direction: Direction
    party: bool = False
    rolls: bool = False
    parameter: ParameterName | None = None
    agency_may: AgencyMay | None = None
    extension: tuple[DatedValue, ...] = ()
    extension_by_other_rule: bool = False
    note: str | None = None
    days: Annotated[tuple[DatedValue, ...], FILLED]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLimit(Limit):
    """A limit that runs: a record sets it, another stops it, and somebody must keep it.

    `starts`/`stops` are event names, `reopens` those after which an earlier stop counts for nothing; `pauses` maps the
    pausing event to the one that ends the pause. `when` are fields the starting record's data must have; `applies`
    names a condition in `projected.py`; `anchor` a field of the starting record's data that holds the day counted from
    (otherwise the record's own day), `stop_anchor` likewise for the day it stopped; `served_through` the limit to add
    when the document was served by public notice, `after` the time of others that must have run first; `value_field`
    the field that holds the agency's number; `match` the field that tells several instances apart. `party`: it is the
    time of another, whom the role watches.
    """

    level: Level = "case"
    procedures: tuple[ProcedureKey, ...] = ()
    starts: Annotated[tuple[EventName, ...], FILLED]
    stops: tuple[EventName, ...] = ()
    reopens: tuple[EventName, ...] = ()
    paused_by: Mapping[EventName, EventName] = field(default_factory=dict, hash=False, metadata=written("pauses"))
    asks: Mapping[FieldName, bool | Choice | tuple[Choice, ...]] = field(
        default_factory=dict, hash=False, metadata=written("when")
    )
    applies: Condition | None = None
    anchor: Annotated[tuple[FieldName, ...], ALONE] = ()
    stop_anchor: Annotated[tuple[FieldName, ...], ALONE] = ()
    served_through: LimitKey | None = None
    after: LimitKey | None = None
    value_field: FieldName | None = None
    match: FieldName | None = None
    restarts: bool = False
    direction: Direction = "within"
    who: Annotated[tuple[RoleName, ...], FILLED]
    deems: EventName | None = None

    @property
    def pauses(self) -> tuple[tuple[str, str], ...]:
        """Each pausing event with the one that ends the pause."""
        return tuple(self.paused_by.items())

    @property
    def when(self) -> tuple[tuple[str, tuple[Any, ...]], ...]:
        """Each field asked for with the values it may have."""
        return tuple((name, value if isinstance(value, tuple) else (value,)) for name, value in self.asks.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound(Limit):
    """A day looked back or ahead to, or waited for, computed where an act is judged. It is never one to act within."""

    direction: Looking


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Limit):
    """A time that the law gives to somebody else, told in a document: no role of the agency keeps it."""

    direction: Literal["within"] = "within"
    whose: Whose


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


# ------------------------------------------------------------------------------------------------------- its own words


def problems(limits: Mapping[str, Limit], sources: Mapping[str, Source]) -> Iterator[str]:
    """Say what is wrong with each limit by itself."""
    for limit in limits.values():
        yield from (f"{limit.key}: {problem}" for problem in _limit_problems(limit, sources))


def _limit_problems(limit: Limit, sources: Mapping[str, Source]) -> list[str]:
    """Say what is wrong with one limit, in sentences; empty when sound."""
    problems: list[str] = []
    if isinstance(limit, RunningLimit) and not limit.stops and limit.direction != "not_before":
        problems.append("nothing stops it")
    if limit.rolls and not (limit.party or isinstance(limit, Period)):
        problems.append("only a party's period rolls over a day of rest (CPL#85.3)")
    if len({value.from_on for value in limit.days}) < len(limit.days):
        problems.append("two values from the same day")
    for value in (*limit.days, *limit.extension):
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
    try:
        source = sources.get(Citation.parse(value.cite).source)
    except LawBookError as error:
        return list(error.problems)
    rule = source.working_days if source else None
    if rule is not None and rule.makes_working_days(value.value, party=limit.party or isinstance(limit, Period)):
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
