"""Reading checkpoints: what a note says once a key of ours is found to have signed it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from enforcement.ledger.notes import Checkpoint, NoteError, VerifierKey, read_note


class Reader:
    """Reads notes signed by any of the keys this log has had."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys` are vkey texts. Raises NoteError if one is none."""
        self._keys = []
        for text in keys:
            key = VerifierKey.parse(text)
            self._keys.append((key, Ed25519PublicKey.from_public_bytes(key.public_key)))

    def read(self, note: str) -> Checkpoint:
        """What a note says. Raises NoteError if none of the keys signed it."""
        reason = NoteError("no key")
        for key, public in self._keys:
            try:
                return read_note(note, key, partial(_holds, public))
            except NoteError as error:
                reason = error
        raise reason


def _holds(public: Ed25519PublicKey, signature: bytes, text: bytes) -> bool:
    try:
        public.verify(signature, text)
    except InvalidSignature:
        return False
    return True
