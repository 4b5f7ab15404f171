"""Some tens of cases of one agency at every stage, made by acts on days that lie behind, to be copied (`bulk.py`)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import random
import uuid
from collections.abc import Sequence

from enforcement.demo.agencies import MARKET, SampleAgency, SamplePerson, found, sample_id
from enforcement.demo.seed import ROADS, SHANGHAI, SetClock, release_and_publish
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.sweep import sweep
from enforcement.work import Office

FIRST_MORE, OFFICERS = 4, 48
"""Officers beside the three of the sample agency: the number in the login of the first, and how many."""
OPEN = (("penalty", 1), ("penalty", 2), ("penalty", 3), ("penalty", 4), ("penalty", 5), ("license", 1))
"""How far open cases have come: the kind and the stretches walked."""
ENDED = ("penalty", "inspection", "license")
BEGUN = range(15, 65, 10)
"""How many days ago cases of each stretch began."""
LAST_DAY = 10
"""How many days ago the last was done in them."""
ROAD = 20
"""Days in which a case comes to its end and its public page."""


@dataclasses.dataclass(frozen=True, slots=True)
class Samples:
    """The cases, open and ended, and the office on the day after which nothing falls due in them for a day."""

    office: Office
    still_open: tuple[uuid.UUID, ...]
    ended: tuple[uuid.UUID, ...]


def agency(officers: int) -> SampleAgency:
    """The sample agency with that many officers more."""
    more = (
        SamplePerson(f"officer{number}", f"执法员{number}", "执法一队", "一级科员", ("officer",))
        for number in range(FIRST_MORE, FIRST_MORE + officers)
    )
    return dataclasses.replace(MARKET, people=(*MARKET.people, *more))


def make(office: Office, *, officers: int = OFFICERS, begun: Sequence[int] = BEGUN) -> Samples:
    """Found the agency, walk its cases, and let the clock look at them until nothing is left to it."""
    found(office, agency(officers))
    dice = random.Random(20261128)  # noqa: S311  (the same everywhere)
    now = office.now()
    still_open = tuple(_walk(office, dice, now, kind, days, steps) for kind, steps in OPEN for days in begun)
    ended = tuple(_walk(office, dice, now, kind, days, None) for kind in ENDED for days in begun if days > ROAD)
    for back in range(LAST_DAY, 0, -1):
        that_day = _on(office, _morning(now, back))
        while sweep(that_day, fetch=None).anything:
            pass
        if not _anything_falls_due(that_day):
            return Samples(that_day, still_open, ended)
    raise RuntimeError("something falls due on every day")


def _on(office: Office, moment: dt.datetime) -> Office:
    return dataclasses.replace(office, set_to=lambda _connection: moment)


def _morning(now: dt.datetime, back: int) -> dt.datetime:
    return (now - dt.timedelta(days=back)).astimezone(SHANGHAI).replace(hour=10, minute=0).astimezone(dt.UTC)


def _walk(office: Office, dice: random.Random, now: dt.datetime, kind: str, back: int, steps: int | None) -> uuid.UUID:
    """One case begun `back` days ago, after so many stretches of its road; None: to its end and its public page."""
    begun = _morning(now, back)
    while not office.book.calendar.is_working_day(begun.astimezone(SHANGHAI).date()):
        begun -= dt.timedelta(days=1)
    clock = SetClock(begun, _morning(now, LAST_DAY), office.book.calendar)
    walk = Walk(Staff.of(dataclasses.replace(office, set_to=clock), sample_id(MARKET)))
    for _ in itertools.islice(ROADS[kind](MARKET, walk, dice), steps):
        clock.pass_days(1)
    if steps is None:
        walk.prepare()
        clock.pass_days(1)
        release_and_publish(walk)
    if walk.case_id is None:
        raise RuntimeError(f"a {kind} that did not begin")
    return walk.case_id


def _anything_falls_due(office: Office) -> bool:
    """Before the day after tomorrow."""
    day = office.now().astimezone(SHANGHAI).date() + dt.timedelta(days=2)
    query = "SELECT count(*) FROM enforcement.look_again WHERE again_at < %s"
    with office.reading(sample_id(MARKET)) as session:
        until = dt.datetime.combine(day, dt.time(), SHANGHAI)
        return bool(session.connection().exec_driver_sql(query, (until,)).scalar_one())
