"""Recordings: what the write-once store holds and what J#10.2 asks to know of it."""

import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from enforcement.models.base import Base, Moment, agency_key, new_id
from media.store import Address


class Recording(Base):
    """One original recording. Nothing of it is ever public (J#14.1)."""

    __tablename__ = "recording"
    __table_args__ = (Index(None, "case_id"), Index(None, "agency_id", "taken_in_at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = agency_key()
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.case_file.id"))
    activity: Mapped[str]
    measure: Mapped[str] = mapped_column(default="")
    """Key of the compulsory measure it covers, if any."""
    kind: Mapped[str]
    started_at: Mapped[Moment]
    began_at: Mapped[Moment | None]
    """When it really began, where that was put right afterwards; what was registered stays beside it."""
    ended_at: Mapped[Moment]
    place: Mapped[str]
    officers: Mapped[list[str]]
    target: Mapped[str]
    device_kind: Mapped[str]
    device_no: Mapped[str] = mapped_column(default="")
    device_time: Mapped[Moment | None]
    drift_seconds: Mapped[int | None]
    duration_ms: Mapped[int | None]
    media: Mapped[dict[str, Any]]
    """What the probe found: container, streams, size of the picture."""
    size: Mapped[int]
    sha256: Mapped[str]
    sm3: Mapped[str]
    store: Mapped[str]
    """In which store the bytes lie, the original under `store_key`, its picture (if any) under `poster_key`."""
    store_key: Mapped[str]
    poster_key: Mapped[str] = mapped_column(default="")
    taken_in_at: Mapped[Moment]
    taken_in_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("enforcement.person.id"))
    taken_in_seq: Mapped[int]
    """Number of the record, in the chain of its case, that put its digests on record."""

    @property
    def original(self) -> Address:
        """Where the bytes lie."""
        return Address(self.store, self.store_key)

    @property
    def poster(self) -> Address | None:
        """Where the picture of it lies, if one could be made."""
        return Address(self.store, self.poster_key) if self.poster_key else None
