"""One case of each procedure, told to its public page: each act with its article and due days, then where to look."""

import dataclasses
import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

from enforcement.actions import cases, evidence, penalties
from enforcement.actions.meeting import FIVE
from enforcement.actions.parties import PartyForm
from enforcement.actions.recordings import DescribeRecording
from enforcement.actions.registry import Outcome
from enforcement.demo.agencies import MARKET, sample_id
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.facts import facts_of
from enforcement.law.citation import Citation
from enforcement.law.clocks import open_clocks
from enforcement.models.cases import Case
from enforcement.sweep import sweep
from enforcement.work import Actor, Office
from media.demo import make_video

Say = Callable[[str], None]

BAKERY = PartyForm(
    kind="organization",
    name="北京明德甜蜜时光烘焙食品有限公司",
    id_no="91110105MA01B2C3X4",
    address="北京市明德区文渊街甲6号1层",
    phone="13901012345",
    legal_representative="钱多多",
    bank_account="6222021001112223334",
    other_known=("冯巧云",),
)
STALL = PartyForm(
    kind="sole_trader",
    name="北京市明德区老马家小吃店",
    id_no="92110105MA02C3D4Y5",
    address="北京市明德区书和路22号",
    phone="13801054321",
    operator_name="马长顺",
    birth_on=dt.date(1979, 3, 14),
)
CAFE = PartyForm(
    kind="organization",
    name="北京明德一盏灯咖啡有限公司",
    id_no="91110105MA03D4E5Z6",
    address="北京市明德区学府路9号底商",
    phone="13701056789",
    legal_representative="秦书瑶",
)

FACTS = (
    "根据群众举报，本机关执法人员对当事人经营场所进行现场检查，在冷藏展示柜内查见其生产经营的“云朵”奶油蛋糕12个，"
    "标签标示生产日期及保质期，至检查当日均已超过保质期2至5日；操作间货架另存超过保质期的淡奶油8盒。"
    "当事人现场未能提供上述食品的退货或者销毁记录。经询问，当事人承认因库存盘点疏漏，在保质期届满后仍将涉案蛋糕陈列待售。"
    "经核对销售系统，当事人在涉案期间售出同批次蛋糕31个，货值金额合计4,836元，获违法所得2,356元。"
    "当事人员工冯巧云（联系电话13901012345）负责每日检查保质期，但未按制度记录。"
)
EVIDENCE = (
    "1.现场笔录、现场检查音像记录，证明超过保质期食品的品种、数量及陈列状态；"
    "2.询问笔录，证明当事人知悉并承认上述事实；3.进货票据、销售系统明细，证明货值金额和违法所得；"
    "4.营业执照、食品经营许可证复印件，证明当事人的主体资格。"
)
MAJOR = penalties.ConcludeInvestigation(
    facts=FACTS,
    evidence_summary=EVIDENCE,
    violation="经营超过保质期的食品的行为",
    basis="《中华人民共和国食品安全法》第三十四条第（十）项、第一百二十四条第一款第（五）项",
    discretion="当事人积极配合调查，涉案食品数量较少，但销售持续时间较长，综合考虑给予一般处罚。",
    outcome="penalty",
    penalties=("fine", "confiscation"),
    fine_fen=12_000_000,
    confiscation_fen=235_600,
    act_on=None,
    vital_interests=True,
)


def tell(office: Office, say: Say, *, megabytes: int = 20) -> list[str]:
    """Walk one penalty, one inspection and one license; return the addresses to look at.

    The penalty is major, has a real recording of `megabytes` and a seizure that it covers.
    """
    staff = Staff.of(office, sample_id(MARKET))
    walks = [_penalty(staff, say, megabytes), _inspection(staff, say), _license(staff, say)]
    for walk in walks:
        walk.prepare()
        walk.release()
    say("\n时钟：公示已经放行的内容")
    report = sweep(office)
    say(f"  {report.said()}")
    addresses = [f"{office.public_address}/records/{walk.disclosure_id()}" for walk in walks]
    say("\n公示页面：")
    for address in addresses:
        say(f"  {address}")
    return addresses


def _told(office: Office, staff: Staff, say: Say) -> Callable[[str, Outcome], None]:
    def zh(cite: str, basis: str = "law") -> str:
        article = Citation.parse(cite).zh(office.book.sources)
        return article if basis == "law" else f"系统内控要求，为落实{article}"

    def said(act: str, outcome: Outcome) -> None:
        with office.begin(Actor.clock(staff.agency_id)) as work:
            clocks = open_clocks(facts_of(work, work.session.get_one(Case, outcome.chain_id)), office.book)
        power = office.book.powers.acts[act]
        say(f"  {outcome.seq:>3}  {power.zh}{f'（{zh(power.cite)}）' if power.cite else ''}")
        for clock in clocks:
            due, ground = clock.due, f"（{zh(clock.due.cite, clock.due.basis)}）" if clock.due.cite else ""
            say(f"         {clock.limit.zh}：{due.target_on} 前，末日 {due.due_on}{ground}")

    return said


def _penalty(staff: Staff, say: Say, megabytes: int) -> Walk:
    say("\n行政处罚：超过保质期的食品")
    walk = Walk(staff, _told(staff.office, staff, say))
    conclusion = dataclasses.replace(MAJOR, act_on=walk.today - dt.timedelta(days=10))
    walk.lead(BAKERY, matter_code="CF-101", title="涉嫌经营超过保质期食品案", content="群众举报该店出售过期蛋糕。")
    walk.investigate(BAKERY.name, "涉嫌经营超过保质期的食品", BAKERY.address)
    walk.unfilmed("on_site", "investigation")
    _seize(walk, megabytes)
    walk.notify(conclusion, hearing=True)
    walk.review("拟没收违法所得并处罚款十二万元。", conclusion.basis)
    walk.decide(conclusion)
    walk.serve()
    return walk


def _seize(walk: Walk, megabytes: int) -> None:
    """A seizure filmed from its first to its last minute, and its end."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = 120
        began = walk.now - dt.timedelta(seconds=seconds + 60)
        film = make_video(Path(folder) / "film.mp4", seconds, megabytes=megabytes, text="扣押现场", taken_at=began)
        described = DescribeRecording(
            activity="seizure",
            started_at=began,
            place=BAKERY.address,
            officers=walk.two,
            target=BAKERY.name,
            device_kind="body_camera",
            device_no="ZF-0117",
        )
        walk.film(described, film)
    taken = walk.do(
        "officer1",
        "take_measure",
        evidence.TakeMeasure(
            kind="seizure",
            document_no=f"扣字{walk.case_no()}号",
            basis="《中华人民共和国食品安全法》第一百一十条第（四）项",
            reason="有证据证明不符合食品安全标准",
            items=("“云朵”奶油蛋糕 12个", "淡奶油 8盒"),
            place=BAKERY.address,
            started_at=began + dt.timedelta(seconds=5),
            finished_at=began + dt.timedelta(seconds=seconds - 5),
            until=walk.today + dt.timedelta(days=30),
            officers=walk.two,
            approved_before=True,
            approved_by=walk.staff.id("head"),
            approved_at=began - dt.timedelta(minutes=30),
            party_present=True,
            credentials_shown=True,
            told=FIVE,
            heard="当事人表示无意见。",
            signed_by="当事人",
            remedies_and_seal=True,
            handed_over=True,
        ),
    )
    walk.do(
        "officer1",
        "end_measure",
        evidence.EndMeasure(
            measure=walk.data(taken)["measure"],
            kind="confiscated",
            ended_at=walk.now,
            reason="已查清事实，依法处理涉案食品。",
        ),
    )


def _inspection(staff: Staff, say: Say) -> Walk:
    say("\n行政检查：食品经营者日常监督检查")
    walk = Walk(staff, _told(staff.office, staff, say))
    walk.inspect(
        STALL,
        matter_code="JC-301",
        title="食品经营者日常监督检查",
        gist="从业人员健康证明有效，进货查验记录完整，未发现问题。",
    )
    walk.do("head", "close_case", cases.CloseCase(summary="检查未发现问题，办结。"))
    return walk


def _license(staff: Staff, say: Say) -> Walk:
    say("\n行政许可：食品经营许可")
    walk = Walk(staff, _told(staff.office, staff, say))
    walk.apply(CAFE, matter_code="XK-201", title="食品经营许可（新办）")
    walk.grant(f"JY1110105{walk.case_no()[-4:]}", "经营项目：热食类食品制售，自制饮品制售。")
    walk.serve()
    walk.do("head", "close_case", cases.CloseCase(summary="许可证件已颁发、送达，办结。"))
    return walk
