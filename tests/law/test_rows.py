"""Every requirement row stands in one table; what is said to be built names a place and a test that exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from enforcement.commands.places import Places
from enforcement.law.citation import Citation
from enforcement.law.guards import GUARDS
from tests.law import places
from tests.law.places import CONFIG, scenarios

if TYPE_CHECKING:
    from enforcement.law.book import Book
    from enforcement.law.rows import Row

ROOT = CONFIG.parent
PLACES = Places()
COUNTS = {"G": 82, "J": 50, "S": 60}
MEASURES = {
    "G": "Disclosure (公示办法)",
    "J": "Recording (全过程记录办法)",
    "S": "Legal review (法制审核办法)",
    "": "National law and others",
}


def _of(book: Book, prefix: str) -> list[str]:
    return [key for key in book.rows if re.fullmatch(rf"{prefix}\d+(\.\w+)?", key)]


def test_every_row_of_the_three_measures_is_carried(book: Book) -> None:
    assert {prefix: len(_of(book, prefix)) for prefix in COUNTS} == COUNTS


@pytest.mark.parametrize("prefix", COUNTS)
def test_every_article_of_the_three_measures_has_a_row(book: Book, prefix: str) -> None:
    cited = {
        citation.article for row in book.rows.values() if (citation := Citation.parse(row.article)).source == prefix
    }
    assert cited == set(range(1, (book.sources[prefix].articles or 0) + 1))


def test_a_row_of_a_measure_cites_that_measure(book: Book) -> None:
    for key, row in book.rows.items():
        if match := re.fullmatch(r"([GJS])(\d+)(\.\w+)?", key):
            citation = Citation.parse(row.article)
            assert key in {"G16.1", "G18.1"} or (citation.source, citation.article) == (match[1], int(match[2]))


def test_every_place_named_exists(book: Book) -> None:
    missing = [f"{row.key}: {row.where}" for row in book.rows.values() if row.where and row.where not in PLACES]
    assert missing == []


def test_every_test_named_exists(book: Book) -> None:
    missing = [f"{row.key}: {row.test}" for row in book.rows.values() if row.test and row.test not in PLACES]
    assert missing == []


def test_a_row_shown_by_the_scenarios_of_a_condition_or_a_clock_names_one(book: Book) -> None:
    """The two tests that run every scenario show a row only if there is a scenario of the place it names."""
    limits = {wanted["limit"] for case in scenarios("clocks", "case") for wanted in case["clocks"]}
    for row in book.rows.values():
        name = (row.where or "").rpartition(":")[2]
        if (row.test or "").endswith("::test_a_condition_holds_or_says_what_is_missing"):
            assert name in GUARDS or name == "FACE_TO_FACE", row.key
        if (row.test or "").endswith("::test_the_clocks_of_a_case_stand_as_written"):
            assert name in limits, row.key


def test_a_row_held_by_a_condition_of_ours_does_not_claim_to_be_the_law_s(book: Book) -> None:
    """Where the condition that holds a row speaks as 系统内控要求, so does the row."""
    for row in book.rows.values():
        guard = GUARDS.get((row.where or "").rpartition(":")[2])
        if guard is not None and guard.basis != "law":
            assert row.basis != "law", row.key


def test_the_readme_counts_the_rows_as_they_stand(book: Book) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for prefix, words in MEASURES.items():
        assert f"| {words} | {_counted(book, prefix)} |" in readme


def _counted(book: Book, prefix: str) -> str:
    """All rows of a measure, or of the other laws; enforced, recorded, each with those held in part; not yet."""
    keys = {measure: set(_of(book, measure)) for measure in COUNTS}
    chosen = keys.get(prefix) or book.rows.keys() - set().union(*keys.values())
    found: list[Row] = [book.rows[key] for key in chosen]

    def part(status: str) -> str:
        these = [row for row in found if row.status == status]
        lacking = sum(row.lacks is not None for row in these)
        return f"{len(these)} ({lacking})" if lacking else f"{len(these)}"

    missing = sum(row.status == "not_yet" for row in found)
    return f"{len(found)} | {part('enforced')} | {part('recorded')} | {missing}"


def test_what_is_only_recorded_is_no_gate(book: Book) -> None:
    """A row that can be a hard gate or a check is enforced or not yet built, never merely stored."""
    assert [row.key for row in book.rows.values() if row.status == "recorded" and row.classes != "R"] == []


def test_a_row_never_commands_in_the_law_s_name_what_is_our_reading(book: Book) -> None:
    """A limit whose number is ours stands on a row that says so."""
    for limit in book.limits.values():
        for value in limit.days:
            if value.basis == "default" and book.rows[value.row].basis == "law":
                assert value.row.startswith("APL"), (limit.key, value.row)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('article = "G#13"', "classes is missing"),
        ('article = "G#13"\nclasses = "H"\nbasis = "law"\nduty = "x"\nstatus = "done"', "unknown status done"),
        (
            'article = "G#13"\nclasses = "H"\nbasis = "custom"\nduty = "x"\nstatus = "not_yet"',
            "unknown basis custom",
        ),
        ('article = "G#99"\nclasses = "H"\nbasis = "law"\nduty = "x"\nstatus = "not_yet"', "ends with 21"),
        (
            'article = "G#13"\nclasses = "H"\nbasis = "law"\nduty = "x"\nstatus = "enforced"',
            "names no place or no test",
        ),
        ('article = "G#13"\nclasses = "H"\nbasis = "law"\nduty = "x"\nstatus = "not_yet"\nnote = "?"', "unknown field"),
        ('article = "G#13"\nclasses = "H"\nbasis = "law"\nduty = "x"\nstatus = "not_yet"', "say what it lacks"),
        (
            'article = "G#13"\nclasses = "H"\nbasis = "law"\nduty = "x"\nstatus = "not_yet"\nlacks = "y"\ntest = "z"',
            "names a place or a test",
        ),
    ],
)
def test_a_spoiled_row_does_not_load(line: str, said: str) -> None:
    assert said in places.said("law/rows", f"[G13]\n{line}\n")


def test_a_place_or_test_that_does_not_exist_is_noticed() -> None:
    assert "enforcement.law.clocks:running" in PLACES
    assert "config/law/deadlines.toml:legal_review" in PLACES
    assert 'config/law/disclosure.toml:ground."G16.2"' in PLACES
    assert "enforcement.law.clocks:walking" not in PLACES
    assert "config/law/deadlines.toml:illegal_review" not in PLACES
    assert "config/law/deadlines.toml:" not in PLACES
    assert "tests/law/test_rows.py::test_every_place_named_exists" in PLACES
    assert "tests/law/test_rows.py::test_every_place_named" not in PLACES
    assert "tests/law/test_no_rows.py::test_every_place_named_exists" not in PLACES


@pytest.mark.parametrize(
    ("key", "wrong", "said"),
    [
        ('"G13.e"', '"G13."', "G13.: is no row of G#13"),
        ('"J4.3b"', '"J4.3"', "J4.3: its letters"),
        ('"G12.3"', '"G12.33"', "G12.33: there is no G12.32 before it"),
        ("[G10]", "[G110]", "G110: is no row of G#10"),
    ],
)
def test_a_row_whose_number_is_not_its_article_s_or_does_not_run_on_does_not_load(
    key: str, wrong: str, said: str
) -> None:
    assert said in places.said("law/rows", places.changed("law/rows", key, wrong))
