"""Real recordings, made once for all tests of a worker."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from media import demo
from media.file_store import FileStore

TAKEN_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with film.mp4 (6 s), sound.m4a .mp3 .wav .aac .amr (4 s), photo.jpg and photo.png."""
    folder = tmp_path_factory.mktemp("recordings")
    demo.make_video(folder / "film.mp4", 6, text="现场检查：查封", taken_at=TAKEN_AT)
    for suffix in (".m4a", ".mp3", ".wav", ".aac", ".amr"):
        demo.make_audio(folder / f"sound{suffix}", 4, taken_at=TAKEN_AT)
    demo.make_photo(folder / "photo.jpg", "查封现场", taken_at=TAKEN_AT)
    demo.make_photo(folder / "photo.png", "查封现场")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "store")
