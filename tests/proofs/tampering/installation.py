"""An installation to be damaged: the demonstration's story, seeded cases of all kinds, and everything beside them.

It is made by acts of the product and by what its processes do, sealed in several steps, and sound.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, insert, make_url, select

from enforcement import sequencer
from enforcement.actions import access, corrections, people, recordings, saved_forms
from enforcement.actions.registry import perform
from enforcement.demo import agencies, seed, story
from enforcement.demo.staff import Staff
from enforcement.high_water import HighWater
from enforcement.ledger import digest_of
from enforcement.ledger.notes import VerifierKey
from enforcement.runtime.embedded import DatabaseUrls, Server
from enforcement.sweep import sweep
from enforcement.sweep.calendars import written
from enforcement.verify import CHECKS, Check, Verdict, steps, verified, verify_ledger
from enforcement.verify.running_clocks import running_clocks
from enforcement.verify.snapshot import PLAIN, Snapshot
from enforcement.work import Office
from media.demo import make_photo
from publish import tables as public_tables
from tests import factories
from tests.proofs.tampering.changes import TRIAL

SEED = bytes(range(32))
ORIGIN = "ledger.example/tamper"
KEY = VerifierKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw())


def every_check() -> Sequence[Check]:
    """What `flask ledger verify` runs."""
    book = factories.book()
    return *CHECKS, running_clocks(book, digest_of(written(book.calendar)))


@dataclass(frozen=True)
class Installation:
    """A database, the folder of its recordings, and how far the tree is known to have come."""

    server: Server
    urls: DatabaseUrls
    folder: Path

    @property
    def name(self) -> str:
        """The database's name."""
        return make_url(self.urls.app).database or ""

    @property
    def earlier(self) -> str:
        """A database to be copied from: this one as it was after the story."""
        return f"{self.name}_earlier"

    @property
    def untouched(self) -> str:
        """A database to be copied from: this one in the end."""
        return f"{self.name}_untouched"

    @property
    def high_water(self) -> HighWater:
        """The mark beside the database."""
        return HighWater(self.folder / "high-water", [str(KEY)])

    def superuser(self) -> psycopg.Connection[Any]:
        """An autocommit connection as the superuser, with triggers and foreign keys off."""
        connection = self.server.connect(self.name)
        connection.execute("SET session_replication_role = replica")
        return connection

    def office(self) -> Office:
        """Its acts; whoever opens it disposes of its engine."""
        return factories.open_office(self.urls, self.folder / "media")

    def seal(self) -> None:
        """Place and sign what waits, as the scheduler does."""
        engine = create_engine(self.urls.sequencer)
        try:
            sequencer.run_once(engine, SEED, ORIGIN, self.folder / "high-water")
        finally:
            engine.dispose()

    def verify(self, *kept_notes: str) -> Verdict:
        """What `flask ledger verify` says: with the verifier's own role, every check, the mark."""
        engine = create_engine(self.urls.verifier)
        try:
            return verify_ledger(
                engine, keys=[str(KEY)], kept_notes=kept_notes, high_water=self.high_water, checks=every_check(),
                demo=True,
            )  # fmt: skip
        finally:
            engine.dispose()

    @contextmanager
    def undone(self) -> Iterator[psycopg.Connection[Any]]:
        """A superuser's transaction, triggers and foreign keys off, that is rolled back whatever happens in it."""
        connection = self.superuser()
        try:
            connection.execute("SELECT pg_advisory_lock_shared(%s)", [TRIAL])
            with connection.transaction(force_rollback=True):
                yield connection
        finally:
            connection.close()

    def said_within(self, connection: psycopg.Connection[Any]) -> Verdict:
        """The same verification over what this superuser's transaction has changed and nobody else will ever see."""
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL ROLE mingjian_verifier")
            connection.execute(PLAIN)
            seen = Snapshot(cast("Any", None), connection, demo=True)  # the checks ask the driver alone
            return verified(seen, keys=[str(KEY)], high_water=self.high_water, checks=every_check())

    def keep(self, name: str) -> None:
        """Keep the database as it is, while nobody is connected to it, to be copied from."""
        with self.server.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self.name}".encode())

    def copy(self, name: str, folder: Path) -> Installation:
        """Another installation with the same rows; `folder` holds its recordings and its mark."""
        self.keep(name)
        return Installation(self.server, self.server.prepare(name), folder)


def build(installation: Installation, cases: int, processes: int = 1) -> None:
    """Fill an empty database at migrations/HEAD with the story, `cases` seeded cases and one of everything else.

    Several `processes` share the cases out among themselves, as several people would.
    """
    with _at_work(installation) as office:
        agencies.load(office)
        installation.seal()
        story.tell(office, lambda _: None, megabytes=1)
        installation.seal()
    installation.keep(installation.earlier)
    if processes == 1:
        _seed(installation, cases, 1)
    else:
        shares = [cases // processes + (key < cases % processes) for key in range(processes)]
        forked = multiprocessing.get_context("fork")
        seeding = [
            forked.Process(target=_seed, args=(installation, *share))
            for share in zip(shares, range(processes), strict=True)
        ]
        for one in seeding:
            one.start()
        for one in seeding:
            one.join()
        if any(one.exitcode for one in seeding):
            raise RuntimeError("the cases were not all seeded")
    with _at_work(installation) as office:
        market, street = (Staff.of(office, agencies.sample_id(sample)) for sample in agencies.AGENCIES)
        _beside_the_cases(installation, office, market)
        installation.seal()
        _by_itself(installation, office)
        walk = factories.open_case(street, matter_code="CF-401")  # waits for its place in the tree
        saved_forms.save(office, street.actors["officer1"], str(walk.case_id), "close_case", {"summary": ["未完"]})
    with installation.server.connect(installation.name) as connection:
        connection.execute("VACUUM ANALYZE")
    installation.keep(installation.untouched)


@contextmanager
def _at_work(installation: Installation) -> Iterator[Office]:
    """Its office, with nobody connected afterwards."""
    office = installation.office()
    try:
        yield office
    finally:
        office.engine.dispose()


def _seed(installation: Installation, cases: int, key: int) -> None:
    """Seed cases, sealing in between as the scheduler would."""
    with _at_work(installation) as office:
        seed.seed(office, cases, key, lambda _: installation.seal())


def _beside_the_cases(installation: Installation, office: Office, market: Staff) -> None:
    """A deputy, a photograph, somebody signed in, and what the public asked: one taken up and settled, one open."""
    filmed = factories.penalty(market, until="investigation", party=factories.PERSON)
    began = filmed.now - dt.timedelta(minutes=5)
    photo = make_photo(installation.folder / "photo.jpg", size="160x120")
    described = recordings.DescribeRecording(
        activity="on_site", started_at=began, place="现场", officers=filmed.two, target="当事人", device_kind="camera"
    )
    filmed.film(described, photo)
    deputy = people.NameDeputy(
        head=market.id("head"), deputy=market.id("head2"), from_on=filmed.today, to_on=filmed.today, reason="出差"
    )
    perform(office, market.actors["head"], "name_deputy", deputy)
    access.sign_in(office, f"{agencies.MARKET.login}-clerk", agencies.PASSWORD)
    page = _published(office, market)
    asked, _ = (_ask(installation, market, page) for _ in range(2))
    sweep(office, fetch=None)
    settled = corrections.SettleCorrection(request=asked, reason="经核实无误，不予更正。", told_on=filmed.today)
    perform(office, market.actors["releaser"], "settle_correction", settled, page, version=None)
    _ask(installation, market, page)


def _published(office: Office, staff: Staff) -> uuid.UUID:
    with office.reading(staff.agency_id) as session:
        pages = public_tables.publication.c
        found = session.scalars(select(pages.id).where(pages.agency_id == staff.agency_id).limit(1))
        return uuid.UUID(str(found.one()))


def _ask(installation: Installation, staff: Staff, page: uuid.UUID) -> str:
    """What the public site writes, in its own role."""
    request = uuid.uuid4()
    values = {
        "id": request, "receipt_no": f"GS{request.hex[:16]}", "publication_id": page, "agency_id": staff.agency_id,
        "kind": "correction", "statement": "金额有误", "wish": "更正", "name": "褚先生", "contact": "13801054321",
    }  # fmt: skip
    engine = create_engine(installation.urls.public)
    with engine.begin() as connection:
        connection.execute(insert(public_tables.correction_request).values(values))
    engine.dispose()
    return str(request)


def _by_itself(installation: Installation, office: Office) -> None:
    """One step of the verification that runs by itself."""
    engine = create_engine(installation.urls.verifier)
    house = steps.House([str(KEY)], office.store, installation.high_water, demo=True)
    for track in steps.TRACKS:
        steps.step(engine, track, house)
    engine.dispose()
