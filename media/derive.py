"""Pictures made from a recording so that people find it: a poster of a film, a thumbnail of a photo, the waveform of
a sound.

A derivative is a separate object that points to its original (J#13: the original is never edited). It is no evidence
and can be made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from media import ffmpeg
from media.errors import MediaRefused
from media.probe import Probe
from media.store import Address, Store, StoredObject

WIDTH, WAVEFORM_HEIGHT = 640, 160
"""Largest width (and height of a poster) in pixels."""
_POSTER_AT = 1.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A derived picture not yet stored."""

    kind: Literal["poster", "waveform"]
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Derivative:
    """A stored derivative: `of` is the address of the original it was made from."""

    kind: Literal["poster", "waveform"]
    media_type: str
    of: Address
    object: StoredObject


def picture_of(path: Path, probe: Probe) -> Picture:
    """Make the picture that stands for a recording in lists: a waveform for sound, else a poster. Raises MediaRefused
    if none can be made.
    """
    if probe.kind == "audio":
        return Picture("waveform", "image/png", waveform(path, probe))
    return Picture("poster", "image/jpeg", poster(path, probe))


def poster(path: Path, probe: Probe) -> bytes:
    """A JPEG of one frame, at most 640 by 640 pixels, without the original's metadata (place, device)."""
    second = min(_POSTER_AT, (probe.duration_ms or 0) / 2000)
    try:
        return _frame(path, probe, second)
    except MediaRefused:
        if second == 0:
            raise
        return _frame(path, probe, 0)  # nothing decodes after the jump: take the very first


def _frame(path: Path, probe: Probe, second: float) -> bytes:
    source = ffmpeg.recording(path, probe.container, ss=second)
    small = source.video.filter(
        "scale",
        w=f"min({WIDTH},iw)",
        h=f"min({WIDTH},ih)",
        force_original_aspect_ratio="decrease",
        force_divisible_by=2,
    ).filter("format", "yuvj420p")
    return ffmpeg.to_bytes(small, format="image2pipe", vcodec="mjpeg", vframes=1, map_metadata=-1, qscale=4)


def waveform(path: Path, probe: Probe) -> bytes:
    """A PNG of the whole sound's loudness over time, 640 by 160 pixels, transparent behind."""
    drawn = (
        ffmpeg.recording(path, probe.container)
        .audio.filter("aformat", channel_layouts="mono")
        .filter("showwavespic", s=f"{WIDTH}x{WAVEFORM_HEIGHT}", colors="0x206bc4")
    )
    return ffmpeg.to_bytes(drawn, format="image2pipe", vcodec="png", vframes=1, map_metadata=-1)


def keep(store: Store, original: StoredObject, picture: Picture) -> Derivative:
    """Store a picture as an object of its own that points to its original."""
    with store.stage() as staged:
        staged.append(picture.content)
        return Derivative(picture.kind, picture.media_type, original.address, staged.seal())
