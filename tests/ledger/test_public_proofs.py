"""What the sequencer gives the public, in the hands of the verifier that the public is given."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import pytest

from publish import verify
from publish.verifier import PROOF_FORMAT
from tests.ledger.conftest import Ledger

RECORD = '{"document_no":"京朝市监罚〔2026〕42号"}'.encode()
DIGEST = f"sha256:{hashlib.sha256(RECORD).hexdigest()}"
PUBLICATION = uuid.UUID(int=42)


def proof_of(ledger: Ledger) -> dict[str, Any]:
    """The proof file of the publication, from what stands in the public tables."""
    with ledger.superuser() as connection:
        rows = connection.execute(
            "SELECT p.event, p.body, p.salt, p.prev_hash, p.leaf_hash, p.position, p.path, c.note"
            " FROM public_site.log_proof p JOIN public_site.checkpoint c ON c.size = p.checkpoint_size"
            " WHERE p.publication_id = %s",
            [PUBLICATION],
        ).fetchall()
    return {
        "format": PROOF_FORMAT,
        "publication": str(PUBLICATION),
        "entries": [
            {
                "event": event, "body": body, "salt": salt.hex(), "prev_hash": prev.hex(), "leaf_hash": leaf.hex(),
                "position": str(position), "path": [sibling.hex() for sibling in path], "checkpoint": {"note": note},
            }
            for event, body, salt, prev, leaf, position, path, note in rows
        ],
    }  # fmt: skip


@pytest.fixture
def published(ledger: Ledger) -> Ledger:
    """A publication among other entries, in a tree that grew on after it was proved."""
    chains = [ledger.chain() for _ in range(3)]
    for chain in chains:
        ledger.append(chain)
    ledger.seal()
    ledger.append(chains[1])
    ledger.append(chains[1], "publication_made", publication=str(PUBLICATION), digest=DIGEST, version="1")
    ledger.append(chains[2])
    ledger.seal()
    ledger.append(chains[0])
    ledger.seal()
    return ledger


def test_a_stranger_needs_the_record_the_proof_and_the_key(published: Ledger) -> None:
    proof = proof_of(published)
    assert verify.verify(RECORD, proof, str(published.key))[-1] == f"公示内容与台账所载一致：{DIGEST}"
    with pytest.raises(ValueError, match="公示内容与台账所载不一致"):
        verify.verify(RECORD + b" ", proof, str(published.key))


def test_a_withdrawal_is_proved_beside_what_it_withdrew(published: Ledger) -> None:
    published.append(published.chain(), "publication_withdrawn", publication=str(PUBLICATION), kind="annulled")
    published.seal()
    proof = proof_of(published)
    assert [entry["event"] for entry in proof["entries"]] == ["publication_made", "publication_withdrawn"]
    assert verify.verify(None, proof, str(published.key))[-1] == "这条公示信息已经撤回"


@pytest.mark.parametrize("part", ["body", "salt", "prev_hash", "position", "path", "checkpoint"])
def test_a_proof_with_anything_changed_is_refused(published: Ledger, part: str) -> None:
    proof = proof_of(published)
    entry = proof["entries"][0]
    if part == "body":
        entry["body"] = entry["body"].replace("open_case", "open_cast")
    elif part == "position":
        entry["position"] = str(int(entry["position"]) - 1)
    elif part == "path":
        entry["path"][0] = "00" * 32
    elif part == "checkpoint":
        with published.superuser() as connection:
            first = connection.execute("SELECT note FROM public_site.checkpoint ORDER BY size").fetchone()
        entry["checkpoint"]["note"] = (first or [""])[0]
    else:
        entry[part] = "00" * 32
    with pytest.raises(ValueError, match=r"不一致|不在|过短|过长"):
        verify.verify(RECORD, proof, str(published.key))
