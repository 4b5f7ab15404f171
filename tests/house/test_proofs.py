"""Long proofs stop in time, are taken up again and say what they found; nothing of them is run by `make test`."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.proofs.frame import Trial, run


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
