"""Places to try mutants out: a copy of the tree, a server and a process that runs pytest over it, one of each."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.settings import ROOT
from enforcement.runtime.embedded import Server
from tests.conftest import AGENCIES, TEMPLATE, make_agencies, own_folder, running_server
from tests.proofs.mutation.operators import Mutant

LEFT_OUT = shutil.ignore_patterns(".*_cache", ".cache", ".git", ".hypothesis", ".venv", "__pycache__", "var")
KEPT = {"postgres", "template0", "template1", TEMPLATE, AGENCIES}
PYTEST = ("-x", "-q", "--no-header", "--tb=line", "--hypothesis-seed=0", "-p", "no:cacheprovider", "-p", "no:xdist")
FOLDERS = ("law", "ledger", "publish", "actions", "verify", "scheduler", "site", "web", "cli")
"""Whose tests are asked. Those of processes, of killed processes and the house rules start programs or read the code as
text, and those of the browser need one: they stay out."""
LONGEST = 900.0
PATIENCE = 60
"""Seconds for a run, and for a single test of it: what goes on longer waits for what never comes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a run of pytest ended: its exit code, None where it had to be ended; what it said last."""

    code: int | None
    seconds: float
    said: str


class Place:
    """One bench: one run at a time, and no run sees what another left."""

    def __init__(self, tree: Path, server: Server) -> None:
        self.tree = tree
        self.server = server
        self.worker: subprocess.Popen[str] | None = None

    def begin(self) -> None:
        """Start the process."""
        self.worker = subprocess.Popen(
            [sys.executable, self.tree / "tests" / "proofs" / "mutation" / "worker.py"],
            cwd=self.tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def end(self) -> None:
        """End the process."""
        if self.worker is not None and self.worker.stdin is not None:
            self.worker.stdin.close()
            self.worker.wait()
            self.worker = None

    def pytest(self, arguments: Sequence[str], environ: dict[str, str], *, patience: int = PATIENCE) -> Answer:
        """Run pytest in the tree; no test may take longer than `patience` seconds."""
        self._drop_databases()
        if self.worker is None or self.worker.stdin is None or self.worker.stdout is None:
            raise RuntimeError("begin first")
        environ = {**environ, "MINGJIAN_TEST_SERVER": str(self.server.var)}
        asked: dict[str, Any] = {
            "arguments": list(arguments),
            "environ": environ,
            "seconds": LONGEST,
            "patience": patience,
        }
        self.worker.stdin.write(json.dumps(asked) + "\n")
        self.worker.stdin.flush()
        answer = json.loads(self.worker.stdout.readline())
        said = (self.tree / "said").read_text("utf-8", errors="replace")
        return Answer(answer["code"], answer["seconds"], said)

    def try_out(self, mutant: Mutant, tests: Sequence[str]) -> Answer:
        """Run these tests with the mutant in place of the code."""
        file = self.tree / mutant.file
        source, times = file.read_bytes(), file.stat()
        try:
            file.write_bytes(mutant.of(source))
            return self.pytest([*PYTEST, *tests], {"PYTHONDONTWRITEBYTECODE": "1"})
        finally:
            file.write_bytes(source)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # what was compiled of it holds again

    def _drop_databases(self) -> None:
        with self.server.connect() as connection:
            rows: Any = connection.execute("SELECT datname FROM pg_database").fetchall()
            for (name,) in rows:
                if name not in KEPT:
                    connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


class Bench:
    """Several places; who asks for one waits until one is free, in whichever copy of this process."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = tuple(places)
        self.free: Any = multiprocessing.get_context("fork").SimpleQueue()
        for number in range(len(places)):
            self.free.put(number)

    @contextlib.contextmanager
    def place(self) -> Iterator[Place]:
        """A place for oneself."""
        number = self.free.get()
        try:
            yield self.places[number]
        finally:
            self.free.put(number)


@contextlib.contextmanager
def bench(places: int) -> Iterator[Bench]:
    """So many places, ended with the context."""
    with contextlib.ExitStack() as stack:
        made: list[Place] = []
        for _ in range(places):
            folder = stack.enter_context(own_folder())
            place = Place(folder / "tree", stack.enter_context(running_server()))
            make_agencies(place.server, folder / "media")
            stack.callback(place.end)
            if made:
                shutil.copytree(made[0].tree, place.tree, symlinks=True)
            else:
                shutil.copytree(ROOT, place.tree, ignore=LEFT_OUT, symlinks=True)
                _warm(place)
            place.begin()
            made.append(place)
        yield Bench(made)


def _warm(place: Place) -> None:
    """Have everything compiled once, and seen which libraries it loads."""
    place.begin()
    collected = [f"tests/{one}" for one in FOLDERS]
    place.pytest(
        ["--collect-only", "-q", "-p", "tests.proofs.mutation.lines", *collected], {"MINGJIAN_LINES": os.devnull}
    )
    place.end()  # the next process loads them
