"""When the clock must look at what again: it asks what is due or changed, never everything there is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy import or_, select, update

from enforcement.law.deadlines import Level
from enforcement.law.events import SHANGHAI
from enforcement.models.clock import LookAgain
from enforcement.work import Actor, Office, Work


def waiting(office: Office, actor: Actor, calendar: str, level: Level, *, limit: int) -> list[uuid.UUID]:
    """What is to be looked at now, at most `limit`: what people have just done first, and another law or calendar last.

    Each is found by an index; what nobody touched and no day touches is not even seen.
    """
    own = (LookAgain.agency_id == actor.agency_id, LookAgain.level == level)
    with office.begin(actor) as work:
        due = select(LookAgain.owner_id).where(*own, LookAgain.again_at <= work.moment)
        found = list(work.session.scalars(due.order_by(LookAgain.again_at.desc()).limit(limit)))
        if len(found) < limit:
            # Not "<>", which no index answers.
            law, counted = work.book.version, calendar
            other = or_(
                LookAgain.law < law, LookAgain.law > law, LookAgain.calendar < counted, LookAgain.calendar > counted
            )
            changed = select(LookAgain.owner_id).where(*own, other).limit(limit - len(found))
            found += [one for one in work.session.scalars(changed) if one not in found]
        return found


def note(work: Work, owner_id: uuid.UUID, calendar: str, moments: Iterable[dt.datetime]) -> None:
    """Keep that it was looked at, with which law and calendar, and the first moment at which it must be again."""
    values = {"law": work.book.version, "calendar": calendar, "again_at": min(moments, default=None)}
    work.session.execute(update(LookAgain).where(LookAgain.owner_id == owner_id).values(**values))


def midnight(day: dt.date) -> dt.datetime:
    """The first moment of a day."""
    return dt.datetime.combine(day, dt.time(), SHANGHAI)
