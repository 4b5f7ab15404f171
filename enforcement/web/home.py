"""我的工作: what I must do by time left, what I wait for, my days; and on from one thing to the next."""

import dataclasses
import datetime as dt
import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from enforcement.actions import registry
from enforcement.law.clocks import Clock
from enforcement.queries.corrections import OpenRequest, open_requests
from enforcement.queries.work_list import Task, next_task, work_list
from enforcement.web import here, subjects
from enforcement.web.words import TimeLeft, joined
from enforcement.work import Work

blueprint = Blueprint("home", __name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    task: Task
    left: TimeLeft | None
    address: str
    button: str
    group: str
    subject: str


@dataclasses.dataclass(frozen=True, slots=True)
class AgencyLine:
    """One limit of the agency itself; `address` is the act that meets it, "" where the reader may not do it."""

    clock: Clock
    left: TimeLeft
    address: str
    zh: str


@blueprint.get("/")
def home() -> str:
    """The home page of everybody who is signed in."""
    with here.reading() as work:
        found = work_list(work)
        requests = _requests(work)
        today = work.today
    lines = [_line(task, today) for task in found.mine]
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.group, []).append(line)
    return render_template(
        "home.html",
        groups=groups,
        waiting=[_line(task, today) for task in found.waiting],
        days=_days(lines),
        requests=requests,
        agency=[_agency_line(clock) for clock in found.agency],
        starts=subjects.starts(),
        found=found,
    )


@blueprint.get("/next")
def following() -> Response:
    """On to the most urgent thing to do that is not about `after`; home where there is none."""
    after = request.args.get("after", type=uuid.UUID)
    with here.reading() as work:
        task = next_task(work, after)
    return redirect(_address(task) if task else url_for("home.home"))


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
    subject = joined([task.document_no or f"{words.procedure(task.procedure)} {task.case_no}", task.title, task.party])
    return Line(
        task, left, _address(task), words.verb(task.act) if task.act else "去查看", _group(left, today), subject
    )


def _address(task: Task) -> str:
    """Where the act is done; the case itself where none is open."""
    if not task.act:
        return url_for("cases.show", case_id=task.case_id)
    if task.disclosure_id is not None:
        return url_for("acts.on_disclosure", subject_id=task.disclosure_id, act=task.act.replace("_", "-"))
    if registry.find(task.act).staged:
        return url_for("recordings.new", case_id=task.case_id)
    return url_for("acts.on_case", subject_id=task.case_id, act=task.act.replace("_", "-"))


def _agency_line(clock: Clock) -> AgencyLine:
    words, powers = here.words(), here.book().powers
    acts = (deed for deed in registry.acts().values() if deed.scope == "agency")
    act = next((deed for deed in acts if powers.acts[deed.name].event in clock.limit.stops), None)
    may = act is not None and powers.may(here.actor().roles, act.name) is None
    given: dict[str, Any] = {clock.limit.match: clock.key} if clock.limit.match and clock.key else {}
    address = url_for("acts.agency", act=act.address, **given) if act is not None and may else ""
    return AgencyLine(clock, words.time_left(clock), address, words.act(act.name) if act else "")


def _group(left: TimeLeft | None, today: dt.date) -> str:
    if left is None or left.tone == "still":
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
        if line.left is not None and line.left.tone not in {"late", "still"}:
            days.setdefault(line.left.due_on, []).append(line)
    return sorted(days.items())[:10]
