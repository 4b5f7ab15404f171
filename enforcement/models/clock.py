"""What runs and whose turn it is, derived from the records; and what the clock leaves behind.

That is: whom it notified of what, when it must look again, which calendars it counted with.
"""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from enforcement.law.projected import RunningClock
from enforcement.models.base import Base, Moment, agency_key, new_id


class Notification(Base):
    """The clock notified a role or a person of one thing about one item, once. On record but for the reading."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint(
            "agency_id", "kind", "about_on", "to_role", "to_person", "case_id", "disclosure_id", "limit_key", "subject",
            name="uq_notification_once", postgresql_nulls_not_distinct=True,
        ),
        Index("ix_notification_unread", "agency_id", "to_role", "created_at", postgresql_where=text("read_at IS NULL")),
        Index("ix_notification_to_person", "to_person", "created_at", postgresql_where=text("to_person IS NOT NULL")),
        Index(None, "case_id"),
        Index("ix_notification_of_role", "agency_id", "to_role", text("(read_at IS NULL)"), "created_at", "id"),
        Index(
            "ix_notification_of_person", "agency_id", "to_person", text("(read_at IS NULL)"), "created_at", "id",
            postgresql_where=text("to_person IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    kind: Mapped[str]
    """One of enforcement.actions.notifications.Kind."""
    about_on: Mapped[dt.date]
    """The due day, review day or day of refusal it is about."""
    to_role: Mapped[str] = mapped_column(default="")
    """Empty where one person is meant."""
    to_person: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enforcement.person.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enforcement.case_file.id"))
    disclosure_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enforcement.disclosure.id"))
    limit_key: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    """Which measure, preservation or request, where the case has several."""
    created_at: Mapped[Moment]
    read_at: Mapped[Moment | None]


class ClockRow(Base):
    """One limit that an owner's records have set going (`law.projected.RunningClock`), made by them and by the book.

    Derived: `flask clocks rebuild` makes it again, and `ledger verify` compares it. Nothing of it depends on the day.
    """

    __tablename__ = "running_clock"
    __table_args__ = (
        Index(
            "ix_running_clock_open", "agency_id", "limit_key", "due_on", postgresql_where=text("stopped_seq IS NULL")
        ),
        Index("ix_running_clock_due", "agency_id", "due_on", "owner_id", postgresql_where=text("stopped_seq IS NULL")),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The case, the request of the public, or the agency's own chain."""
    limit_key: Mapped[str] = mapped_column(primary_key=True)
    started_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agency_id: Mapped[uuid.UUID] = agency_key()
    level: Mapped[str]
    """Whose limit it is: case, publication or agency."""
    key: Mapped[str]
    """Which measure, preservation, request or year, where there may be several."""
    started_at: Mapped[Moment]
    anchor_on: Mapped[dt.date]
    ruled_on: Mapped[dt.date]
    value: Mapped[int | None]
    """The agency's own number, where it has set one."""
    extended: Mapped[int]
    pauses: Mapped[list[list[str | None]]] = mapped_column(JSONB())
    target_on: Mapped[dt.date | None]
    due_on: Mapped[dt.date | None]
    """Nothing while a pause is open."""
    due_at: Mapped[Moment | None]
    provisional: Mapped[bool]
    stopped_seq: Mapped[int | None]
    stopped_on: Mapped[dt.date | None]
    stopped_at: Mapped[Moment | None]


def clock_columns(row: RunningClock) -> dict[str, Any]:
    """The columns of a running clock beside its owner's."""
    due = row.due
    return {
        "limit_key": row.limit.key,
        "started_seq": row.started_seq,
        "key": row.key,
        "started_at": row.started_at,
        "anchor_on": row.anchor_on,
        "ruled_on": row.ruled_on,
        "value": row.value,
        "extended": row.extended,
        "pauses": [[begun.isoformat(), ended.isoformat() if ended else None] for begun, ended in row.pauses],
        "target_on": due.target_on if due else None,
        "due_on": due.due_on if due else None,
        "due_at": due.due_at if due else None,
        "provisional": due.provisional if due else False,
        "stopped_seq": row.stopped_seq,
        "stopped_on": row.stopped_on,
        "stopped_at": row.stopped_at,
    }


class TurnRow(Base):
    """Whose turn it is (`law.turns.Turn`), for one role: what a list of work reads.

    As the law saw the case when something last happened in it or the clock last looked: in no chain, and made again at
    will.
    """

    __tablename__ = "turn"
    __table_args__ = (
        Index(None, "agency_id", "role", "due_on", "subject_id"),
        Index(None, "case_id"),
        Index("ix_turn_of_nobody", "unit_id", "case_id", postgresql_where=text("unit_id IS NOT NULL")),
    )

    subject_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The disclosure, else the case."""
    role: Mapped[str] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(primary_key=True)
    agency_id: Mapped[uuid.UUID] = agency_key()
    case_id: Mapped[uuid.UUID]
    position: Mapped[int]
    """Its place among the turns of the subject: the soonest is 0."""
    limit_key: Mapped[str]
    started_seq: Mapped[int]
    due_on: Mapped[dt.date | None]
    barred: Mapped[list[str]]
    """Ids of those who may not do it here after what they have done."""
    unit_id: Mapped[uuid.UUID | None]
    """The unit to which the case came, as long as nobody was ever on it; then it is its officers'."""


class LookAgain(Base):
    """When the clock must look at a case or an agency again, and with which law and calendar it last did.

    An act asks for a look at once; else the next moment at which a day comes near, ends or is past. Nothing is derived
    from it: with `again_at` set to now everywhere, the next passes look at everything and do nothing twice.
    """

    __tablename__ = "look_again"
    __table_args__ = (
        Index(None, "agency_id", "again_at"),
        Index(None, "agency_id", "due_on", "owner_id"),
        Index(None, "law"),
        Index(None, "calendar"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The case, or the agency's own chain."""
    agency_id: Mapped[uuid.UUID] = agency_key()
    level: Mapped[str]
    """case or agency."""
    law: Mapped[str | None]
    """The law book's version; nothing before the first look."""
    calendar: Mapped[str | None] = mapped_column(ForeignKey("enforcement.calendar_known.digest"))
    """The calendar its due days were counted with."""
    again_at: Mapped[Moment | None]
    """Nothing: until somebody acts, nothing can be different."""
    due_on: Mapped[dt.date | None]
    """The earliest day on which something of ours falls due in it: what lists are sorted by."""


class CalendarKnown(Base):
    """One working-day calendar due days were ever counted with, whole, so that what a notice moved can be told."""

    __tablename__ = "calendar_known"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    """`years`, `rest` and `work`, sorted."""
    first_at: Mapped[Moment]
