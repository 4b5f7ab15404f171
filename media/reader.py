"""Read a hostile file with libav and say what it is. Runs only in the confined process started by `media.probe`.

The file is standard input: no name, so nothing can be guessed from one, and no protocol is open to it. Only the
containers named here are tried, and only on the strength of their bytes. The answer is one JSON object on standard
output.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from media import formats, sniff

_OPTIONS = {
    "protocol_whitelist": "none",
    "format_whitelist": formats.WHITELIST,
    "max_streams": "32",
}
Media = VideoStream | AudioStream

_PIXELS = {"photo": 250_000_000, "video": 70_000_000}
"""The largest picture decoded: a 200-megapixel telephone, and twice 8K. Larger is a bomb or a slip."""
_PACKETS_TRIED = 3000
_STREAM_FACTS = ("kind", "codec", "width", "height", "pixel_format", "frame_rate", "sample_rate", "channels")
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_CREATED = (
    ("com.apple.quicktime.creationdate", "container"),
    ("creation_time", "container"),
    ("ExifIFD/DateTimeOriginal", "exif"),
    ("DateTimeOriginal", "exif"),
    ("IFD0/DateTime", "exif"),
    ("DateTime", "exif"),
)
_OFFSETS = ("ExifIFD/0x9011", "ExifIFD/OffsetTimeOriginal", "OffsetTimeOriginal")
_PLAUSIBLE_YEARS = range(2000, 2100)


class Refused(Exception):
    """Carries the reason to the parent, which makes a MediaRefused of it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def read(file: BinaryIO) -> dict[str, Any]:
    """Describe the recording in the file. Raises Refused, or dies of its limits."""
    if sniff.size_of(file) == 0:
        raise Refused("empty")
    looks_like_mp4 = sniff.looks_like_mp4(file)
    file.seek(0)
    try:
        container = av.open(file, "r", options=_OPTIONS)
    except av.error.FFmpegError as error:
        _raise_if_memory(error)
        raise Refused("incomplete" if looks_like_mp4 else "unsupported", error.strerror or "") from error
    with container:
        return _describe(container, file)


def _describe(container: InputContainer, file: BinaryIO) -> dict[str, Any]:
    name = container.format.name
    kind, main = _main_stream(container)
    if isinstance(main, VideoStream):
        _check_picture(main, kind)
    streams: list[Media] = [
        *(video for video in container.streams.video if not _is_cover(video)),
        *container.streams.audio,
    ]
    facts, tags = _play(container, kind, main, streams)
    other = sniff.foreign_content(file, photo=kind == "photo")
    if other is not None:
        raise Refused("foreign_content", other)
    for stream in streams:
        tags |= stream.metadata
    tags |= container.metadata
    moment, source = _device_time(tags)
    return {
        "kind": kind,
        "container": name,
        "size": sniff.size_of(file),
        "complete": sniff.is_complete(file, name),
        "device_time": moment,
        "device_time_source": source,
        "streams": [_stream(stream) for stream in streams],
        **facts,
    }


def _main_stream(container: InputContainer) -> tuple[str, Media]:
    """Which kind of recording this is, and the stream that makes it so."""
    videos = [stream for stream in container.streams.video if not _is_cover(stream)]
    if container.format.name in formats.PHOTO and videos:
        return "photo", videos[0]
    if videos:
        return "video", videos[0]
    if container.streams.audio:
        return "audio", container.streams.audio[0]
    raise Refused("no_content")


def _is_cover(stream: VideoStream) -> bool:
    """A picture stuck on a sound file (an album cover) is not a film."""
    return bool(stream.disposition & Disposition.attached_pic)


def _check_picture(stream: VideoStream, kind: str) -> None:
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > _PIXELS[kind]:
        raise Refused("picture_too_large", f"{width} × {height}")


def _play(
    container: InputContainer, kind: str, main: Media, streams: list[Media]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Decode one frame of the main stream and time every packet of all: what is declared about length is never taken
    for true.
    """
    tags: dict[str, str] = {}
    first: dict[int, Fraction] = {}
    last: dict[int, Fraction] = {}
    shown: tuple[int | None, int | None] | None = None
    codec = main.codec_context
    codec.thread_count = 1  # memory first; one frame is enough
    if kind == "photo":
        codec.options = {"err_detect": "explode"}  # a photo cut in half must not pass as a grey one
    for tried, packet in enumerate(_packets(container, streams)):
        if shown is None and packet.stream.index == main.index:
            shown = _shown(packet, kind, tags)
            if shown is None and tried > _PACKETS_TRIED:
                break
        if packet.pts is not None and packet.time_base is not None:
            index, start = packet.stream.index, packet.pts * packet.time_base
            end = start + (packet.duration or 0) * packet.time_base
            first[index] = min(first.get(index, start), start)
            last[index] = max(last.get(index, end), end)
    if shown is None:
        raise Refused("undecodable")
    width, height = shown
    facts: dict[str, Any] = {"width": width, "height": height, "duration_ms": None}
    if kind != "photo":
        duration = max((last[index] - first[index] for index in first), default=Fraction(0))
        if duration <= 0:
            raise Refused("no_duration")
        facts["duration_ms"] = round(duration * 1000)
    return facts, tags


def _packets(container: InputContainer, streams: list[Media]) -> Iterator[Packet[Any]]:
    """Every packet up to the end, or up to where the data breaks off: what came before the break is still a
    recording.
    """
    try:
        yield from container.demux(streams)
    except av.error.FFmpegError as error:
        _raise_if_memory(error)


def _shown(packet: Packet[Any], kind: str, tags: dict[str, str]) -> tuple[int | None, int | None] | None:
    """Decode one packet; return the size of the picture (None, None for sound), or None if nothing came out yet."""
    try:
        frames = packet.decode()
    except av.error.FFmpegError as error:
        _raise_if_memory(error)
        if kind == "photo":
            raise Refused("undecodable", error.strerror or "") from error
        return None
    for frame in frames:
        tags |= dict(frame.metadata)
        if isinstance(frame, VideoFrame):
            return frame.width, frame.height
        return None, None
    return None


def _raise_if_memory(error: av.error.FFmpegError) -> None:
    if isinstance(error, MemoryError):
        raise Refused("too_costly", "memory") from error


def _stream(stream: Media) -> dict[str, Any]:
    codec = stream.codec_context
    facts: dict[str, Any] = dict.fromkeys(_STREAM_FACTS)
    facts |= {"kind": stream.type, "codec": codec.name if codec else "unknown"}
    if isinstance(stream, VideoStream) and stream.codec_context:
        rate = stream.average_rate
        facts |= {name: getattr(stream.codec_context, name) for name in ("width", "height")}
        facts |= {"pixel_format": stream.codec_context.pix_fmt, "frame_rate": round(float(rate), 3) if rate else None}
    elif isinstance(stream, AudioStream) and stream.codec_context:
        facts |= {name: getattr(stream.codec_context, name) for name in ("sample_rate", "channels")}
    return facts


def _device_time(tags: dict[str, str]) -> tuple[str | None, str | None]:
    """The device's own clock as an aware moment in UTC, and where it stood: "container" or "exif"."""
    offset = next((tags[name] for name in _OFFSETS if name in tags), "")
    for name, source in _CREATED:
        text = tags.get(name, "").strip()
        if source == "exif":
            text = text.replace(":", "-", 2) + offset
        with suppress(ValueError):
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=_SHANGHAI)  # cameras write the time on their display
            if moment.year in _PLAUSIBLE_YEARS:  # an unset clock says 1904, 1970 or nothing
                return moment.astimezone(UTC).isoformat(), source
    return None, None


def main() -> None:
    """Read standard input, print the description or the refusal."""
    answer: dict[str, Any]
    with os.fdopen(0, "rb", buffering=0, closefd=False) as file:
        try:
            answer = {"probe": read(file)}
        except Refused as refused:
            answer = {"refused": refused.reason, "detail": refused.detail}
        except MemoryError:
            answer = {"refused": "too_costly", "detail": "memory"}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)  # a decoder that was fed poison need not tidy up
