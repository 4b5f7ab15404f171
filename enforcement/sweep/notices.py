"""Whom to notify of what, and notifying them: of the same thing about the same item and day a single time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import or_, select, tuple_

from enforcement.actions.notifications import Kind, Notice, Notify
from enforcement.actions.registry import find, perform_in
from enforcement.actions.subjects import beside
from enforcement.law.clocks import SOON_WORKING_DAYS, Clock
from enforcement.law.facts import CaseFacts
from enforcement.law.guards.disclosure import is_taken_down
from enforcement.models.cases import Case
from enforcement.models.clock import Notification
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Agency
from enforcement.work import Work

HEAD = "agency_head"
RELEASER = "disclosure_releaser"
CLERK = "disclosure_clerk"

_IDENTITY = tuple(getattr(Notification, field.name) for field in dataclasses.fields(Notice))


def notify(work: Work, owner: Case | Agency, notices: Sequence[Notice]) -> int:
    """Notify of what nobody was notified of before, in one act of the owner, which is locked; say of how many."""
    new = unknown(work, notices)
    if new:
        name = "notify_of_case" if isinstance(owner, Case) else "notify_of_agency"
        perform_in(work, find(name), beside(owner), Notify(count=len(new)), new)
    return len(new)


def unknown(work: Work, notices: Sequence[Notice]) -> list[Notice]:
    """Those of these notices that were never given, each once. One query, none where there are no notices."""
    if not notices:
        return []
    cases = {one.case_id for one in notices}
    about = Notification.case_id.in_(cases - {None})
    query = select(*_IDENTITY).where(
        Notification.agency_id == work.actor.agency_id,
        or_(about, Notification.case_id.is_(None)) if None in cases else about,
        tuple_(Notification.kind, Notification.about_on).in_({(one.kind, one.about_on) for one in notices}),
    )
    given = {tuple(row) for row in work.session.execute(query)}
    return [one for one in dict.fromkeys(notices) if dataclasses.astuple(one) not in given]


# --------------------------------------------------------------------------------------------------------- whom of what


def of_clock(kind: Kind, facts: CaseFacts, clock: Clock, roles: Iterable[str]) -> Iterator[Notice]:
    """About a clock of a case, for these roles: for the officers on the case in person."""
    on_case = tuple(uuid.UUID(one.person_id) for one in facts.officers if one.to_on is None)
    for role in dict.fromkeys(roles):
        persons = on_case if role == "officer" and on_case else (None,)
        for person in persons:
            yield Notice(
                kind=kind,
                about_on=clock.due.due_on,
                to_role="" if person else role,
                to_person=person,
                case_id=uuid.UUID(facts.case_id),
                limit_key=clock.limit.key,
                subject=clock.key,
            )


def of_clocks(work: Work, facts: CaseFacts, clocks: Iterable[Clock]) -> Iterator[Notice]:
    """About every period of the agency's own that is nearly over, over, or was met too late.

    A party's period that runs out is nobody's fault, and a waiting period nobody's task.
    """
    for clock in clocks:
        limit, state = clock.limit, clock.state
        if limit.direction != "within" or limit.party:
            continue
        if state == "running" and nearly_over(work, clock):
            yield from of_clock("due_soon", facts, clock, limit.who)
        elif state == "overdue":
            yield from of_clock("overdue", facts, clock, (*limit.who, HEAD))
        elif state == "late":
            yield from of_clock("late", facts, clock, (HEAD,))


def nearly_over(work: Work, clock: Clock, days: int = SOON_WORKING_DAYS) -> bool:
    """Whether so few working days or fewer are left until the day people work to."""
    return work.book.calendar.working_days_between(work.today, clock.due.target_on) <= days


def of_agency(work: Work, clock: Clock) -> Iterator[Notice]:
    """About a limit of the agency itself that is nearly over, or over."""
    limit = clock.limit
    if limit.direction != "within" or limit.party:
        return
    if clock.state == "overdue":
        yield from _of_agency("overdue", clock, (*limit.who, HEAD))
    elif clock.state == "running" and nearly_over(work, clock):
        yield from _of_agency("due_soon", clock, limit.who)


def _of_agency(kind: Kind, clock: Clock, roles: Iterable[str]) -> Iterator[Notice]:
    for role in dict.fromkeys(roles):
        on, key = clock.due.due_on, clock.limit.key
        yield Notice(kind=kind, about_on=on, to_role=role, limit_key=key, subject=clock.key)


def of_taken_down(work: Work, disclosure: Disclosure, *, done: bool) -> Iterator[Notice]:
    """A minor's case was public: that it has come down; or, where it could not, every day that it must."""
    return _of_disclosure("taken_down" if done else "must_withdraw", work.today, disclosure, RELEASER, HEAD)


def is_said_daily(facts: CaseFacts, disclosure: Disclosure) -> bool:
    """Whether something of this disclosure is said every day until it has changed: taken down, not on its way."""
    return disclosure.stage in {"due", "prepared"} and is_taken_down(facts)


def of_disclosure(work: Work, facts: CaseFacts, disclosure: Disclosure, clocks: Iterable[Clock]) -> Iterator[Notice]:
    """What nobody has released as its day comes near, and the day a deferral's ground is looked at again.

    Every day, what was taken down as an error and is neither on its way back nor withheld. `facts` are the
    disclosure's own.
    """
    if disclosure.stage == "deferred" and disclosure.review_on is not None and disclosure.review_on <= work.today:
        return _of_disclosure("deferral_review", disclosure.review_on, disclosure, CLERK, HEAD)
    if is_said_daily(facts, disclosure):
        return _of_disclosure("not_back", work.today, disclosure, CLERK, RELEASER, HEAD)
    key = disclosure.limit_key
    mine = next((clock for clock in clocks if clock.limit.key == key), None)
    if mine is None or disclosure.stage not in {"due", "prepared"} or not nearly_over(work, mine, 1):
        return iter(())
    return _of_disclosure("not_released", mine.due.due_on, disclosure, RELEASER, HEAD, limit_key=key)


def _of_disclosure(
    kind: Kind, about_on: dt.date, disclosure: Disclosure, *roles: str, limit_key: str = ""
) -> Iterator[Notice]:
    for role in roles:
        yield Notice(
            kind=kind,
            about_on=about_on,
            to_role=role,
            case_id=disclosure.case_id,
            disclosure_id=disclosure.id,
            limit_key=limit_key,
        )
