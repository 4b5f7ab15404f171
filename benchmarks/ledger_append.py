"""How fast entries are appended one by one, each in a transaction of its own, against the barest loop that chains rows.

The bare loop does what nobody could do without: SELECT the last row, hash, INSERT, COMMIT; no tree, no trigger, no
row-level security, no canonical text. Ours appends through the application's role and commits.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
from sqlalchemy import Engine, create_engine, text

from benchmarks.ledger_server import ledger_server, libpq
from benchmarks.ratios import Ratio, in_turns, main
from enforcement.models.ledger import append_entry, open_chain

BOUND = 0.60
ROUNDS = 30
WARM_UP = 500
MOST = 15_000  # appended in all by each side; beyond that a longer run says nothing new
DATA = {"stage": "investigation", "on": "2026-10-15", "document_no": "京朝市监罚〔2026〕42号"}
DIGEST = hashlib.sha256(b"record").hexdigest()
BODY = '{"act":"open_case","actor":"%s","digest":"%s","event":"case_opened","data":{"stage":"investigation"}}' * 2


class Bare:
    """The loop to be compared with."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(libpq(url))
        self.connection.execute(
            "CREATE TABLE enforcement.bare (chain int, seq bigint, body text, salt bytea, hash bytea, prev bytea,"
            " PRIMARY KEY (chain, seq))"
        )
        self.connection.execute("INSERT INTO enforcement.bare VALUES (1, 0, '', '', '', '')")
        self.connection.commit()

    def append(self, count: int) -> float:
        """Append `count` rows; rows a second."""
        connection = self.connection
        start = time.perf_counter()
        for _ in range(count):
            seq, prev = connection.execute(
                "SELECT seq, hash FROM enforcement.bare WHERE chain = 1 ORDER BY seq DESC LIMIT 1"
            ).fetchone() or (0, b"")
            salt = secrets.token_bytes(32)
            digest = hashlib.sha256(prev + salt + BODY.encode()).digest()
            connection.execute(
                "INSERT INTO enforcement.bare (chain, seq, body, salt, hash, prev) VALUES (1, %s, %s, %s, %s, %s)",
                (seq + 1, BODY, salt, digest, prev),
            )
            connection.commit()
        return count / (time.perf_counter() - start)


class Ours:
    """The ledger, as an act uses it."""

    def __init__(self, engine: Engine) -> None:
        self.agency, self.chain = uuid.uuid4(), uuid.uuid4()
        self.at = datetime(2026, 10, 15, 8, tzinfo=UTC)
        self.connection = engine.connect()
        with self.connection.begin():
            # For the session: an act sets its agency when it begins, long before it appends.
            self.connection.execute(
                text("SELECT set_config('mingjian.agency_id', :agency, false)"), {"agency": str(self.agency)}
            )
            open_chain(self.connection, chain_id=self.chain, agency_id=self.agency, kind="case")

    def append(self, count: int) -> float:
        """Append `count` entries; entries a second."""
        start = time.perf_counter()
        for _ in range(count):
            with self.connection.begin():
                append_entry(
                    self.connection, chain_id=self.chain, agency_id=self.agency, act="open_case", event="case_opened",
                    actor=str(self.agency), at=self.at, case_id=self.chain, data=DATA, digest=DIGEST,
                )  # fmt: skip
        return count / (time.perf_counter() - start)


def measure(rows: int) -> Iterator[Ratio]:
    """Append `rows` (15 000 at most) on each side."""
    each = max(1, min(rows, MOST) // ROUNDS)
    with ledger_server() as (server, urls):
        engine = create_engine(urls.app)
        ours, bare = Ours(engine), Bare(urls.owner)
        ours.append(WARM_UP)
        bare.append(WARM_UP)
        with server.connect("bench") as connection:
            connection.execute("ANALYZE")  # both sides with the plans they have on a table in use
        ours.append(WARM_UP)
        bare.append(WARM_UP)
        rates = in_turns(lambda: ours.append(each), lambda: bare.append(each), rounds=ROUNDS)
        bare.connection.close()
        ours.connection.close()
        engine.dispose()
    yield Ratio("append entries one by one, against a bare chain of rows", *rates, "entries/s", BOUND)


if __name__ == "__main__":
    main(measure, __doc__)
