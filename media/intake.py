"""A recording arrives: what is staged is looked at, and only a real recording, whole as declared, is sealed.

The caller's transaction then writes the digests to the ledger; not before that is the sender told that the recording
is safe.
"""

from __future__ import annotations

from dataclasses import dataclass

from media.derive import Derivative, keep, picture_of
from media.errors import MediaRefused
from media.probe import Probe, probe
from media.store import Staged, Store, StoredObject


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A sealed recording, what it was found to be, and the picture made of it (None where none could be made)."""

    object: StoredObject
    probe: Probe
    derivative: Derivative | None


def take_in(store: Store, staged: Staged, sha256: str | None = None) -> TakenIn:
    """Probe, seal and picture a staged recording. `sha256` is what the sender declared, if anything.

    Raises MediaRefused with the reason; the staged bytes are then gone. That no picture can be made refuses nothing:
    the original counts.
    """
    with staged:
        if staged.size == 0:
            raise MediaRefused("empty")
        try:
            found = probe(staged.path)
        except MediaRefused as refused:
            if sha256 is not None and sha256.strip().lower() != staged.sha256():
                # Damaged on the way: say that first.
                raise MediaRefused("digest_mismatch", "and unreadable") from refused
            raise
        try:
            picture = picture_of(staged.path, found)
        except MediaRefused:
            picture = None
        sealed = staged.seal(sha256)
    return TakenIn(sealed, found, keep(store, sealed, picture) if picture else None)
