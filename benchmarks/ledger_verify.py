"""How fast the whole ledger is verified, against the barest loop that reads every row once and hashes it.

The bare loop reads body, salt, hash and previous hash of every entry and hashes them; it compares nothing and knows no
tree. Ours follows every chain to its head, rebuilds the tree, and checks every node, root and signature.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, create_engine

from benchmarks.ledger_append import DATA, DIGEST
from benchmarks.ledger_server import ledger_server, libpq
from benchmarks.ratios import Ratio, in_turns, main
from enforcement import ledger, sequencer
from enforcement.ledger.notes import VerifierKey
from enforcement.runtime.embedded import Server
from enforcement.verify import verify_ledger

BOUND = 0.40
ROUNDS = 3
ORIGIN = "mingjian.example/bench"
ENTRIES_OF_A_CASE = 25


def fill(server: Server, rows: int) -> None:
    """Write `rows` entries in chains of twenty-five, past the triggers, as if appended; all wait for their places."""
    agency = str(uuid.UUID(int=secrets.randbits(128)))
    at = datetime(2026, 10, 15, 8, tzinfo=UTC)
    heads = []
    with server.connect("bench") as connection:
        connection.execute("SET session_replication_role = replica")
        with connection.cursor().copy(
            "COPY enforcement.ledger_entry (chain_id, seq, agency_id, body, salt, leaf_hash, prev_hash) FROM STDIN"
        ) as copy:
            for first in range(0, rows, ENTRIES_OF_A_CASE):
                chain = str(uuid.uuid4())
                prev = ledger.chain_origin(agency, chain, "case")
                opening = ledger.entry_opening(
                    chain=chain, agency=agency, act="open_case", event="case_opened", actor=agency, at=at, case=chain,
                    data=DATA, digest=DIGEST,
                )  # fmt: skip
                last = min(ENTRIES_OF_A_CASE, rows - first)
                for seq in range(1, last + 1):
                    salt = secrets.token_bytes(32)
                    body = ledger.entry_body(opening, seq)
                    leaf = ledger.entry_hash(prev, salt, body)
                    copy.write_row((chain, seq, agency, body, salt, leaf, prev))
                    prev = leaf
                heads.append((chain, agency, "case", last, prev))
        with connection.cursor().copy("COPY enforcement.ledger_chain FROM STDIN") as copy:
            for head in heads:
                copy.write_row(head)
        connection.execute(
            "INSERT INTO enforcement.ledger_pending (chain_id, seq) SELECT chain_id, seq FROM enforcement.ledger_entry"
        )
    with server.connect("bench") as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def bare(url: str) -> float:
    """Read every row and hash it; rows a second."""
    rows = 0
    start = time.perf_counter()
    with psycopg.connect(libpq(url)) as connection, connection.cursor("bare", binary=True) as cursor:
        cursor.itersize = 5_000
        cursor.execute("SELECT body, salt, leaf_hash, prev_hash FROM enforcement.ledger_entry ORDER BY chain_id, seq")
        for body, salt, _, prev in cursor:
            hashlib.sha256(b"\x00" + prev + salt + body.encode()).digest()
            rows += 1
    return rows / (time.perf_counter() - start)


def ours(engine: Engine, key: str, rows: int) -> float:
    """Verify everything; rows a second."""
    start = time.perf_counter()
    verdict = verify_ledger(engine, keys=[key], checks=())
    seconds = time.perf_counter() - start
    assert verdict.holds, verdict.findings[:3]
    assert verdict.entries == verdict.size == rows
    return rows / seconds


def measure(rows: int) -> Iterator[Ratio]:
    """Fill a ledger with `rows` entries, seal it, verify it."""
    seed = secrets.token_bytes(32)
    key = str(VerifierKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()))
    with ledger_server() as (server, urls):
        fill(server, rows)
        engine, verifying = create_engine(urls.sequencer), create_engine(urls.verifier)
        start = time.perf_counter()
        assert sequencer.run_once(engine, seed, ORIGIN, None) == rows
        print(f"        {rows} entries sealed at {rows / (time.perf_counter() - start):,.0f} a second", flush=True)
        with server.connect("bench") as connection:
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE")
        rates = in_turns(lambda: ours(verifying, key, rows), lambda: bare(urls.verifier), rounds=ROUNDS)
        engine.dispose()
        verifying.dispose()
    yield Ratio("verify the whole ledger, against reading and hashing every row", *rates, "rows/s", BOUND)


if __name__ == "__main__":
    main(measure, __doc__)
