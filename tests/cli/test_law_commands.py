"""`flask law …`: is the law sound, when is something due."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.cli.running import Flask


def test_law_check_sums_the_book_up_for_people_and_for_programs(flask: Flask) -> None:
    said = flask("law", "check")
    assert said.exit_code == 0
    assert "期限" in said.output
    answer = json.loads(flask("law", "check", "--json").output)
    assert answer["sound"] is True
    assert answer["counts"]["limits"] > 40


def test_law_check_says_every_fault_of_a_folder_before_it_is_used(flask: Flask, tmp_path: Path) -> None:
    for part in ("law", "calendar", "procedures"):
        shutil.copytree(ROOT / "config" / part, tmp_path / part)
    assert "法律数据可用" in flask("law", "check", str(tmp_path)).output
    for name, before, after in [
        ("deadlines", "starts     =", "start      ="),
        ("disclosure", '"decision_made"', '"decision_mad"'),
        ("redaction", "mask =", "msk ="),
    ]:
        path = tmp_path / "law" / f"{name}.toml"
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), "utf-8")
    said = flask("law", "check", str(tmp_path), "--json")
    assert said.exit_code == 1
    assert json.loads(said.output) == {
        "sound": False,
        "problems": [
            "deadlines.toml: disclosure_of_license: unknown field start, perhaps starts",
            "deadlines.toml: disclosure_of_license: starts is missing",
            "redaction.toml: category.name: unknown field msk, perhaps mask",
            "redaction.toml: category.name: mask is missing",
            "disclosure.toml: result.license.event: unknown event decision_mad, perhaps decision_made",
        ],
    }


def test_law_schema_writes_one_for_every_file(flask: Flask, tmp_path: Path) -> None:
    said = flask("law", "schema", str(tmp_path / "schema"))
    assert said.exit_code == 0
    written = {path.name for path in (tmp_path / "schema").rglob("*.json")}
    shipped = {f"{path.stem}.schema.json" for path in (ROOT / "config" / "law").glob("*.toml")}
    assert written >= shipped - {"powers.schema.json"} | {"year.schema.json"}


def test_law_due_gives_day_article_and_words(flask: Flask) -> None:
    said = flask("law", "due", "disclosure_of_license", "2026-09-30")
    assert "2026-10-15" in said.output
    assert "《北京市行政执法公示办法》第十三条" in said.output
    answer = json.loads(flask("law", "due", "disclosure_of_license", "2026-09-30", "--json").output)
    assert (answer["target"], answer["due"], answer["value"]) == ("2026-10-14", "2026-10-15", 7)


def test_law_due_marks_a_year_without_a_notice_as_provisional(flask: Flask) -> None:
    assert "暂定" in flask("law", "due", "disclosure_of_license", "2026-12-28").output


def test_an_unknown_limit_is_refused_with_a_sentence(flask: Flask) -> None:
    said = flask("law", "due", "no_such_limit", "2026-09-30")
    assert said.exit_code == 1
    assert "没有期限" in said.output


def test_working_days_are_added_by_the_calendar(flask: Flask) -> None:
    assert "2026-10-15" in flask("law", "add-working-days", "2026-09-30", "7").output
    assert json.loads(flask("law", "add-working-days", "2026-09-30", "7", "--json").output) == {
        "date": "2026-10-15",
        "provisional": False,
    }
    assert flask("law", "add-working-days", "2026-09-30", "0").exit_code == 2


@pytest.mark.parametrize(
    "asked",
    [
        ("due", "disclosure_of_license", "9999-12-31"),
        ("due", "disclosure_of_inspection", "9999-12-31"),
        ("add-working-days", "9999-12-30", "7"),
        ("add-working-days", "2026-09-28", "99999999999"),
    ],
)
def test_a_day_beyond_every_calendar_is_one_sentence(flask: Flask, asked: tuple[str, ...]) -> None:
    said = flask("law", *asked)
    assert (said.exit_code, said.output) == (1, "Error: 日期超出可以推算的范围。\n")
