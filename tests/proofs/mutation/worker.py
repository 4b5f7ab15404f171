"""A process that runs pytest over one tree again and again, each time in a forked child that begins anew.

Loaded once are only the libraries of others. Asked by one line of JSON, `{"arguments", "environ", "seconds",
"patience"}`, the last for each single test; answers `{"code", "seconds"}` with pytest's exit code, a negative one where
a test went on too long, none where all of them did. What pytest said is in the file `said`.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import time
import traceback
import warnings
from pathlib import Path

LIBRARIES = "libraries.json"
SAID = "said"
QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # it is loaded before
STEP = 0.02


class Patience:
    """A pytest plugin: no test goes on for ever."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def pytest_runtest_logstart(self) -> None:
        """Begin to count; SIGALRM ends the process."""
        signal.alarm(self.seconds)


def load_libraries(tree: Path) -> None:
    """Import what the tree's own run was seen to import from elsewhere."""
    listed = tree / LIBRARIES
    with warnings.catch_warnings(), contextlib.suppress(FileNotFoundError):
        warnings.simplefilter("ignore")
        for name in json.loads(listed.read_text("utf-8")):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def child(tree: Path, arguments: list[str], environ: dict[str, str], patience: int) -> None:
    """Run pytest and end; a group of its own, so that whatever it starts can be ended with it."""
    os.setsid()
    os.environ.update(environ)
    sys.dont_write_bytecode = bool(environ.get("PYTHONDONTWRITEBYTECODE"))
    with (tree / SAID).open("wb") as said, Path(os.devnull).open("rb") as nothing:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        os.dup2(nothing.fileno(), 0)
    code = 3
    try:
        import pytest

        code = int(pytest.main([*QUIET, *arguments], plugins=[Patience(patience)]))
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def wait(pid: int, seconds: float) -> int | None:
    """The child's exit code; None, and the child gone, when the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(STEP)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def main() -> None:
    """Answer until nobody asks."""
    tree = Path.cwd()
    sys.path[0] = str(tree)
    load_libraries(tree)
    for line in sys.stdin:
        asked = json.loads(line)
        started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            child(tree, asked["arguments"], asked["environ"], asked["patience"])
        code = wait(pid, asked["seconds"])
        print(json.dumps({"code": code, "seconds": time.monotonic() - started}), flush=True)


if __name__ == "__main__":
    main()
