"""Keep a small installation of the newest schema, to be upgraded by every later one: `python -m tests.migrations.dump`.

It holds the story of the demonstration and thirty cases, sealed, with the media, key, checkpoint and high-water mark
that verifying them takes, in `released/<revision>.tar.xz`. With it every migration up to there is frozen: digests of
their files stand in FROZEN. Made once, when a version is released, and never again.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine

from config.settings import ROOT
from enforcement import sequencer
from enforcement.actions import cases, people, withdrawals
from enforcement.actions.registry import perform
from enforcement.demo import agencies, seed, story
from enforcement.demo.staff import Staff
from enforcement.high_water import HighWater
from enforcement.law.book import Book
from enforcement.ledger import digest_of
from enforcement.ledger.notes import VerifierKey
from enforcement.runtime import schema
from enforcement.runtime.embedded import SUPERUSER, Server, tool
from enforcement.sweep.calendars import written
from enforcement.verify import CHECKS, Verdict, verify_ledger
from enforcement.verify.running_clocks import running_clocks
from enforcement.wrote import REVISION
from tests import factories
from tests.actions.disclosing import by_clock
from tests.actions.test_corrections import read, send, settlement, take_up
from tests.conftest import FAST, own_folder

if TYPE_CHECKING:
    from enforcement.runtime.embedded import DatabaseUrls
    from enforcement.work import Office

FOLDER = Path(__file__).parent / "released"
FROZEN = Path(__file__).parent / "FROZEN"
DATABASE = "released"
SEED = bytes(range(32))
ORIGIN = "ledger.example/released"
CASES = 30
"""Beside the three of the story and one whose publication is corrected and withdrawn."""
LARGEST = 600_000
"""Bytes of one dump: it stays in the repository for good."""
ALREADY = "{} is released: its dump and its migrations stay as they are, a change of the schema is a new migration"


@dataclass(frozen=True)
class Installation:
    """A database, the folder beside it (media, key, checkpoint, high-water mark) and the office over both."""

    urls: DatabaseUrls
    folder: Path

    @property
    def mark(self) -> HighWater:
        """How far its tree is known to have come."""
        return HighWater(self.folder / "high-water.json", [self.key])

    @property
    def key(self) -> str:
        """The key its checkpoints are signed with, as text."""
        return (self.folder / "key").read_text(encoding="utf-8")

    def office(self) -> Office:
        """The office over it."""
        return factories.open_office(self.urls, self.folder / "media")

    def verify(self, book: Book) -> Verdict:
        """What `flask ledger verify --checkpoint` says."""
        engine = create_engine(self.urls.verifier)
        try:
            return verify_ledger(
                engine,
                keys=[self.key],
                kept_notes=[(self.folder / "checkpoint").read_text(encoding="utf-8")],
                high_water=self.mark,
                checks=(*CHECKS, running_clocks(book, digest_of(written(book.calendar)))),
                demo=True,
            )
        finally:
            engine.dispose()

    def seal(self) -> None:
        """Give what waits its place, and sign."""
        engine = create_engine(self.urls.sequencer)
        sequencer.run_once(engine, SEED, ORIGIN, self.mark.path)
        engine.dispose()


def restore(server: Server, archive: Path, database: str, folder: Path) -> Installation:
    """Lay a dump into a new database and a folder, as an operator lays back a backup: roles are there, nothing else."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    with server.connect() as connection:
        connection.execute(f'CREATE DATABASE "{database}"'.encode())
    _program(server, "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--dbname={database}",
             f"--file={folder / 'database.sql'}")  # fmt: skip
    return Installation(server.prepare(database), folder)


def make(server: Server, folder: Path) -> Installation:
    """A fresh installation with the story and the cases, sealed and found whole."""
    made = Installation(server.prepare(DATABASE), folder)
    schema.upgrade(made.urls.owner)
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    (folder / "key").write_text(str(VerifierKey(ORIGIN, public)), encoding="utf-8")
    office, told = made.office(), list[str]()
    agencies.load(office)
    story.tell(office, told.append, megabytes=1)
    seed.seed(office, CASES, 1, told.append)
    _beside(made, office)
    office.engine.dispose()
    made.seal()
    mark = made.mark.read()
    if mark is None:
        raise SystemExit("nothing was sealed")
    (folder / "checkpoint").write_text(mark.note, encoding="utf-8")
    verdict = made.verify(factories.book())
    if not verdict.holds:
        raise SystemExit(f"what was made does not hold: {verdict.findings}")
    return made


def _beside(made: Installation, office: Office) -> None:
    """What the story leaves out: a deputy, requests of the public, a publication that is corrected and withdrawn."""
    market, street = (Staff.of(office, agencies.sample_id(sample)) for sample in agencies.AGENCIES)
    house = factories.House(office, made.urls, made.folder / "media", market, street)
    walk = factories.released(factories.penalty(market))
    by_clock(walk, "publish_disclosure")
    asked = send(house, walk.disclosure_id())
    take_up(house, read(house, asked))
    walk.on_disclosure("clerk", "begin_correction", cases.Reason(reason="摘要有误"))
    walk.prepare(gist="更正后的摘要")
    walk.release()
    by_clock(walk, "publish_disclosure")
    walk.on_disclosure("releaser", "settle_correction", settlement(walk, asked))
    overturned = cases.Overturn(kind="annulled", instrument="决定1号", received_on=walk.today, reason="撤销。")
    walk.do("head", "overturn_decision", overturned)
    withdrawn = withdrawals.WithdrawPublication(kind="annulled", reason="决定被上级机关撤销。")
    walk.on_disclosure("releaser", "withdraw_publication", withdrawn)
    send(house, None, kind="suggestion")
    deputy = people.NameDeputy(
        head=market.id("head"), deputy=market.id("officer3"), from_on=walk.today, to_on=walk.today, reason="外出"
    )
    perform(office, market.actors["head"], "name_deputy", deputy)


def pack(server: Server, folder: Path) -> bytes:
    """The installation as one archive: the database as SQL, the files as they are."""
    (folder / "database.sql").write_bytes(
        _program(server, "pg_dump", "--no-tablespaces", "--restrict-key=released", DATABASE)
    )
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w:xz", preset=9) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                member = tarfile.TarInfo(str(path.relative_to(folder)))
                member.size = path.stat().st_size
                packed.addfile(member, io.BytesIO(path.read_bytes()))
    return kept.getvalue()


def _program(server: Server, name: str, *arguments: str) -> bytes:
    environment = {"PGHOST": str(server.socket), "PGUSER": SUPERUSER, "PGPASSWORD": server.password(SUPERUSER)}
    return subprocess.run([tool(name), *arguments], env=environment, check=True, stdout=subprocess.PIPE).stdout


def freezable(newest: str) -> list[Path]:
    """Whatever says what the schema was up to a revision: migrations with their carries, and the dumps."""
    migrations = ROOT / "migrations"
    files = [*migrations.glob("versions/[0-9]*.py"), *migrations.glob("wrote/[0-9]*.py"), *FOLDER.glob("*.tar.xz")]
    return [migrations / "walls.py", *sorted(path for path in files if path.name[: len(newest)] <= newest)]


def frozen() -> dict[str, str]:
    """What is frozen (path from the root) and its SHA-256, in hex."""
    lines = FROZEN.read_text(encoding="utf-8").splitlines() if FROZEN.exists() else []
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Write the dump of the newest revision and freeze all that leads there."""
    archive = FOLDER / f"{REVISION}.tar.xz"
    if archive.exists():
        sys.exit(ALREADY.format(REVISION))
    with own_folder() as var, TemporaryDirectory() as folder:
        server = Server(var, arguments=FAST)
        server.start()
        try:
            make(server, Path(folder))
            content = pack(server, Path(folder))
        finally:
            server.stop()
    if len(content) > LARGEST:
        sys.exit(f"{len(content)} bytes are more than {LARGEST}")
    FOLDER.mkdir(exist_ok=True)
    archive.write_bytes(content)
    known = frozen()
    for path in freezable(REVISION):
        known.setdefault(str(path.relative_to(ROOT)), digest(path))
    FROZEN.write_text("".join(f"{known[path]}  {path}\n" for path in sorted(known)), encoding="utf-8")
    print(f"{archive.relative_to(ROOT)}: {len(content)} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
