"""Clocks: a limit running in a case. Derived from the records and the book whenever asked, never stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from enforcement.law.calendar import Calendar
from enforcement.law.counting import Due, Pause, due
from enforcement.law.deadlines import Limit
from enforcement.law.events import Record
from enforcement.law.facts import CaseFacts, Fields

if TYPE_CHECKING:
    from enforcement.law.guards.registry import Law

__all__ = ["CONDITIONS", "Clock", "Due", "Moved", "State", "due", "moved", "open_clocks", "running"]

State = Literal["running", "paused", "met", "late", "overdue"]

_ONE_DAY = timedelta(days=1)
SOON_WORKING_DAYS = 2
"""From how many working days left people are told that a day comes near (design)."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit running (or having run) in one case. `key` tells instances apart (the measure, the preservation),
    else "".
    """

    due: Due
    started_by: Record
    stopped_by: Record | None
    stopped_on: date | None
    stopped_at: datetime | None
    paused: bool
    pauses: tuple[Pause, ...]
    extended: int
    key: str
    today: date
    now: datetime
    working_days_left: int

    @property
    def limit(self) -> Limit:
        """The limit that runs."""
        return self.due.limit

    @property
    def state(self) -> State:
        """Met or late once stopped, else running, paused or overdue; a waiting period is met when it has passed."""
        if self.limit.direction == "not_before":
            return "met" if self.today > self.due.due_on else "running"
        if self.stopped_on is not None:
            return "late" if self._after(self.stopped_on, self.stopped_at) else "met"
        if self.paused:
            return "paused"
        return "overdue" if self._after(self.today, self.now) else "running"

    def _after(self, day: date, moment: datetime | None) -> bool:
        if self.due.due_at is not None and moment is not None:
            return moment > self.due.due_at
        return day > self.due.due_on

    @property
    def overdue_days(self) -> int:
        """Calendar days past the last lawful day, until stopped or today; 0 when in time."""
        if self.state not in {"late", "overdue"}:
            return 0
        return max(((self.stopped_on or self.today) - self.due.due_on).days, 0)

    @property
    def act_by(self) -> tuple[str, ...]:
        """Roles who must act now; () once it stopped."""
        return self.limit.who if self.state in {"running", "paused", "overdue"} else ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A due day that another calendar puts elsewhere."""

    limit_key: str
    key: str
    started_on: date
    was: date
    now: date


# -------------------------------------------------------------------------------------------------------- conditions

Applies = Callable[[CaseFacts, "Law", Limit], bool]


def _owed(facts: CaseFacts, law: Law, limit: Limit) -> bool:
    """This is the limit under which the result is to be disclosed (G#13)."""
    from enforcement.law import disclosure

    owed = disclosure.obligation(facts, law)
    return owed is not None and owed.limit_key == limit.key


def _random_check(facts: CaseFacts, law: Law, limit: Limit) -> bool:  # noqa: ARG001 - every condition is asked alike
    """The inspection came from a random draw (R#5)."""
    return facts.read("inspection_begun").text("method") == "random"


def _was_published(facts: CaseFacts, law: Law, limit: Limit) -> bool:  # noqa: ARG001
    """There is something to withdraw (G#18.2): published, and not taken down and withheld since."""
    last = facts.last("publication_made", "publication_verified", "withheld")
    return last is not None and last.event != "withheld"


def _fine_imposed(facts: CaseFacts, law: Law, limit: Limit) -> bool:  # noqa: ARG001
    """The decision orders a payment (APL#67.3)."""
    return facts.read("decision_made").number("fine_fen") > 0


CONDITIONS: Mapping[str, Applies] = {
    "owed": _owed,
    "random_check": _random_check,
    "was_published": _was_published,
    "fine_imposed": _fine_imposed,
}
"""What a limit's `applies` may name."""


# ------------------------------------------------------------------------------------------------------------ one case


def running(facts: CaseFacts, law: Law, *, calendar: Calendar | None = None) -> tuple[Clock, ...]:
    """Every clock of the case, running and stopped, the earliest due first; `calendar` instead of the book's for
    comparing.
    """
    clocks: list[Clock] = []
    for limit in law.limits.values():
        if limit.level != "case" or (limit.procedures and facts.procedure not in limit.procedures):
            continue
        starts = [record for record in facts.standing if record.event in limit.starts and _meets(limit, record)]
        if not starts or (limit.applies and not CONDITIONS[limit.applies](facts, law, limit)):
            continue
        for record in starts:
            clock = _clock(limit, record, starts, facts, law, calendar or law.calendar)
            if clock is not None:
                clocks.append(clock)
    return tuple(sorted(clocks, key=lambda clock: (clock.due.due_on, clock.limit.key, clock.started_by.seq)))


def open_clocks(facts: CaseFacts, law: Law) -> tuple[Clock, ...]:
    """Those still to be met: running, paused or overdue; a waiting period until it has passed."""
    return tuple(clock for clock in running(facts, law) if clock.state in {"running", "paused", "overdue"})


def moved(facts: CaseFacts, law: Law, before: Calendar) -> tuple[Moved, ...]:
    """Compare the due days of clocks not yet stopped under an earlier calendar and under the book's: what a notice
    changed.
    """
    earlier = {(clock.limit.key, clock.started_by.seq): clock for clock in running(facts, law, calendar=before)}
    pairs = [(earlier.get((clock.limit.key, clock.started_by.seq)), clock) for clock in running(facts, law)]
    return tuple(
        Moved(clock.limit.key, clock.key, clock.due.started_on, was.due.due_on, clock.due.due_on)
        for was, clock in pairs
        if was is not None and clock.stopped_on is None and was.due.due_on != clock.due.due_on
    )


def _meets(limit: Limit, record: Record) -> bool:
    """Whether the starting record's data has what `when` asks: yes or no, or one of the words."""
    fields = Fields(record.data)
    return all(
        fields.yes(name) is values[0] if isinstance(values[0], bool) else fields.text(name) in values
        for name, values in limit.when
    )


def _clock(
    limit: Limit, record: Record, starts: Sequence[Record], facts: CaseFacts, law: Law, calendar: Calendar
) -> Clock | None:
    started_on = _started_on(limit, record, law, calendar)
    ruled_on = record.on if limit.direction in {"not_older_than", "at_least_before"} else started_on
    if started_on is None or ruled_on is None or not limit.in_force(ruled_on):
        return None
    key = Fields(record.data).text(limit.match) if limit.match else ""
    later = [other for other in facts.standing if other.seq > record.seq and _same(limit, key, other)]
    stop = _stop(limit, record, later)
    if limit.restarts and any(other in starts and (stop is None or other.seq < stop.seq) for other in later):
        return None
    during = [other for other in later if stop is None or other.seq <= stop.seq]
    pauses = _pauses(limit, during)
    extended = _extended(limit, key, during, ruled_on)
    fields = Fields(record.data)
    found = due(
        limit,
        started_on,
        calendar,
        paused=[(begun, ended or max(facts.today, begun) + _ONE_DAY) for begun, ended in pauses],
        extended=extended,
        value=_agency_value(limit, fields, facts, ruled_on),
        started_at=_moment(fields, limit.anchor) or record.at,
        ruled_on=ruled_on,
    )
    return Clock(
        due=found,
        started_by=record,
        stopped_by=stop,
        stopped_on=_stopped_on(limit, stop),
        stopped_at=_stopped_at(limit, stop),
        paused=stop is None and any(ended is None and begun <= found.due_on for begun, ended in pauses),
        pauses=pauses,
        extended=extended,
        key=key,
        today=facts.today,
        now=facts.now,
        working_days_left=calendar.working_days_between(facts.today, found.due_on),
    )


def _started_on(limit: Limit, record: Record, law: Law, calendar: Calendar) -> date | None:
    """The day counted from. Looking back or ahead needs its anchor; a document served by public notice arrives when
    the notice has run.
    """
    fields = Fields(record.data)
    anchor = _day(fields, limit.anchor)
    if anchor is None and limit.direction in {"not_older_than", "at_least_before"}:
        return None
    started_on = anchor or record.on
    if limit.served_through and fields.text("method") == "by_notice":
        notice = law.limits[limit.served_through]
        return due(notice, started_on, calendar).due_on if notice.in_force(started_on) else started_on
    return started_on


def _same(limit: Limit, key: str, record: Record) -> bool:
    """Whether a later record concerns this instance: it names the same measure, or does not name one and need not."""
    if not limit.match or record.event not in {*limit.starts, *limit.stops}:
        return True
    return Fields(record.data).text(limit.match) == key


def _stop(limit: Limit, record: Record, later: Sequence[Record]) -> Record | None:
    reopened = max((other.seq for other in later if other.event in limit.reopens), default=0)
    stops = [record, *later] if record.event in limit.stops else later
    stops = [other for other in stops if other.seq > reopened]
    return next((other for other in stops if other.event in limit.stops and _truly_stops(limit, record, other)), None)


def _truly_stops(limit: Limit, start: Record, stop: Record) -> bool:
    """A record that is both start and stop stops only with the day it says it stopped, where the limit asks for one."""
    return stop.seq != start.seq or not limit.stop_anchor or _day(Fields(stop.data), limit.stop_anchor) is not None


def _stopped_on(limit: Limit, stop: Record | None) -> date | None:
    if stop is None:
        return None
    return _day(Fields(stop.data), limit.stop_anchor) or stop.on


def _stopped_at(limit: Limit, stop: Record | None) -> datetime | None:
    if stop is None or limit.unit != "hour":
        return None
    return _moment(Fields(stop.data), limit.stop_anchor) or stop.at


def _day(fields: Fields, names: Sequence[str]) -> date | None:
    """The day in the first of the fields that is filled in."""
    return next((day for name in names if (day := fields.day(name)) is not None), None)


def _moment(fields: Fields, names: Sequence[str]) -> datetime | None:
    return next((moment for name in names if (moment := fields.moment(name)) is not None), None)


def _pauses(limit: Limit, during: Sequence[Record]) -> tuple[Pause, ...]:
    """Each pause from the day it was approved to the day it ended, None while it lasts."""
    pauses: list[Pause] = []
    for begin, end in limit.pauses:
        begun: date | None = None
        for record in during:
            if record.event == begin and begun is None:
                begun = record.on
            elif record.event == end and begun is not None:
                pauses.append((begun, record.on))
                begun = None
        if begun is not None:
            pauses.append((begun, None))
    return tuple(pauses)


def _extended(limit: Limit, key: str, during: Sequence[Record], ruled_on: date) -> int:
    """Units added by extensions: never beyond what the law allows; where another rule may allow it, only with that
    rule's article. Where several run apart, an extension that names another is not of this one.
    """
    asked = [Fields(record.data) for record in during if record.event == "extended"]
    mine = [fields for fields in asked if fields.text("limit") == limit.key]
    mine = [fields for fields in mine if not limit.match or fields.text(limit.match) in {"", key}]
    allowed = limit.extension_on(ruled_on)
    if allowed is not None:
        return min(sum(fields.number("days") for fields in mine), allowed.value)
    if limit.extension_by_other_rule:
        return sum(fields.number("days") for fields in mine if fields.text("cite"))
    return 0


def _agency_value(limit: Limit, fields: Fields, facts: CaseFacts, day: date) -> int | None:
    """The number the agency set: the one written in the document before its present parameter; None where it may set
    none.
    """
    told = fields.number(limit.value_field) if limit.value_field else 0
    value = told or (facts.parameter(limit.parameter) if limit.parameter else None)
    return value if value is not None and limit.parameter_breach(value, day) is None else None
