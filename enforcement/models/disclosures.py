"""What must be disclosed, how it was prepared, and what became of it (G#13 to G#16, G#18)."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from enforcement.models.base import Base, Moment, agency_key, new_id


class Disclosure(Base):
    """One duty to disclose one decision or inspection result; `stage` is one of config/procedures/disclosure.toml."""

    __tablename__ = "disclosure"
    __table_args__ = (
        UniqueConstraint("case_id", "decision_seq"),
        Index(
            "ix_disclosure_open",
            "agency_id",
            "anchor_on",
            postgresql_where=text("stage IN ('due', 'prepared', 'released', 'deferred')"),
        ),
        Index(None, "agency_id", "stage", "anchor_on"),
        Index(None, "agency_id", "anchor_on", "id"),
        Index(
            "ix_disclosure_unverified",
            "agency_id",
            postgresql_where=text("stage = 'published' AND verified_at IS NULL"),
        ),
        Index(
            "ix_disclosure_withdrawn_unverified",
            "agency_id",
            postgresql_where=text("stage = 'withdrawn' AND verified_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    """Also the id of the publication, so that the public address is known before there is one."""
    agency_id: Mapped[uuid.UUID] = agency_key()
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.case_file.id"))
    decision_seq: Mapped[int]
    """Process record of the decision or of the inspection's conclusion."""
    kind: Mapped[str]
    limit_key: Mapped[str]
    anchor_on: Mapped[dt.date]
    stage: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    form: Mapped[str] = mapped_column(default="")
    original_text: Mapped[str]
    """The decision as sealed; the clerk works on a copy."""
    public_text: Mapped[str] = mapped_column(default="")
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    prepared_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enforcement.person.id"))
    released_at: Mapped[Moment | None]
    review_on: Mapped[dt.date | None]
    """Deferred: the day its ground is looked at again (G#16)."""
    verified_at: Mapped[Moment | None]
    """When the public page was fetched back and held the published bytes (G4.2)."""


class RedactionSpan(Base):
    """One place of the original text that is hidden, or was proposed to be; undecided, it holds up publication."""

    __tablename__ = "redaction_span"
    __table_args__ = (Index(None, "disclosure_id", "start"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    disclosure_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.disclosure.id"))
    start: Mapped[int]
    end: Mapped[int]
    category: Mapped[str]
    source: Mapped[str]
    """known, label, suggestion or person."""
    replacement: Mapped[str]
    accepted: Mapped[bool | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enforcement.person.id"))
