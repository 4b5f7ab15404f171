"""A recording arrives: it is looked at, sealed, and pictured by an object of its own."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest

from media import demo, derive, ffmpeg
from media.errors import MediaRefused
from media.file_store import FileStore
from media.intake import TakenIn, take_in
from media.probe import Probe, probe


def arrive(store: FileStore, path: Path, sha256: str | None = None) -> TakenIn:
    with store.stage() as staged, path.open("rb") as stream:
        staged.append_stream(stream)
        return take_in(store, staged, sha256)


def kept(store: FileStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def picture(store: FileStore, taken: TakenIn, tmp_path: Path) -> tuple[bytes, Probe]:
    assert taken.derivative is not None
    content = b"".join(store.open_range(taken.derivative.object.address))
    path = tmp_path / "picture"
    path.write_bytes(content)
    return content, probe(path)


def test_a_film_is_sealed_as_it_came_and_its_poster_points_to_it(
    samples: Path, store: FileStore, tmp_path: Path
) -> None:
    original = (samples / "film.mp4").read_bytes()
    taken = arrive(store, samples / "film.mp4", hashlib.sha256(original).hexdigest())
    assert b"".join(store.open_range(taken.object.address)) == original
    assert taken.probe.kind == "video"
    assert taken.derivative is not None
    assert (taken.derivative.kind, taken.derivative.of) == ("poster", taken.object.address)
    assert taken.derivative.object.address != taken.object.address
    _, found = picture(store, taken, tmp_path)
    assert (found.media_type, found.width, found.height) == ("image/jpeg", 640, 360)


def test_a_sound_gets_its_waveform(samples: Path, store: FileStore, tmp_path: Path) -> None:
    taken = arrive(store, samples / "sound.m4a")
    assert taken.derivative is not None
    assert (taken.derivative.kind, taken.derivative.media_type) == ("waveform", "image/png")
    _, found = picture(store, taken, tmp_path)
    assert (found.media_type, found.width, found.height) == ("image/png", 640, 160)


def test_a_photo_gets_a_small_picture_without_time_and_place(samples: Path, store: FileStore, tmp_path: Path) -> None:
    taken = arrive(store, samples / "photo.jpg")
    content, found = picture(store, taken, tmp_path)
    assert (found.width, found.height) == (640, 480)
    assert found.device_time is None
    assert b"Exif" not in content


def test_a_tall_picture_keeps_its_shape(store: FileStore, tmp_path: Path) -> None:
    _, found = picture(store, arrive(store, demo.make_photo(tmp_path / "tall.png", size="300x1000")), tmp_path)
    assert (found.width, found.height) == (192, 640)


def test_what_is_no_recording_leaves_nothing_behind(store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"no film")
    with pytest.raises(MediaRefused) as refused:
        arrive(store, tmp_path / "film.mp4")
    assert refused.value.reason == "unsupported"
    assert kept(store) == []


def test_a_film_that_changed_on_the_way_is_refused_as_changed_even_if_it_still_plays(
    samples: Path, store: FileStore, tmp_path: Path
) -> None:
    original = (samples / "film.mp4").read_bytes()
    declared = hashlib.sha256(original).hexdigest()
    middle = len(original) // 2
    for changed in (original[:middle] + bytes([original[middle] ^ 1]) + original[middle + 1 :], original[:middle]):
        (tmp_path / "film").write_bytes(changed)
        with pytest.raises(MediaRefused) as refused:
            arrive(store, tmp_path / "film", declared)
        assert refused.value.reason == "digest_mismatch"
    assert kept(store) == []


def test_nothing_at_all_is_refused(store: FileStore) -> None:
    with store.stage() as staged, pytest.raises(MediaRefused) as refused:
        take_in(store, staged)
    assert refused.value.reason == "empty"


def test_a_film_of_which_no_picture_can_be_made_is_taken_in_all_the_same(
    samples: Path, store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ffmpeg, "binary", lambda: "/bin/false")
    taken = arrive(store, samples / "film.mp4")
    assert taken.derivative is None
    assert store.verify(taken.object.address, taken.object.sha256, taken.object.sm3).intact


def test_ffmpeg_follows_no_playlist_out_of_the_store(samples: Path, tmp_path: Path) -> None:
    playlist = tmp_path / "upload"
    playlist.write_text(f"#EXTM3U\n#EXTINF:5,\nfile://{samples / 'film.mp4'}\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaRefused) as refused:
        derive.poster(playlist, probe(samples / "film.mp4"))
    assert refused.value.reason == "not_derived"


def test_a_file_named_like_an_option_or_an_address_is_only_a_file(samples: Path, tmp_path: Path) -> None:
    for name in ("-y", "http:x", "concat:a|b", "%d.jpg", "现场 录像'\".mp4"):
        (tmp_path / name).write_bytes((samples / "film.mp4").read_bytes())
        found = probe(tmp_path / name)
        assert derive.poster(tmp_path / name, found)[:2] == b"\xff\xd8"


# ----------------------------------------------------------------------------------------------- recordings to show


def test_a_film_of_the_size_asked_for_is_made_and_plays(tmp_path: Path) -> None:
    film = demo.make_video(tmp_path / "large.mp4", 20, 64, "现场检查")
    assert 64 << 20 <= film.stat().st_size < 68 << 20
    found = probe(film)
    assert (found.complete, found.plays_in_browsers) == (True, True)
    assert found.duration_ms == pytest.approx(20_000, abs=100)
    assert [path.name for path in tmp_path.iterdir()] == ["large.mp4"]


def test_the_text_asked_for_is_in_the_picture(tmp_path: Path) -> None:
    plain, written = demo.make_photo(tmp_path / "a.png"), demo.make_photo(tmp_path / "b.png", "100% 查封: it's\\here")
    assert plain.read_bytes() != written.read_bytes()
    assert struct.unpack(">II", written.read_bytes()[16:24]) == (1600, 1200)
