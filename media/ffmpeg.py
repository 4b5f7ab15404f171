"""The one place where ffmpeg is run: ffmpeg-python builds the graph, imageio-ffmpeg brings the binary,
`media.confine` holds it down.

Arguments are a list, never a shell line. A file is named `file:` and its absolute path, so that no name is taken for
an option or a protocol; of protocols only files and pipes are open, of containers only those of `media.formats`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import ffmpeg
import imageio_ffmpeg

from media import formats
from media.confine import Limits, run
from media.errors import MediaRefused

LIMITS = Limits(seconds=120, memory=3 << 30, output=32 << 20)
"""For reading hostile files into something small."""

_QUIET = ("-hide_banner", "-nostdin", "-loglevel", "error")


class FFmpegMissing(Exception):
    """There is no ffmpeg that runs: the configuration is unfit."""


@cache
def binary() -> str:
    """Path of the ffmpeg binary. Raises FFmpegMissing, for the start-up check."""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise FFmpegMissing(str(error)) from error


def recording(path: Path, container: str, **options: Any) -> Any:
    """A recording as the input of a graph: hostile bytes, read only as the container that the probe found them to be.

    Options are ffmpeg's own, e.g. ss=1.0.
    """
    return ffmpeg.input(
        _url(path),
        f=container.split(",", maxsplit=1)[0],
        protocol_whitelist="file,pipe",
        format_whitelist=formats.WHITELIST,
        threads=1,
        **options,
    )


def pattern(description: str, **options: Any) -> Any:
    """A generated source (testsrc2, sine …) as the input of a graph, for demonstrations and tests."""
    return ffmpeg.input(description, f="lavfi", **options)


def to_bytes(*streams: Any, limits: Limits = LIMITS, **options: Any) -> bytes:
    """Run the graph into memory. Raises MediaRefused("not_derived") when ffmpeg fails or yields nothing, "too_costly"
    beyond the limits.
    """
    out = _run(ffmpeg.output(*streams, "pipe:1", **options), limits)
    if not out:
        raise MediaRefused("not_derived", "nothing came out")
    return out


def to_file(path: Path, *streams: Any, limits: Limits, **options: Any) -> None:
    """Run the graph into a file, replacing it. Raises as `to_bytes`; the file must be named by us, not by a user."""
    _run(ffmpeg.output(*streams, _url(path), **options), limits)


def _url(path: Path) -> str:
    return f"file:{path.absolute()}"


def _run(graph: Any, limits: Limits) -> bytes:
    argv = ffmpeg.compile(graph, cmd=[binary(), *_QUIET], overwrite_output=True)
    finished = run(argv, limits)
    if finished.code != 0:
        raise MediaRefused("not_derived", f"ffmpeg ended with {finished.code}: {finished.errors[-500:]}")
    return finished.out
