"""A ledger in a database of the test's own: three chains of one agency, written as the application, sealed in steps."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, create_engine, text

from enforcement import sequencer
from enforcement.ledger.notes import VerifierKey
from enforcement.models.ledger import append_entry, open_chain
from enforcement.verify import Verdict, verify_ledger

if TYPE_CHECKING:
    from enforcement.runtime.embedded import DatabaseUrls, Server

SEED = bytes(range(32))
ORIGIN = "ledger.example/test"
AT = datetime(2026, 10, 15, 8, tzinfo=UTC)


@dataclass
class Ledger:
    """What a test does to a ledger, as each of the roles."""

    app: Engine
    sequencing: Engine
    verifying: Engine
    superuser: Callable[[], psycopg.Connection[tuple[Any, ...]]]
    agency: uuid.UUID = field(default_factory=uuid.uuid4)
    key: VerifierKey = field(
        default=VerifierKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw())
    )

    @contextmanager
    def as_app(self) -> Iterator[Connection]:
        """A transaction as the application, for this ledger's agency."""
        with self.app.begin() as connection:
            connection.execute(text("SELECT set_config('mingjian.agency_id', :a, true)"), {"a": str(self.agency)})
            yield connection

    def chain(self, kind: str = "case") -> uuid.UUID:
        chain_id = uuid.uuid4()
        with self.as_app() as connection:
            open_chain(connection, chain_id=chain_id, agency_id=self.agency, kind=kind)
        return chain_id

    def append(self, chain_id: uuid.UUID, event: str = "case_opened", *, actor: str = "", **data: str) -> int:
        with self.as_app() as connection:
            return append_entry(
                connection,
                chain_id=chain_id,
                agency_id=self.agency,
                act="open_case",
                event=event,
                actor=actor or ("agency" if event.startswith("publication_") else str(self.agency)),
                at=AT,
                case_id=chain_id,
                data={"stage": "立案", **data},
                digest="0" * 64,
                set_clock=True,
            )

    def seal(self) -> int:
        return sequencer.run_once(self.sequencing, SEED, ORIGIN, None)

    def attack(self, statement: str, *parameters: object) -> None:
        """Run a statement as a superuser who has switched every trigger and foreign key off."""
        with self.superuser() as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement.encode(), parameters)


def superuser_of(server: Server, engine: Engine) -> Callable[[], psycopg.Connection[tuple[Any, ...]]]:
    """Connect to the engine's database as the superuser."""
    return lambda: cast("psycopg.Connection[tuple[Any, ...]]", server.connect(engine.url.database or ""))


L = TypeVar("L", bound=Ledger)


@contextmanager
def ledger_of(server: Server, urls: DatabaseUrls, kind: type[L]) -> Iterator[L]:
    """A ledger over a database, its connections closed afterwards."""
    app, sequencing, verifying = (create_engine(url) for url in (urls.app, urls.sequencer, urls.verifier))
    try:
        yield kind(app, sequencing, verifying, superuser_of(server, app))
    finally:
        for engine in (app, sequencing, verifying):
            engine.dispose()


@pytest.fixture
def ledger(server: Server, database: DatabaseUrls) -> Iterator[Ledger]:
    with ledger_of(server, database, Ledger) as made:
        yield made


# Three chains; which of them each entry goes to, sealed after the sizes below. So the tree is
#   position  0  1  2 | 3  4  5  6 | 7 | 8  9 10 11 12
#   chain     A  B  C | A  B  C  A | B | C  A  B  C  A     seq 1 1 1 2 2 2 3 3 3 4 4 4 5
CHAINS = "ABCABCABCABCA"
SEALED = (3, 7, 8, 13)


class Story(Ledger):
    """The ledger above, and what a test asks of it."""

    def tell(self) -> None:
        ids = sorted((uuid.uuid4() for _ in "ABC"), key=str)
        self.ids = dict(zip("ABC", ids, strict=True))
        for chain_id in ids:
            with self.as_app() as connection:
                open_chain(connection, chain_id=chain_id, agency_id=self.agency, kind="case")
        for position, name in enumerate(CHAINS):
            self.append(self.ids[name])
            if position + 1 in SEALED:
                self.seal()

    def verify(self, *kept: str) -> Verdict:
        return verify_ledger(self.verifying, keys=[str(self.key)], kept_notes=kept, checks=(), demo=True)

    def named(self, *kept: str) -> list[tuple[str, str | None, int | None]]:
        """(table, chain letter, seq) of every finding."""
        letters = {str(chain_id): name for name, chain_id in self.ids.items()}
        return [
            (finding.table, letters.get(finding.chain_id or "", finding.chain_id), finding.seq)
            for finding in self.verify(*kept).findings
        ]

    def hit(self, statement: str) -> None:
        """Attack; `{A}` stands for a chain's id."""
        self.attack(statement.format(**{name: f"'{chain_id}'" for name, chain_id in self.ids.items()}))

    def note(self, size: int) -> str:
        with self.superuser() as connection:
            row = connection.execute("SELECT note FROM public_site.checkpoint WHERE size = %s", [size]).fetchone()
        assert row is not None
        return str(row[0])


@pytest.fixture
def story(ledger: Ledger) -> Story:
    told = Story(ledger.app, ledger.sequencing, ledger.verifying, ledger.superuser)
    told.tell()
    return told
