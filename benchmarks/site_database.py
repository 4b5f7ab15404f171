"""Our side: a database of its own with the publications as `release.put` writes them, each with a real ledger proof."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql
from sqlalchemy import Engine, create_engine, delete, select
from sqlalchemy.orm import Session

from benchmarks.publications import LAST, Publications, agencies, an_id
from config.settings import ROOT, Settings
from enforcement import ledger
from enforcement.ledger import notes, tree
from enforcement.runtime import keys, schema
from enforcement.runtime.embedded import DATABASE, Server
from publish import release
from publish.document import Content, digest, to_bytes, written_digest
from publish.tables import publication, publication_version

BENCH = ROOT / "var" / "bench"
SAMPLE = 40
# What is invented; how a row follows from it is compared with `release.put` at every run.
SOURCES = ("benchmarks/publications.py", "benchmarks/wording.toml")
# Only while the rows are made; what is measured runs on the server as `make run` starts it.
LOADING = ("-c", "fsync=off", "-c", "maintenance_work_mem=1GB", "-c", "max_wal_size=8GB")
INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index
    WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def settings_of(var: Path, **more: str) -> Settings:
    """Settings of a `make run` whose folder is `var`."""
    return Settings.read("command", {"MINGJIAN_VAR": str(var), **more})


def made_of() -> str:
    """Changes with what the rows follow from."""
    return hashlib.sha256(b"".join((ROOT / source).read_bytes() for source in SOURCES)).hexdigest()


@contextmanager
def site_database(rows: int) -> Iterator[Server]:
    """A running server with `rows` publications (made the first time: some minutes for a million), checked."""
    var = BENCH / f"site-{rows}"
    stamp = var / "made-of"
    if not stamp.exists() or stamp.read_text(encoding="ascii") != made_of():
        stamp.unlink(missing_ok=True)
        _make(var, Publications(rows))
        stamp.write_text(made_of(), encoding="ascii")
    server = Server(var)
    server.start()
    try:
        schema.upgrade(server.prepare().owner)
        engine = create_engine(server.urls().owner)
        check_sample(engine, Publications(rows))
        engine.dispose()
        yield server
    finally:
        server.stop()


def check_sample(engine: Engine, publications: Publications) -> None:
    """Put a sample up by `release.put` in place of its rows (rolled back): every column must be as it was."""
    numbers = random.Random(0).sample(range(publications.count), SAMPLE)  # noqa: S311 — which rows, nothing secret
    with Session(engine) as session:
        for number in numbers:
            publication_id, agency, content = publications.at(number)
            before = _stored(session, publication_id)
            session.execute(delete(publication_version).where(publication_version.c.publication_id == publication_id))
            session.execute(delete(publication).where(publication.c.id == publication_id))
            release.put(session, publication_id, agency.id, content, at=moment(content))
            assert _stored(session, publication_id) == before, (
                f"publication {number} is not what release.put writes: delete {BENCH}"
            )
        session.rollback()


def _stored(session: Session, publication_id: Any) -> tuple[dict[str, Any], ...]:
    rows = [
        dict(session.execute(select(table).where(key == publication_id)).mappings().one())
        for table, key in ((publication, publication.c.id), (publication_version, publication_version.c.publication_id))
    ]
    rows[0].pop("ordinal")
    return tuple(rows)


def moment(content: Content) -> datetime:
    """When a publication was put up: four in the afternoon in Beijing."""
    return datetime.combine(content.published_on, time(8), UTC)


def _make(var: Path, publications: Publications) -> None:
    print(f"making {publications.count} publications in {var}", flush=True)
    keys.ensure(var)
    server = Server(var, arguments=LOADING)
    server.start()
    try:
        with server.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)'.encode())
        urls = server.prepare()
        schema.upgrade(urls.owner)
        engine = create_engine(urls.owner)
        _put_agencies(engine)
        with server.connect(DATABASE) as connection:
            tables = ["public_site.publication", "public_site.log_proof"]
            indexes: list[Any] = connection.execute(INDEXES, [tables]).fetchall()
            connection.execute("SET session_replication_role = replica")  # foreign keys are not asked a million times
            for name, _ in indexes:
                connection.execute(f"DROP INDEX {name}".encode())
            digests = _copy_publications(connection, publications)
            print("proving", flush=True)
            _copy_proofs(connection, settings_of(var), publications, digests)
            print("indexing", flush=True)
            for _, made in indexes:
                connection.execute(made.encode())
            connection.execute("VACUUM (FREEZE, ANALYZE)")
        engine.dispose()
    finally:
        server.stop()


def _put_agencies(engine: Engine) -> None:
    with Session(engine) as session:
        for agency in agencies():
            release.put_agency(
                session,
                agency.id,
                on=moment(Publications(1).at(0)[2]).date(),
                code=agency.code,
                name=agency.name,
                kind="行政机关",
                address=f"北京市{agency.district}政务大厅",
                phone="010-65550000",
                supervision_phone="010-65550001",
            )
        session.commit()


def _columns(text: str) -> dict[str, str]:
    return dict(part.split() for part in text.split(","))


def _copy(connection: psycopg.Connection[object], table: str, types: dict[str, str]) -> Any:
    statement = sql.SQL("COPY public_site.{} ({}) FROM STDIN (FORMAT BINARY)")
    names = sql.SQL(", ").join(map(sql.Identifier, types))
    return connection.cursor().copy(statement.format(sql.Identifier(table), names))


_PUBLICATION = _columns(
    "id uuid, agency_id uuid, changed_at timestamptz, kind text, form text, document_no text, decided_on date,"
    " due_on date, published_on date, title text, party_label text, decision_kind text, gist text, version int4,"
    " content bytea, digest bytea, searchable text, terms text[]"
)
_PROOF = _columns(
    "chain_id uuid, seq int8, publication_id uuid, event text, body text, salt bytea, prev_hash bytea, leaf_hash bytea,"
    " position int8, path bytea[], checkpoint_size int8"
)
_VERSIONS = """
    INSERT INTO public_site.publication_version
        (publication_id, version, agency_id, published_on, reason, digest, content)
    SELECT id, version, agency_id, published_on, '', digest, content FROM public_site.publication ORDER BY ordinal
"""


def _copy_publications(connection: psycopg.Connection[object], publications: Publications) -> list[bytes]:
    """Write both tables; return the digests in order."""
    digests = []
    with _copy(connection, "publication", _PUBLICATION) as into:
        into.set_types(list(_PUBLICATION.values()))
        for publication_id, agency, content in publications:
            data = to_bytes(content)
            row = release.row_of(content, data)
            row |= {"id": publication_id, "agency_id": agency.id, "changed_at": moment(content)}
            into.write_row([row[name] for name in _PUBLICATION])
            digests.append(digest(data))
    connection.execute(_VERSIONS)
    return digests


def _copy_proofs(
    connection: psycopg.Connection[object], settings: Settings, publications: Publications, digests: list[bytes]
) -> None:
    """One tree over one entry for each publication, one signed checkpoint, and the proof of every entry towards it."""
    entries = [_entry(publications, number, found) for number, found in enumerate(digests)]
    growing = tree.Growing()
    hashes: dict[tree.Subtree, bytes] = {(0, number): row["leaf_hash"] for number, row in enumerate(entries)}
    hashes |= growing.extend([row["leaf_hash"] for row in entries])
    private = Ed25519PrivateKey.from_private_bytes(settings.ledger_key or b"")
    key = notes.VerifierKey(settings.ledger_origin, private.public_key().public_bytes_raw())
    signed_at = datetime.combine(LAST + timedelta(days=1), time(0), UTC)
    signed = notes.Checkpoint(key.origin, growing.size, growing.root(), signed_at)
    connection.execute(
        "INSERT INTO public_site.checkpoint (size, root, note, signed_at) VALUES (%s, %s, %s, %s)",
        [growing.size, growing.root(), notes.signed_note(signed, key, private.sign), signed_at],
    )
    with _copy(connection, "log_proof", _PROOF) as into:
        into.set_types(list(_PROOF.values()))
        for position, row in enumerate(entries):
            path = tree.proof(tree.inclusion_ranges(position, growing.size), hashes.__getitem__)
            row |= {"position": position, "path": path, "checkpoint_size": growing.size}
            into.write_row([row[name] for name in _PROOF])


def _entry(publications: Publications, number: int, found: bytes) -> dict[str, Any]:
    """The ledger entry that put publication `number` up, the first of a chain of its own."""
    publication_id, agency, content = publications.at(number)
    chain_id = an_id(f"chain {number}")
    opening = ledger.entry_opening(
        chain=str(chain_id),
        agency=str(agency.id),
        act="publish",
        event="publication_made",
        actor="agency",
        at=moment(content),
        case=str(chain_id),
        data={"publication": str(publication_id), "digest": written_digest(found)},
        digest=ledger.digest_of({"publication": str(publication_id)}),
    )
    body = ledger.entry_body(opening, 1)
    salt = hashlib.sha256(chain_id.bytes).digest()
    origin = ledger.chain_origin(str(agency.id), str(chain_id), "case")
    return {
        "chain_id": chain_id,
        "seq": 1,
        "publication_id": publication_id,
        "event": "publication_made",
        "body": body,
        "salt": salt,
        "prev_hash": origin,
        "leaf_hash": ledger.entry_hash(origin, salt, body),
    }
