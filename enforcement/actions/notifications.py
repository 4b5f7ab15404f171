"""Noting that what the clock told has been read; no record and no ledger entry."""

import uuid
from collections.abc import Collection

from sqlalchemy import or_, update

from enforcement.models.clock import Notification
from enforcement.work import Actor, Office


def mark_read(office: Office, actor: Actor, ids: Collection[uuid.UUID]) -> None:
    """Mark those of these that are this person's as read; for a role, once one of its holders has read it."""
    meant = or_(Notification.to_person == actor.person_id, Notification.to_role.in_(sorted(actor.roles)))
    with office.begin(actor) as work:
        work.session.execute(
            update(Notification)
            .where(Notification.id.in_(list(ids)), meant, Notification.read_at.is_(None))
            .values(read_at=work.moment)
        )
