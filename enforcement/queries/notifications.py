"""What the clock has told this person, or one of the roles they hold today."""

import dataclasses
import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from enforcement.models.cases import Case
from enforcement.models.clock import Notification
from enforcement.queries.paging import FIRST, Count, Order, Page, Place, count_of, page_of
from enforcement.work import Actor, Work


@dataclasses.dataclass(frozen=True, slots=True)
class NotificationRow:
    """One notification with the case it is about, if it is about one."""

    notification: Notification
    case_no: str
    case_title: str


def meant_for(actor: Actor) -> Any:
    """The condition under which a notification is this person's."""
    return or_(*_addressed(actor))


def _addressed(actor: Actor) -> list[ColumnElement[bool]]:
    """The ways in which it may be: to a person, or to one role or another. None is two of them."""
    return [Notification.to_person == actor.person_id, *(Notification.to_role == role for role in sorted(actor.roles))]


def unread_count(work: Work) -> Count:
    """How many are unread."""
    return count_of(work, select(Notification.id).where(meant_for(work.actor), Notification.read_at.is_(None)))


UNREAD_FIRST = Order(
    (Notification.read_at.is_(None), Notification.created_at, Notification.id), (bool, dt.datetime, uuid.UUID)
)


def list_notifications(work: Work, place: Place = FIRST) -> Page[NotificationRow]:
    """A page of them, unread first, then newest first. One query."""
    query = select(Notification, Case.case_no, Case.title).outerjoin(Case, Case.id == Notification.case_id)
    return page_of(
        work, query, UNREAD_FIRST, place,
        lambda row: NotificationRow(row["Notification"], row["case_no"] or "", row["title"] or ""),
        either=_addressed(work.actor),
    )  # fmt: skip


def count_notifications(work: Work, *, exact: bool = False) -> Count:
    """How many there are, read and unread."""
    return count_of(work, select(Notification.id).where(meant_for(work.actor)), exact=exact)
