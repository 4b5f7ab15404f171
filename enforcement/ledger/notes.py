"""Checkpoints: the tree's size and root, signed, in the C2SP signed-note and tlog-checkpoint forms.

    example.gov.cn/mingjian            the log's origin, also the name of its key
    20852163                           how many leaves
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB…   the root, base64
    signed-at 2026-10-15T08:00:00Z     an extension line: when, so that the time is signed too
                                       (blank)
    — example.gov.cn/mingjian Az3grl…  base64(key hash (4) || Ed25519 signature (64))

Signing and checking the signature itself are given as functions: this module is of the standard library alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

ED25519 = b"\x01"
_FORM = re.compile(
    r"(?P<text>(?P<origin>[^\n+]+)\n(?P<size>0|[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"signed-at (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n)"
    r"\n— (?P<name>\S+) (?P<signature>[A-Za-z0-9+/]+=*)\n",
)
_KEY_HASH_BYTES = 4


class NoteError(ValueError):
    """A text that is no checkpoint of ours, or not signed by the key expected."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A log's public key, for anybody to have. As text, C2SP's vkey: `origin+keyhash+base64(0x01 || key)`."""

    origin: str
    public_key: bytes

    @property
    def key_hash(self) -> bytes:
        """The four bytes that name the key in a signature line."""
        return hashlib.sha256(self.origin.encode() + b"\n" + ED25519 + self.public_key).digest()[:_KEY_HASH_BYTES]

    def __str__(self) -> str:
        return f"{self.origin}+{self.key_hash.hex()}+{base64.b64encode(ED25519 + self.public_key).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """The key a vkey text names. Raises NoteError."""
        origin, _, rest = text.strip().partition("+")
        key_hash, _, encoded = rest.partition("+")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise NoteError("not a verifier key") from error
        found = cls(origin, key[1:])
        if not origin or key[:1] != ED25519 or len(key) != 33 or key_hash != found.key_hash.hex():  # noqa: PLR2004
            raise NoteError("not a verifier key")
        return found


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a note says. `signed_at` is UTC, to the second."""

    origin: str
    size: int
    root: bytes
    signed_at: datetime

    @property
    def text(self) -> str:
        """The text that is signed."""
        moment = self.signed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\nsigned-at {moment}\n"


def require_origin(origin: str) -> str:
    """Return `origin` if it can be one: not empty, no white space, no plus sign. Raises NoteError."""
    if not origin or "+" in origin or any(character.isspace() for character in origin):
        raise NoteError(f"{origin!r} cannot name a log: no spaces, no plus sign, not empty")
    return origin


def signed_note(checkpoint: Checkpoint, key: VerifierKey, sign: Callable[[bytes], bytes]) -> str:
    """The note of a checkpoint; `sign` is the Ed25519 private key's."""
    require_origin(checkpoint.origin)
    signature = base64.b64encode(key.key_hash + sign(checkpoint.text.encode())).decode()
    return f"{checkpoint.text}\n— {key.origin} {signature}\n"


def read_note(note: str, key: VerifierKey, verify: Callable[[bytes, bytes], bool]) -> Checkpoint:
    """What a note says, once its signature holds; `verify(signature, text)` is the Ed25519 public key's.

    Raises NoteError if it is not of this form to the byte, of another log, or not signed by this key.
    """
    form = _FORM.fullmatch(note)
    if form is None:
        raise NoteError("not a checkpoint note")
    try:
        signature = base64.b64decode(form["signature"], validate=True)
        root = base64.b64decode(form["root"], validate=True)
        signed_at = datetime.fromisoformat(form["at"])
    except ValueError as error:
        raise NoteError("not a checkpoint note") from error
    if base64.b64encode(root).decode() != form["root"] or base64.b64encode(signature).decode() != form["signature"]:
        raise NoteError("not a checkpoint note")  # the same bytes written another way
    if form["origin"] != key.origin or form["name"] != key.origin or signature[:_KEY_HASH_BYTES] != key.key_hash:
        raise NoteError("a checkpoint of another log or key")
    if not verify(signature[_KEY_HASH_BYTES:], form["text"].encode()):
        raise NoteError("the signature does not hold")
    return Checkpoint(form["origin"], int(form["size"]), root, signed_at)
