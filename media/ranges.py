"""Which part of a recording a request asks for: the Range header of RFC 9110 §14, as a pure function.

One range at a time: several ranges in one request are answered with the whole, which §14.2 allows and every player
accepts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

_ONE_RANGE = re.compile(r"[ \t]*(?P<first>[0-9]*)-(?P<last>[0-9]*)[ \t]*")
_DIGITS = 18  # any longer number lies beyond every file: clamp it instead of computing with it


@dataclass(frozen=True, slots=True)
class RangeAnswer:
    """What to answer: the status, the bytes [start, end) to send, and the headers that belong to it.

    With 416 nothing is sent. `Content-Length` is among the headers; content type and ETag are the caller's.
    """

    status: Literal[200, 206, 416]
    start: int
    end: int
    headers: dict[str, str] = field(default_factory=dict)


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _DIGITS else 10**_DIGITS


def _whole(size: int) -> RangeAnswer:
    return RangeAnswer(200, 0, size, {"Accept-Ranges": "bytes", "Content-Length": str(size)})


def _bounds(header: str, size: int) -> tuple[int, int] | Literal["unsatisfiable"] | None:
    """First and end (exclusive) of the one range asked for; None where the header is to be ignored."""
    unit, _, ranges = header.partition("=")
    match = _ONE_RANGE.fullmatch(ranges)
    if unit.strip().lower() != "bytes" or match is None:
        return None
    first, last = match["first"], match["last"]
    if first:
        start, stop = _number(first), _number(last) + 1 if last else size
        if stop <= start and last:
            return None  # "5-2" is malformed, and malformed is ignored (§14.2)
        return (start, min(stop, size)) if start < size else "unsatisfiable"
    if not last:
        return None
    suffix = _number(last)
    return (max(0, size - suffix), size) if suffix and size else "unsatisfiable"


def answer(header: str | None, size: int, *, etag: str | None = None, if_range: str | None = None) -> RangeAnswer:
    """Answer a GET for `size` bytes with the given Range header.

    `etag` is our strong entity tag as sent, `if_range` the If-Range header: when they differ the part asked for
    belongs to other bytes, so the whole is sent (§13.1.5; a date there never matches, as recordings are known by
    their digest).
    """
    if header is None or (if_range is not None and if_range.strip() != etag):
        return _whole(size)
    bounds = _bounds(header, size)
    if bounds is None:
        return _whole(size)
    if bounds == "unsatisfiable":
        headers = {"Accept-Ranges": "bytes", "Content-Range": f"bytes */{size}", "Content-Length": "0"}
        return RangeAnswer(416, 0, 0, headers)
    start, end = bounds
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Range": f"bytes {start}-{end - 1}/{size}",
        "Content-Length": str(end - start),
    }
    return RangeAnswer(206, start, end, headers)
