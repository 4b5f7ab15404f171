"""Telling people, once: the same thing about the same item, day and recipient is told a single time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

from sqlalchemy.dialects.postgresql import insert

from enforcement.law.clocks import SOON_WORKING_DAYS, Clock
from enforcement.law.facts import CaseFacts
from enforcement.law.guards.disclosure import is_taken_down
from enforcement.models.base import new_id
from enforcement.models.clock import Notification
from enforcement.models.disclosures import Disclosure
from enforcement.work import Work

KINDS = (
    "due_soon", "overdue", "late", "not_released", "deferral_review", "due_moved", "clock_refused", "must_withdraw",
    "taken_down", "not_back", "unreachable", "still_public", "correction_received", "correction_overdue",
)  # fmt: skip
"""What a notification may be about; each is a term of terms.toml."""

HEAD = "agency_head"
RELEASER = "disclosure_releaser"
CLERK = "disclosure_clerk"


def tell(
    work: Work,
    kind: str,
    about_on: date,
    to_role: str,
    *,
    to_person: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
    disclosure_id: uuid.UUID | None = None,
    limit_key: str = "",
    subject: str = "",
) -> bool:
    """Write one notification; say whether it is new."""
    if kind not in KINDS:
        raise ValueError(kind)
    statement = insert(Notification).values(
        id=new_id(),
        agency_id=work.actor.agency_id,
        kind=kind,
        about_on=about_on,
        to_role="" if to_person else to_role,
        to_person=to_person,
        case_id=case_id,
        disclosure_id=disclosure_id,
        limit_key=limit_key,
        subject=subject,
        created_at=work.moment,
        read_at=None,
    )
    done = work.session.execute(statement.on_conflict_do_nothing().returning(Notification.id))
    return done.one_or_none() is not None


def tell_clock(work: Work, kind: str, facts: CaseFacts, clock: Clock, roles: Iterable[str]) -> int:
    """Tell these roles about a clock of a case: the officers on the case by person; say how many were told anew."""
    told = 0
    for role in dict.fromkeys(roles):
        for person in _persons(facts, role):
            told += tell(
                work,
                kind,
                clock.due.due_on,
                role,
                to_person=person,
                case_id=uuid.UUID(facts.case_id),
                limit_key=clock.limit.key,
                subject=clock.key,
            )
    return told


def _persons(facts: CaseFacts, role: str) -> tuple[uuid.UUID | None, ...]:
    """The officers of the case where officers are meant and it has any; else nobody in person, the role as such."""
    on_case = tuple(uuid.UUID(one.person_id) for one in facts.officers if one.to_on is None)
    return on_case if role == "officer" and on_case else (None,)


def tell_clocks(work: Work, facts: CaseFacts, clocks: Iterable[Clock]) -> int:
    """Tell of every period of the agency's own that is nearly over, over, or was met too late.

    A party's period that runs out is nobody's fault, and a waiting period nobody's task.
    """
    told = 0
    for clock in clocks:
        limit, state = clock.limit, clock.state
        if limit.direction != "within" or limit.party:
            continue
        if state == "running" and nearly_over(work, clock):
            told += tell_clock(work, "due_soon", facts, clock, limit.who)
        elif state == "overdue":
            told += tell_clock(work, "overdue", facts, clock, (*limit.who, HEAD))
        elif state == "late":
            told += tell_clock(work, "late", facts, clock, (HEAD,))
    return told


def nearly_over(work: Work, clock: Clock, days: int = SOON_WORKING_DAYS) -> bool:
    """Whether so few working days or fewer are left until the day people work to."""
    return work.book.calendar.working_days_between(work.today, clock.due.target_on) <= days


def tell_taken_down(work: Work, disclosure: Disclosure, *, done: bool) -> int:
    """A minor's case was public: that it has come down; or, where it could not, every day that it must."""
    kind = "taken_down" if done else "must_withdraw"
    return sum(
        tell(work, kind, work.today, role, case_id=disclosure.case_id, disclosure_id=disclosure.id)
        for role in (RELEASER, HEAD)
    )


def tell_agency(work: Work, clock: Clock) -> int:
    """Tell of a limit of the agency itself that is nearly over, or over; say how many were told anew."""
    if clock.limit.direction != "within" or clock.limit.party:
        return 0
    if clock.state == "overdue":
        kind, roles = "overdue", (*clock.limit.who, HEAD)
    elif clock.state == "running" and nearly_over(work, clock):
        kind, roles = "due_soon", clock.limit.who
    else:
        return 0
    about, key = clock.due.due_on, clock.limit.key
    return sum(tell(work, kind, about, role, limit_key=key, subject=clock.key) for role in dict.fromkeys(roles))


def is_told_daily(facts: CaseFacts, disclosure: Disclosure) -> bool:
    """Whether something of this disclosure is told every day until it has changed: taken down, and not on its way."""
    return disclosure.stage in {"due", "prepared"} and is_taken_down(facts)


def tell_disclosure(work: Work, facts: CaseFacts, disclosure: Disclosure, clocks: Iterable[Clock]) -> int:
    """Escalate what nobody has released as its day comes near, and the day a deferral's ground is looked at again.

    Every day, what was taken down as an error and is neither on its way back nor withheld. `facts` are the
    disclosure's own.
    """
    case_id = uuid.UUID(facts.case_id)
    if disclosure.stage == "deferred" and disclosure.review_on is not None and disclosure.review_on <= work.today:
        return sum(
            tell(work, "deferral_review", disclosure.review_on, role, case_id=case_id, disclosure_id=disclosure.id)
            for role in (CLERK, HEAD)
        )
    if is_told_daily(facts, disclosure):
        return sum(
            tell(work, "not_back", work.today, role, case_id=case_id, disclosure_id=disclosure.id)
            for role in (CLERK, RELEASER, HEAD)
        )
    mine = next((clock for clock in clocks if clock.limit.key == disclosure.limit_key), None)
    if mine is None or disclosure.stage not in {"due", "prepared"} or not nearly_over(work, mine, 1):
        return 0
    return sum(
        tell(
            work,
            "not_released",
            mine.due.due_on,
            role,
            case_id=case_id,
            disclosure_id=disclosure.id,
            limit_key=disclosure.limit_key,
        )
        for role in (RELEASER, HEAD)
    )
