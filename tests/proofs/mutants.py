"""Small slips in the code are found by a test: 300 of them drawn by the seed, each tried against the tests of its line.

Which tests run a line is learned once, from a run of them all (`mutation/covering.py`); each mutant is tried against
the quickest of these, up to BOUND seconds of the processor and COUNT tests. A mutant that no test tells from the code
survives. What changes nothing anybody could see is no mutant: `mutation/equivalent.toml` has it with its reason.
`mutation/known.toml` has those that survived once; each of them must be found.
"""

from __future__ import annotations

import random
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import get_args

from config.settings import ROOT
from tests.proofs.frame import LONGEST, Trial, kept_in, run, seed_asked
from tests.proofs.mutation.bench import PYTEST, Answer, Bench, bench
from tests.proofs.mutation.covering import Test, bounded, covering, learned
from tests.proofs.mutation.operators import Mutant, Operator, compiles, mutants

TARGETS = (
    "enforcement/law",
    "enforcement/facts.py",
    "enforcement/known.py",
    "enforcement/actions",
    "enforcement/sweep",
    "enforcement/verify",
    "publish/release.py",
    "publish/verify.py",
)
FOLDER = Path(__file__).parent / "mutation"
DRAWN = 300
NEEDED = 0.95
AT_ONCE = 2
BOUND = 60.0
COUNT = 400


def drawn(seed: int) -> list[Mutant]:
    """DRAWN mutants of the targets, as many of each operator."""
    chance = random.Random(seed)
    every: dict[Operator, list[Mutant]] = {operator: [] for operator in get_args(Operator)}
    sources = {file: (ROOT / file).read_bytes() for file in target_files()}
    for file, source in sources.items():
        for mutant in mutants(file, source):
            if mutant.operator != "known":
                every[mutant.operator].append(mutant)
    found: list[Mutant] = []
    for of_operator in every.values():
        chance.shuffle(of_operator)
        sound = (mutant for mutant in of_operator if compiles(mutant.of(sources[mutant.file])))
        found += [mutant for mutant, _ in zip(sound, range(DRAWN // len(every)), strict=False)]
    chance.shuffle(found)
    return found


def target_files() -> Iterator[str]:
    """The files that are about the law and what is done, by their names from the root."""
    for target in TARGETS:
        place = ROOT / target
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            yield str(path.relative_to(ROOT))


def equivalents() -> dict[tuple[str, str, str], str]:
    """Why a mutant changes nothing, by function, what it was and what it becomes."""
    listed = tomllib.loads((FOLDER / "equivalent.toml").read_text("utf-8"))["mutant"]
    return {(one["function"], one["was"], one["becomes"]): one["reason"] for one in listed}


def key_of(mutant: Mutant) -> tuple[str, str, str]:
    """How the list of equivalents names it."""
    return f"{mutant.file}: {mutant.function}", mutant.was, mutant.becomes


def known() -> list[tuple[Mutant, str]]:
    """Those that survived once, each with the file of its test.

    Raises ValueError where the text they change stands no more, or twice.
    """
    found = []
    for one in tomllib.loads((FOLDER / "known.toml").read_text("utf-8"))["mutant"]:
        source = (ROOT / one["file"]).read_text("utf-8")
        before, changed, after = source.partition(one["was"])
        if not changed or one["was"] in after:
            raise ValueError(f"{one['file']}: {one['was']!r} must stand there once")
        start, line = len(before.encode()), before.count("\n") + 1
        where, text = (line, line), one["becomes"]
        slip = Mutant(
            one["file"], one["says"], where, "known", one["was"], text, start, start + len(changed.encode()), text
        )
        found.append((slip, one["found_by"]))
    return found


def tried(bench: Bench, tests: Sequence[Test], mutant: Mutant) -> str | None:
    """None where a test fails with the mutant; otherwise that none does."""
    every = covering(mutant, tests)
    if not every:
        return f"{mutant}: no test runs this line"
    some = bounded(every, seconds=BOUND, count=COUNT)
    answer = _answer(bench, mutant, [test.name for test in some])
    return f"{mutant} ({answer.seconds:.0f} s, {len(some)} of {len(every)} tests)" if answer.code == 0 else None


def sound(bench: Bench, file: str) -> str | None:
    """None where the tests of a file hold without any mutant."""
    with bench.place() as place:
        answer = place.pytest([*PYTEST, file], {})
    return None if answer.code == 0 else f"{file} fails without any mutant: {answer.said[-500:]}"


def tried_known(bench: Bench, file: str, mutant: Mutant) -> str | None:
    """None where a test of the file fails with the mutant; otherwise that none does."""
    return f"{mutant.function} (tried against {file})" if _answer(bench, mutant, [file]).code == 0 else None


def _answer(bench: Bench, mutant: Mutant, tests: Sequence[str]) -> Answer:
    with bench.place() as place:
        return place.try_out(mutant, tests)


def main() -> None:
    """Try those known and those drawn."""
    started = time.monotonic()
    seed = seed_asked("mutants")
    inputs = [ROOT / name for name in ("config", "enforcement", "migrations", "publish", "tests")]
    unseen = equivalents()
    of_seed = drawn(seed)
    counted = [mutant for mutant in of_seed if key_of(mutant) not in unseen]
    print(f"mutants: seed {seed}, {len(of_seed)} drawn, each tried with at most {COUNT} tests of {BOUND:.0f} s;")
    print(f"  {len(of_seed) - len(counted)} of them change nothing that could be seen and are not counted:")
    for mutant in of_seed:
        if reason := unseen.get(key_of(mutant)):
            print(f"  {mutant}: {reason}")
    with bench(AT_ONCE) as places:
        files = sorted({file for _, file in known()})
        known_ones = [Trial("no mutant", partial(sound, places, file)) for file in files]
        known_ones += [Trial("known", partial(tried_known, places, file, mutant)) for mutant, file in known()]
        codes = [run("known mutants", known_ones, seed, kept_in("known mutants", seed, inputs), processes=AT_ONCE)]
        tests = learned(places, AT_ONCE)
        print(f"mutants: {len(tests)} tests, ready after {time.monotonic() - started:.0f} s", flush=True)
        trials = [Trial(mutant.operator, partial(tried, places, tests, mutant)) for mutant in counted]
        left = LONGEST - (time.monotonic() - started)
        kept = kept_in("mutants", seed, inputs)
        codes.append(run("mutants", trials, seed, kept, longest=left, needed=NEEDED, processes=AT_ONCE))
    sys.exit(1 if 1 in codes else max(codes))


if __name__ == "__main__":
    main()
