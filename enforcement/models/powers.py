"""What an agency does and how it has set what the law leaves to it: matters, directory, dated parameters."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from enforcement.models.base import Base, Moment, agency_key, new_id


class Matter(Base):
    """One item of the agency's list of powers and duties (G#6(2)); `kind` is penalty, license or inspection."""

    __tablename__ = "matter"
    __table_args__ = (UniqueConstraint("agency_id", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    code: Mapped[str]
    zh: Mapped[str]
    kind: Mapped[str]
    basis: Mapped[str]
    from_on: Mapped[dt.date]
    to_on: Mapped[dt.date | None]


class DirectoryEntry(Base):
    """One line of one version of the directory of major decisions (S#11): the newest version in force counts."""

    __tablename__ = "directory_entry"
    __table_args__ = (UniqueConstraint("agency_id", "version", "matter_code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    version: Mapped[int]
    from_on: Mapped[dt.date]
    matter_code: Mapped[str]
    is_major: Mapped[bool]
    ground_row: Mapped[str] = mapped_column(default="")
    cite: Mapped[str] = mapped_column(default="")
    """The law or regulation that demands review, where the ground is S6.4."""
    amount_from_fen: Mapped[int | None]
    """Major from this amount on (fine or confiscation); nothing: whatever the amount."""


class AgencyParameter(Base):
    """A number the law leaves to the agency (hearing amounts, defense period …) from a day on, with its words."""

    __tablename__ = "agency_parameter"
    __table_args__ = (UniqueConstraint("agency_id", "name", "from_on"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    name: Mapped[str]
    value: Mapped[int]
    from_on: Mapped[dt.date]
    cite: Mapped[str]
    quote: Mapped[str]
    set_at: Mapped[Moment]
    """When it was set: clocks set before keep the number they began with."""


class BasicInformation(Base):
    """One section of the agency's basic information (G#6); the public copy is written in the same transaction."""

    __tablename__ = "basic_information"
    __table_args__ = (UniqueConstraint("agency_id", "section"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    section: Mapped[str]
    content: Mapped[dict[str, Any]]
    updated_at: Mapped[Moment]


class DocumentNumber(Base):
    """The last number used in a series of an agency in a year; its row is locked while a number is taken."""

    __tablename__ = "document_number"

    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.agency.id"), primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class SweepRun(Base):
    """One pass of the clock through one agency that did something, or failed to: what it was."""

    __tablename__ = "sweep_run"
    __table_args__ = (Index(None, "agency_id", "finished_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    started_at: Mapped[Moment]
    finished_at: Mapped[Moment]
    report: Mapped[dict[str, Any]]


class SweepPass(Base):
    """When a pass of the clock through the whole installation last ended; one row, whatever the number of agencies."""

    __tablename__ = "sweep_pass"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    finished_at: Mapped[Moment]


class DemoClock(Base):
    """How far a demonstration's clock is ahead of the machine's; one row, read only where MINGJIAN_DEMO=1."""

    __tablename__ = "demo_clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offset_seconds: Mapped[int]
