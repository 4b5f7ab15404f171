"""Long proofs stop in time, are taken up again and say what they found; nothing of them is run by `make test`."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.proofs.frame import Trial, run
from tests.proofs.mutants import equivalents, key_of, known, target_files
from tests.proofs.mutation.covering import IN_A_ROW, bounded, covering
from tests.proofs.mutation.covering import Test as Covers
from tests.proofs.mutation.operators import compiles, mutants

WORKER = ROOT / "tests" / "proofs" / "mutation" / "worker.py"
UNWRITTEN = {"PYTHONDONTWRITEBYTECODE": "1"}


def trials(tried: list[int], *, wrong: int = -1) -> list[Trial]:
    def trial(number: int) -> str | None:
        tried.append(number)
        return f"{number} is wrong" if number == wrong else None

    return [Trial("odd" if number % 2 else "even", partial(trial, number)) for number in range(10)]


def test_a_proof_prints_seed_and_counts_and_fails_where_a_trial_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("numbers", trials([]), 7, tmp_path / "sound.json") == 0
    said = capsys.readouterr().out
    assert "numbers: seed 7, 10 trials, 0 of them done before" in said
    assert "numbers: 10 tried (even 5, odd 5), 10 held" in said
    assert run("numbers", trials([], wrong=3), 7, tmp_path / "wrong.json") == 1
    assert "3 is wrong" in capsys.readouterr().out


def test_a_proof_stopped_by_its_hour_goes_on_where_it_was_and_forgets_no_fault(tmp_path: Path) -> None:
    file, tried = tmp_path / "numbers.json", list[int]()
    assert run("numbers", trials(tried, wrong=0), 7, file, longest=-1) == 1
    assert (tried, json.loads(file.read_text())["done"]) == ([0], 1)
    assert run("numbers", trials(tried, wrong=0), 7, file) == 1
    assert tried == list(range(10))


def test_a_proof_in_several_processes_says_the_same(tmp_path: Path) -> None:
    file, tried = tmp_path / "numbers.json", list[int]()
    assert run("numbers", trials(tried, wrong=3), 7, file, processes=2) == 1
    kept = json.loads(file.read_text())
    assert (kept["done"], kept["faults"], tried) == (10, ["3 is wrong"], [])


def test_a_proof_that_is_not_through_does_not_hold(tmp_path: Path) -> None:
    assert run("numbers", trials([]), 7, tmp_path / "numbers.json", longest=-1) == 2


def test_every_part_can_be_asked_for_and_an_unknown_one_is_refused() -> None:
    asked = [sys.executable, "tests/run.py", "--proof", "nothing"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    parts = {path.stem for path in (ROOT / "tests" / "proofs").glob("*.py")} - {"frame"}
    assert all(part in done.stderr for part in {"tests", *parts})
    assert not any(part.startswith("test_") for part in parts), "make test would collect it"


SUM = '''
def bounded(total, most, log):
    """Words that are no mutant's business: 1 < 2."""
    log.info("counted %s", total > 3)
    if total < most and total != 7:
        return total
    note(f"{total + 1} is too much")
    return most
'''


def made(source: str) -> dict[str, list[str]]:
    """The mutants of a source, by operator, each as what it makes of the text."""
    found: dict[str, list[str]] = {}
    for mutant in mutants("sum.py", source.encode()):
        assert compiles(mutant.of(source.encode())), mutant
        found.setdefault(mutant.operator, []).append(f"{mutant.was} -> {mutant.becomes}")
    return found


def test_mutants_are_of_the_named_operators_and_leave_words_and_logging_alone() -> None:
    found = made(SUM)
    assert found["comparison"] == ["total < most -> total <= most", "total < most -> total >= most",
                                   "total != 7 -> total == 7"]  # fmt: skip
    assert found["constant"] == ["7 -> 8", "7 -> 6"]
    assert found["and/or"] == ["total < most and total != 7 -> total < most or total != 7"]
    assert "total < most and total != 7 -> False" in found["dropped condition"]
    assert "total < most and total != 7 -> total != 7" in found["dropped condition"]
    assert found["dropped call"] == ["note(f'{total + 1} is too much') -> pass"]
    assert " -> return before if total < most and total != 7:" in found["early return"]


TRIED = """
from bounded import bounded


def test_the_bound_holds():
    assert [bounded(one, 5, None) for one in (4, 6)] == [4, 5]
"""


def test_a_mutant_that_a_test_sees_is_killed_and_one_that_nothing_sees_survives(tmp_path: Path) -> None:
    """The worker alone: its children begin anew, so the one does not see the other's code."""
    source = SUM.replace("log.info(", "print(").replace("note(", "print(").encode()
    (tmp_path / "test_bounded.py").write_text(TRIED)
    chosen = {f"{mutant.was} -> {mutant.becomes}": mutant.of(source) for mutant in mutants("bounded.py", source)}
    seen, unseen, endless = (
        chosen["total < most -> total >= most"],
        chosen["total < most -> total <= most"],
        b"def bounded(*_):\n    while True:\n        pass\n",
    )
    with subprocess.Popen(
        [sys.executable, WORKER], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        codes = []
        for code in (source, seen, unseen, endless):
            (tmp_path / "bounded.py").write_bytes(code)
            asked = {"arguments": ["-q"], "environ": UNWRITTEN, "seconds": 20, "patience": 2}
            worker.stdin.write(json.dumps(asked) + "\n")
            worker.stdin.flush()
            codes.append(json.loads(worker.stdout.readline())["code"])
        worker.stdin.close()
    assert codes == [0, 1, 0, -signal.SIGALRM]


def test_of_the_tests_of_a_line_pure_ones_come_first_and_each_file_has_its_turn() -> None:
    def test(name: str, seconds: float, *, database: bool = True, lines: int = 0b100) -> Covers:
        return Covers(name, seconds, database, {"sum.py": lines}, {"sum.py": 0b1000})

    slow = [test(f"a.py::{number}", 1 + number) for number in range(IN_A_ROW + 1)]
    tests = [test("b.py::0", 2), *slow, test("pure.py::0", 9, database=False), test("c.py::0", 0, lines=0b10)]
    mutant = dataclasses.replace(mutants("sum.py", SUM.encode())[0], lines=(2, 2))
    names = [one.name for one in covering(mutant, tests)]
    assert names == ["pure.py::0", *(f"a.py::{number}" for number in range(IN_A_ROW)), "b.py::0", f"a.py::{IN_A_ROW}"]
    assert [one.name for one in bounded(covering(mutant, tests), seconds=11, count=9)] == ["pure.py::0", "a.py::0"]
    named = test("tests/test_sums.py::0", 99)
    assert covering(mutant, [*tests, named])[0] is named
    shared = dataclasses.replace(mutant, lines=(3, 3))
    assert [one.name for one in covering(shared, tests)][:2] == ["pure.py::0", "c.py::0"]
    assert covering(dataclasses.replace(mutant, lines=(9, 9)), tests) == []


def test_every_mutant_that_is_listed_stands_in_the_code() -> None:
    assert all(mutant.of((ROOT / mutant.file).read_bytes()) for mutant, _ in known())
    listed = equivalents()
    there = {key_of(mutant) for file in target_files() for mutant in mutants(file, (ROOT / file).read_bytes())}
    assert listed.keys() <= there


def test_a_share_may_be_enough_and_several_are_tried_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("numbers", trials([], wrong=3), 7, tmp_path / "share.json", needed=0.9, processes=2) == 0
    assert "9 held = 90.0%, needed 90%" in capsys.readouterr().out
    assert run("numbers", trials([], wrong=3), 7, tmp_path / "more.json", needed=0.95, processes=2) == 1
