"""A program that reads hostile bytes cannot take more time, memory or output than it was given, nor see our secrets."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
import pytest

from media.confine import Finished, Limits, run
from media.errors import MediaRefused

MEGABYTE = 1 << 20


def python(code: str, limits: Limits | None = None, read: Path | None = None) -> Finished:
    return run([sys.executable, "-I", "-c", code], limits or Limits(seconds=20), read=read)


def test_what_it_prints_and_how_it_ended_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"bytes")
    code = "import sys; print(sys.stdin.read()); print('oh', file=sys.stderr); sys.exit(3)"
    assert python(code, read=tmp_path / "in") == Finished(3, b"bytes\n", "oh\n")


def test_it_is_ended_when_its_time_is_over_with_everything_it_started() -> None:
    sleep = "import time; time.sleep(61.1357)"
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', '{sleep}']); {sleep}"
    began = time.monotonic()
    with pytest.raises(MediaRefused) as refused:
        python(code, Limits(seconds=2))
    assert refused.value.reason == "too_costly"
    assert time.monotonic() - began < 20
    assert [
        process.pid for process in psutil.process_iter(["cmdline"]) if sleep in (process.info["cmdline"] or [])
    ] == []


def test_it_gets_no_more_memory_than_allowed() -> None:
    assert python(f"bytearray({300 * MEGABYTE})", Limits(seconds=20, memory=200 * MEGABYTE)).code != 0
    assert python(f"bytearray({100 * MEGABYTE})", Limits(seconds=20, memory=200 * MEGABYTE)).code == 0


def test_a_flood_of_output_is_refused_and_not_kept() -> None:
    with pytest.raises(MediaRefused) as refused:
        python("print('x' * 5_000_000)", Limits(seconds=20, output=MEGABYTE))
    assert refused.value.reason == "too_costly"


def test_it_writes_no_file_larger_than_allowed(tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'out')!r}, 'wb').write(bytes({2 * MEGABYTE}))"
    assert python(code, Limits(seconds=20, output=MEGABYTE)).code != 0
    assert (tmp_path / "out").stat().st_size <= MEGABYTE


def test_it_cannot_lift_its_limits() -> None:
    code = (
        "import resource; print(resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    assert python(code).out == b"(0, 0) (64, 64)\n"


def test_it_sees_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGJIAN_DATABASE_URL", "postgresql://secret")
    assert b"secret" not in python("import os; print(dict(os.environ))").out
