"""What the outer structure of a file says, before any decoder sees it: is it all there, and does it carry something
else along?

Runs inside the confined process of `media.reader`. Works on a binary file by seeking; reads little of it.
"""

from __future__ import annotations

import os
import struct
import zipfile
from typing import BinaryIO

HEAD = 4096
_PHOTO_SCANNED = 64 << 20
_BOXES_WALKED = 100_000
_DOCUMENTS = (b"%pdf-", b"<!doctype", b"<html", b"<script", b"<svg", b"<?php")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_BOX_HEADER = 8
_UNFINISHED_RIFF = (0, 0xFFFFFFFF)


def size_of(file: BinaryIO) -> int:
    """Length of the file in bytes."""
    return file.seek(0, os.SEEK_END)


def foreign_content(file: BinaryIO, *, photo: bool) -> str | None:
    """Name what else than a recording the file also is (a page, a document, an archive), or None.

    A browser or an unpacker may take such a file for the other thing, and whoever filmed did not put it there.
    """
    file.seek(0)
    head = file.read(HEAD).lower()
    for token in _DOCUMENTS:
        if token in head:
            return token.decode()
    if _holds_zip(file):
        return "zip"
    if photo:
        file.seek(0)
        content = file.read(_PHOTO_SCANNED)
        for signature in _ARCHIVES:
            if signature in content:
                return signature[:4].decode("latin-1")
    return None


def _holds_zip(file: BinaryIO) -> bool:
    """Whether a ZIP directory that really lists something ends the file: chance bytes in a film do not make one."""
    if not zipfile.is_zipfile(file):
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            return bool(archive.filelist)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False


def is_complete(file: BinaryIO, container: str) -> bool:
    """Whether the file is as long as its own structure says. True where a container declares no length."""
    if container.startswith("mov"):
        return _boxes_complete(file)
    if container in {"wav", "avi"}:
        return _riff_complete(file)
    if container.startswith("matroska"):
        return _matroska_complete(file)
    return True


def looks_like_mp4(file: BinaryIO) -> bool:
    """Whether the file begins as an ISO base media file does: with a first box of a known type."""
    file.seek(4)
    return file.read(4) in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}


def _boxes_complete(file: BinaryIO) -> bool:
    """Walk the outermost boxes of an MP4 or MOV: each must end within the file (a cut film ends inside `mdat`)."""
    size, offset = size_of(file), 0
    for _ in range(_BOXES_WALKED):
        if offset >= size:
            return offset == size
        file.seek(offset)
        header = file.read(16)
        if len(header) < _BOX_HEADER:
            return False
        length = int.from_bytes(header[:4], "big")
        if length == 0:  # "to the end of the file"
            return True
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length < _BOX_HEADER:
            return False
        offset += length
    return False


def _riff_complete(file: BinaryIO) -> bool:
    file.seek(0)
    header = file.read(8)
    (length,) = struct.unpack("<I", header[4:8])
    return length not in _UNFINISHED_RIFF and length + 8 <= size_of(file)


def _matroska_complete(file: BinaryIO) -> bool:
    """The header element, then the segment: an unknown length is a live recording and says nothing."""
    file.seek(0)
    head = file.read(HEAD)
    header_length, at = _vint(head, 4)
    if header_length is None or head[at + header_length : at + header_length + 4] != b"\x18\x53\x80\x67":
        return True  # something stands between them: no statement
    segment_length, start = _vint(head, at + header_length + 4)
    return segment_length is None or start + segment_length <= size_of(file)


def _vint(data: bytes, at: int) -> tuple[int | None, int]:
    """Read one EBML length; None is "unknown". Returns the length and where the content starts."""
    first = data[at] if at < len(data) else 0
    width = 9 - first.bit_length()
    if width > 8 or at + width > len(data):  # noqa: PLR2004 - a length has at most eight bytes
        return None, at
    value = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
    return (None if value == (1 << 7 * width) - 1 else value), at + width
