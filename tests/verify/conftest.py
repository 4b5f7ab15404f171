"""An installation with something of everything that is verified, sealed: a copy for each test, to be damaged."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, make_url

from enforcement import sequencer
from enforcement.actions.recordings import DescribeRecording
from enforcement.high_water import HighWater
from enforcement.ledger.notes import VerifierKey
from enforcement.sweep import sweep
from enforcement.verify import Finding, Verdict, verify_ledger
from enforcement.verify.snapshot import Snapshot, snapshot
from media.demo import make_photo
from media.file_store import FileStore
from tests import factories
from tests.actions.test_corrections import send

if TYPE_CHECKING:
    from enforcement.runtime.embedded import DatabaseUrls, Server

SEED = bytes(range(32))
ORIGIN = "ledger.example/verify"
KEY = VerifierKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw())


@dataclass(frozen=True)
class Told:
    """A sealed installation: case A is a published penalty somebody asked about, case B has a photograph."""

    urls: DatabaseUrls
    media: Path
    ids: dict[str, uuid.UUID]
    superuser: Callable[[], psycopg.Connection[Any]]

    def hit(self, statement: str) -> None:
        """Run a statement as a superuser without triggers and foreign keys; {A}, {B}, {page}, {street} … are ids."""
        with self.superuser() as connection:
            connection.execute("SET session_replication_role = replica")
            for name, one in self.ids.items():
                statement = statement.replace("{" + name + "}", f"'{one}'")
            connection.execute(statement.encode())

    def verify(self, *, demo: bool = True, high_water: HighWater | None = None) -> Verdict:
        engine = create_engine(self.urls.verifier)
        try:
            return verify_ledger(engine, keys=[str(KEY)], demo=demo, high_water=high_water)
        finally:
            engine.dispose()

    def named(self) -> set[tuple[str, str, int | None]]:
        """(table, case letter or schema object, number) of every finding."""
        return {self._where(finding) for finding in self.verify().findings}

    def _where(self, finding: Finding) -> tuple[str, str, int | None]:
        letters = {str(one): name for name, one in self.ids.items()}
        place = finding.zh if finding.table == "schema" else letters.get(finding.chain_id or "", "")
        return finding.table, place.split(" 与迁移")[0], finding.seq

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        engine = create_engine(self.urls.verifier)
        with snapshot(engine, demo=True) as seen:
            yield seen
        engine.dispose()

    def seal(self, high_water: Path | None = None) -> int:
        engine = create_engine(self.urls.sequencer)
        try:
            return sequencer.run_once(engine, SEED, ORIGIN, high_water)
        finally:
            engine.dispose()


@pytest.fixture(scope="session")
def _told_template(server: Server, _agencies_template: str, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("told")
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE told TEMPLATE {_agencies_template}".encode())
    house = factories.open_house(server.prepare("told"), folder / "media")
    published = factories.released(factories.penalty(house.market))
    filmed = factories.penalty(house.market, until="investigation")
    photo = make_photo(folder / "photo.jpg", size="160x120")
    began = filmed.now.replace(microsecond=0)
    house.later(hours=1)
    filmed.film(
        DescribeRecording(activity="on_site", started_at=began, place="现场", officers=filmed.two, target="当事人",
                          device_kind="camera"), photo,
    )  # fmt: skip
    house.later(days=1)
    sweep(house.office, fetch=None)
    request = send(house, published.disclosure_id())
    sweep(house.office, fetch=None)
    assert published.case_id is not None
    assert filmed.case_id is not None
    ids = {
        "A": published.case_id, "B": filmed.case_id, "page": published.disclosure_id(),
        "market": house.market.agency_id, "street": house.street.agency_id, "request": uuid.UUID(request),
    }  # fmt: skip
    house.office.engine.dispose()
    told = Told(house.urls, folder / "media", ids, lambda: server.connect("told"))
    told.seal()
    return told


_numbers = iter(range(1, 10_000))


@pytest.fixture
def told(server: Server, _told_template: Told, tmp_path: Path) -> Told:
    name = f"told_{next(_numbers)}"
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE told".encode())
    shutil.copytree(_told_template.media, tmp_path / "media")
    urls = server.prepare(name)
    database = make_url(urls.app).database or ""
    return Told(urls, tmp_path / "media", _told_template.ids, lambda: server.connect(database))


@pytest.fixture
def store(told: Told) -> FileStore:
    return FileStore(told.media)
