"""SHA-256 and SM3 of the same bytes, read once, computed side by side.

Both libraries release the GIL, so one thread each keeps two cores busy; SM3 sets the pace.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes

CHUNK = 1 << 20
"""Bytes read at once: large enough that starting a thread's work costs nothing, small enough to keep memory bounded."""


@dataclass(frozen=True, slots=True)
class Digests:
    """What identifies bytes: how many, and both digests in lower-case hexadecimal (64 characters each)."""

    size: int
    sha256: str
    sm3: str


def digest_chunks(chunks: Iterable[bytes]) -> Digests:
    """Digest a stream of byte strings of any size, in memory bounded by its largest one."""
    sha256, sm3 = hashlib.sha256(), hashes.Hash(hashes.SM3())
    size = 0
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="sm3") as other_core:
        for chunk in chunks:
            running = other_core.submit(sm3.update, chunk)
            sha256.update(chunk)
            size += len(chunk)
            running.result()
    return Digests(size, sha256.hexdigest(), sm3.finalize().hex())


def read_chunks(descriptor: int) -> Iterable[bytes]:
    """Yield the whole of an open file, from its start, whatever its position."""
    offset = 0
    while chunk := os.pread(descriptor, CHUNK, offset):
        offset += len(chunk)
        yield chunk


def digest_descriptor(descriptor: int) -> Digests:
    """Digest the whole of an open file."""
    return digest_chunks(read_chunks(descriptor))


def sha256_of(descriptor: int) -> str:
    """SHA-256 alone of the whole of an open file: the quick answer to "are these still the same bytes?"."""
    sha256 = hashlib.sha256()
    for chunk in read_chunks(descriptor):
        sha256.update(chunk)
    return sha256.hexdigest()
