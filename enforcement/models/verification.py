"""How far the verification that runs by itself has come, and what it has found."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from enforcement.models.base import Base, Moment


class Verification(Base):
    """One track of it (`ledger` or `recordings`): written by mingjian_verifier alone, read by everybody inside.

    A finding stays in `findings` until a complete pass no longer finds it; `found` gathers those of the running pass.
    """

    __tablename__ = "verification"

    track: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str]
    """What the running pass is reading; empty before its first step."""
    after: Mapped[str]
    """The key it has come to."""
    passes: Mapped[int]
    begun_at: Mapped[Moment]
    stepped_at: Mapped[Moment]
    completed_at: Mapped[Moment | None]
    findings: Mapped[list[dict[str, Any]]]
    found: Mapped[list[dict[str, Any]]]

    @property
    def unmended(self) -> list[dict[str, Any]]:
        """Everything that is not known to be mended."""
        return [*self.findings, *(one for one in self.found if one not in self.findings)]

    def stalled(self, now: dt.datetime) -> bool:
        """Whether no step was made for an hour."""
        return now - self.stepped_at > dt.timedelta(hours=1)
