"""Whether everything an installation holds says the same: state, process records, ledger, what the public is shown."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, text

from enforcement import sequencer
from enforcement.ledger.notes import VerifierKey
from enforcement.runtime.embedded import DatabaseUrls
from enforcement.verify import Finding, verify_ledger

SEED = bytes(range(32))
ORIGIN = "ledger.example/robustness"

# A case stands where its last record left it, and its last number is the count of its records and its chain's head.
# Its version counts the acts on the case itself, and so never more than its records.
_DISAGREEING = (
    """
    SELECT 'case ' || c.case_no || ': ' || concat_ws(' ', c.stage, c.version, c.last_seq, r.count, r.stage, h.head_seq)
    FROM enforcement.case_file c
    JOIN enforcement.ledger_chain h ON h.id = c.id
    LEFT JOIN LATERAL (
        SELECT count(*), (array_agg(stage ORDER BY seq DESC))[1] AS stage FROM enforcement.process_record
        WHERE chain_id = c.id) r ON true
    WHERE (c.stage, c.last_seq, h.head_seq) IS DISTINCT FROM (r.stage, r.count, r.count) OR c.version > r.count
    """,
    """
    SELECT 'disclosure ' || d.id || ': ' || d.stage FROM enforcement.disclosure d
    LEFT JOIN public_site.publication p ON p.id = d.id
    WHERE CASE d.stage WHEN 'published' THEN p.id IS NULL OR p.withdrawn_on IS NOT NULL
                       WHEN 'withdrawn' THEN p.withdrawn_on IS NULL
                       WHEN 'withheld' THEN p.id IS NOT NULL AND p.withdrawn_on IS NULL
                       WHEN 'stopped' THEN p.id IS NOT NULL
                       ELSE false END
    """,
    """
    SELECT 'decision without its disclosure: ' || r.chain_id FROM enforcement.process_record r
    WHERE r.event IN ('decision_made', 'result_concluded') AND NOT EXISTS (
        SELECT FROM enforcement.disclosure d WHERE d.case_id = r.chain_id AND d.decision_seq = r.seq)
    """,
    "SELECT 'case without a record: ' || id FROM enforcement.case_file WHERE version = 0",
)
_EVERYTHING = """
    SELECT table_schema || '.' || table_name FROM information_schema.tables
    WHERE table_schema IN ('enforcement', 'public_site') AND table_type = 'BASE TABLE'
      AND table_name <> ALL (%(but)s::text[]) ORDER BY 1
"""
_ALLOWED_TO_MOVE = [
    "demo_clock", "ledger_pending", "ledger_leaf", "ledger_node", "ledger_checkpoint", "checkpoint", "log_proof",
]  # fmt: skip


def disagreements(urls: DatabaseUrls) -> list[str | Finding]:
    """Everything that contradicts something else; empty when all agree. Seals what waits first."""
    sequencing = create_engine(urls.sequencer)
    verifying = create_engine(urls.verifier)
    owner = create_engine(urls.owner)
    try:
        sequencer.run_once(sequencing, SEED, ORIGIN, None)
        with owner.connect() as connection:
            said: list[str | Finding] = [row[0] for sql in _DISAGREEING for row in connection.execute(text(sql))]
        key = VerifierKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw())
        found = verify_ledger(verifying, keys=[str(key)], demo=True).findings
        # The triggers at which a test kills an act are no part of the schema, and verifying rightly says so.
        said += [finding for finding in found if not (finding.table == "schema" and "killer" in finding.zh)]
    finally:
        sequencing.dispose()
        verifying.dispose()
        owner.dispose()
    return said


def picture(urls: DatabaseUrls) -> str:
    """A digest of every row of every table, apart from the clock and what the sequencer derives."""
    digest = hashlib.sha256()
    owner = create_engine(urls.owner)
    with owner.connect() as connection:
        tables = [row[0] for row in connection.exec_driver_sql(_EVERYTHING, {"but": _ALLOWED_TO_MOVE})]
        for table in tables:
            rows = connection.exec_driver_sql(
                f"SELECT coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '') FROM {table} t"
            )
            digest.update(f"{table} {rows.scalar_one()}\n".encode())
    owner.dispose()
    return digest.hexdigest()
