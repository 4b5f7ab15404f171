"""A slip in the law's data is refused by its place: some hundreds of them; `make proof PART=slips` tries every one."""

from __future__ import annotations

import random

import pytest

from enforcement.law import book
from tests.law.places import changed, scenarios
from tests.proofs import slips
from tests.proofs.slips import PROGRAM, Slip

SEED = 20261128
SAMPLE = random.Random(SEED).sample(slips.slips(SEED), 300)


def test_the_shipped_law_has_no_fault() -> None:
    assert book.faults(slips.FILES, PROGRAM) == []


def test_a_sample_of_slips_is_refused_each_by_its_place() -> None:
    assert {slip.way for slip in SAMPLE} == {"dropped", "doubled", "swapped", "wrong type"}
    assert [fault for slip in SAMPLE if (fault := slip.fault())] == []


def test_a_slip_that_is_none_would_be_noticed() -> None:
    same = Slip("law/terms", ("officer", "zh"), False, "dropped", "执法人")
    assert same.fault() == f"{same} is not refused"


@pytest.mark.parametrize("entry", scenarios("slips", "slip"), ids=lambda entry: f"{entry['file']}: {entry['slip']}")
def test_what_would_take_a_rule_away_in_silence_is_refused(entry: dict[str, str]) -> None:
    name = entry["file"]
    files = {**slips.FILES, name: book.decode_file(name, changed(name, entry["words"], entry["slip"]).encode())}
    assert entry["says"] in "\n".join(book.faults(files, PROGRAM))


def test_a_fault_in_one_file_hides_none_in_another() -> None:
    files = dict(slips.FILES)
    for name, before, after in [
        ("law/deadlines", "unit       =", "unti       ="),
        ("law/disclosure", '"decision_made"', '"decision_mad"'),
        ("law/recording", "seconds = 3", "seconds = -3"),
    ]:
        files[name] = book.decode_file(name, changed(name, before, after).encode())
    files["law/terms"] = book.decode_file("law/terms", b"[")
    said = "\n".join(book.faults(files, PROGRAM))
    for words in ("unknown field unti", "-3 is no number", "terms.toml: is no TOML"):
        assert words in said
    assert "unknown event" not in said, "nobody can say which events there are while terms.toml cannot be read"


def test_a_file_nobody_reads_and_one_that_is_missing_are_named() -> None:
    files = {**slips.FILES, "law/deadline": book.decode_file("law/deadline", b"")}
    assert book.faults(files, PROGRAM) == ["law/deadline.toml: no file of the law book"]
