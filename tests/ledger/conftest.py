"""A ledger in a database of the test's own: three chains of one agency, written as the application, sealed in steps."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, create_engine, text

from enforcement import sequencer
from enforcement.ledger.notes import VerifierKey
from enforcement.models.ledger import append_entry, open_chain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from enforcement.runtime.embedded import DatabaseUrls, Server

SEED = bytes(range(32))
ORIGIN = "ledger.example/test"
AT = datetime(2026, 10, 15, 8, tzinfo=UTC)


def libpq(url: str) -> str:
    """The same address as psycopg takes it."""
    return url.replace("postgresql+psycopg", "postgresql")


@dataclass
class Ledger:
    """What a test does to a ledger, as each of the roles."""

    app: Engine
    sequencing: Engine
    superuser: Callable[[], psycopg.Connection[tuple[object, ...]]]
    agency: uuid.UUID = field(default_factory=uuid.uuid4)
    key: VerifierKey = field(
        default=VerifierKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw())
    )

    def enter(self, connection: Connection) -> None:
        connection.execute(text("SELECT set_config('mingjian.agency_id', :a, true)"), {"a": str(self.agency)})

    def chain(self, kind: str = "case") -> uuid.UUID:
        chain_id = uuid.uuid4()
        with self.app.begin() as connection:
            self.enter(connection)
            open_chain(connection, chain_id=chain_id, agency_id=self.agency, kind=kind)
        return chain_id

    def append(self, chain_id: uuid.UUID, event: str = "case_opened", **data: str) -> int:
        with self.app.begin() as connection:
            self.enter(connection)
            return append_entry(
                connection,
                chain_id=chain_id,
                agency_id=self.agency,
                act="open_case",
                event=event,
                actor="agency" if event.startswith("publication_") else str(self.agency),
                at=AT,
                case_id=chain_id,
                data={"stage": "立案", **data},
                digest="0" * 64,
            )

    def seal(self) -> int:
        return sequencer.run_once(self.sequencing, SEED, ORIGIN)

    def attack(self, statement: str, *parameters: object) -> None:
        """Run a statement as a superuser who has switched every trigger and foreign key off."""
        with self.superuser() as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement.encode(), parameters)


@pytest.fixture
def ledger(server: Server, database: DatabaseUrls) -> Iterator[Ledger]:
    app, sequencing = create_engine(database.app), create_engine(database.sequencer)
    name = app.url.database or ""
    yield Ledger(app, sequencing, lambda: server.connect(name))  # type: ignore[arg-type,return-value]
    app.dispose()
    sequencing.dispose()
