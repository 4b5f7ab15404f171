"""The cases that measurements are made over are whole: verification finds nothing in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, make_url

from benchmarks import bulk, samples
from enforcement import sequencer
from enforcement.ledger import digest_of
from enforcement.ledger.notes import VerifierKey
from enforcement.sweep import calendars
from enforcement.verify import CHECKS, verify_ledger
from enforcement.verify.running_clocks import running_clocks
from tests import factories

if TYPE_CHECKING:
    from pathlib import Path

    from enforcement.runtime.embedded import DatabaseUrls, Server

SEED, ORIGIN, COPIES = bytes(range(32)), "ledger.example/bulk", 60


def test_copied_cases_pass_the_verification_of_everything(
    server: Server, database: DatabaseUrls, tmp_path: Path
) -> None:
    office = factories.open_office(database, tmp_path)
    made = samples.make(office, officers=2, begun=(25,))
    with server.connect(make_url(database.app).database or "") as connection:
        bulk.fill(connection, made.still_open, made.ended, COPIES)
    sealing, verifying = create_engine(database.sequencer), create_engine(database.verifier)
    sequencer.run_once(sealing, SEED, ORIGIN, None)
    key = VerifierKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw())
    clocks = running_clocks(office.book, digest_of(calendars.written(office.book.calendar)))
    verdict = verify_ledger(verifying, keys=[str(key)], demo=True, checks=(*CHECKS, clocks))
    for engine in (sealing, verifying, office.engine):
        engine.dispose()
    assert not verdict.findings
    assert verdict.chains == COPIES + len(made.still_open) + len(made.ended) + 1
