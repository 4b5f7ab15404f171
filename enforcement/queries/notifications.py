"""What the clock has told this person, or one of the roles they hold today."""

import dataclasses
from typing import Any

from sqlalchemy import func, or_, select

from enforcement.models.cases import Case
from enforcement.models.clock import Notification
from enforcement.work import Actor, Work


@dataclasses.dataclass(frozen=True, slots=True)
class NotificationRow:
    """One notification with the case it is about, if it is about one."""

    notification: Notification
    case_no: str
    case_title: str


def meant_for(actor: Actor) -> Any:
    """The condition under which a notification is this person's."""
    return or_(Notification.to_person == actor.person_id, Notification.to_role.in_(sorted(actor.roles)))


def unread_count(work: Work) -> int:
    """How many are unread."""
    query = select(func.count()).where(meant_for(work.actor), Notification.read_at.is_(None))
    return work.session.scalar(query) or 0


def list_notifications(work: Work, *, offset: int, limit: int) -> tuple[list[NotificationRow], int]:
    """A page of them, unread first, then newest first, and how many there are."""
    total = work.session.scalar(select(func.count()).select_from(Notification).where(meant_for(work.actor))) or 0
    query = (
        select(Notification, Case.case_no, Case.title)
        .outerjoin(Case, Case.id == Notification.case_id)
        .where(meant_for(work.actor))
        .order_by(Notification.read_at.is_not(None), Notification.created_at.desc(), Notification.id)
        .offset(offset)
        .limit(limit)
    )
    return [NotificationRow(one, no or "", title or "") for one, no, title in work.session.execute(query)], total
