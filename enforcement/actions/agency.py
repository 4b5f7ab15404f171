"""The agency sets what the law leaves to it: matters, directory of major decisions, dated numbers, basic
information.
"""

import dataclasses
import datetime as dt
from typing import ClassVar

from sqlalchemy import func, select

from enforcement.actions.forms import DECADE, choice, day, group, long_text, money, number, pick, text, yes_no
from enforcement.actions.registry import Extra, act
from enforcement.law.book import Book
from enforcement.law.citation import Citation
from enforcement.law.errors import Breach, Invalid, RuleViolation
from enforcement.models.base import new_id
from enforcement.models.people import Agency
from enforcement.models.powers import AgencyParameter, BasicInformation, DirectoryEntry, Matter
from enforcement.work import Work
from publish import release

PARAMETERS = (
    "hearing_fine_citizen_fen",
    "hearing_fine_organization_fen",
    "hearing_confiscation_fen",
    "defense_days",
    "penalty_disclosure_by_rule_days",
    "case_opening_days",
    "correction_days",
    "recording_retention_months",
)  # fmt: skip


BY_RULE = "penalty_disclosure_by_rule_days"
RULES = ("法律", "行政法规", "地方性法规", "部门规章", "地方政府规章")
"""The ranks that G#13 yields to; a normative document is not enough (G13.0)."""
NOT_BY_RULE = Breach(
    "exception_needs_a_rule",
    "公示期限的例外须以法律、法规、规章的条款为依据，请填写条款代号（如 MR45#9）",
    "G#13",
    "law",
    row="G13.0",
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MatterForm:
    """One item of the list of powers and duties."""

    code: str = text("事项编码")
    zh: str = text("事项名称")
    kind: str = choice("类别", "penalty", "license", "inspection")
    basis: str = long_text("设定依据")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SetMatters:
    """Items added to the list from a day on."""

    adds: ClassVar[tuple[str, ...]] = ("section",)

    from_on: dt.date | None = day("生效日期", ahead=True)
    matters: tuple[MatterForm, ...] = group("事项", MatterForm, cite="G#6(2)")


MAJOR_ITEMS = ("S5.1", "S5.2", "S5.3", "S5.4", "S5.5", "S6.1", "S6.2", "S6.3", "S6.4", "S6.5")
"""The items of S#5 and S#6 under which a matter may stand in the directory."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryForm:
    """One line of the directory."""

    matter_code: str = pick("事项", "matters")
    is_major: bool = yes_no("属于重大行政执法决定")
    ground_row: str = choice("列入依据", *MAJOR_ITEMS, required=False, note="属于重大的必填", cite="S#11")
    amount_from_fen: int = money("自何数额起", note="罚款或者没收的数额；不填为不论数额")
    cite: str = text("法律、法规条款", required=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SetDirectory:
    """A whole new version of the directory (S#11)."""

    from_on: dt.date | None = day("施行日期", ahead=True)
    reason: str = long_text("制定或者调整的理由", cite="S#11")
    entries: tuple[DirectoryForm, ...] = group("目录", DirectoryForm, cite="S#11")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SetParameter:
    """One dated number with the words that set it."""

    name: str = choice("项目", *PARAMETERS)
    value: int | None = number("数值", note="数额以分为单位，期限以日为单位")
    from_on: dt.date | None = day("自何日起", ahead=True)
    cite: str = text("设定文件")
    quote: str = long_text("文件原文", max_length=1_000)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SetBasicInformation:
    """One item of basic information (G#6)."""

    section: str = pick("栏目", "basic_information")
    content: str = long_text("内容")


@act(SetMatters, scope="agency")
def set_matters(work: Work, _agency: Agency, form: SetMatters) -> Extra | None:
    """Add items to the agency's list of powers and duties."""
    for matter in form.matters:
        if work.session.scalar(select(func.count()).where(Matter.code == matter.code)):
            raise Invalid({"matters": [f"事项编码 {matter.code} 已在清单中"]})
        values = {field.name: getattr(matter, field.name) for field in dataclasses.fields(matter)}
        work.session.add(Matter(agency_id=work.actor.agency_id, from_on=form.from_on, **values))
    return {"section": "powers_list"}  # what the public reads of it is to be brought up to date (G#18.1)


@act(SetDirectory, scope="agency")
def set_directory(work: Work, _agency: Agency, form: SetDirectory) -> Extra | None:
    """Lay down a new version of the directory of major decisions; statutory classes stay major whatever it says."""
    version = (work.session.scalar(select(func.max(DirectoryEntry.version))) or 0) + 1
    classes = work.book.major.classes
    kinds = {row.code: row.kind for row in work.session.execute(select(Matter.code, Matter.kind))}
    for entry in form.entries:
        if entry.is_major and not entry.ground_row:
            raise Invalid({"entries": [f"{entry.matter_code}：列为重大的应当写明属于第五条、第六条的哪一项"]})
        kind = kinds.get(entry.matter_code)
        if entry.ground_row and entry.ground_row not in {one.row for one in classes if kind in one.kinds}:
            raise Invalid({"entries": [f"{entry.matter_code}：列入依据与事项类别不符"]})
        work.session.add(
            DirectoryEntry(
                agency_id=work.actor.agency_id,
                version=version,
                from_on=form.from_on,
                matter_code=entry.matter_code,
                is_major=entry.is_major,
                ground_row=entry.ground_row,
                amount_from_fen=entry.amount_from_fen or None,
                cite=entry.cite,
            )
        )
    return {"version": version}


@act(SetParameter, scope="agency")
def set_parameter(work: Work, _agency: Agency, form: SetParameter) -> Extra | None:
    """Set a number the law leaves to the agency; within what the law leaves."""
    if form.name == BY_RULE and not _is_of_rank(work.book, form.cite):
        raise RuleViolation(NOT_BY_RULE)
    if work.book.thresholds.agency[form.name].unit == "working_day" and (form.value or 0) >= DECADE:
        raise Invalid({"value": ["超过上限"]})
    for limit in work.book.every_limit.values():
        breach = limit.parameter_breach(form.value or 0, work.today) if limit.parameter == form.name else None
        if breach:
            raise RuleViolation(breach)
    work.session.add(
        AgencyParameter(
            agency_id=work.actor.agency_id,
            name=form.name,
            value=form.value,
            from_on=form.from_on,
            cite=form.cite,
            quote=form.quote,
            set_at=work.moment,
        )
    )
    return None


@act(SetBasicInformation, scope="agency")
def set_basic_information(work: Work, _agency: Agency, form: SetBasicInformation) -> Extra | None:
    """Publish one item of basic information; what stands inside and what the public reads change together."""
    catalogue = work.book.basic_information.items
    if form.section not in catalogue:
        raise Invalid({"section": ["基本信息目录中没有这一栏目"]})
    item = catalogue[form.section]
    row = work.session.scalar(select(BasicInformation).where(BasicInformation.section == form.section))
    if row is None:
        row = BasicInformation(id=new_id(), agency_id=work.actor.agency_id, section=form.section)
        work.session.add(row)
    row.content, row.updated_at = {"text": form.content}, work.moment
    release.put_information(
        work.session,
        row.id,
        work.actor.agency_id,
        on=work.today,
        position=list(catalogue).index(form.section),
        item=form.section,
        section=item.zh,
        title=item.zh,
        cite=Citation.parse(item.cite).zh(work.book.sources),
        content=form.content,
    )
    return None


def _is_of_rank(book: Book, cite: str) -> bool:
    try:
        source = book.sources[Citation.parse(cite).source]
    except (KeyError, ValueError):
        return False
    return source.rank in RULES
