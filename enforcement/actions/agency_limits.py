"""What sets and what meets the limits of the agency itself: the turn of the year, a change, a plan or report published.

A plan or report counts on the day it is recorded here: a day that could be typed would make whatever is late in time.
"""

import dataclasses
import datetime as dt

from sqlalchemy import select

from enforcement.actions.forms import day, long_text, number, pick, text
from enforcement.actions.registry import Extra, act, form_of
from enforcement.law.errors import Invalid, NotFound
from enforcement.models.cases import ProcessRecord
from enforcement.models.people import Agency
from enforcement.work import Work

YEAR_BEGUN = "year_begun"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BeginYear:
    """A calendar year, and its first day."""

    year: int | None = number("年份")
    from_on: dt.date | None = day("起始日")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PublishedInYear:
    """What was published, and where the public finds it."""

    year: int | None = number("应当公示的年份", note="填写公示当年的年份，如2027")
    title: str = text("标题", max_length=200)
    address: str = text("公示网址或者文号", max_length=500)
    note: str = long_text("说明", required=False)


@form_of("note_information_change", scope="agency")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoteInformationChange:
    """Which item of basic information has changed, and since when (G#18.1)."""

    section: str = pick("栏目", "basic_information", cite="G#6")
    changed_on: dt.date | None = day("变化日期", cite="G#18.1")
    reason: str = long_text("变化情况")


@form_of("note_directory_change", scope="agency")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoteDirectoryChange:
    """Why the directory of major decisions has to be adjusted, and since when (S#11)."""

    changed_on: dt.date | None = day("变更日期", cite="S#11")
    reason: str = long_text("需要调整的原因", note="法律、法规、规章变更或者机构职能调整等", cite="S#11")


@act(BeginYear, scope="agency", on="from_on")
def begin_year(work: Work, _agency: Agency, form: BeginYear) -> Extra | None:
    """Begin a calendar year, and with it the limits that run by it. Raises NotFound where it has begun already."""
    begun = select(ProcessRecord.seq).where(
        ProcessRecord.agency_id == work.actor.agency_id,
        ProcessRecord.event == YEAR_BEGUN,
        ProcessRecord.happened_on == form.from_on,
    )
    if work.session.scalar(begun.limit(1)) is not None:
        raise NotFound("year", form.year)
    return None


def _this_year_or_before(work: Work, form: PublishedInYear) -> None:
    if form.year is None or form.year > work.today.year:
        raise Invalid({"year": ["不能晚于今年"]})


@act(PublishedInYear, scope="agency")
def record_inspection_plan(work: Work, _agency: Agency, form: PublishedInYear) -> Extra | None:
    """Record that the year's plan of inspections was published (G#11.1)."""
    _this_year_or_before(work, form)
    return None


@act(PublishedInYear, scope="agency")
def record_annual_report(work: Work, _agency: Agency, form: PublishedInYear) -> Extra | None:
    """Record that the statistics of the year before were published (G#17.1)."""
    _this_year_or_before(work, form)
    return None


@act(PublishedInYear, scope="agency")
def record_open_information_report(work: Work, _agency: Agency, form: PublishedInYear) -> Extra | None:
    """Record that the report on open government information was published (GIR#49.1)."""
    _this_year_or_before(work, form)
    return None
