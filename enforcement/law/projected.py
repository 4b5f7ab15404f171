"""What runs: one row for each limit that its owner's records have set going.

A row follows from records and book alone, never from the day it is looked at: it can be stored, thrown away and made
again. How it stands on a day is asked of :mod:`enforcement.law.clocks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Protocol

from enforcement.law import disclosure
from enforcement.law.calendar import Calendar
from enforcement.law.counting import Due, Pause, due
from enforcement.law.deadlines import Bound, Level, Period, RunningLimit
from enforcement.law.decision import IMPOSED
from enforcement.law.events import Record
from enforcement.law.facts import NOT_LISTED, CaseFacts, Fields, ParameterFacts

_LOOKS_FROM_A_DAY = frozenset({"not_older_than", "at_least_before"})
"""Directions that need their anchor: without it there is no day to look back or ahead from."""


@dataclass(frozen=True, slots=True)
class RunningClock:
    """One limit set going by one record. `key` tells instances apart (the measure, the preservation), else "".

    `due` is None while a pause is open: the days left are known, the day is not. `value` is the agency's own number,
    `ruled_on` the day whose line of law applies. A stop closes what pause was open.
    """

    limit: RunningLimit
    key: str
    started_seq: int
    started_at: datetime
    anchor_on: date
    ruled_on: date
    value: int | None
    extended: int
    pauses: tuple[Pause, ...]
    due: Due | None
    stopped_seq: int | None = None
    stopped_on: date | None = None
    stopped_at: datetime | None = None

    def due_if_resumed(self, day: date, calendar: Calendar) -> Due:
        """When it falls due, a pause still open ending on that day."""
        closed = tuple((begun, ended or max(day, begun)) for begun, ended in self.pauses)
        return self._due(calendar, closed)

    def with_due(self, calendar: Calendar) -> RunningClock:
        """The same with its due day, unless a pause is open: one that began after the last day changes nothing."""
        ended = tuple(pause for pause in self.pauses if pause[1] is not None)
        found = self._due(calendar, ended)
        paused = any(until is None and begun <= found.due_on for begun, until in self.pauses)
        return replace(self, due=None if paused else found, pauses=self.pauses if paused else ended)

    def _due(self, calendar: Calendar, pauses: Sequence[Pause]) -> Due:
        return due(
            self.limit,
            self.anchor_on,
            calendar,
            paused=pauses,
            extended=self.extended,
            value=self.value,
            started_at=self.started_at,
            ruled_on=self.ruled_on,
        )


# -------------------------------------------------------------------------------------------------------- conditions


class Law(disclosure.Law, Protocol):
    """What is asked of the law book here."""

    @property
    def calendar(self) -> Calendar:
        """Working days and days of rest."""

    @property
    def limits(self) -> Mapping[str, RunningLimit]:
        """Every time limit that runs, by key."""

    @property
    def bounds(self) -> Mapping[str, Bound]:
        """Every day looked back or ahead to, by key."""

    @property
    def periods(self) -> Mapping[str, Period]:
        """Every time of others, by key."""


Applies = Callable[[CaseFacts, Law, RunningLimit], bool]


def _owed(facts: CaseFacts, law: Law, limit: RunningLimit) -> bool:
    """This is the limit under which the result is to be disclosed (G#13)."""
    owed = disclosure.obligation(facts, law)
    return owed is not None and owed.limit_key == limit.key


def _random_check(facts: CaseFacts, law: Law, limit: RunningLimit) -> bool:  # noqa: ARG001 - every condition is asked alike
    """The inspection came from a random draw (R#5)."""
    return facts.read("inspection_begun").text("method") == "random"


def _was_published(facts: CaseFacts, law: Law, limit: RunningLimit) -> bool:  # noqa: ARG001
    """There is something to withdraw (G#18.2): published, and not taken down and withheld since."""
    last = facts.last("publication_made", "publication_verified", "withheld")
    return last is not None and last.event != "withheld"


def _fine_imposed(facts: CaseFacts, law: Law, limit: RunningLimit) -> bool:  # noqa: ARG001
    """The decision orders a payment (APL#67.3)."""
    return facts.read("decision_made").number("fine_fen") > 0


def _handled_jointly(facts: CaseFacts, law: Law, limit: RunningLimit) -> bool:  # noqa: ARG001
    """The license is handled by several authorities together (ALL#42.2)."""
    return facts.read("application_accepted").text("handling") == "joint"


def _handled_alone(facts: CaseFacts, law: Law, limit: RunningLimit) -> bool:
    """It is not, and the authority's own twenty days run (ALL#42.1)."""
    return not _handled_jointly(facts, law, limit)


MARKET_RULE = "penalty_disclosure_by_rule_days"
"""The number by which an agency says that it discloses under the market regulators' rule."""
HERE = ("10", "11")
"""Where a party is registered here: the third and fourth characters of its unified code name the national registry or
Beijing (GB/T 2260).
"""


def _registered_elsewhere(facts: CaseFacts, law: Law, limit: RunningLimit) -> bool:  # noqa: ARG001
    """A penalty on a party whose unified code was given in another province, by an agency under MR45 (MR45#10)."""
    decision = facts.last("decision_made")
    if decision is None or facts.parameter_on(MARKET_RULE, decision.on, decision.at) is None:
        return False
    parties = facts.read("party_set", "lead_registered").group("parties")
    codes = [party.text("id_no") for party in parties if party.text("kind") != "natural_person"]
    elsewhere = any(len(code) == _CODE_LENGTH and code[2:4] not in HERE for code in codes)
    return elsewhere and Fields(decision.data).text("outcome") == IMPOSED


_CODE_LENGTH = 18


def _party_asks(facts: CaseFacts, law: Law, limit: RunningLimit) -> bool:  # noqa: ARG001
    """A party asks that what is published of it be corrected (G#19.2)."""
    return facts.read("correction_requested").text("kind") == "correction"


def _public_suggests(facts: CaseFacts, law: Law, limit: RunningLimit) -> bool:
    """Somebody suggests something about the disclosure (G#19.1)."""
    return not _party_asks(facts, law, limit)


CONDITIONS: Mapping[str, Applies] = {
    "owed": _owed,
    "random_check": _random_check,
    "was_published": _was_published,
    "fine_imposed": _fine_imposed,
    "handled_alone": _handled_alone,
    "handled_jointly": _handled_jointly,
    "registered_elsewhere": _registered_elsewhere,
    "party_asks": _party_asks,
    "public_suggests": _public_suggests,
}
"""What a limit's `applies` may name."""


# --------------------------------------------------------------------------------------------------------- projecting


def concerning(law: Law, level: Level) -> frozenset[str]:
    """The events that set, stop or reopen a clock of a level."""
    limits = (limit for limit in law.limits.values() if limit.level == level)
    return frozenset(event for limit in limits for event in (*limit.starts, *limit.stops, *limit.reopens))


_REQUEST = "request"


def request_of(record: Record, law: Law) -> str | None:
    """The request of the public that a record, of whatever chain, is about; None where it is about none."""
    return str(record.data[_REQUEST]) if record.event in concerning(law, "publication") else None


def of_records(
    procedure: str,
    records: tuple[Record, ...],
    parameters: Mapping[str, ParameterFacts | None],
    version: str,
    clears: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> CaseFacts:
    """All of the facts that a row follows from, on no day at all; `version` is that of the book asked about them."""
    never = datetime.min.replace(tzinfo=UTC)
    return CaseFacts(
        case_id="",
        procedure=procedure,
        stage="",
        today=never.date(),
        now=never,
        law=version,
        matter=NOT_LISTED,
        parties=(),
        officers=(),
        handling_unit_id="",
        records=records,
        recordings=(),
        parameters=parameters,
        directory=None,
        actor=None,
        clears=clears,
    )


def numbered(records: Iterable[Record]) -> tuple[Record, ...]:
    """The records about one request, numbered by themselves in order of time, for they stand in two chains."""
    return tuple(replace(one, seq=seq) for seq, one in enumerate(records, start=1))


def projected(
    facts: CaseFacts, law: Law, *, level: Level = "case", calendar: Calendar | None = None
) -> tuple[RunningClock, ...]:
    """Every clock that the records of one owner have set going, in the order of the book and of the records.

    `facts` are those of a case, or hold the records of an agency or of a request (`level`). `calendar` instead of the
    book's for comparing.
    """
    rows: list[RunningClock] = []
    for limit in law.limits.values():
        if limit.level != level or (limit.procedures and facts.procedure not in limit.procedures):
            continue
        starts = [record for record in facts.standing if record.event in limit.starts and _meets(limit, record)]
        if not starts or (limit.applies and not CONDITIONS[limit.applies](facts, law, limit)):
            continue
        found = (_row(limit, record, starts, facts, law, calendar or law.calendar) for record in starts)
        rows += [row for row in found if row is not None]
    return tuple(rows)


def _meets(limit: RunningLimit, record: Record) -> bool:
    """Whether the starting record's data has what `when` asks: yes or no, or one of the words."""
    fields = Fields(record.data)
    return all(
        fields.yes(name) is values[0] if isinstance(values[0], bool) else fields.text(name) in values
        for name, values in limit.when
    )


def _row(
    limit: RunningLimit, record: Record, starts: Sequence[Record], facts: CaseFacts, law: Law, calendar: Calendar
) -> RunningClock | None:
    anchor_on = _anchor_on(limit, record, law, calendar)
    ruled_on = record.on if limit.direction in _LOOKS_FROM_A_DAY else anchor_on
    if anchor_on is None or ruled_on is None or not limit.in_force(ruled_on):
        return None
    fields = Fields(record.data)
    key = fields.text(limit.match) if limit.match else ""
    later = [other for other in facts.standing if other.seq > record.seq and _same(limit, key, other)]
    stop = _stop(limit, record, later)
    if limit.restarts and any(other in starts and (stop is None or other.seq < stop.seq) for other in later):
        return None
    during = [other for other in later if stop is None or other.seq <= stop.seq]
    row = RunningClock(
        limit=limit,
        key=key,
        started_seq=record.seq,
        started_at=_moment(fields, limit.anchor) or record.at,
        anchor_on=anchor_on,
        ruled_on=ruled_on,
        value=_agency_value(limit, record, facts, ruled_on),
        extended=_extended(limit, key, during, ruled_on),
        pauses=_pauses(limit, during, stop),
        due=None,
        stopped_seq=stop.seq if stop else None,
        stopped_on=_stopped_on(limit, stop),
        stopped_at=_stopped_at(limit, stop),
    )
    return row.with_due(calendar)


def _anchor_on(limit: RunningLimit, record: Record, law: Law, calendar: Calendar) -> date | None:
    """The day counted from. Looking back or ahead needs its anchor; a document served by public notice arrives when
    the notice has run.
    """
    fields = Fields(record.data)
    anchor = _day(fields, limit.anchor)
    if anchor is None and limit.direction in _LOOKS_FROM_A_DAY:
        return None
    started_on = anchor or record.on
    if limit.served_through and fields.text("method") == "by_notice":
        notice = law.limits[limit.served_through]
        started_on = due(notice, started_on, calendar).due_on if notice.in_force(started_on) else started_on
    if limit.after:
        first = law.periods[limit.after]
        return due(first, started_on, calendar).due_on if first.in_force(started_on) else None
    return started_on


def _same(limit: RunningLimit, key: str, record: Record) -> bool:
    """Whether a later record concerns this instance: it names the same measure, or does not name one and need not."""
    if not limit.match or record.event not in {*limit.starts, *limit.stops}:
        return True
    return Fields(record.data).text(limit.match) == key


def _stop(limit: RunningLimit, record: Record, later: Sequence[Record]) -> Record | None:
    reopened = max((other.seq for other in later if other.event in limit.reopens), default=0)
    stops = [record, *later] if record.event in limit.stops else later
    stops = [other for other in stops if other.seq > reopened]
    return next((other for other in stops if other.event in limit.stops and _truly_stops(limit, record, other)), None)


def _truly_stops(limit: RunningLimit, start: Record, stop: Record) -> bool:
    """A record that is both start and stop stops only with the day it says it stopped, where the limit asks for one."""
    return stop.seq != start.seq or not limit.stop_anchor or _day(Fields(stop.data), limit.stop_anchor) is not None


def _stopped_on(limit: RunningLimit, stop: Record | None) -> date | None:
    if stop is None:
        return None
    return _day(Fields(stop.data), limit.stop_anchor) or stop.on


def _stopped_at(limit: RunningLimit, stop: Record | None) -> datetime | None:
    if stop is None or limit.unit != "hour":
        return None
    return _moment(Fields(stop.data), limit.stop_anchor) or stop.at


def _day(fields: Fields, names: Sequence[str]) -> date | None:
    """The day in the first of the fields that is filled in."""
    return next((day for name in names if (day := fields.day(name)) is not None), None)


def _moment(fields: Fields, names: Sequence[str]) -> datetime | None:
    """The moment in the first of the fields that holds one; a day is none."""
    found = (fields.moment(name) for name in names)
    return next((moment for moment in found if moment is not None and moment.tzinfo is not None), None)


def _pauses(limit: RunningLimit, during: Sequence[Record], stop: Record | None) -> tuple[Pause, ...]:
    """Each pause from the day it was approved to the day it ended, None while it lasts; a stop ends it."""
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
            pauses.append((begun, max(begun, stop.on) if stop else None))
    return tuple(pauses)


def _extended(limit: RunningLimit, key: str, during: Sequence[Record], ruled_on: date) -> int:
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


def _agency_value(limit: RunningLimit, record: Record, facts: CaseFacts, day: date) -> int | None:
    """The number the agency set: the one written in the document, else the one in force when the clock was set; None
    where it may set none. What is set later moves no clock, as no later line of law does.
    """
    written = Fields(record.data).number(limit.value_field) if limit.value_field else 0
    value = written or (facts.parameter_on(limit.parameter, day, record.at) if limit.parameter else None)
    return value if value is not None and limit.parameter_breach(value, day) is None else None
