"""Two sample agencies of an invented district, with everybody a case needs. Every name and number is made up."""

import dataclasses
import datetime as dt
import uuid

from sqlalchemy import select

from enforcement.actions import agency as agency_acts
from enforcement.actions import people as people_acts
from enforcement.actions.access import give_password
from enforcement.actions.founding import Founding, found_agency
from enforcement.actions.registry import perform
from enforcement.models.people import Person, Unit
from enforcement.work import Actor, Office

PASSWORD = "mingjian-demo-2026"  # noqa: S105  (sample accounts, only in a demonstration's own database)
SINCE = dt.date(2024, 1, 1)
UNTIL = dt.date(2029, 12, 31)


@dataclasses.dataclass(frozen=True, slots=True)
class SamplePerson:
    """One account: login name after the agency's, name, unit, post, roles."""

    login: str
    name: str
    unit: str
    post: str
    roles: tuple[str, ...]
    qualification: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class SampleAgency:
    """One agency with its matters and people. `leaders` is the unit its heads sit in."""

    code: str
    login: str
    name: str
    prefix: str
    subject_type: str
    address: str
    phone: str
    supervision_phone: str
    certificate_prefix: str
    leaders: str
    matters: tuple[agency_acts.MatterForm, ...]
    directory: tuple[agency_acts.DirectoryForm, ...]
    people: tuple[SamplePerson, ...]


UNITS = (
    ("法制科", "legal"), ("执法一队", "handling"), ("执法二队", "handling"),
    ("政务公开科", "disclosure"), ("办公室", "office"),
)  # fmt: skip


def _matter(code: str, zh: str, kind: str, basis: str) -> agency_acts.MatterForm:
    return agency_acts.MatterForm(code=code, zh=zh, kind=kind, basis=basis)


def _line(code: str, *, major: bool = False, row: str = "", amount: int = 0) -> agency_acts.DirectoryForm:
    return agency_acts.DirectoryForm(matter_code=code, is_major=major, ground_row=row, amount_from_fen=amount)


MARKET = SampleAgency(
    code="MD-SCJG",
    login="scjg",
    name="北京市明德区市场监督管理局",
    prefix="京明市监",
    subject_type="administrative_organ",
    address="北京市明德区文渊街18号",
    phone="010-5550 1200",
    supervision_phone="010-5550 1212",
    certificate_prefix="京A01",
    leaders="局领导",
    matters=(
        _matter("CF-101", "经营超过保质期的食品", "penalty", "《中华人民共和国食品安全法》第一百二十四条"),
        _matter("CF-102", "未明码标价", "penalty", "《中华人民共和国价格法》第四十二条"),
        _matter("CF-103", "使用未经检验的特种设备", "penalty", "《中华人民共和国特种设备安全法》第八十四条"),
        _matter("XK-201", "食品经营许可", "license", "《中华人民共和国食品安全法》第三十五条"),
        _matter("JC-301", "食品经营者日常监督检查", "inspection", "《中华人民共和国食品安全法》第一百一十条"),
    ),
    directory=(
        _line("CF-101", major=True, row="S6.5", amount=10_000_000),
        _line("CF-102"),
        _line("CF-103", major=True, row="S6.5", amount=5_000_000),
        _line("XK-201"),
        _line("JC-301"),
    ),
    people=(
        SamplePerson("head", "王建国", "局领导", "局长", ("agency_head",)),
        SamplePerson("head2", "赵敏", "局领导", "副局长", ("agency_head",)),
        SamplePerson("officer1", "李春梅", "执法一队", "四级主任科员", ("officer",)),
        SamplePerson("officer2", "张卫东", "执法一队", "一级科员", ("officer",)),
        SamplePerson("officer3", "欧阳志远", "执法二队", "三级主任科员", ("officer",)),
        SamplePerson("auxiliary", "刘小满", "执法一队", "辅助人员", ("auxiliary",)),
        SamplePerson("reviewer", "陈思远", "法制科", "公职律师", ("legal_reviewer",), "A20151101050001"),
        SamplePerson("clerk", "孙晓燕", "政务公开科", "公示经办", ("disclosure_clerk",)),
        SamplePerson("releaser", "周文博", "政务公开科", "科长", ("disclosure_releaser",)),
        SamplePerson("custodian", "吴海涛", "办公室", "音像记录保管", ("recording_custodian",)),
        SamplePerson("admin", "郑丽华", "办公室", "系统管理", ("agency_admin",)),
    ),
)

STREET = SampleAgency(
    code="MD-SHJD",
    login="shjd",
    name="北京市明德区书和街道办事处",
    prefix="京明书街",
    subject_type="administrative_organ",
    address="北京市明德区书和路6号",
    phone="010-5550 2200",
    supervision_phone="010-5550 2212",
    certificate_prefix="京A09",
    leaders="街道领导",
    matters=(
        _matter("CF-401", "未按规定分类投放生活垃圾", "penalty", "《北京市生活垃圾管理条例》第六十七条"),
        _matter("CF-402", "占道经营", "penalty", "《北京市市容环境卫生条例》"),
        _matter(
            "XK-501", "设置户外广告设施许可", "license", "《北京市户外广告设施、牌匾标识和标语宣传品设置管理条例》"
        ),
        _matter("JC-601", "门前三包责任制检查", "inspection", "《北京市市容环境卫生条例》"),
    ),
    directory=(
        _line("CF-401"),
        _line("CF-402", major=True, row="S6.5", amount=5_000_000),
        _line("XK-501", major=True, row="S5.5"),
        _line("JC-601"),
    ),
    people=(
        SamplePerson("head", "马立新", "街道领导", "主任", ("agency_head",)),
        SamplePerson("head2", "何静", "街道领导", "副主任", ("agency_head",)),
        SamplePerson("officer1", "高飞", "执法一队", "综合行政执法队员", ("officer",)),
        SamplePerson("officer2", "林晓岚", "执法一队", "综合行政执法队员", ("officer",)),
        SamplePerson("officer3", "郭振宇", "执法二队", "综合行政执法队员", ("officer",)),
        SamplePerson("auxiliary", "唐小龙", "执法一队", "辅助人员", ("auxiliary",)),
        SamplePerson("reviewer", "沈佳宁", "法制科", "法律顾问", ("legal_reviewer",), "A20171101050012"),
        SamplePerson("clerk", "韩梅", "政务公开科", "公示经办", ("disclosure_clerk",)),
        SamplePerson("releaser", "蒋国强", "政务公开科", "科长", ("disclosure_releaser",)),
        SamplePerson("custodian", "杜明", "办公室", "音像记录保管", ("recording_custodian",)),
        SamplePerson("admin", "余芳", "办公室", "系统管理", ("agency_admin",)),
    ),
)

AGENCIES = (MARKET, STREET)

BASIC = {
    "functions": "依法履行辖区内行政许可、行政检查、行政处罚等职责，接受社会监督。",
    "powers_list": "本机关权责清单载明行政许可、行政检查、行政处罚事项，全文见本机关办公场所公告栏。",
    "office_hours": "周一至周五 9:00–12:00，13:30–17:30（法定节假日除外）",
}


def load(office: Office) -> str:
    """Found both agencies where there is none, and say who may sign in. Loading twice changes nothing."""
    with office.engine.connect() as connection:
        known = connection.exec_driver_sql("SELECT count(*) FROM enforcement.agencies()").scalar_one()
    if not known:
        for sample in AGENCIES:
            found(office, sample)
    return accounts()


def sample_id(sample: SampleAgency) -> uuid.UUID:
    """The id of a sample agency: the same on every machine."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"mingjian-sample:{sample.code}")


def found(office: Office, sample: SampleAgency) -> uuid.UUID:
    """Found one agency with units, people, certificates, matters, directory and numbers; its id."""
    operator = Actor.operator(sample_id(sample))
    founding = Founding(
        code=sample.code,
        name=sample.name,
        document_prefix=sample.prefix,
        region="北京市明德区",
        subject_type=sample.subject_type,
        address=sample.address,
        phone=sample.phone,
        supervision_phone=sample.supervision_phone,
    )
    with office.begin(operator) as work:
        found_agency(work, founding)

    def do(name: str, form: object) -> None:
        perform(office, operator, name, form)

    for name, kind in ((sample.leaders, "leadership"), *UNITS):
        do("register_unit", people_acts.RegisterUnit(name=name, kind=kind))
    with office.reading(operator.agency_id) as session:
        units = {unit.name: str(unit.id) for unit in session.scalars(select(Unit))}
    for person in sample.people:
        do("register_person", _registration(sample, person, units))
    with office.reading(operator.agency_id) as session:
        ids = {person.username: str(person.id) for person in session.scalars(select(Person))}
    number = 0
    for person in sample.people:
        person_id = ids[f"{sample.login}-{person.login}"]
        with office.begin(operator) as work:
            give_password(work, uuid.UUID(person_id), PASSWORD)
        for role in person.roles:
            do("grant_role", people_acts.GrantRole(person=person_id, role=role, from_on=SINCE))
        if "officer" in person.roles:
            number += 1
            do("issue_certificate", _certificate(sample, person_id, number))
    do("publish_officers", people_acts.PublishOfficers())
    do("set_matters", agency_acts.SetMatters(from_on=SINCE, matters=sample.matters))
    do("set_directory", agency_acts.SetDirectory(from_on=SINCE, reason="首次制定", entries=sample.directory))
    for name, value, words in PARAMETERS:
        do(
            "set_parameter",
            agency_acts.SetParameter(
                name=name, value=value, from_on=SINCE, cite="样例机关裁量基准（样例数据）", quote=words
            ),
        )
    for section, content in (BASIC | {"office_place": sample.address, "enquiry_phone": sample.phone}).items():
        do("set_basic_information", agency_acts.SetBasicInformation(section=section, content=content))
    return operator.agency_id


PARAMETERS = (
    ("hearing_fine_citizen_fen", 1_000_000, "对公民处以一万元以上罚款的，属于较大数额罚款"),
    ("hearing_fine_organization_fen", 10_000_000, "对法人或者其他组织处以十万元以上罚款的，属于较大数额罚款"),
    ("hearing_confiscation_fen", 10_000_000, "没收十万元以上违法所得或者非法财物的，属于较大数额"),
    ("defense_days", 5, "当事人可以自收到告知书之日起五个工作日内进行陈述、申辩"),
)


def _registration(sample: SampleAgency, person: SamplePerson, units: dict[str, str]) -> people_acts.RegisterPerson:
    return people_acts.RegisterPerson(
        name=person.name,
        username=f"{sample.login}-{person.login}",
        unit=units[person.unit],
        post=person.post,
        auxiliary="auxiliary" in person.roles,
        legal_qualification_no=person.qualification,
    )


def _certificate(sample: SampleAgency, person_id: str, number: int) -> people_acts.IssueCertificate:
    return people_acts.IssueCertificate(
        person=person_id,
        number=f"{sample.certificate_prefix}{number:06d}",
        style="《中华人民共和国行政执法证》（全国统一样式）",
        valid_from=SINCE,
        valid_to=UNTIL,
    )


def accounts() -> str:
    """The sample accounts as people read them."""
    lines = [f"样例账号（密码均为 {PASSWORD}）："]
    for sample in AGENCIES:
        lines.append(f"  {sample.name}")
        lines += [f"    {sample.login}-{person.login:<12}{person.name}  {person.post}" for person in sample.people]
    return "\n".join(lines)
