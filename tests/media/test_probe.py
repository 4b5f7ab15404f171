"""What a file is, is read from its bytes; what is no recording, or a poisoned one, is refused with its reason."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
import zipfile
import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from media import demo, ffmpeg
from media.confine import Limits
from media.errors import REASONS, MediaRefused
from media.probe import Probe, probe
from tests.media.conftest import TAKEN_AT


def write(tmp_path: Path, content: bytes, name: str = "upload") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def reason(path: Path, **limits: int) -> str:
    with pytest.raises(MediaRefused) as refused:
        probe(path, Limits(**{"seconds": 60, **limits}))
    assert refused.value.zh == REASONS[refused.value.reason]
    return refused.value.reason


def ffmpeg_makes(path: Path, *arguments: str) -> Path:
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", "-y", *arguments, str(path)], check=True)
    return path


def png(width: int, height: int, *chunks: tuple[bytes, bytes], depth: int = 8, colour: int = 0) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes((width + 1) * min(height, 64))))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunk(*each) for each in chunks) + pixels + chunk(b"IEND", b"")


def deflate_bomb(megabytes: int) -> bytes:
    """A zlib stream that unpacks to so many MiB of zeros, made of one block repeated."""
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * megabytes


def zipped() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("payload.exe", bytes(100_000))
    return content.getvalue()


# ------------------------------------------------------------------------------------------------------ each kind


def test_a_film_is_described_as_it_is(samples: Path) -> None:
    found = probe(samples / "film.mp4")
    assert (found.kind, found.media_type, found.complete) == ("video", "video/mp4", True)
    assert (found.width, found.height) == (640, 360)
    assert found.size == (samples / "film.mp4").stat().st_size
    assert found.duration_ms == pytest.approx(6000, abs=100)
    assert [(stream.kind, stream.codec) for stream in found.streams] == [("video", "h264"), ("audio", "aac")]
    assert (found.device_time, found.device_time_source) == (TAKEN_AT, "container")
    assert found.plays_in_browsers


@pytest.mark.parametrize(
    ("name", "media_type", "plays"),
    [
        ("sound.m4a", "audio/mp4", True),
        ("sound.mp3", "audio/mpeg", True),
        ("sound.wav", "audio/wav", True),
        ("sound.aac", "audio/aac", True),
        ("sound.amr", "audio/amr", False),
    ],
)
def test_a_sound_is_described_as_it_is(samples: Path, name: str, media_type: str, plays: bool) -> None:
    found = probe(samples / name)
    assert (found.kind, found.media_type, found.plays_in_browsers) == ("audio", media_type, plays)
    assert found.duration_ms == pytest.approx(4000, abs=100)
    assert (found.width, found.height) == (None, None)


def test_a_photo_is_described_with_the_time_on_the_camera(samples: Path) -> None:
    found = probe(samples / "photo.jpg")
    assert (found.kind, found.media_type, found.duration_ms) == ("photo", "image/jpeg", None)
    assert (found.width, found.height) == (1600, 1200)
    assert (found.device_time, found.device_time_source) == (TAKEN_AT, "exif")
    assert found.plays_in_browsers
    assert probe(samples / "photo.png").media_type == "image/png"


@pytest.mark.parametrize(
    ("suffix", "arguments", "media_type"),
    [
        ("avi", ("-c:v", "mpeg4"), "video/x-msvideo"),
        ("mkv", ("-c", "copy"), "video/x-matroska"),
        ("mov", ("-c", "copy"), "video/mp4"),
        ("ts", ("-c", "copy"), "video/mp2t"),
        ("mpg", ("-c:v", "mpeg2video"), "video/mpeg"),
        ("wmv", ("-c:v", "wmv2"), "video/x-ms-wmv"),
    ],
)
def test_what_other_recorders_write_is_read_too(
    samples: Path, tmp_path: Path, suffix: str, arguments: tuple[str, ...], media_type: str
) -> None:
    film = ffmpeg_makes(tmp_path / f"film.{suffix}", "-i", str(samples / "film.mp4"), *arguments)
    found = probe(film)
    assert (found.kind, found.media_type, found.complete) == ("video", media_type, True)
    assert found.duration_ms == pytest.approx(6000, abs=150)


def test_a_name_says_nothing(samples: Path, tmp_path: Path) -> None:
    renamed = shutil.copy(samples / "film.mp4", tmp_path / "notes.txt")
    assert probe(Path(renamed)) == probe(samples / "film.mp4")


def test_the_time_of_an_unset_clock_is_no_time(tmp_path: Path) -> None:
    film = demo.make_video(tmp_path / "film.mp4", 1, taken_at=datetime(1970, 1, 1, tzinfo=UTC))
    assert probe(film).device_time is None


def test_a_cover_picture_does_not_make_a_film_of_a_sound(samples: Path, tmp_path: Path) -> None:
    inputs = ("-i", str(samples / "sound.mp3"), "-i", str(samples / "photo.jpg"))
    cover = ("-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v", "attached_pic")
    found = probe(ffmpeg_makes(tmp_path / "covered.mp3", *inputs, *cover))
    assert (found.kind, [stream.kind for stream in found.streams]) == ("audio", ["audio"])


def test_a_film_no_browser_plays_says_so(samples: Path, tmp_path: Path) -> None:
    film = ffmpeg_makes(tmp_path / "old.mp4", "-i", str(samples / "film.mp4"), "-c:v", "mpeg4")
    assert not probe(film).plays_in_browsers
    wide = ffmpeg_makes(tmp_path / "444.mp4", "-i", str(samples / "film.mp4"), "-pix_fmt", "yuv444p")
    assert not probe(wide).plays_in_browsers


# ------------------------------------------------------------------------------------------------------ broken off


def test_a_film_without_its_end_is_refused_as_incomplete(samples: Path, tmp_path: Path) -> None:
    content = (samples / "film.mp4").read_bytes()
    assert reason(write(tmp_path, content[: len(content) // 2])) == "incomplete"


def test_a_film_that_broke_off_but_plays_is_taken_with_the_length_that_is_there(samples: Path, tmp_path: Path) -> None:
    arguments = ("-i", str(samples / "film.mp4"), "-c", "copy", "-movflags", "faststart")
    content = ffmpeg_makes(tmp_path / "fast.mp4", *arguments).read_bytes()
    found = probe(write(tmp_path, content[: len(content) * 2 // 3]))
    assert not found.complete
    assert found.duration_ms is not None
    assert 1000 < found.duration_ms < 5000


@pytest.mark.parametrize("suffix", ["avi", "mkv"])
def test_other_containers_cut_short_are_seen_to_be(samples: Path, tmp_path: Path, suffix: str) -> None:
    content = ffmpeg_makes(tmp_path / f"film.{suffix}", "-i", str(samples / "film.mp4"), "-c:v", "mpeg4").read_bytes()
    found = probe(write(tmp_path, content[: len(content) // 2]))
    assert not found.complete
    assert found.duration_ms is not None
    assert found.duration_ms < 5000


def test_half_a_photo_is_refused(samples: Path, tmp_path: Path) -> None:
    for name in ("photo.jpg", "photo.png"):
        content = (samples / name).read_bytes()
        assert reason(write(tmp_path, content[: len(content) // 2])) == "undecodable"


def test_a_film_that_declares_no_length_is_measured(samples: Path, tmp_path: Path) -> None:
    live = write(tmp_path, b"")
    with live.open("wb") as out:
        command = [
            ffmpeg.binary(),
            "-loglevel",
            "error",
            "-i",
            str(samples / "film.mp4"),
            "-c",
            "copy",
            "-f",
            "matroska",
        ]
        subprocess.run([*command, "-live", "1", "pipe:1"], stdout=out, check=True)
    found = probe(live)
    assert found.duration_ms == pytest.approx(6000, abs=100)
    assert found.complete


def test_a_declared_length_is_not_believed(samples: Path, tmp_path: Path) -> None:
    content = bytearray((samples / "film.mp4").read_bytes())
    for box, at in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):  # the 32-bit duration in version 0 of each
        start = content.find(box)
        assert start > 0
        while start > 0:
            content[start + at : start + at + 4] = struct.pack(">I", 0x7FFFFFFF)
            start = content.find(box, start + 4)
    assert probe(write(tmp_path, bytes(content))).duration_ms == pytest.approx(6000, abs=100)


# ---------------------------------------------------------------------------------------------------- no recordings


@pytest.mark.parametrize(
    "content",
    [
        b"this is no film\n" * 1000,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"%PDF-1.7\n" + bytes(1000),
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        b"MZ" + bytes(5000),
        bytes(100_000),
        b"\0",
    ],
    ids=["text", "hls", "concat", "pdf", "html", "svg", "exe", "zeros", "one byte"],
)
def test_what_is_no_recording_is_refused_whatever_it_is_called(tmp_path: Path, content: bytes) -> None:
    assert reason(write(tmp_path, content, "film.mp4")) == "unsupported"


def test_an_archive_is_refused_and_never_unpacked(tmp_path: Path) -> None:
    assert reason(write(tmp_path, zipped(), "photo.jpg")) == "unsupported"


def test_random_bytes_are_refused(tmp_path: Path) -> None:
    for seed in range(5):
        noise = random.Random(seed).randbytes(200_000)
        assert reason(write(tmp_path, noise)) in {"unsupported", "undecodable", "no_duration"}


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert reason(write(tmp_path, b"")) == "empty"


def test_a_film_whose_pictures_are_noise_is_refused(samples: Path, tmp_path: Path) -> None:
    content = (samples / "film.mp4").read_bytes()
    start = content.index(b"mdat") + 4
    length = struct.unpack(">I", content[start - 8 : start - 4])[0] - 8
    noise = random.Random(7).randbytes(length)
    assert reason(write(tmp_path, content[:start] + noise + content[start + length :])) == "undecodable"


# ------------------------------------------------------------------------------------------------------- poisoned


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "film.mp4"])
def test_a_recording_that_is_also_an_archive_is_refused(samples: Path, tmp_path: Path, name: str) -> None:
    assert reason(write(tmp_path, (samples / name).read_bytes() + zipped())) == "foreign_content"


@pytest.mark.parametrize("page", [b"<html><script>alert(1)</script>", b"%PDF-1.7 ", b"<?php system($_GET[0]);"])
def test_a_photo_that_is_also_a_page_or_a_document_is_refused(samples: Path, tmp_path: Path, page: bytes) -> None:
    content = (samples / "photo.jpg").read_bytes()
    comment = b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page
    assert reason(write(tmp_path, content[:2] + comment + content[2:])) == "foreign_content"


def test_a_photo_that_is_also_a_rar_archive_is_refused(samples: Path, tmp_path: Path) -> None:
    content = (samples / "photo.jpg").read_bytes() + b"Rar!\x1a\x07\x01\x00" + bytes(100)
    assert reason(write(tmp_path, content)) == "foreign_content"


def test_a_photo_that_declares_a_huge_picture_is_refused(samples: Path, tmp_path: Path) -> None:
    assert reason(write(tmp_path, png(60_000, 60_000))) in {"picture_too_large", "too_costly", "undecodable"}
    jpeg = bytearray((samples / "photo.jpg").read_bytes())
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    assert reason(write(tmp_path, bytes(jpeg))) in {"picture_too_large", "too_costly", "undecodable"}


def test_a_film_that_declares_a_huge_picture_is_described_by_what_is_decoded_or_refused(
    samples: Path, tmp_path: Path
) -> None:
    content = bytearray((samples / "film.mp4").read_bytes())
    entry = content.index(b"avc1", content.index(b"stsd"))
    content[entry + 28 : entry + 32] = struct.pack(">HH", 65_535, 65_535)
    path = write(tmp_path, bytes(content))
    try:
        found = probe(path)
    except MediaRefused as refused:
        assert refused.reason == "picture_too_large"  # noqa: PT017 - either answer is right, nothing else is
    else:
        assert (found.width, found.height) == (640, 360)


def test_a_comment_that_unpacks_to_gigabytes_does_no_harm(tmp_path: Path) -> None:
    bomb = write(tmp_path, png(64, 64, (b"zTXt", b"Comment\0\0" + deflate_bomb(6000))))
    assert bomb.stat().st_size < 12_000_000
    assert probe(bomb, Limits(seconds=60, memory=1 << 30)).width == 64  # the comment is passed over


def test_a_picture_that_unpacks_to_gigabytes_ends_at_the_limit_of_memory(tmp_path: Path) -> None:
    packed = deflate_bomb(15_000 * 15_000 * 8 // (1 << 20))
    bomb = write(tmp_path, png(15_000, 15_000, (b"IDAT", packed), depth=16, colour=6))
    assert bomb.stat().st_size < 4_000_000
    assert reason(bomb, memory=1 << 30) == "too_costly"


def test_the_reader_ends_at_its_limit_of_time(samples: Path) -> None:
    assert reason(samples / "film.mp4", seconds=0) == "too_costly"


def test_a_film_damaged_anywhere_is_described_or_refused_and_never_an_accident(samples: Path, tmp_path: Path) -> None:
    content = (samples / "film.mp4").read_bytes()
    for seed in range(20):
        chance = random.Random(seed)
        damaged = bytearray(content)
        for _ in range(chance.choice([1, 20, 400])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        start = content.rindex(b"moov")
        damaged[chance.randrange(start, len(damaged))] ^= 0xFF
        try:
            found = probe(write(tmp_path, bytes(damaged)))
        except MediaRefused as refused:
            assert refused.zh == REASONS[refused.reason]  # noqa: PT017 - either answer is right, nothing else is
        else:
            assert isinstance(found, Probe)
