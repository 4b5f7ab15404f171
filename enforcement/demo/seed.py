"""Believable volume: invented parties, matters and amounts, walked through the same acts on days that lie behind.

Every case is made by the acts people use, by the sample people, on a clock set to stand in the past: there is no
second way into the tables, so nothing has to be proven equal.
"""

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping
from zoneinfo import ZoneInfo

from enforcement.actions import cases, disclosures, penalties
from enforcement.actions.parties import PartyForm
from enforcement.actions.registry import find, perform_in
from enforcement.actions.subjects import lock_disclosure, of_disclosure
from enforcement.demo.agencies import AGENCIES, SampleAgency, sample_id
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.law.calendar import Calendar
from enforcement.law.errors import RuleViolation
from enforcement.law.events import shanghai_day
from enforcement.work import Actor, Office, Work

SHANGHAI = ZoneInfo("Asia/Shanghai")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "建国秀英志强丽娟文博雨桐子涵浩然梓萱俊杰欣怡明远晓燕海涛春梅家宁思远振宇佳慧立新"
PLACES = ("文渊街", "书和路", "学府路", "明德大街", "古槐胡同", "东河沿", "锦绣园", "望春里", "青年路", "百花深处")
BRANDS = ("甜蜜时光", "一盏灯", "老街坊", "云上", "半日闲", "福来", "同春", "禾谷", "晴川", "拾光", "满堂", "京味")
TRADES = ("餐饮管理", "食品", "商贸", "科技", "文化传播", "物业服务", "酒店管理", "便利店")
LAST_DAYS = 300
"""How far back the oldest case begins."""
STALLS, PREPARED, RELEASED = 0.04, 0.9, 0.95
"""How often a case stays where it is at each step, and how often a clerk and a releaser have done their part."""


@dataclasses.dataclass(frozen=True, slots=True)
class Matter:
    """What a kind of penalty case says."""

    code: str
    title: str
    violation: str
    basis: str
    facts: str


PENALTIES = {
    "MD-SCJG": (
        Matter(
            "CF-101", "涉嫌经营超过保质期食品案", "经营超过保质期的食品的行为",
            "《中华人民共和国食品安全法》第一百二十四条第一款第（五）项",
            "执法人员在当事人货架上查见超过保质期的预包装食品{count}件，当事人未能提供下架记录。",
        ),
        Matter(
            "CF-102", "涉嫌未明码标价案", "未按照规定明码标价的行为", "《中华人民共和国价格法》第四十二条",
            "执法人员检查发现当事人销售的{count}种商品未标明价格，当事人承认系疏忽所致。",
        ),
    ),
    "MD-SHJD": (
        Matter(
            "CF-401", "涉嫌未分类投放生活垃圾案", "未按规定分类投放生活垃圾的行为",
            "《北京市生活垃圾管理条例》第六十七条",
            "执法人员巡查发现当事人将厨余垃圾与其他垃圾混合投放{count}袋。",
        ),
        Matter(
            "CF-402", "涉嫌占道经营案", "擅自占用道路经营的行为", "《北京市市容环境卫生条例》",
            "执法人员巡查发现当事人在门前便道摆放桌椅{count}套从事经营。",
        ),
    ),
}  # fmt: skip
LICENSES = {"MD-SCJG": ("XK-201", "食品经营许可"), "MD-SHJD": ("XK-501", "设置户外广告设施许可")}
INSPECTIONS = {"MD-SCJG": ("JC-301", "食品经营者日常监督检查"), "MD-SHJD": ("JC-601", "门前三包责任制检查")}


def seed(office: Office, cases_count: int, key: int, said: Callable[[str], None]) -> int:
    """Make `cases_count` cases across both agencies, the same for the same `key`; return how many were made."""
    dice = random.Random(key)  # noqa: S311  (sample data, the same on every machine)
    real_now = office.now()
    staffs = {sample.code: Staff.of(office, sample_id(sample)) for sample in AGENCIES}
    days = sorted(dice.randrange(LAST_DAYS) for _ in range(cases_count))
    for made, back in enumerate(reversed(days), start=1):
        sample = dice.choice(AGENCIES)
        begun = (real_now - dt.timedelta(days=back)).astimezone(SHANGHAI).replace(hour=10, minute=dice.randrange(60))
        while not office.book.calendar.is_working_day(begun.date()):
            begun -= dt.timedelta(days=1)
        clock = SetClock(min(begun.astimezone(dt.UTC), real_now), real_now, office.book.calendar)
        staff = dataclasses.replace(staffs[sample.code], office=dataclasses.replace(office, set_to=clock))
        _one(sample, staff, dice, clock)
        if made % 25 == 0 or made == cases_count:
            said(f"  {made}/{cases_count}")
    return cases_count


class SetClock:
    """A clock that stands until it is moved, rests on no day of rest, and never passes the present."""

    def __init__(self, moment: dt.datetime, latest: dt.datetime, calendar: Calendar) -> None:
        self.moment, self.latest, self.calendar = moment, latest, calendar

    def __call__(self, _connection: object) -> dt.datetime:
        """The moment at which it stands."""
        return self.moment

    def pass_days(self, days: int) -> bool:
        """Move on; False when that would be the future, and the clock stays."""
        moved = self.moment + dt.timedelta(days=days)
        while not self.calendar.is_working_day(shanghai_day(moved)):
            moved += dt.timedelta(days=1)
        if moved > self.latest:
            return False
        self.moment = moved
        return True


def _one(sample: SampleAgency, staff: Staff, dice: random.Random, clock: SetClock) -> None:
    walk = Walk(staff)
    kind = dice.choices(("penalty", "inspection", "license"), weights=(5, 3, 3))[0]
    for _ in ROADS[kind](sample, walk, dice):
        if not clock.pass_days(dice.randrange(3)) or dice.random() < STALLS:
            return  # a case still on its way
    if dice.random() < PREPARED:
        _disclose(walk, clock, dice)


def _disclose(walk: Walk, clock: SetClock, dice: random.Random) -> None:
    try:
        walk.prepare()
    except RuleViolation:
        return  # a minor, or something only a person can settle: it stays on the clerk's list
    if dice.random() < RELEASED and clock.pass_days(1):
        release_and_publish(walk)


def release_and_publish(walk: Walk) -> None:
    """In one transaction, so that a scheduler at work does not publish it as of today, and the invented page was there
    to be seen from its invented day on.
    """
    with walk.office.begin(walk.staff.actors["releaser"]) as work:
        disclosure = lock_disclosure(work, walk.disclosure_id(), None)
        perform_in(work, find("release_disclosure"), of_disclosure(work, disclosure), disclosures.Note())
        clock = Actor.clock(walk.staff.agency_id)
        at_once = Work(work.office, clock, work.moment, work.session, work.agency_seq, set_clock=work.set_clock)
        for name in ("publish_disclosure", "verify_publication"):
            perform_in(at_once, find(name), of_disclosure(at_once, disclosure), disclosures.Note())


def _penalty(sample: SampleAgency, walk: Walk, dice: random.Random) -> Iterator[None]:
    matter, party = dice.choice(PENALTIES[sample.code]), _party(dice)
    content = matter.facts.format(count=dice.randrange(2, 40))
    conclusion = penalties.ConcludeInvestigation(
        facts=content + f"当事人{party.name}对上述事实予以承认。",
        evidence_summary="1.现场笔录；2.询问笔录；3.现场照片；4.主体资格证明。",
        violation=matter.violation,
        basis=matter.basis,
        discretion="当事人系初次违法，积极改正，给予从轻处罚。",
        outcome="penalty",
        penalties=("fine",),
        leniency="lighter_penalty",
        fine_fen=dice.choice((20_000, 50_000, 100_000, 200_000, 300_000, 500_000)),
        act_on=walk.today,
    )
    walk.lead(party, matter_code=matter.code, title=matter.title, content=content)
    yield
    walk.investigate(party.name, matter.title, party.address)
    walk.unfilmed("on_site", "investigation")
    yield
    walk.notify(conclusion, hearing=False)
    yield
    walk.examine()
    yield
    walk.decide(conclusion)
    walk.serve()
    yield
    walk.execute_and_close(conclusion.fine_fen)


def _inspection(sample: SampleAgency, walk: Walk, dice: random.Random) -> Iterator[None]:
    code, title = INSPECTIONS[sample.code]
    walk.inspect(
        _party(dice, natural=False), matter_code=code, title=title, gist="经检查，各项制度落实到位，未发现问题。"
    )
    yield
    walk.do("head", "close_case", cases.CloseCase(summary="检查办结。"))


def _license(sample: SampleAgency, walk: Walk, dice: random.Random) -> Iterator[None]:
    code, title = LICENSES[sample.code]
    walk.apply(_party(dice, natural=False), matter_code=code, title=title)
    yield
    if sample.code == "MD-SHJD":
        walk.review("准予行政许可。", "《中华人民共和国行政许可法》第三十八条")
        yield
    walk.grant(f"许{walk.case_no()}", f"准予{title}。")
    walk.serve()
    yield
    walk.do("head", "close_case", cases.CloseCase(summary="许可证件已送达，办结。"))


ROADS: Mapping[str, Callable[[SampleAgency, Walk, random.Random], Iterator[None]]] = {
    "penalty": _penalty, "inspection": _inspection, "license": _license
}  # fmt: skip
"""How a case of each kind goes from its beginning to its end, a stretch at a time."""


def _party(dice: random.Random, *, natural: bool = True) -> PartyForm:
    person = dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2))))
    address = f"北京市明德区{dice.choice(PLACES)}{dice.randrange(1, 200)}号"
    phone = f"13{dice.randrange(10**9):09d}"
    born = dt.date(dice.randrange(1955, 2004), dice.randrange(1, 13), dice.randrange(1, 29))
    kind = dice.choices(("natural_person", "sole_trader", "organization"), weights=(2 if natural else 0, 3, 5))[0]
    if kind == "natural_person":
        id_no = f"110105{born:%Y%m%d}{dice.randrange(1000):03d}{dice.randrange(10)}"
        return PartyForm(kind=kind, name=person, id_no=id_no, address=address, phone=phone, birth_on=born)
    code = f"{dice.choice('23456789')}{dice.randrange(10**6):06d}"
    if kind == "sole_trader":
        name = f"北京市明德区{dice.choice(BRANDS)}{dice.choice(('小吃店', '便利店', '理发店', '水果店'))}"
        return PartyForm(
            kind=kind, name=name, id_no=f"92110105MA0{code}", address=address, phone=phone, operator_name=person,
            birth_on=born,
        )  # fmt: skip
    name = f"北京{dice.choice(BRANDS)}{dice.choice(TRADES)}有限公司"
    return PartyForm(
        kind=kind, name=name, id_no=f"91110105MA0{code}", address=address, phone=phone, legal_representative=person
    )
