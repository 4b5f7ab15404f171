"""How things are said on the public pages: days, kinds, masks, paragraphs."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from publish.document import FORM_ZH, KIND_ZH

WITHDRAWAL_ZH = {
    "altered": "决定被依法变更",
    "annulled": "决定被依法撤销",
    "held_unlawful": "决定被依法确认违法",
    "held_void": "决定被依法确认无效",
    "published_in_error": "公示有误",
}
NOTICE_ZH = {"inspection_plan": "年度行政检查计划", "hearing_notice": "听证公告", "annual_report": "行政执法统计年报"}
BEIJING = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = "一二三四五六日"
_MASK = re.compile("〔[^〔〕\n]{1,12}已隐去〕")


def day_zh(day: date | None) -> str:
    """2026年9月28日（周一）; '' for None."""
    if day is None:
        return ""
    return f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def short_day_zh(day: date, beside: date | None = None) -> str:
    """9月28日; with its year where the day it stands beside is of another year."""
    year = f"{day.year}年" if beside and day.year != beside.year else ""
    return f"{year}{day.month}月{day.day}日"


def moment_zh(moment: datetime) -> str:
    """2026年9月28日 10:05（北京时间）."""
    at = moment.astimezone(BEIJING)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}（北京时间）"


def timeliness(published_on: date, due_on: date | None) -> str:
    """按期 or 逾期, '' where the law sets no day."""
    if due_on is None:
        return ""
    return "按期" if published_on <= due_on else "逾期"


def kind_zh(kind: str) -> str:
    """Chinese name of a kind of result."""
    return KIND_ZH[kind]


def withdrawn_zh(kind: str) -> str:
    """撤下 for what should not have been public, 撤回 for what fell with its decision: as the ledger calls each."""
    return "撤下" if kind == "published_in_error" else "撤回"


def form_zh(form: str) -> str:
    """公示决定书 or 公示摘要信息."""
    return FORM_ZH[form]


def masked(text: str) -> Markup:
    """One run of text; what was taken out is marked as taken out."""
    safe = str(escape(text))
    return Markup(_MASK.sub(r'<span class="masked">\g<0></span>', safe))  # noqa: S704 — escaped one line above


def paragraphs(text: str) -> Markup:
    """Paragraphs by line, empty lines dropped, masks marked."""
    lines = [line.strip() for line in text.splitlines()]
    return Markup("".join(f"<p>{masked(line)}</p>\n" for line in lines if line))  # noqa: S704 — masked escapes


FILTERS = {
    "day": day_zh,
    "short_day": short_day_zh,
    "moment": moment_zh,
    "kind": kind_zh,
    "form": form_zh,
    "masked": masked,
    "paragraphs": paragraphs,
    "notice_kind": NOTICE_ZH.__getitem__,
    "withdrawn": withdrawn_zh,
    "withdrawal": WITHDRAWAL_ZH.__getitem__,
}
