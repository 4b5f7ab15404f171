"""Agencies, units, people, what they may do and since when (G#6, G#7, S#4)."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from enforcement.models.base import Base, Moment, agency_key, new_id


class Agency(Base):
    """One enforcement agency: the tenant, and the owner of one chain of the ledger."""

    __tablename__ = "agency"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    document_prefix: Mapped[str]
    """The agency's word in document numbers, as in 京朝市监."""
    region: Mapped[str]
    subject_type: Mapped[str]
    """One of the three of G#2: administrative_organ, authorized_organization, entrusted_body."""
    chain_id: Mapped[uuid.UUID]
    credit_code: Mapped[str] = mapped_column(default="")


class Unit(Base):
    """A unit inside an agency; `kind` is handling, legal, disclosure, office or leadership."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("agency_id", "name"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    name: Mapped[str]
    kind: Mapped[str]


class Person(Base):
    """A person with an account."""

    __tablename__ = "person"
    __table_args__ = (Index(None, "agency_id", "unit_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.unit.id"))
    name: Mapped[str]
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    auxiliary: Mapped[bool] = mapped_column(default=False)
    """Auxiliaries never count as officers (G#7)."""
    legal_qualification_no: Mapped[str] = mapped_column(default="")
    """APL#58.2: those who review penalties for the first time hold it."""
    post: Mapped[str] = mapped_column(default="")
    left_on: Mapped[dt.date | None]
    failed_count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[Moment | None]


class RoleGrant(Base):
    """A role a person holds between two days, both included."""

    __tablename__ = "role_grant"
    __table_args__ = (Index(None, "person_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.person.id"))
    role: Mapped[str]
    from_on: Mapped[dt.date]
    to_on: Mapped[dt.date | None]


class Certificate(Base):
    """An officer's enforcement certificate (APL#42.1) and since when the public officer page lists it (G#6(3))."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("agency_id", "number"), Index(None, "person_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.person.id"))
    number: Mapped[str]
    style: Mapped[str]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date]
    suspended_on: Mapped[dt.date | None]
    suspended_reason: Mapped[str] = mapped_column(default="")
    published_at: Mapped[Moment | None]


class Deputy(Base):
    """A head's deputy for a period; both days included."""

    __tablename__ = "deputy"
    __table_args__ = (Index(None, "deputy_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    head_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.person.id"))
    deputy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.person.id"))
    from_on: Mapped[dt.date]
    to_on: Mapped[dt.date]
    reason: Mapped[str]


class WebSession(Base):
    """A signed-in browser; only the digest of its token is kept, so a copy of the table opens no door."""

    __tablename__ = "web_session"
    __table_args__ = (Index(None, "person_id"),)

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    agency_id: Mapped[uuid.UUID] = agency_key()
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.person.id"))
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
