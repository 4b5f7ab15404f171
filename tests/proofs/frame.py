"""A long proof: many trials drawn by a seed, at most an hour, taken up again where it stopped.

`python -m tests.proofs.<part> --seed 7`. What was tried is kept in `.cache/proofs/`, under the seed and a digest of
what the proof is about: a changed input begins anew.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import ROOT

LONGEST = 60 * 60
KEPT_EVERY = 10.0
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing tried: of which kind, and what says None where it held, otherwise what is wrong."""

    kind: str
    fault: Callable[[], str | None]


@dataclass(slots=True)
class Progress:
    """How far a proof has come."""

    done: int
    faults: list[str]
    file: Path

    @classmethod
    def of(cls, file: Path) -> Progress:
        """What was kept, or the beginning."""
        if not file.exists():
            return cls(0, [], file)
        kept = json.loads(file.read_text("utf-8"))
        return cls(kept["done"], kept["faults"], file)

    def keep(self) -> None:
        """Write it down, whole or not at all."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({"done": self.done, "faults": self.faults}, ensure_ascii=False), "utf-8")
        new.replace(self.file)


def prove(name: str, trials: Callable[[int], Sequence[Trial]], *, inputs: Iterable[Path], processes: int = 1) -> None:
    """Run a part from the command line; exits 0 if everything held, 1 if not, 2 if the hour was over first.

    Several `processes`, each a copy of this one, try as many trials at a time.
    """
    seed = seed_asked(name)
    sys.exit(run(name, trials(seed), seed, kept_in(name, seed, inputs), processes=processes))


def seed_asked(name: str) -> int:
    """The seed of the command line."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--seed", type=int, default=1)
    seed: int = parser.parse_args().seed
    return seed


def kept_in(name: str, seed: int, inputs: Iterable[Path]) -> Path:
    """The file that keeps how far a part has come over these inputs."""
    return ROOT / ".cache" / "proofs" / f"{name.replace(' ', '-')}-{seed}-{digest(inputs)}.json"


def run(
    name: str,
    trials: Sequence[Trial],
    seed: int,
    file: Path,
    *,
    longest: float = LONGEST,
    processes: int = 1,
    needed: float = 1.0,
) -> int:
    """Try what was not yet tried; print seed and counts. Returns 0, 1 or 2 as `prove` exits.

    `needed` is the share that must hold.
    """
    progress = Progress.of(file)
    print(f"{name}: seed {seed}, {len(trials)} trials, {progress.done} of them done before", flush=True)
    started = kept = time.monotonic()
    with _faults(trials[progress.done :], processes) as faults:
        for fault in faults:
            if fault:
                progress.faults.append(fault)
            progress.done += 1
            now = time.monotonic()
            if now - kept > KEPT_EVERY:
                progress.keep()
                kept = now
            if now - started > longest:
                break
    progress.keep()
    kinds = Counter(trial.kind for trial in trials[: progress.done])
    counts = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    held = progress.done - len(progress.faults)
    share = f" = {held / progress.done:.1%}, needed {needed:.0%}" if needed < 1 and progress.done else ""
    print(f"{name}: {progress.done} tried ({counts}), {held} held{share}, {time.monotonic() - started:.0f} s")
    for fault in progress.faults[:SHOWN]:
        print(f"  {fault}")
    if len(progress.faults) > SHOWN:
        print(f"  and {len(progress.faults) - SHOWN} more in {file}")
    if held < needed * progress.done:
        return 1
    return 0 if progress.done == len(trials) else 2


@contextmanager
def _faults(trials: Sequence[Trial], processes: int) -> Iterator[Iterator[str | None]]:
    """What each trial says, in their order."""
    if processes == 1:
        yield (trial.fault() for trial in trials)
        return
    _shared[:] = trials
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield pool.imap(_fault, range(len(trials)))


_shared: list[Trial] = []
"""The trials, for the processes that try them: they are copies of this one."""


def _fault(number: int) -> str | None:
    return _shared[number].fault()


def digest(inputs: Iterable[Path]) -> str:
    """Digest the files a proof is about."""
    found = hashlib.sha256()
    for place in inputs:
        for path in sorted(place.rglob("*") if place.is_dir() else [place]):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return found.hexdigest()[:12]
