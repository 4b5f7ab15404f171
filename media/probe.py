"""What a recording really is: found from its bytes by a confined process, never from its name or what the sender says
of it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from media import formats
from media.confine import Limits, run
from media.errors import MediaRefused

Kind = Literal["video", "audio", "photo"]

LIMITS = Limits(seconds=180, memory=3 << 29, output=1 << 20)
"""Enough to time every packet of a long film; a bomb ends here."""

_READER = "import sys; sys.path.insert(0, sys.argv[1]); from media.reader import main; main()"
_ROOT = str(Path(__file__).resolve().parent.parent)


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """One stream: `kind` "video" or "audio", libav's codec name, and what applies to it (pixels, frames per second,
    hertz).
    """

    kind: Literal["video", "audio"]
    codec: str
    width: int | None
    height: int | None
    pixel_format: str | None
    frame_rate: float | None
    sample_rate: int | None
    channels: int | None


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file was found to be.

    `container` is libav's name; `size` bytes; `duration_ms` is measured over the packets that are there (None for a
    photo); `width` and `height` are those of a decoded picture; `device_time` the device's own clock at the start,
    aware, `device_time_source` "container" or "exif". `complete` is False when the file is shorter than it says: the
    recording broke off, what is there plays.
    """

    kind: Kind
    container: str
    size: int
    duration_ms: int | None
    width: int | None
    height: int | None
    streams: tuple[StreamFacts, ...]
    device_time: datetime | None
    device_time_source: str | None
    complete: bool

    @property
    def media_type(self) -> str:
        """The content type to serve it under, from what it is."""
        return formats.MEDIA_TYPES.get((self.kind, self.container), "application/octet-stream")

    @property
    def plays_in_browsers(self) -> bool:
        """Whether every current browser plays or shows it as it is."""
        codecs = {stream.codec for stream in self.streams}
        if not codecs <= formats.PLAYABLE.get(self.container, frozenset()):
            return False
        return all(stream.pixel_format in formats.PLAYABLE_PIXELS for stream in self.streams if stream.codec == "h264")


def probe(path: Path, limits: Limits = LIMITS) -> Probe:
    """Find out what the file is. Raises MediaRefused with the reason when it is no recording, is damaged, or costs
    too much to read.
    """
    finished = run([sys.executable, "-I", "-c", _READER, _ROOT], limits, read=path)
    if finished.code != 0:
        reason = "too_costly" if finished.code < 0 or "MemoryError" in finished.errors else "undecodable"
        raise MediaRefused(reason, f"the reader ended with {finished.code}: {finished.errors[-500:]}")
    answer = json.loads(finished.out)
    if "refused" in answer:
        raise MediaRefused(answer["refused"], answer["detail"])
    found = answer["probe"]
    moment = found.pop("device_time")
    streams = tuple(StreamFacts(**stream) for stream in found.pop("streams"))
    return Probe(**found, streams=streams, device_time=datetime.fromisoformat(moment) if moment else None)
