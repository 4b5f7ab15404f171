"""我的工作: what I must do by time left, what I wait for, my days."""

import dataclasses
import datetime as dt

from flask import Blueprint, render_template, url_for

from enforcement.actions import registry
from enforcement.queries.corrections import OpenRequest, open_requests
from enforcement.queries.work_list import Task, work_list
from enforcement.web import here, subjects
from enforcement.web.words import TimeLeft, joined
from enforcement.work import Work

blueprint = Blueprint("home", __name__)

MOST_SHOWN = 80


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    task: Task
    left: TimeLeft | None
    address: str
    button: str
    group: str
    subject: str


@blueprint.get("/")
def home() -> str:
    """The home page of everybody who is signed in."""
    with here.reading() as work:
        found = work_list(work)
        requests = _requests(work)
        today = work.today
    lines = [_line(task, today) for task in found.mine]
    groups: dict[str, list[Line]] = {}
    for line in lines[:MOST_SHOWN]:
        groups.setdefault(line.group, []).append(line)
    return render_template(
        "home.html",
        groups=groups,
        waiting=[_line(task, today) for task in found.waiting[:MOST_SHOWN]],
        days=_days(lines),
        requests=requests,
        starts=subjects.starts(),
        total=len(lines),
        cut=found.cut or len(lines) > MOST_SHOWN,
    )


def _requests(work: Work) -> list[OpenRequest]:
    """What the public sent in and waits to be answered by somebody like this person (G#19)."""
    powers, roles = here.book().powers, here.actor().roles
    may = {act: bool(roles & set(powers.who(act))) for act in ("settle_correction", "answer_suggestion")}
    if not any(may.values()):
        return []
    return [
        one for one in open_requests(work) if may["settle_correction" if one.publication_id else "answer_suggestion"]
    ]


def _line(task: Task, today: dt.date) -> Line:
    words = here.words()
    left = words.time_left(task.clock) if task.clock else None
    if task.disclosure_id is not None:
        address = url_for("acts.on_disclosure", subject_id=task.disclosure_id, act=task.act.replace("_", "-"))
    elif registry.find(task.act).staged:
        address = url_for("recordings.new", case_id=task.case_id)
    else:
        address = url_for("acts.on_case", subject_id=task.case_id, act=task.act.replace("_", "-"))
    subject = joined([task.document_no or f"{words.procedure(task.procedure)} {task.case_no}", task.title, task.party])
    return Line(task, left, address, words.verb(task.act), _group(left, today), subject)


def _group(left: TimeLeft | None, today: dt.date) -> str:
    if left is None:
        return "未设期限"
    if left.tone == "late":
        return "已逾期"
    if left.due_on == today:
        return "今天"
    if left.left <= 3:  # noqa: PLR2004  the group is called 三个工作日内
        return "三个工作日内"
    if left.due_on <= today + dt.timedelta(days=6 - today.weekday()):
        return "本周"
    return "以后"


def _days(lines: list[Line]) -> list[tuple[dt.date, list[Line]]]:
    """The next due days with what falls due on each."""
    days: dict[dt.date, list[Line]] = {}
    for line in lines:
        if line.left is not None and line.left.tone != "late":
            days.setdefault(line.left.due_on, []).append(line)
    return sorted(days.items())[:10]
