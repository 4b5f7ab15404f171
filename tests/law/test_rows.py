"""Every requirement row stands in one table; what is said to be built names a place and a test that exist."""

from __future__ import annotations

import importlib
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from enforcement.law import rows
from enforcement.law.citation import Citation
from enforcement.law.errors import LawBookError
from tests.law.places import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

    from enforcement.law.book import Book

ROOT = CONFIG.parent
COUNTS = {"G": 82, "J": 50, "S": 60}


def test_every_row_of_the_three_measures_is_carried(book: Book) -> None:
    of = {prefix: [key for key in book.rows if re.fullmatch(rf"{prefix}\d+(\.\w+)?", key)] for prefix in COUNTS}
    assert {prefix: len(keys) for prefix, keys in of.items()} == COUNTS


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
    missing = [f"{row.key}: {row.where}" for row in book.rows.values() if row.where and not _place_exists(row.where)]
    assert missing == []


def test_every_test_named_exists(book: Book) -> None:
    missing = [f"{row.key}: {row.test}" for row in book.rows.values() if row.test and not _test_exists(row.test)]
    assert missing == []


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
        ('article = "G#13"\nclasses = "H"\nbasis = "law"\nduty = "x"\nstatus = "done"', "unknown basis or status"),
        (
            'article = "G#13"\nclasses = "H"\nbasis = "custom"\nduty = "x"\nstatus = "not_yet"',
            "unknown basis or status",
        ),
        ('article = "G#99"\nclasses = "H"\nbasis = "law"\nduty = "x"\nstatus = "not_yet"', "ends with 21"),
        (
            'article = "G#13"\nclasses = "H"\nbasis = "law"\nduty = "x"\nstatus = "enforced"',
            "names no place or no test",
        ),
        ('article = "G#13"\nclasses = "H"\nbasis = "law"\nduty = "x"\nstatus = "not_yet"\nnote = "?"', "unknown field"),
    ],
)
def test_a_spoiled_row_does_not_load(tmp_path: Path, book: Book, line: str, said: str) -> None:
    path = tmp_path / "rows.toml"
    path.write_text(f"[G13]\n{line}\n", encoding="utf-8")
    with pytest.raises(LawBookError, match=said):
        rows.load(path, book.sources)


def test_a_place_or_test_that_does_not_exist_is_noticed() -> None:
    assert _place_exists("enforcement.law.clocks:running")
    assert _place_exists("config/law/deadlines.toml:legal_review")
    assert not _place_exists("enforcement.law.clocks:walking")
    assert not _place_exists("config/law/deadlines.toml:illegal_review")
    assert _test_exists("tests/law/test_rows.py::test_every_place_named_exists")
    assert not _test_exists("tests/law/test_rows.py::test_every_place_named")
    assert not _test_exists("tests/law/test_no_rows.py::test_every_place_named_exists")


def _place_exists(where: str) -> bool:
    """`module:name` or `config/….toml:key` (or `table.key`)."""
    place, _, name = where.partition(":")
    if place.endswith(".toml"):
        if not (ROOT / place).is_file():
            return False
        found: object = tomllib.loads((ROOT / place).read_text(encoding="utf-8"))
        for part in name.split("."):
            if not isinstance(found, dict) or part not in found:
                return False
            found = found[part]
        return True
    found = importlib.import_module(place)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is not None


def _test_exists(test: str) -> bool:
    file, _, name = test.partition("::")
    path = ROOT / file
    return (
        path.is_file()
        and re.search(rf"^\s*(async )?def {re.escape(name)}\(", path.read_text(encoding="utf-8"), re.MULTILINE)
        is not None
    )
