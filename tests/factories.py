"""Agencies, people and cases for tests, made through the same acts that people use.

    house.market, house.street              the people of two agencies (`Staff`)
    open_case(house.market)                 a penalty case under investigation
    penalty(house.market, until="served")   the same, walked on; `inspection` and `license` likewise
    house.at(2026, 9, 30, 10)               what time it is; `house.later(days=7)`

Every walk is a `Walk`: `walk.case_id`, `walk.do(login, act, form)`, `walk.prepare()`, `walk.release()`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, select, text

from config.settings import Settings
from enforcement.actions import cases, licenses, penalties
from enforcement.actions.parties import PartyForm
from enforcement.actions.program import program
from enforcement.demo import agencies as samples
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.law.book import Book
from enforcement.law.calendar import SHANGHAI
from enforcement.law.events import NOTIFIED
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.disclosures import Disclosure
from enforcement.runtime.embedded import DatabaseUrls
from enforcement.work import Office
from media.stores import open_store

CONFIG = Path(__file__).resolve().parents[1] / "config"
START = dt.datetime(2026, 9, 1, 9, 0, tzinfo=SHANGHAI)
PUBLIC_ADDRESS = "http://127.0.0.1:9"
"""Nothing listens there."""

COMPANY = PartyForm(
    kind="organization",
    name="北京明德晴川食品有限公司",
    id_no="91110105MA01B2C3X4",
    address="北京市明德区文渊街甲6号1层",
    phone="13901012345",
    legal_representative="钱多多",
)
PERSON = PartyForm(
    kind="natural_person",
    name="褚遂良",
    id_no="110105198503071234",
    address="北京市明德区书和路22号3单元401室",
    phone="13801054321",
    birth_on=dt.date(1985, 3, 7),
)
MINOR = dataclasses.replace(PERSON, name="小安然", id_no="", birth_on=dt.date(2010, 5, 20))


@functools.cache
def book() -> Book:
    """The law as it is configured, read once for all tests."""
    return Book.load(CONFIG, program())


@dataclasses.dataclass(slots=True)
class House:
    """One installation with two agencies, its own database and its own time."""

    office: Office
    urls: DatabaseUrls
    media: Path
    market: Staff
    street: Staff

    def set_time(self, moment: dt.datetime) -> None:
        """Make it this moment: the demonstration's clock runs on from there."""
        set_time(self.office.engine, moment)

    def at(self, year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> dt.datetime:
        """Make it this moment in Shanghai."""
        moment = dt.datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)
        self.set_time(moment)
        return moment

    def later(self, *, days: int = 0, hours: int = 0) -> dt.datetime:
        """Let time pass."""
        moment = self.office.now() + dt.timedelta(days=days, hours=hours)
        self.set_time(moment)
        return moment

    def with_office(self, **differences: Any) -> House:
        """The same installation seen by another office: another law book, another public address."""
        office = dataclasses.replace(self.office, **differences)
        market, street = (dataclasses.replace(staff, office=office) for staff in (self.market, self.street))
        return dataclasses.replace(self, office=office, market=market, street=street)


def set_time(engine: Engine, moment: dt.datetime) -> None:
    """Move the demonstration's clock to a moment."""
    seconds = math.ceil((moment - dt.datetime.now(dt.UTC)).total_seconds())
    with engine.begin() as connection:
        connection.execute(text("UPDATE enforcement.demo_clock SET offset_seconds = :s"), {"s": seconds})


def open_office(urls: DatabaseUrls, media: Path, *, public_address: str = PUBLIC_ADDRESS) -> Office:
    """An office over a database, its clock movable."""
    engine = create_engine(urls.app, pool_size=10)
    store = open_store(Settings.read("internal", {"MINGJIAN_VAR": str(media.parent), "MINGJIAN_MEDIA": str(media)}))
    return Office(engine=engine, book=book(), store=store, public_address=public_address, demo=True)


def found_agencies(office: Office) -> None:
    """Found the two sample agencies at START; harmless when they are there."""
    set_time(office.engine, START)
    samples.load(office)


def open_house(urls: DatabaseUrls, media: Path, *, public_address: str = PUBLIC_ADDRESS) -> House:
    """The house over a database that holds the two agencies; it is START."""
    office = open_office(urls, media, public_address=public_address)
    found_agencies(office)
    market, street = (Staff.of(office, samples.sample_id(sample)) for sample in samples.AGENCIES)
    return House(office, urls, media, market, street)


# ------------------------------------------------------------------------------------------------------------- penalty


def conclusion(today: dt.date, **differences: Any) -> penalties.ConcludeInvestigation:
    """A small fine, not major unless the differences make it so."""
    form = penalties.ConcludeInvestigation(
        facts="经查，当事人在经营场所陈列销售超过保质期的预包装食品三袋。",
        evidence_summary="现场笔录、询问笔录、照片，证明上述事实。",
        violation="经营超过保质期的食品",
        basis="《中华人民共和国食品安全法》第一百二十四条第一款第（五）项",
        discretion="当事人积极改正，违法行为轻微，给予从轻处罚。",
        outcome="penalty",
        penalties=("fine",),
        leniency="lighter_penalty",
        fine_fen=200_000,
        act_on=today - dt.timedelta(days=10),
    )
    return dataclasses.replace(form, **differences)


MAJOR: dict[str, Any] = {"fine_fen": 12_000_000, "vital_interests": True}
"""What makes the penalty of `penalty` a major decision whose party has the right to a hearing."""

PENALTY_STAGES = (
    "lead_registered", "lead_accepted", "case_opened", "investigation", "investigation_concluded", "prior_notice_given",
    "examined", "legal_review", "decision_made", "served", "executed", "case_closed",
)  # fmt: skip


def open_case(
    staff: Staff, *, party: PartyForm = COMPANY, matter_code: str = "CF-101", title: str = "涉嫌经营超过保质期食品案"
) -> Walk:
    """A penalty case under investigation, with nothing in it yet."""
    walk = Walk(staff)
    walk.lead(party, matter_code=matter_code, title=title, content="群众举报该店出售过期食品。")
    return walk


def penalty(
    staff: Staff, *, until: str = "decision_made", party: PartyForm = COMPANY, decided: Any = None, **concluded: Any
) -> Walk:
    """A penalty case at a stage (one of PENALTY_STAGES from `investigation` on).

    `concluded` are differences of the conclusion (MAJOR makes it major), `decided` of the decision. "examined" leads to
    "legal_review" where the case is major.
    """
    walk = open_case(staff, party=party)
    form = conclusion(walk.today, **concluded)
    major = form.vital_interests
    amount = form.fine_fen

    def investigate() -> None:
        walk.investigate(party.name, "食品经营", party.address)
        walk.unfilmed("on_site", "investigation")

    steps: dict[str, Callable[[], object]] = {
        "investigation": investigate,
        "prior_notice_given": lambda: walk.notify(form, hearing=major),
        "examined": lambda: walk.review("拟作出处罚。", form.basis) if major else walk.examine(),
        "decision_made": lambda: walk.decide(form, **(decided or {})),
        "served": walk.serve,
        "executed": lambda: walk.execute_and_close(amount),
    }  # fmt: skip
    return _walk(walk, steps, {"legal_review": "examined", "case_closed": "executed"}.get(until, until))


# ---------------------------------------------------------------------------------------------------------- inspection


def inspection(staff: Staff, *, until: str = "served", party: PartyForm = COMPANY) -> Walk:
    """An inspection that found nothing, "served" or "case_closed"."""
    walk = Walk(staff)
    walk.inspect(party, matter_code="JC-301", title="食品经营者日常监督检查", gist="未发现问题。")
    if until == "case_closed":
        walk.do("head", "close_case", cases.CloseCase(summary="检查未发现问题，办结。"))
    return walk


# ------------------------------------------------------------------------------------------------------------- license


def application(staff: Staff, *, party: PartyForm = COMPANY) -> Walk:
    """An application whose materials came today and that nobody has looked at."""
    walk = Walk(staff)
    walk.begin(
        "officer1",
        "receive_materials",
        licenses.ReceiveMaterials(
            matter_code="XK-201",
            title="食品经营许可",
            application="申请食品经营许可（新办）",
            materials=("申请书", "主体资格证明"),
            received_on=walk.today,
            channel="window",
            parties=(party,),
        ),
    )
    return walk


def license(staff: Staff, *, until: str = "decision_made", party: PartyForm = COMPANY) -> Walk:  # noqa: A001
    """An application at "application_examined", "decision_made", "served" or "case_closed"."""
    walk = Walk(staff)
    walk.apply(party, matter_code="XK-201", title="食品经营许可")
    steps: dict[str, Callable[[], object]] = {
        "application_examined": lambda: None,
        "decision_made": lambda: walk.grant(f"JY1110105{walk.case_no()[-4:]}", "经营项目：热食类食品制售。"),
        "served": walk.serve,
        "case_closed": lambda: walk.do("head", "close_case", cases.CloseCase(summary="已颁发、送达，办结。")),
    }
    return _walk(walk, steps, until)


def _walk(walk: Walk, steps: dict[str, Callable[[], object]], until: str) -> Walk:
    if until not in steps:
        raise KeyError(until)
    for stage, step in steps.items():
        step()
        if stage == until:
            break
    return walk


# --------------------------------------------------------------------------------------------------------- looking back


def released(walk: Walk) -> Walk:
    """Prepare and release the disclosure of a decided case."""
    walk.prepare()
    walk.release()
    return walk


def events(walk: Walk) -> list[str]:
    """What has happened in a case, in order."""
    return [record.event for record in records(walk)]


def records(walk: Walk) -> list[ProcessRecord]:
    """The process records of a case, in order; not whom the clock notified."""
    steps = (ProcessRecord.chain_id == walk.case_id, ProcessRecord.event != NOTIFIED)
    query = select(ProcessRecord).where(*steps).order_by(ProcessRecord.seq)
    with walk.office.reading(walk.staff.agency_id) as session:
        found = list(session.scalars(query))
        session.expunge_all()  # the roll-back that ends a reading would empty them
        return found


def case_of(walk: Walk) -> Case:
    """The case as it stands."""
    with walk.office.reading(walk.staff.agency_id) as session:
        case = session.get_one(Case, walk.case_id)
        session.expunge_all()
        return case


def stage_of_disclosure(walk: Walk) -> str:
    """How far the disclosure of a case is."""
    with walk.office.reading(walk.staff.agency_id) as session:
        return session.get_one(Disclosure, walk.disclosure_id()).stage
