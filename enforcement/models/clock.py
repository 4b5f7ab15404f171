"""What the clock leaves behind: whom it told what, which cases it has looked at, which calendars it counted with."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from enforcement.models.base import Base, Moment, agency_key, new_id


class Notification(Base):
    """The clock told a role or a person one thing about one item, once: telling it again changes nothing."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint(
            "agency_id", "kind", "about_on", "to_role", "to_person", "case_id", "disclosure_id", "limit_key", "subject",
            name="uq_notification_once", postgresql_nulls_not_distinct=True,
        ),
        Index("ix_notification_unread", "agency_id", "to_role", "created_at", postgresql_where=text("read_at IS NULL")),
        Index("ix_notification_to_person", "to_person", "created_at", postgresql_where=text("to_person IS NOT NULL")),
        Index(None, "case_id"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    kind: Mapped[str]
    """One of enforcement.sweep.notices.KINDS."""
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


class CaseChecked(Base):
    """How a case stood when the clock last looked at it, so that it looks again only where something can be different.

    Nothing is derived from it: emptied, the next pass looks at every case and does nothing twice.
    """

    __tablename__ = "case_checked"
    __table_args__ = (Index(None, "agency_id", "again_at"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.case_file.id"), primary_key=True)
    agency_id: Mapped[uuid.UUID] = agency_key()
    version: Mapped[int]
    on_day: Mapped[dt.date]
    law: Mapped[str]
    """The law book's version."""
    calendar: Mapped[str] = mapped_column(ForeignKey("enforcement.calendar_known.digest"))
    """The calendar its due days were counted with."""
    again_at: Mapped[Moment | None]
    """Where a limit runs by the hour: when to look again on the same day."""


class CalendarKnown(Base):
    """One working-day calendar due days were ever counted with, whole, so that what a notice moved can be told."""

    __tablename__ = "calendar_known"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    """`years`, `rest` and `work`, sorted."""
    first_at: Mapped[Moment]
