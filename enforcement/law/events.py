"""A process record as the law reads it: one event, on one day, by one person, with the form it was done with (J#3,
J#7.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTIFIED = "people_notified"
"""Left by the clock when it has notified people: on record in its chain, but no step, and read by no law."""


def shanghai_day(moment: datetime) -> date:
    """Return the day in Asia/Shanghai on which an aware moment falls. Every day of the law is such a day.

    Raises ValueError for a naive moment: its day would depend on the machine.
    """
    if moment.tzinfo is None:
        msg = "a moment without a time zone has no day"
        raise ValueError(msg)
    return moment.astimezone(SHANGHAI).date()


@dataclass(frozen=True, slots=True)
class Record:
    """One process record: never changed, never removed.

    `seq` is its place in the case's chain; `event` what happened, `act` what was done, `stage` where the case stood
    afterwards; `at` when it was recorded (aware), `on` the Shanghai day on which the thing happened; `data` the act's
    form; `people` who acted in it by capacity, as the act stood then (`acts.Act.people`);
    `behalf_of` the head for whom a deputy did it.
    """

    seq: int
    event: str
    act: str
    stage: str
    at: datetime
    on: date
    actor_id: str | None
    data: Mapping[str, Any] = field(default_factory=dict)
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    behalf_of: str | None = None
