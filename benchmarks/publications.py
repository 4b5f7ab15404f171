"""A million believable publications, the same at every run: publication number `i` follows from `i` alone."""

from __future__ import annotations

import functools
import hashlib
import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from config.settings import ROOT
from enforcement.law.book import Book
from enforcement.law.calendar import Calendar
from publish.document import Content

SEED = 20_190_102
FIRST, LAST = date(2019, 1, 2), date(2026, 10, 30)
COMPANIES = 300_000
PUBLICITY_DAYS = 7  # G#13
KINDS = ("inspection_result", "penalty_decision", "license_decision", "other_decision")
SHARES = (45, 30, 22, 3)
KIND_SIGNS = {"inspection_result": "检", "penalty_decision": "罚", "license_decision": "许", "other_decision": "强"}
FULL_TEXT_SHARE = 0.1  # of penalties; the rest are summaries (G#14.3)
RARE_SHARE = 1 / 3_000  # of all, over sixteen rare words


WORDING: dict[str, Any] = tomllib.loads((Path(__file__).parent / "wording.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Field:
    """One field of enforcement: who enforces it, against whom, for what."""

    sign: str  # in document numbers
    body: str  # what follows the district's name
    trades: list[str]
    places: list[str]
    licenses: list[str]
    wrongs: list[tuple[str, str, str]]  # what was done, how it was found, the article


@dataclass(frozen=True)
class Agency:
    """One agency of the invented city."""

    id: UUID
    code: str
    name: str
    district: str
    field: Field
    number_head: str  # 京朝市监


@functools.cache
def agencies() -> tuple[Agency, ...]:
    """One agency for each district and field: 160."""
    return tuple(
        Agency(
            id=an_id(f"agency {district} {field.sign}"),
            code=f"a{at:02d}{inner:02d}",
            name=f"北京市{district}{field.body}",
            district=district,
            field=field,
            number_head=f"京{short}{field.sign}",
        )
        for at, (district, short) in enumerate(WORDING["districts"].items())
        for inner, field in enumerate(Field(**found) for found in WORDING["fields"])
    )


def an_id(name: str) -> UUID:
    """A random-looking id that is the same at every run."""
    return UUID(bytes=hashlib.sha256(f"{SEED} {name}".encode()).digest()[:16], version=4)


@functools.cache
def _weekdays() -> tuple[date, ...]:
    days = (FIRST + timedelta(days=at) for at in range((LAST - FIRST).days + 1))
    return tuple(day for day in days if day.weekday() < 5)  # noqa: PLR2004 — Saturday


@functools.cache
def _calendar() -> Calendar:
    return Book.load(ROOT / "config").calendar


@functools.cache
def _due(decided_on: date) -> date:
    return _calendar().add_working_days(decided_on, PUBLICITY_DAYS).on


class Publications:
    """`count` publications in the order in which they were put up: `published_on` never goes back."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[tuple[UUID, Agency, Content]]:
        return map(self.at, range(self.count))

    def at(self, number: int) -> tuple[UUID, Agency, Content]:
        """Id, agency and content of publication `number` (0 … count - 1)."""
        chance = random.Random(SEED + number)  # noqa: S311 — invented data
        days = _weekdays()
        published_on = days[number * len(days) // self.count]
        agency = agencies()[chance.randrange(len(agencies()))]
        kind = chance.choices(KINDS, SHARES)[0]
        decided_on = max(published_on - timedelta(days=chance.randrange(12)), FIRST)
        case = _Case(chance, agency, kind, decided_on, _company(chance, agency))
        document_no = f"{agency.number_head}{KIND_SIGNS[kind]}〔{published_on.year}〕{self._number(number)}号"
        content = _WRITERS[kind](case, document_no, published_on)
        return an_id(f"publication {number}"), agency, content

    def _number(self, number: int) -> int:
        """Consecutive through the city and the year."""
        year = _weekdays()[number * len(_weekdays()) // self.count].year
        return number - self._first_of(year) + 1

    @functools.cache  # noqa: B019 — eight years, one object
    def _first_of(self, year: int) -> int:
        days = _weekdays()
        at = next(at for at, day in enumerate(days) if day.year == year)
        return -(-at * self.count // len(days))


@dataclass(frozen=True)
class _Case:
    chance: random.Random
    agency: Agency
    kind: str
    decided_on: date
    party: str

    def goods(self) -> str:
        return self._one_of("rare" if self.chance.random() < RARE_SHARE else "goods")

    def _one_of(self, words: str) -> str:
        return str(self.chance.choice(WORDING[words]))

    def place(self) -> str:
        signs = WORDING["road_signs"]
        road = self.chance.choice(signs) + self.chance.choice(signs)
        number, floor = self.chance.randrange(1, 200), self.chance.randrange(1, 20)
        ending = self.chance.choice(WORDING["roads"])
        return f"{self.agency.district}{road}{ending}{number}号{floor}层"

    def day_zh(self) -> str:
        day = self.decided_on - timedelta(days=self.chance.randrange(20, 90))
        return f"{day.year}年{day.month}月{day.day}日"


def _company(chance: random.Random, agency: Agency) -> str:
    """A business of this agency's field; a few come up often. One in eight is a person (G#14.2: surname and 某)."""
    if chance.random() < 1 / 8:
        return f"{chance.choice(WORDING['surnames'])}某"
    number = int(COMPANIES * chance.random() ** 2)
    signs = WORDING["name_signs"]
    trade = agency.field.trades[number % len(agency.field.trades)]
    first, rest = number % len(signs), number // len(signs)
    name = signs[first] + signs[rest % len(signs)] + signs[(rest // len(signs) + first) % len(signs)]
    if number % 5 == 0:
        return f"{agency.district}{name}{trade}店（个体工商户）"
    return f"北京{name}{trade}有限公司"


def _penalty(case: _Case, document_no: str, published_on: date) -> Content:
    chance, agency = case.chance, case.agency
    wrong, found, article = chance.choice(agency.field.wrongs)
    goods, place = case.goods(), case.place()
    amount, low = chance.randrange(1, 200) * 500, chance.randrange(1, 5000)
    measures = [
        text.format(goods=goods, low=low) for text in chance.sample(WORDING["measures"], chance.randrange(1, 3))
    ]
    measures.append(f"处罚款人民币{amount}元")
    opening = chance.choice(WORDING["opening"]).format(place=place)
    facts = (
        f"{case.day_zh()}，{opening}，发现{chance.choice(agency.field.places)}{found.format(goods=goods)}。"
        f"经查，当事人的行为构成{wrong}。{chance.choice(WORDING['evidence'])}{chance.choice(WORDING['reasons'])}"
    )
    full = chance.random() < FULL_TEXT_SHARE
    decision = "；".join(measures) + "。"
    return Content(
        kind=case.kind,
        form="full_text" if full else "summary",
        agency=agency.name,
        document_no=document_no,
        title=f"{case.party}{wrong}案",
        party_label=case.party,
        decided_on=case.decided_on,
        due_on=_due(case.decided_on),
        published_on=published_on,
        decision_kind="、".join(["罚款", *(["警告"] if "给予警告" in measures else [])]),
        main_content=decision,
        basis=(article,),
        facts=facts,
        gist=f"{wrong}，罚款{amount}元" if chance.random() < 0.7 else "",  # noqa: PLR2004 — most, not all
        remedies=WORDING["remedies"].format(district=agency.district),
        full_text=_full_text(case, document_no, facts, article, decision) if full else "",
    )


def _full_text(case: _Case, document_no: str, facts: str, article: str, decision: str) -> str:
    name = case.agency.name
    opening = case.chance.choice(WORDING["opening"]).format(place=case.place())
    return (
        f"{name}\n行政处罚决定书\n{document_no}\n当事人：{case.party}\n住址：〔家庭住址已隐去〕\n"
        f"{case.day_zh()}，{opening}，向当事人出示执法证件，说明来意，告知其享有陈述、申辩和申请回避的权利，当事人未申请回避。"
        f"检查过程由执法记录仪全程音像记录。\n{facts}\n"
        f"{case.day_zh()}，本机关向当事人送达行政处罚告知书，告知拟作出行政处罚的内容及事实、理由、依据，"
        "并告知当事人依法享有陈述、申辩的权利。\n"
        f"本机关认为，当事人的行为违反了有关规定，依据{article}的规定，决定对当事人作出如下行政处罚：{decision}\n"
        "当事人应当自收到本决定书之日起十五日内缴纳罚款。到期不缴纳罚款的，每日按罚款数额的百分之三加处罚款，"
        f"加处罚款的数额不超过罚款的数额。\n{name}"
    )


def _inspection(case: _Case, document_no: str, published_on: date) -> Content:
    chance, field = case.chance, case.agency.field
    subject = chance.choice(field.places)
    if chance.random() < 0.8:  # noqa: PLR2004 — four of five pass
        result = f"对{subject}等{chance.randrange(3, 12)}项内容进行检查，{chance.choice(WORDING['passed'])}。"
    else:
        wrong, found, _ = chance.choice(field.wrongs)
        result = (
            f"检查发现{subject}{found.format(goods=case.goods())}，涉嫌{wrong}，"
            f"已责令{chance.randrange(3, 16)}日内改正。"
        )
    return Content(
        kind=case.kind,
        form="summary",
        agency=case.agency.name,
        document_no=document_no,
        title=f"对{case.party}的行政检查结果",
        party_label=case.party,
        decided_on=case.decided_on,
        published_on=published_on,
        method=chance.choice(WORDING["inspections"]),
        main_content=f"{case.day_zh()}，{chance.choice(WORDING['opening']).format(place=case.place())}。{result}",
    )


def _license(case: _Case, document_no: str, published_on: date) -> Content:
    chance, agency = case.chance, case.agency
    name = chance.choice(agency.field.licenses)
    action = chance.choice(WORDING["licensing"])
    years = chance.choice(("三", "五", "八"))
    return Content(
        kind=case.kind,
        form="summary",
        agency=agency.name,
        document_no=document_no,
        title=f"{action}{case.party}{name}",
        party_label=case.party,
        decided_on=case.decided_on,
        due_on=_due(case.decided_on),
        published_on=published_on,
        decision_kind=f"{action}行政许可",
        main_content=(
            f"{action}{case.party}取得{name}，经营地址：{case.place()}，许可范围包括{case.goods()}、{case.goods()}等相关业务，"
            f"有效期{years}年。申请材料齐全，符合法定形式，经现场核查符合条件。"
        ),
        gist=f"{action}{name}",
    )


def _other(case: _Case, document_no: str, published_on: date) -> Content:
    chance, agency = case.chance, case.agency
    wrong, found, article = chance.choice(agency.field.wrongs)
    goods = case.goods()
    act = chance.choice(WORDING["coercion"])
    return Content(
        kind=case.kind,
        form="summary",
        agency=agency.name,
        document_no=document_no,
        title=f"对{case.party}{act}决定",
        party_label=case.party,
        decided_on=case.decided_on,
        due_on=_due(case.decided_on),
        published_on=published_on,
        decision_kind=act,
        main_content=(
            f"因当事人涉嫌{wrong}，依法对位于{case.place()}的{goods}等采取{act}，期限三十日。{found.format(goods=goods)}。"
        ),
        basis=(article,),
        remedies=WORDING["remedies"].format(district=agency.district),
    )


_WRITERS: dict[str, Callable[[_Case, str, date], Content]] = {
    "inspection_result": _inspection,
    "penalty_decision": _penalty,
    "license_decision": _license,
    "other_decision": _other,
}
