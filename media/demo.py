"""Real recordings for the demonstration and the tests: they play, they have a device time, they can be as large as
asked for.

The pictures are test patterns and the sounds tones, made by ffmpeg here: nobody is in them, and no file of anyone's
is needed.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from media import ffmpeg
from media.confine import Limits

_FONT = "Noto Sans CJK SC"
_SEGMENT_SECONDS = 4
_MEBIBYTE = 1 << 20
_MARGIN = 1.03  # the encoder fills the rate to within three per cent
_AUDIO: dict[str, dict[str, Any]] = {
    ".m4a": {"format": "mp4", "acodec": "aac"},
    ".mp3": {"format": "mp3", "acodec": "libmp3lame"},
    ".wav": {"format": "wav", "acodec": "pcm_s16le"},
    ".aac": {"format": "adts", "acodec": "aac"},
    ".amr": {"format": "amr", "acodec": "libopencore_amrnb", "ar": 8000, "ac": 1},
}
_PHOTO = {".jpg": "mjpeg", ".jpeg": "mjpeg", ".png": "png"}
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def make_video(
    path: Path,
    seconds: int,
    megabytes: int | None = None,
    text: str | None = None,
    *,
    taken_at: datetime | None = None,
    size: str = "640x360",
) -> Path:
    """Make an H.264/AAC film in MP4, at least `megabytes` MiB large if given, with `text` in the picture. Returns the
    path.

    Four seconds are encoded and repeated as they are, so 300 MiB take seconds. `taken_at` (aware) becomes the
    device's clock.
    """
    segment = path.with_name(f".{path.name}.segment")
    rate: dict[str, Any] = {"crf": 28}
    if megabytes is not None:
        bits = round(megabytes * _MEBIBYTE * 8 * _MARGIN / seconds)
        rate = {"video_bitrate": bits, "minrate": bits, "maxrate": bits, "bufsize": bits // 8}
        rate["x264-params"] = "nal-hrd=cbr:filler=1"  # fills up what the picture does not need
    room = (megabytes or seconds) * 2 * _MEBIBYTE + 64 * _MEBIBYTE
    limits = Limits(seconds=300, memory=3 << 30, output=room)
    pieces = min(seconds, _SEGMENT_SECONDS)
    picture = _write(ffmpeg.pattern(f"testsrc2=size={size}:rate=25", t=pieces).video, text)
    sound = ffmpeg.pattern("sine=frequency=330:sample_rate=48000", t=pieces).audio
    try:
        coding = {"vcodec": "libx264", "preset": "ultrafast", "pix_fmt": "yuv420p", "g": 25, "acodec": "aac"}
        ffmpeg.to_file(segment, picture, sound, limits=limits, format="mp4", **coding, **rate)
        repeated = ffmpeg.recording(segment, "mov", stream_loop=-1)
        ffmpeg.to_file(path, repeated, limits=limits, format="mp4", c="copy", t=seconds, **_tags(taken_at))
    finally:
        segment.unlink(missing_ok=True)
    if megabytes is not None and path.stat().st_size < megabytes * _MEBIBYTE:
        raise ValueError(f"{megabytes} MiB do not fit into {seconds} s: ask for more seconds or a larger picture")
    return path


def make_audio(path: Path, seconds: int, *, taken_at: datetime | None = None) -> Path:
    """Make a sound that comes and goes; the suffix (.m4a .mp3 .wav .aac .amr) says in which form. Returns the path."""
    sound = ffmpeg.pattern("sine=frequency=330:sample_rate=44100", t=seconds).audio.filter("tremolo", f=0.5, d=0.9)
    limits = Limits(seconds=300, memory=3 << 30, output=seconds * _MEBIBYTE + 64 * _MEBIBYTE)
    ffmpeg.to_file(path, sound, limits=limits, **_AUDIO[path.suffix], **_tags(taken_at))
    return path


def make_photo(
    path: Path, text: str | None = None, *, taken_at: datetime | None = None, size: str = "1600x1200"
) -> Path:
    """Make a photo; the suffix (.jpg .png) says in which form. A JPEG carries `taken_at` as cameras write it. Returns
    the path.
    """
    picture = _write(ffmpeg.pattern(f"testsrc2=size={size}", t=1).video, text)
    codec = _PHOTO[path.suffix]
    quality: dict[str, Any] = {"q:v": 3} if codec == "mjpeg" else {}
    content = ffmpeg.to_bytes(picture, format="image2pipe", vcodec=codec, vframes=1, **quality)
    if codec == "mjpeg" and taken_at is not None:
        content = content[:2] + _exif(taken_at) + content[2:]
    path.write_bytes(content)
    return path


def _write(picture: Any, text: str | None) -> Any:
    if text is None:
        return picture
    return picture.filter(
        "drawtext",
        text=text,
        expansion="none",
        font=_FONT,
        fontsize="h/14",
        x="w/20",
        y="h/12",
        fontcolor="white",
        box=1,
        boxcolor="black@0.7",
        boxborderw=12,
    )


def _tags(taken_at: datetime | None) -> dict[str, str]:
    return {} if taken_at is None else {"metadata": f"creation_time={taken_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}


def _exif(taken_at: datetime) -> bytes:
    """The APP1 segment with DateTimeOriginal and OffsetTimeOriginal, as a camera in Beijing writes it (EXIF 2.31,
    big-endian).
    """
    moment = taken_at.astimezone(_SHANGHAI)
    written, offset = f"{moment:%Y:%m:%d %H:%M:%S}\0".encode(), b"+08:00\0"
    inner_at = 8 + 2 + 12 + 4
    values_at = inner_at + 2 + 2 * 12 + 4
    outer = struct.pack(">HHHIII", 1, 0x8769, 4, 1, inner_at, 0)
    inner = struct.pack(
        ">HHHIIHHIII", 2, 0x9003, 2, len(written), values_at, 0x9011, 2, len(offset), values_at + len(written), 0
    )
    body = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + outer + inner + written + offset
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
