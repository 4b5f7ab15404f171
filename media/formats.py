"""The kinds of file that are recordings: which containers are read at all, how they are served, what a browser plays
(J#6.2).

Names are libav's. Standard library only: read by the confined process as well as by its parent.
"""

from __future__ import annotations

VIDEO = ("mov", "matroska", "avi", "mpegts", "mpeg", "asf")
AUDIO = ("wav", "mp3", "aac", "amr", "flac", "ogg")
PHOTO = ("jpeg_pipe", "png_pipe", "bmp_pipe", "tiff_pipe", "webp_pipe")
WHITELIST = ",".join(VIDEO + AUDIO + PHOTO)
"""No playlist, no script, no image sequence: nothing that names another file."""

MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
MATROSKA = "matroska,webm"

MEDIA_TYPES = {
    ("video", MP4): "video/mp4",
    ("video", MATROSKA): "video/x-matroska",
    ("video", "avi"): "video/x-msvideo",
    ("video", "mpegts"): "video/mp2t",
    ("video", "mpeg"): "video/mpeg",
    ("video", "asf"): "video/x-ms-wmv",
    ("video", "ogg"): "video/ogg",
    ("audio", MP4): "audio/mp4",
    ("audio", MATROSKA): "audio/x-matroska",
    ("audio", "mp3"): "audio/mpeg",
    ("audio", "wav"): "audio/wav",
    ("audio", "aac"): "audio/aac",
    ("audio", "amr"): "audio/amr",
    ("audio", "flac"): "audio/flac",
    ("audio", "ogg"): "audio/ogg",
    ("audio", "asf"): "audio/x-ms-wma",
    ("photo", "jpeg_pipe"): "image/jpeg",
    ("photo", "png_pipe"): "image/png",
    ("photo", "bmp_pipe"): "image/bmp",
    ("photo", "tiff_pipe"): "image/tiff",
    ("photo", "webp_pipe"): "image/webp",
}

PLAYABLE = {
    MP4: frozenset({"h264", "av1", "aac", "mp3", "mp3float", "flac", "opus"}),
    "mp3": frozenset({"mp3", "mp3float"}),
    "wav": frozenset({"pcm_s16le", "pcm_u8"}),
    "aac": frozenset({"aac"}),
    "flac": frozenset({"flac"}),
    "jpeg_pipe": frozenset({"mjpeg"}),
    "png_pipe": frozenset({"png"}),
    "bmp_pipe": frozenset({"bmp"}),
    "webp_pipe": frozenset({"webp"}),
}
"""Container to the codecs that every current browser plays in it."""

PLAYABLE_PIXELS = frozenset({"yuv420p", "yuvj420p"})
"""What a browser's H.264 decoder takes: eight bits, 4:2:0."""
