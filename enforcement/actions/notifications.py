"""Notifying people of what falls due or went wrong, and noting that they have read it.

Whom the clock notified of what is in the record: all of one pass about one case in one act of that case, of what is
about no case in one of the agency. Such an act is no step: it rests on no version, and no law looks at it. That
somebody has read it is in no record.
"""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from typing import Literal

from sqlalchemy import or_, select

from enforcement.actions.forms import number
from enforcement.actions.registry import Extra, act
from enforcement.models.base import new_id
from enforcement.models.cases import Case
from enforcement.models.clock import Notification
from enforcement.models.people import Agency
from enforcement.work import Actor, Office, Work

Kind = Literal[
    "due_soon", "overdue", "late", "not_released", "deferral_review", "due_moved", "clock_refused", "must_withdraw",
    "taken_down", "not_back", "unreachable", "still_public", "correction_received", "correction_overdue",
]  # fmt: skip
"""What a notification may be about; each is a term of terms.toml."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing about one item, for one person or for whoever holds a role: said once, and never again.

    `about_on` is the due day, review day or day of refusal it is about; `subject` which measure, preservation or
    request, where there are several.
    """

    kind: Kind
    about_on: dt.date
    to_role: str = ""
    to_person: uuid.UUID | None = None
    case_id: uuid.UUID | None = None
    disclosure_id: uuid.UUID | None = None
    limit_key: str = ""
    subject: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """How many notifications are given; the record holds each as it was written."""

    count: int | None = number("提醒条数")


@act(Notify, scope="case", plain=False)
def notify_of_case(work: Work, _case: Case, _form: Notify, notices: Iterable[Notice]) -> Extra | None:
    """Notify people of what is about this case."""
    _write(work, notices)
    return None


@act(Notify, scope="agency", plain=False)
def notify_of_agency(work: Work, _agency: Agency, _form: Notify, notices: Iterable[Notice]) -> Extra | None:
    """Notify people of what is about no case: the agency's own limits, what the public asks of the agency itself."""
    _write(work, notices)
    return None


def _write(work: Work, notices: Iterable[Notice]) -> None:
    for one in notices:
        values = {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
        row = Notification(id=new_id(), agency_id=work.actor.agency_id, created_at=work.moment, read_at=None, **values)
        work.session.add(row)


def mark_read(office: Office, actor: Actor, ids: Collection[uuid.UUID]) -> None:
    """Mark those of these that are this person's as read; for a role, once one of its holders has read it."""
    meant = or_(Notification.to_person == actor.person_id, Notification.to_role.in_(sorted(actor.roles)))
    with office.begin(actor) as work:
        unread = select(Notification).where(Notification.id.in_(list(ids)), meant, Notification.read_at.is_(None))
        for one in work.session.scalars(unread):
            one.read_at = work.moment
