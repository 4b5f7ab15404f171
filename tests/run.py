"""`make test`: every check, then every test, and the time each part took. All parts run; one failure fails all.

`make proof` runs the tests with more examples and those marked proof, then each part of `tests/proofs/`; with PART only
that one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HAN_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
PACKAGES = ("chromium", "fonts-noto-cjk")

TESTS = "tests"
PARTS = tuple(sorted(path.stem for path in (ROOT / "tests" / "proofs").glob("*.py") if path.stem != "frame"))
"""The proofs that run by themselves."""

CHECKS = (
    ("ruff", ["ruff", "check", "."]),
    ("ruff format", ["ruff", "format", "--check", "."]),
    ("mypy", ["mypy"]),
    ("import contracts", ["lint-imports"]),
)


def browser() -> None:
    """A browser and a Chinese font: by apt as root, else one sentence and the end."""
    if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))) and _has_han_font():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing", *PACKAGES, flush=True)
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-q", "-q", "update"], check=False, env=environ)
        command = ["apt-get", "-q", "-q", "install", "--yes", "--no-install-recommends", *PACKAGES]
        if subprocess.run(command, check=False, env=environ, stdout=subprocess.DEVNULL).returncode == 0:
            return
    raise SystemExit(f"页面测试需要浏览器和中文字体，请先安装：apt-get install {' '.join(PACKAGES)}")


def _has_han_font() -> bool:
    if HAN_FONT.exists():
        return True
    lister = shutil.which("fc-list")
    return lister is not None and bool(subprocess.run([lister, ":lang=zh"], check=False, capture_output=True).stdout)


def part(name: str, command: list[str], environ: dict[str, str] | None = None) -> tuple[str, bool, float]:
    """Run one part; return its name, whether it held, and its seconds."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], check=False, cwd=ROOT, env={**os.environ, **(environ or {})}
    )
    return name, done.returncode == 0, time.monotonic() - started


def tests(*, longer: bool) -> list[tuple[str, bool, float]]:
    """Every test; `longer`: those marked proof as well, and more examples of each property."""
    browser()
    marks = [] if longer else ["-m", "not proof"]
    profile = {"HYPOTHESIS_PROFILE": "proof" if longer else "house"}
    return [
        part("page files", ["python", "-m", "enforcement.runtime.assets", "--tests"]),
        part("pytest", ["pytest", "-q", "-n", "2", "--dist", "loadfile", *marks], profile),
    ]


def main(arguments: list[str]) -> int:
    """0 if everything held."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--checks", action="store_true")
    parser.add_argument("--proof", nargs="?", const="", choices=["", TESTS, *PARTS])
    parser.add_argument("--seed", default="1")
    asked = parser.parse_args(arguments)
    results: list[tuple[str, bool, float]] = []
    if not asked.proof:
        results += [part(name, command) for name, command in CHECKS]
    if not asked.checks and asked.proof in {None, "", TESTS}:
        results += tests(longer=asked.proof is not None)
    for name in PARTS if asked.proof == "" else {asked.proof} & set(PARTS):
        results.append(part(f"proof: {name}", ["python", "-m", f"tests.proofs.{name}", "--seed", asked.seed]))
    print()
    for name, held, seconds in results:
        print(f"{'ok    ' if held else 'FAILED'}  {seconds:7.1f} s  {name}")
    return 0 if all(held for _, held, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
