"""A measurement as a ratio: two things measured in turns in one run, so that a busy machine slows both alike."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True)
class Ratio:
    """One comparison. `ours` and `theirs` are rates (more is better) in `unit`; it holds from `bound` upwards."""

    what: str
    ours: float
    theirs: float
    unit: str
    bound: float

    @property
    def ratio(self) -> float:
        """How many times theirs ours is."""
        return self.ours / self.theirs

    @property
    def holds(self) -> bool:
        """Whether the bound is reached."""
        return self.ratio >= self.bound

    def __str__(self) -> str:
        said = "ok    " if self.holds else "FAILED"
        return (
            f"{said}  {self.ratio:8.2f} (at least {self.bound:g})  {self.what}: "
            f"{self.ours:,.1f} against {self.theirs:,.1f} {self.unit}"
        )


def in_turns(ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int) -> tuple[float, float]:
    """The medians of two rates, each measured `rounds` times in turns; who goes first changes with every round."""
    mine: list[float] = []
    other: list[float] = []
    for number in range(rounds):
        pairs: list[tuple[list[float], Callable[[], float]]] = [(mine, ours), (other, theirs)]
        for found, measure in pairs if number % 2 == 0 else reversed(pairs):
            found.append(measure())
    return statistics.median(mine), statistics.median(other)


def conclude(ratios: Iterable[Ratio]) -> int:
    """Print one line for each ratio; 0 if all of them hold, else 1."""
    held = []
    for ratio in ratios:
        print(ratio, flush=True)
        held.append(ratio.holds)
    return 0 if held and all(held) else 1


def rows_asked(description: str | None, arguments: list[str] | None = None) -> int:
    """The number of rows on the command line (`--rows`), a million where nothing is said."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--rows", type=int, default=MILLION, help="how many rows to measure over (50000 for a quick try)"
    )
    asked: int = parser.parse_args(arguments).rows
    return asked


def main(measure: Callable[[int], Iterable[Ratio]], description: str | None) -> None:
    """The whole of a script: read `--rows`, measure, print, end with 1 below a bound."""
    sys.exit(conclude(measure(rows_asked(description))))
