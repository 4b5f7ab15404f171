"""Which tests run which lines: learned from the tests themselves, kept until a test file or a source it ran changes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.settings import ROOT
from tests.proofs.mutation.bench import FOLDERS, Bench
from tests.proofs.mutation.operators import Mutant

KEPT = ROOT / ".cache" / "proofs" / "lines"
LEARNED = ("-q", "-m", "not proof and not browser", "-p", "no:cacheprovider", "-p", "tests.proofs.mutation.lines")
LINES = "lines.json"
IN_A_ROW = 4
"""How many tests of a file with a database are run before another file has its turn."""


@dataclass(frozen=True, slots=True, eq=False)
class Test:
    """A test, its seconds of the processor when it was learned, and what it runs: a bit for each line of a source.

    `shared` ran once for several tests of its file.
    """

    name: str
    seconds: float
    database: bool
    lines: dict[str, int]
    shared: dict[str, int]

    @property
    def file(self) -> str:
        """The file it stands in."""
        return self.name.split("::", 1)[0]


def learned(bench: Bench, at_once: int) -> list[Test]:
    """Every test, learned from a run of its file or from what was kept of one."""
    files = [
        file
        for folder in FOLDERS
        for file in sorted((ROOT / "tests" / folder).glob("test_*.py"))
        if file.name != "test_browser.py"
    ]
    with ThreadPoolExecutor(at_once) as pool:
        return [test for tests in pool.map(lambda file: _of_file(bench, file), files) for test in tests]


def _of_file(bench: Bench, file: Path) -> list[Test]:
    kept = KEPT / f"{file.parent.name}-{file.stem}.json"
    found = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    if not found or any(_digest(ROOT / path) != digest for path, digest in found["of"].items()):
        found = _learn(bench, file)
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found), "utf-8")
    shared = _masks(found["shared"])
    return [
        Test(name, one["seconds"], one["database"], _masks(one["lines"]), shared)
        for name, one in found["tests"].items()
    ]


def _learn(bench: Bench, file: Path) -> dict[str, Any]:
    """Run a test file; what it ran, and the digests of the sources of which that is true."""
    with bench.place() as place:
        answer = place.pytest([*LEARNED, str(file.relative_to(ROOT))], {"MINGJIAN_LINES": LINES}, patience=600)
        said = "".join(answer.said.strip().splitlines()[-1:])
        found: dict[str, Any] = json.loads((place.tree / LINES).read_text("utf-8"))
    print(f"  learned {file.parent.name}/{file.name}: {answer.seconds:.0f} s, {said}", flush=True)
    ran = {
        source for lines in (found["shared"], *(one["lines"] for one in found["tests"].values())) for source in lines
    }
    names = [str(file.relative_to(ROOT)), *sorted(ran)]
    return {"of": {name: _digest(ROOT / name) for name in names}, **found}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _masks(lines: dict[str, str]) -> dict[str, int]:
    return {source: int(bits, 16) for source, bits in lines.items()}


def covering(mutant: Mutant, tests: Sequence[Test]) -> list[Test]:
    """The tests that run a mutant's line: those of a file named like its own first, then pure ones, then those with a
    database, always the quickest first; last those whose file ran it once for all of them.
    """
    for line in mutant.lines:
        own = [test for test in tests if _runs(test.lines, mutant.file, line)]
        sharing = [test for test in tests if _runs(test.shared, mutant.file, line) and test not in own]
        if own or sharing:
            subject = Path(mutant.file).stem.rstrip("s")
            return _quickest_first(own, subject) + _quickest_first(sharing, subject)
    return []


def _runs(lines: dict[str, int], file: str, line: int) -> bool:
    return bool(lines.get(file, 0) >> line & 1)


def _quickest_first(tests: Sequence[Test], subject: str) -> list[Test]:
    pure = sorted((test for test in tests if not test.database), key=lambda test: test.seconds)
    ordered = pure + _by_turns([test for test in tests if test.database])
    return sorted(ordered, key=lambda test: subject not in test.file)


def _by_turns(tests: Sequence[Test]) -> list[Test]:
    """A few of each file in turn: tests of one file share its house, those of another look at other things."""
    quickest: dict[str, float] = {}
    turn: Counter[str] = Counter()
    ranked: list[tuple[int, float, str, int, Test]] = []
    for test in sorted(tests, key=lambda test: test.seconds):
        quickest.setdefault(test.file, test.seconds)
        ranked.append((turn[test.file] // IN_A_ROW, quickest[test.file], test.file, turn[test.file], test))
        turn[test.file] += 1
    return [test for *_, test in sorted(ranked, key=lambda one: one[:-1])]


def bounded(tests: Sequence[Test], *, seconds: float, count: int) -> list[Test]:
    """As many of them as fit, at least one."""
    taken: list[Test] = []
    total = 0.0
    for test in tests:
        if taken and (total + test.seconds > seconds or len(taken) >= count):
            break
        taken.append(test)
        total += test.seconds
    return taken
