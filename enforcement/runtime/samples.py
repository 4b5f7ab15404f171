"""Where an installation stands with the sample agencies.

They belong to the very first start of an embedded database. `var/demo` says "loading" from before the cluster is made
until they are in, so a first start that was killed in between is begun again from an empty database. An installation
without that file is somebody's own and never gets sample data.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from enforcement.runtime.embedded import DATABASE, Server

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Samples:
    """The sample agencies of one `var`."""

    var: Path

    @property
    def wanted(self) -> bool:
        """Sample agencies unless MINGJIAN_DEMO=0."""
        return os.environ.get("MINGJIAN_DEMO") != "0"

    @property
    def file(self) -> Path:
        """Holds "loading" or "loaded"; missing in somebody's own installation."""
        return self.var / "demo"

    @property
    def accounts(self) -> Path:
        """Who may log in to the sample agencies, as loading them printed it."""
        return self.var / "accounts.txt"

    @property
    def shown(self) -> bool:
        """Whether this start is a demo."""
        return self.wanted and self.file.exists()

    def expect(self, server: Server) -> None:
        """Before the server is started: note that this is the very first time."""
        if self.wanted and not server.data.exists():
            self.file.write_text("loading", encoding="utf-8")

    def make_room(self, server: Server) -> bool:
        """Throw away what an interrupted first start left; return whether the samples are to be loaded now."""
        if not self.file.exists() or self.file.read_text(encoding="utf-8") != "loading":
            return False
        with server.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)'.encode())
        if not self.wanted:
            self.file.unlink()
        return self.wanted

    def loaded(self, accounts: str) -> None:
        """Note that they are in, and who may log in."""
        self.accounts.write_text(accounts, encoding="utf-8")
        self.file.write_text("loaded", encoding="utf-8")
