"""The verifier that the public site hands out (`publish/verify.py`), and the key it checks signatures with."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

SOURCE = Path(__file__).with_name("verify.py")
PROOF_FORMAT = "mingjian-proof-1"
_ED25519 = b"\x01"


def verifier_key(origin: str, public_key: bytes) -> str:
    """The log's public key as C2SP writes it: origin, four bytes of hash, base64 of the key. Anybody may see it."""
    name = hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public_key).digest()[:4].hex()
    return f"{origin}+{name}+{base64.b64encode(_ED25519 + public_key).decode()}"
