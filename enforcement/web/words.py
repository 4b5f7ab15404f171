"""How days, moments, amounts, articles and time left are written on a page. One way each, everywhere."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from enforcement.actions.forms import FieldSpec, specs
from enforcement.actions.registry import acts
from enforcement.law.book import Book
from enforcement.law.citation import Citation
from enforcement.law.clocks import Clock
from enforcement.law.deadlines import value_zh
from enforcement.law.errors import Breach, LawBookError, NotFound
from enforcement.law.events import SHANGHAI, shanghai_day
from enforcement.law.money import yuan
from enforcement.law.procedure import PARTY
from publish.document import FORM_ZH, KIND_ZH

Tone = Literal["late", "soon", "calm", "done", "still"]
_WEEKDAYS = "一二三四五六日"
_SOON = 2
_ISO_DAY = re.compile(r"(?<![0-9-])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9T-])")


def day(value: dt.date | None) -> str:
    """2026年9月28日（周一）."""
    return f"{value.year}年{value.month}月{value.day}日（周{_WEEKDAYS[value.weekday()]}）" if value else ""


def short_day(value: dt.date | None, today: dt.date | None = None) -> str:
    """9月28日, with its year when that is not today's."""
    if value is None:
        return ""
    year = "" if today is not None and value.year == today.year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日"


def dated(sentence: str) -> str:
    """A sentence with its days written as people write them: 2026-09-28 as 2026年9月28日."""
    return _ISO_DAY.sub(lambda found: f"{found[1]}年{int(found[2])}月{int(found[3])}日", sentence)


def moment(value: dt.datetime | None) -> str:
    """2026年9月28日 14:05, by Beijing's clock."""
    if value is None:
        return ""
    local = value.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def exact_moment(value: dt.datetime) -> str:
    """The same to the second: 2026年9月28日 14:05:09."""
    return f"{moment(value)}:{value.second:02d}"


def from_iso(written: str) -> dt.datetime:
    """A moment as the ledger writes it."""
    return dt.datetime.fromisoformat(written)


def typed_moment(value: dt.datetime) -> str:
    """A moment as a field of a form holds it, by Beijing's clock: 2026-09-28T14:05:09."""
    return f"{value.astimezone(SHANGHAI):%Y-%m-%dT%H:%M:%S}"


def size(count: int) -> str:
    """Bytes in the largest unit that leaves a number people read."""
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":  # noqa: PLR2004
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    raise AssertionError


def duration(milliseconds: int | None) -> str:
    """1:02:03 or 02:03."""
    seconds = (milliseconds or 0) // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes:02d}:{seconds % 60:02d}"


@dataclasses.dataclass(frozen=True, slots=True)
class TimeLeft:
    """What a clock says: its words, how it stands, the article its days come from, the words of that article."""

    zh: str
    tone: Tone
    limit: str
    cite: str
    quote: str
    due_on: dt.date
    left: int
    """Working days left; below zero when overdue."""


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """The words of one law book."""

    book: Book

    def term(self, identifier: str) -> str:
        """The label of a term, role, stage or procedure; the identifier itself where there is none."""
        if not identifier:
            return ""
        if identifier in self.book.powers.roles:
            return self.book.powers.roles[identifier]
        try:
            return self.book.terms.zh(identifier)
        except NotFound:
            return KIND_ZH.get(identifier) or FORM_ZH.get(identifier) or self._ground(identifier)

    def _ground(self, identifier: str) -> str:
        """A row named as a ground (G16.1) in the words of its article; anything else as it is."""
        row = self.book.rows.get(identifier)
        return self.cite(row.article) if row else identifier

    def cite(self, short: str | None) -> str:
        """《行政处罚法》第六十四条第一款第（一）项."""
        if not short:
            return ""
        try:
            return Citation.parse(short).zh(self.book.sources)
        except LawBookError:
            return short

    def grounds(self, breach: Breach) -> str:
        """What a breach rests on, in the law's name only where the law commands it."""
        cited = self.cite(breach.cite)
        if breach.basis == "law":
            return cited
        return f"系统内控要求，为落实{cited}" if cited else "系统内控要求"

    def act(self, name: str) -> str:
        """The words of an act: 作出决定."""
        return self.book.powers.zh(name)

    def verb(self, name: str) -> str:
        """The word on a button that leads to an act: 去决定."""
        return self.book.powers.acts[name].verb or "去办理"

    def stage(self, procedure: str, key: str) -> str:
        """The words of a stage."""
        known = self.book.procedures[procedure].stages.get(key)
        return known.zh if known else self.term(key)

    def procedure(self, key: str) -> str:
        """The words of a kind of case."""
        known = self.book.procedures.get(key)
        return known.zh if known else key

    def party(self, key: str) -> str:
        """What a kind of case calls who it is about: 当事人, of a license 申请人."""
        known = self.book.procedures.get(key)
        return known.party if known else PARTY

    def time_left(self, clock: Clock) -> TimeLeft:
        """剩 3 个工作日（10月13日到期） or 已逾期 2 个工作日."""
        zh, tone, left = self._left(clock)
        due = clock.due
        basis = self.cite(due.cite) if due.basis == "law" else f"系统内控要求，为落实{self.cite(due.cite)}"
        number = value_zh(clock.limit, due.value)
        provisional = "；放假安排未公布，到期日暂定" if due.provisional else ""
        return TimeLeft(zh, tone, clock.limit.zh, f"{basis}：{number}{provisional}", due.quote or "", due.due_on, left)

    def _left(self, clock: Clock) -> tuple[str, Tone, int]:
        due_on = clock.due.due_on
        ends = f"{short_day(due_on, clock.today)}到期"
        if clock.limit.direction == "not_before":
            return ("期间已满", "done", 0) if clock.state == "met" else (f"{ends}，期满前不视为送达", "still", 99)
        past = self.book.calendar.working_days_between(due_on, clock.today) if clock.state == "overdue" else 0
        left = clock.working_days_left
        running: tuple[str, Tone, int] = (
            (f"今天到期（{short_day(due_on, clock.today)}）", "soon", 0)
            if due_on == clock.today
            else (f"剩 {left} 个工作日（{ends}）", "soon" if left <= _SOON else "calm", left)
        )
        states: Mapping[str, tuple[str, Tone, int]] = {
            "overdue": (f"已逾期 {past} 个工作日" if past else f"已逾期（{ends}）", "late", -max(past, 1)),
            "late": ("逾期办结", "late", 0),
            "met": ("按期办结", "done", 0),
            "paused": ("已中止计时", "still", left),
            "running": running,
        }
        return states[clock.state]

    def described(self, act: str, data: Mapping[str, Any], names: Mapping[str, str]) -> list["Line"]:
        """A record's data in words, field by field as its form asked for them. `names` maps ids to names."""
        known = acts().get(act)
        if known is None:
            return []
        return self._lines(known.form, data, names)

    def _lines(self, form: type, data: Mapping[str, Any], names: Mapping[str, str]) -> list["Line"]:
        lines: list[Line] = []
        for name, spec in specs(form).items():
            value = data.get(name)
            if value in (None, "", [], False) and not (spec.kind == "yes_no" and name in data):
                continue
            if spec.kind == "group" and spec.form is not None:
                rows = [self._lines(spec.form, row, names) for row in value or ()]
                lines.append(Line(spec.zh, "", rows=rows, name=name))
            elif text := self.value(spec, value, names):
                lines.append(Line(spec.zh, text, long=spec.kind in {"long", "lines"}, name=name))
        return lines

    def value(self, spec: FieldSpec, value: Any, names: Mapping[str, str]) -> str:
        """One value of a form in words."""
        written: Mapping[str, Callable[[], str]] = {
            "yes_no": lambda: "是" if value in (True, "true", "1") else "否",
            "money": lambda: yuan(int(value)) if int(value) else "",
            "choice": lambda: self.term(str(value)),
            "choices": lambda: "、".join(self.term(str(one)) for one in value),
            "people": lambda: "、".join(names.get(str(one), "（已离开的人员）") for one in value),
            "pick": lambda: names.get(str(value)) or self.term(str(value)),
            "lines": lambda: "\n".join(str(one) for one in value),
            "day": lambda: day(dt.date.fromisoformat(str(value))),
            "moment": lambda: (moment if spec.to_the_minute else exact_moment)(dt.datetime.fromisoformat(str(value))),
        }
        return written[spec.kind]() if spec.kind in written else str(value)


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One field of a record in words; `rows` for a group."""

    zh: str
    text: str
    long: bool = False
    rows: list[list["Line"]] = dataclasses.field(default_factory=list)
    name: str = ""


def filters(words: Words) -> dict[str, Any]:
    """What templates may write with."""
    return {
        "dated": dated, "day": day, "short_day": short_day, "moment": moment, "typed_moment": typed_moment,
        "exact_moment": exact_moment, "from_iso": from_iso,
        "yuan": yuan, "size": size, "duration": duration,
        "term": words.term, "cite": words.cite, "grounds": words.grounds, "act_zh": words.act, "stage_zh": words.stage,
        "procedure_zh": words.procedure, "party_zh": words.party, "time_left": words.time_left,
        "shanghai_day": shanghai_day,
        "dashes": lambda name: name.replace("_", "-"),
    }  # fmt: skip


def joined(parts: Iterable[str], separator: str = " · ") -> str:
    """What is not empty, joined."""
    return separator.join(part for part in parts if part)
