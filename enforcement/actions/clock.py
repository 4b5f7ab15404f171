"""What only the clock does in a case: note that a changed calendar moved its due days."""

import dataclasses
import datetime as dt

from enforcement.actions.forms import day, group, text
from enforcement.actions.registry import form_of


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MovedDue:
    """One due day that moved."""

    limit: str = text("期限")
    subject: str = text("对象", required=False)
    started_on: dt.date | None = day("起算日")
    was: dt.date | None = day("原届满日", ahead=True)
    now: dt.date | None = day("现届满日", ahead=True)


@form_of("recompute_due")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecomputeDue:
    """Every due day of the case that a changed calendar moved; both calendars by their digest."""

    before: str = text("原工作日历")
    after: str = text("现工作日历")
    moved: tuple[MovedDue, ...] = group("变动的届满日", MovedDue)
