"""How many decisions a second, against another work tree of this project in the same run, in turns.

    git worktree add --detach ../before COMMIT
    .venv/bin/python -m benchmarks.against ../before

Each side walks the same cases up to their decision by its own acts and serves its own internal application; the head
then decides them over HTTP, one after another and by sixteen connections at once.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.ratios import Ratio, conclude, in_turns
from benchmarks.web import Connection, Request, each_once
from config.settings import ROOT

CLIENTS = 16
ALONE, TOGETHER = 8, 32
"""Decisions in a round, by one connection and by sixteen."""
ROUNDS = 7
WARM_UP = 8
BOUND_ALONE, BOUND_TOGETHER = 1.9, 1.0


class Side:
    """A tree at work, and the decisions it has not made yet."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.port = int(told["port"])
        connection = Connection(self.port)
        cookie = told["cookies"]["head"]
        session = json.loads(connection.ask(Request("/api/session", headers=f"Cookie: {cookie}\r\n")))
        cookies = "; ".join((cookie, *connection.cookies()))
        self._headers = (
            f"Cookie: {cookies}\r\nX-CSRFToken: {session['csrf_token']}\r\nContent-Type: application/json\r\n"
        )
        self._left = iter(told["cases"])

    def rate(self, count: int, clients: int) -> float:
        """Decide so many cases; how many a second."""
        requests = [self._request(case) for _, case in zip(range(count), self._left, strict=False)]
        begun = time.perf_counter()
        answered = len(each_once(self.port, requests, clients))
        return answered / (time.perf_counter() - begun)

    def _request(self, case: dict[str, Any]) -> Request:
        headers = f'{self._headers}If-Match: "{case["version"]}"\r\n'
        body = json.dumps(case["form"], ensure_ascii=False).encode()
        return Request(f"/api/cases/{case['id']}/make-decision", "POST", body, headers)


@contextmanager
def side(tree: Path, count: int) -> Iterator[subprocess.Popen[str]]:
    """A tree's own process, which tells of itself when it is ready, until the block ends."""
    command = [sys.executable, str(ROOT / "benchmarks" / "side.py"), str(count)]
    environ = os.environ | {"PYTHONPATH": str(tree)}
    with subprocess.Popen(
        command, cwd=tree, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        if process.stdin is not None:
            process.stdin.close()


def ready(process: subprocess.Popen[str]) -> Side:
    """Wait until it is ready. Raises RuntimeError where it ended instead."""
    for line in process.stdout or ():
        if line.startswith("{"):
            return Side(json.loads(line))
    raise RuntimeError("a side ended before it was ready")


def measure(other: Path, rounds: int) -> Iterator[Ratio]:
    """Both trees in turns: first one connection, then sixteen."""
    count = WARM_UP + rounds * (ALONE + TOGETHER)
    with side(ROOT, count) as here, side(other, count) as there:
        ours, theirs = ready(here), ready(there)
        for one in (ours, theirs):
            one.rate(WARM_UP, 1)
        for clients, each, bound in ((1, ALONE, BOUND_ALONE), (CLIENTS, TOGETHER, BOUND_TOGETHER)):
            rates = in_turns(
                lambda each=each, clients=clients: ours.rate(each, clients),  # type: ignore[misc]
                lambda each=each, clients=clients: theirs.rate(each, clients),  # type: ignore[misc]
                rounds=rounds,
            )
            yield Ratio(f"decisions over HTTP by {clients} at a time, against {other.name}", *rates, "a second", bound)


def main() -> int:
    """0 if both bounds hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path, help="the folder of the other work tree")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    return conclude(measure(given.tree.resolve(), given.rounds))


if __name__ == "__main__":
    sys.exit(main())
