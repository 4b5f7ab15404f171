"""A case, its parties, its officers and its process records. Nothing here decides; the law does (house rule 2)."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ARRAY, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enforcement.models.base import Base, Moment, agency_key, new_id


class Case(Base):
    """One case of one procedure of J#4. `stage` moves only through an act; `version` counts the acts in it."""

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("agency_id", "case_no"),
        Index(None, "agency_id", "procedure", "created_at"),
        Index(None, "agency_id", "created_at"),
        Index(
            "ix_case_file_open", "agency_id", "stage", "created_at", "id", postgresql_where=text("closed_on IS NULL")
        ),
        Index("ix_case_file_open_newest", "agency_id", "created_at", "id", postgresql_where=text("closed_on IS NULL")),
        Index(None, "agency_id", "document_no"),
        Index(None, "parent_case_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    """Also the id of the case's chain in the ledger."""
    agency_id: Mapped[uuid.UUID] = agency_key()
    case_no: Mapped[str]
    procedure: Mapped[str]
    stage: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    last_seq: Mapped[int] = mapped_column(default=0)
    """Number of its newest record: grows with every act in it and on what hangs on it."""
    title: Mapped[str]
    matter_code: Mapped[str]
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.unit.id"))
    parent_case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enforcement.case_file.id"))
    document_no: Mapped[str] = mapped_column(default="")
    """Number of the decision, once made: searched for more than anything else."""
    created_at: Mapped[Moment]
    closed_on: Mapped[dt.date | None]

    parties: Mapped[list["Party"]] = relationship(order_by="Party.position", lazy="raise")
    officers: Mapped[list["CaseOfficer"]] = relationship(lazy="raise")
    records: Mapped[list["ProcessRecord"]] = relationship(
        primaryjoin="Case.id == foreign(ProcessRecord.chain_id)",
        order_by="ProcessRecord.seq",
        viewonly=True,
        lazy="raise",
    )


class Party(Base):
    """A party with everything known of it; the values here are what redaction hides (G#14.2)."""

    __tablename__ = "party"
    __table_args__ = (Index(None, "case_id"), Index(None, "agency_id", "name"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.case_file.id"))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str]
    """natural_person, sole_trader or organization."""
    name: Mapped[str]
    id_no: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    birth_on: Mapped[dt.date | None]
    legal_representative: Mapped[str] = mapped_column(default="")
    operator_name: Mapped[str] = mapped_column(default="")
    bank_account: Mapped[str] = mapped_column(default="")
    other_known: Mapped[list[str]] = mapped_column(default=list)
    """Further values to hide: third parties, certificate numbers, trade secrets."""


class CaseOfficer(Base):
    """An officer on a case. `to_on` is set when another takes over; the row stays."""

    __tablename__ = "case_officer"
    __table_args__ = (Index(None, "person_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.case_file.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.person.id"), primary_key=True)
    agency_id: Mapped[uuid.UUID] = agency_key()
    from_on: Mapped[dt.date]
    to_on: Mapped[dt.date | None]


class ProcessRecord(Base):
    """One act's record (J#3, J#7.1): written once; `digest` stands in the ledger entry of the same `seq`."""

    __tablename__ = "process_record"
    __table_args__ = (
        Index(None, "agency_id", "event", "happened_on"),
        Index(None, "actor_id"),
        Index(None, "request_id", postgresql_where=text("request_id IS NOT NULL")),
    )

    chain_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.ledger_chain.id"), primary_key=True)
    """The case's id, or the agency's own chain for acts outside any case."""
    seq: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[uuid.UUID] = agency_key()
    event: Mapped[str]
    act: Mapped[str]
    stage: Mapped[str]
    at: Mapped[Moment]
    happened_on: Mapped[dt.date]
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enforcement.person.id"))
    """Nobody: the clock."""
    behalf_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enforcement.person.id"))
    """The head for whom a deputy did it."""
    request_id: Mapped[uuid.UUID | None]
    """The request of the public it is about: the records of one request stand in several chains."""
    data: Mapped[dict[str, Any]]
    people: Mapped[dict[str, Any]]
    """Who acted in it, by capacity: the ids of those who did it and of those it names."""
    wrote: Mapped[list[dict[str, Any]]]
    """Every row that the act set: table, key and columns as text (`enforcement.wrote`)."""
    law: Mapped[str]
    """Version of the law book by which it was judged."""
    schema: Mapped[str]
    """Revision of the schema whose tables it wrote."""
    salt: Mapped[str]
    """Random, hex: so that the digest tells nothing of a record that was lawfully destroyed."""
    digest: Mapped[str]
    """SHA-256, hex, of the record's canonical text."""


class SavedForm(Base):
    """A form as somebody left it while typing; not a record, replaced at will and gone when the act is done."""

    __tablename__ = "saved_form"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.person.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    """What the form is about: a case's or a disclosure's id, or the act itself for a starting act."""
    act: Mapped[str] = mapped_column(primary_key=True)
    agency_id: Mapped[uuid.UUID] = agency_key()
    data: Mapped[dict[str, Any]]
    saved_at: Mapped[Moment]


class Words(Base):
    """The words of one case, recording or person. The database keeps them right in the same transaction (triggers).

    Derived: `enforcement.words_wrong` shows what is not as it would be cut anew, `flask words rebuild` makes it so.
    """

    __tablename__ = "words"
    __table_args__ = (
        Index("ix_words_terms", "terms", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index(None, "agency_id", "kind", "at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Of the case, the recording or the person."""
    agency_id: Mapped[uuid.UUID] = agency_key()
    kind: Mapped[str]
    """case, recording or person."""
    at: Mapped[Moment]
    """When the case or the recording came; the newest are found first."""
    searchable: Mapped[str]
    """Normalised, as `publish.search.normalise` does."""
    terms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Sorted, as `publish.search.terms` cuts them, and last `@` with the agency's id."""
