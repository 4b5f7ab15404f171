"""What somebody does to the whole: sets it back, empties it, signs it anew; leaves what cannot be read; swaps objects.

Each is done for good to a copy of the installation, and says None where exactly what was done is named.
"""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine

from enforcement import sequencer
from enforcement.demo import agencies
from enforcement.demo.staff import Staff
from enforcement.ledger import digest_of_record, entry_hash, notes
from enforcement.ledger.entries import json_text
from enforcement.sweep import sweep
from enforcement.verify import Finding
from enforcement.verify.recordings import changed_objects
from enforcement.verify.snapshot import snapshot
from media.file_store import FileStore
from tests import factories
from tests.proofs.tampering.installation import ORIGIN, SEED, Installation

Connection = psycopg.Connection[Any]
TREE = tuple(f"enforcement.ledger_{name}" for name in ("pending", "leaf", "node", "checkpoint"))


def trials(sound: Installation, seed: int) -> Mapping[str, Callable[[], str | None]]:
    """Every damage to the whole by its name: what to call, and None or what is wrong."""
    done: dict[str, Callable[[Installation], str | None]] = {
        "set back": set_back,
        "emptied": emptied,
        "emptied and its mark taken away": partial(emptied, mark_too=True),
        "signed with another key": signed_with_another_key,
        "rewritten and signed anew": signed_anew,
        "rewritten, signed anew and its mark set back": partial(signed_anew, mark_too=True),
        "changed between release and publication": changed_release,
        "two recordings swapped": swapped,
        "a folder in place of a recording": partial(replaced, put=_folder),
        "a pipe in place of a recording": partial(replaced, put=os.mkfifo),
    }
    unread = {what: partial(unreadable, sound, what, seed) for what in UNREADABLE}
    return {what: partial(_on_a_copy, sound, what, do) for what, do in done.items()} | unread


def _on_a_copy(sound: Installation, what: str, do: Callable[[Installation], str | None]) -> str | None:
    with _copy(sound, sound.earlier if do is set_back else sound.untouched) as copy:
        fault = do(copy)
    print(f"{what}: {fault or 'named, and nothing else'}", flush=True)
    return fault and f"{what}: {fault}"


@contextmanager
def _copy(sound: Installation, template: str) -> Iterator[Installation]:
    """A copy of its own of one of the databases kept for this, with the recordings and the mark."""
    name = f"copy_{uuid.uuid4().hex[:12]}"
    folder = sound.folder / name
    folder.mkdir()
    shutil.copytree(sound.folder / "media", folder / "media")
    shutil.copy(sound.high_water.path, folder / sound.high_water.path.name)
    with (sound.folder / "copying").open("wb") as lock:  # grants are made for the whole server, by one at a time
        flock(lock, LOCK_EX)
        copy = dataclasses.replace(sound, urls=sound.server.urls(template)).copy(name, folder)
    try:
        yield copy
    finally:
        with sound.server.connect() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        shutil.rmtree(folder)


def _unless(found: Sequence[Finding], tables: set[str], words: str = "") -> str | None:
    """None where exactly these tables are named and `words` are said; otherwise what was."""
    right = found and {one.table for one in found} == tables and any(words in one.zh for one in found)
    return None if right else "; ".join(f"{one.table} {one.zh}" for one in found[:9]) or "nothing is named"


# ------------------------------------------------------------------------------------------- back, emptied, signed anew


def set_back(copy: Installation) -> str | None:
    """The database of an earlier hour beside the mark of today."""
    return _unless(copy.verify().findings, {"高水位"}, "回退")


def emptied(copy: Installation, *, mark_too: bool = False) -> str | None:
    """No row of any agency is left; without the mark only a checkpoint kept outside knows better."""
    note = _newest_note(copy)
    with copy.superuser() as connection:
        names = connection.execute(
            "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables"
            " WHERE schemaname IN ('enforcement', 'public_site') AND tablename <> 'alembic_version'"
        ).fetchall()[0][0]
        connection.execute(f"TRUNCATE {names}".encode())
    if not mark_too:
        return _unless(copy.verify().findings, {"高水位"}, "清空")
    copy.high_water.path.unlink()
    return _unless(copy.verify(note).findings, {"外部留存"})


def _newest_note(copy: Installation) -> str:
    with copy.superuser() as connection:
        row = connection.execute("SELECT note FROM public_site.checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    return str(row[0]) if row else ""


def signed_with_another_key(copy: Installation) -> str | None:
    """Every checkpoint is signed by whoever does not hold the key."""
    private = Ed25519PrivateKey.generate()
    other = notes.VerifierKey(ORIGIN, private.public_key().public_bytes_raw())
    with copy.superuser() as connection:
        for size, root, at in connection.execute(
            "SELECT size, root, signed_at FROM enforcement.ledger_checkpoint"
        ).fetchall():
            note = notes.signed_note(notes.Checkpoint(ORIGIN, size, root, at), other, private.sign)
            for table in ("enforcement.ledger_checkpoint", "public_site.checkpoint"):
                connection.execute(f"UPDATE {table} SET note = %s WHERE size = %s".encode(), [note, size])
    return _unless(copy.verify().findings, {"ledger_checkpoint"}, "签名无效")


def signed_anew(copy: Installation, *, mark_too: bool = False) -> str | None:
    """With the signing key all of it can be rewritten; the mark knows, and a checkpoint kept outside."""
    note = _newest_note(copy)
    _rewrite(copy)
    if not mark_too:
        return _unless(copy.verify().findings, {"高水位"}, "改写")
    engine = create_engine(copy.urls.sequencer)
    with engine.connect() as connection:
        copy.high_water.set_back(connection, sequencer.empty_note(SEED, ORIGIN, connection))
    engine.dispose()
    if wrong := copy.verify().findings:
        return f"it was not rewritten as a whole: {wrong[:3]}"
    return _unless(copy.verify(note).findings, {"外部留存"})


def _rewrite(copy: Installation) -> None:
    """Make the party of a case have lived elsewhere from the beginning, in every row that says so, and sign it."""
    with copy.superuser() as connection:
        chain, party, address = connection.execute(
            "SELECT case_id, id, address FROM enforcement.party ORDER BY case_id LIMIT 1"
        ).fetchall()[0]
        connection.execute("UPDATE enforcement.party SET address = %s WHERE id = %s", [f"{address}改", party])
        before = b""
        for seq, said, salt, first in connection.execute(
            "SELECT seq, body, salt, prev_hash FROM enforcement.ledger_entry WHERE chain_id = %s ORDER BY seq", [chain]
        ).fetchall():
            before = before or first
            body = _rewritten(connection, chain, seq, said, str(party), address)
            leaf = entry_hash(before, salt, body)
            connection.execute(
                "UPDATE enforcement.ledger_entry SET body = %s, prev_hash = %s, leaf_hash = %s"
                " WHERE chain_id = %s AND seq = %s", [body, before, leaf, chain, seq],
            )  # fmt: skip
            before = leaf
        connection.execute("UPDATE enforcement.ledger_chain SET head_hash = %s WHERE id = %s", [before, chain])
        for table in (*TREE, "public_site.checkpoint", "public_site.log_proof"):
            connection.execute(f"DELETE FROM {table}".encode())
        connection.execute(
            "INSERT INTO enforcement.ledger_pending (chain_id, seq)"
            " SELECT e.chain_id, e.seq FROM enforcement.ledger_entry e ORDER BY e.chain_id, e.seq"
        )
    engine = create_engine(copy.urls.sequencer)
    sequencer.run_once(engine, SEED, ORIGIN, None)
    engine.dispose()


def _rewritten(connection: Connection, chain: uuid.UUID, seq: int, body: str, party: str, address: str) -> str:
    """The body of an entry once its record says otherwise; as it is where the record does not tell the address."""
    row = connection.execute(
        "SELECT to_jsonb(r) FROM enforcement.process_record r WHERE chain_id = %s AND seq = %s", [chain, seq]
    ).fetchall()[0][0]
    for one in row["wrote"]:
        if one["key"] == {"id": party} and one.get("set", {}).get("address") == address:
            one["set"]["address"] = f"{address}改"
    digest = digest_of_record(row)
    connection.execute(
        "UPDATE enforcement.process_record SET wrote = %s, digest = %s WHERE chain_id = %s AND seq = %s",
        [json_text(row["wrote"]), digest, chain, seq],
    )
    return body.replace(row["digest"], digest)


# ------------------------------------------------------------------------------------------------- release and objects


def changed_release(copy: Installation) -> str | None:
    """What was released is changed before it goes out: it does not go out, and the change is named."""
    office = copy.office()
    try:
        walk = factories.released(factories.penalty(Staff.of(office, agencies.sample_id(agencies.MARKET))))
        copy.seal()
        with copy.superuser() as connection:
            connection.execute(
                "UPDATE enforcement.disclosure SET fields = jsonb_set(fields, '{main_content}', '\"罚款一元。\"')"
                " WHERE id = %s", [walk.disclosure_id()],
            )  # fmt: skip
        sweep(office, fetch=None)
        if (stage := factories.stage_of_disclosure(walk)) != "released":
            return f"it went out: {stage}"
    finally:
        office.engine.dispose()
    return _unless(copy.verify().findings, {"disclosure"}, "fields")


def swapped(copy: Installation) -> str | None:
    """Two recordings, each in the other's place."""
    first, second = _objects(copy)[:2]
    kept = first.read_bytes()
    for place, content in ((first, second.read_bytes()), (second, kept)):
        place.chmod(0o600)
        place.write_bytes(content)
    return _reread(copy, {first.name, second.name})


def replaced(copy: Installation, put: Callable[[Path], object]) -> str | None:
    """Something that is no file where a recording was: named, and nothing waits for it."""
    place = random.Random(1).choice(_objects(copy))
    place.unlink()
    put(place)
    return _reread(copy, {place.name})


def _folder(place: Path) -> None:
    (place / "inside").mkdir(parents=True)


def _objects(copy: Installation) -> list[Path]:
    with copy.superuser() as connection:
        keys = connection.execute("SELECT store_key FROM enforcement.recording ORDER BY store_key").fetchall()
    return [copy.folder / "media" / "objects" / key[:2] / key[2:4] / key for (key,) in keys]


def _reread(copy: Installation, changed: set[str]) -> str | None:
    engine = create_engine(copy.urls.verifier)
    with snapshot(engine, demo=True) as seen:
        said = {one.recording: one.zh for one in changed_objects(seen, FileStore(copy.folder / "media"))}
    engine.dispose()
    with copy.superuser() as connection:
        keys = dict(connection.execute("SELECT id::text, store_key FROM enforcement.recording").fetchall())
    named = {keys[recording] for recording, zh in said.items() if zh}
    return None if named == changed and len(said) == len(keys) else f"named are {named}, changed were {changed}"


# ------------------------------------------------------------------------------------------------ what cannot be read

UNREADABLE = {
    "a decimal number": "data = data || '{\"x\": 0.5}'",
    "an infinite day": "happened_on = 'infinity'",
    "an infinite moment": "at = '-infinity'",
    "a very long integer": "data = jsonb_build_object('x', repeat('9', 5000)::numeric)",
    "deep nesting": "wrote = ('[' || repeat('[', 5000) || repeat(']', 5000) || ']')::jsonb",
}


def unreadable(sound: Installation, what: str, seed: int) -> str | None:
    """What cannot be read in one record, and something else in another: both are named, and nothing else."""
    with sound.undone() as connection:
        rows = connection.execute(
            "SELECT chain_id::text, seq FROM enforcement.process_record ORDER BY chain_id, seq"
        ).fetchall()
        hit = random.Random(f"{seed} {what}").sample(rows, 2)
        for (chain, seq), change in zip(hit, (UNREADABLE[what], "stage = stage || '改'"), strict=True):
            statement = f"UPDATE enforcement.process_record SET {change} WHERE chain_id = %s AND seq = %s"
            connection.execute(statement.encode(), [chain, seq])
        found = sound.said_within(connection).findings
    named = {(one.table, one.chain_id, one.seq) for one in found}
    print(f"{what}: {[one.zh for one in found]}", flush=True)
    return None if named == {("process_record", chain, seq) for chain, seq in hit} else f"{what}: {found}"
