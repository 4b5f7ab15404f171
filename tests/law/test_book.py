"""The book as a whole: it loads, and every contradiction that could be written into it is refused by name."""

from __future__ import annotations

import shutil
import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from enforcement.actions import registry
from enforcement.actions.forms import specs
from enforcement.law import answers
from enforcement.law.book import Book, _version
from enforcement.law.errors import LawBookError, NotFound
from tests.law import places
from tests.law.places import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the law that a test may spoil."""
    for folder in ("law", "calendar", "procedures"):
        shutil.copytree(CONFIG / folder, tmp_path / folder)
    return tmp_path


def spoil(root: Path, name: str, before: str, after: str) -> None:
    path = next(root.glob(f"*/{name}.toml"))
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{before} no longer stands in {name}"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_the_book_loads_and_says_which_it_is(book: Book, copied: Path) -> None:
    assert Book.load(copied).version == book.version
    spoil(copied, "terms", "enforcement officer", "officer of enforcement")
    assert Book.load(copied).version != book.version


def test_a_file_under_another_name_is_another_book(book: Book, copied: Path) -> None:
    (copied / "calendar" / "2026.toml").rename(copied / "calendar" / "2096.toml")
    assert _version(copied) != book.version


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("deadlines", 'starts = ["submitted_for_review"]', 'starts = ["sent"]', "unknown event sent"),
        ("deadlines", 'stops  = ["review_opinion_issued"', 'stops  = ["decided"', "unknown event decided"),
        ("deadlines", 'who    = ["legal_reviewer"]', 'who    = ["lawyer"]', "unknown role lawyer"),
        ("deadlines", 'approver = "agency_head"', 'approver = "boss"', "unknown role boss"),
        ("deadlines", 'procedures = ["license"]', 'procedures = ["permit"]', "unknown procedure permit"),
        ("deadlines", 'applies    = "owed"', 'applies    = "perhaps"', "unknown condition perhaps"),
        ("deadlines", 'served_through = "service_by_public_notice"', 'served_through = "post"', "unknown limit post"),
        ("deadlines", 'row = "S14.1a"', 'row = "S14.9"', "unknown row S14.9, perhaps S"),
        ("deadlines", 'deems      = "application_accepted"', 'deems      = "magic"', "unknown event magic"),
        ("acts", 'who = { officer = "handles" }', 'who = { king = "handles" }', "unknown role king"),
        ("acts", 'who = { officer = "handles" }', 'who = { officer = "helps" }', "helps"),
        ("acts", 'who = { officer = "handles" }', "who = { }", "add_process_record.who"),
        ("acts", 'who = { officer = "handles" }', "", "add_process_record: who is missing"),
        ("acts", 'names = { officers = "handles" }', 'names = { officers = "helps" }', "helps"),
        (
            "acts", 'names = { officers = "handles" }\nevidence', 'names = { told = "handles" }\nevidence',
            "penalty_ordinary.toml: add_process_record: two_officers asks of officers, but acts.toml names told",
        ),
        ("acts", 'mended_by = ["officer"', 'mended_by = ["king"', "unknown role king"),
        ("acts", '"hearing_held"]', '"sins"]', "unknown event sins"),
        ("acts", 'event = "sampled"', 'event = "sampeld"', "unknown event sampeld"),
        ("acts", 'cite = "J#10.3"', 'cite = "J#99"', "J#99: 北京市行政执法全过程记录办法 ends with 15"),
        ("powers", 'row = "S4.2"', 'row = "S4.9"', "unknown row S4.9"),
        ("terms", "case_opened = {", "case_openned = {", "unknown event case_opened"),
        (
            "terms", 'article = "APL#57.1", event = true', 'article = "APL#57.1"',
            "unknown event investigation_concluded, which terms.toml has without event = true",
        ),
        ("terms", 'article = "APL#57.1"', 'article = "APL#157.1"', "ends with 86"),
        ("rows", '["G13.b"]', '["G13.z"]', "unknown row G13.b"),
        ("rows", 'article = "S#14.1"', 'article = "S#41"', "ends with 16"),
        ("thresholds", "value = 3000", "value = 30000", "do not say 30000"),
        ("thresholds", 'unit = "percent"', 'unit = "permille"', "unknown unit permille"),
        ("basic_information", 'per = "entity"', 'per = "office"', "unknown per office"),
        ("sources", "[W]", "[V]", "not in sources.toml"),
        ("2026", "2026-10-10", "2026-10-12", "is worked anyway"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_by_name(copied: Path, name: str, before: str, after: str, said: str) -> None:
    spoil(copied, name, before, after)
    with pytest.raises(LawBookError) as caught:
        Book.load(copied)
    assert any(said in problem for problem in caught.value.problems), caught.value.problems


def test_a_limit_that_disclosure_needs_must_exist() -> None:
    text = places.text_of("law/disclosure")
    limits = {entry["limit"] for entry in tomllib.loads(text)["result"].values()}
    assert limits
    for limit in sorted(limits):
        assert "unknown limit soon" in places.said("law/disclosure", text.replace(f'"{limit}"', '"soon"'))


def test_a_file_that_is_no_toml_is_named_with_all_other_faults(copied: Path) -> None:
    (copied / "law" / "rows.toml").write_text("[", encoding="utf-8")
    spoil(copied, "deadlines", "value = 90", "value = 60")
    with pytest.raises(LawBookError) as caught:
        Book.load(copied)
    assert len(caught.value.problems) == 2


# ------------------------------------------------------------------------------------------------- words


def test_one_word_has_one_label_wherever_it_stands(book: Book) -> None:
    """A label kept with its subject may not differ from the one in the vocabulary."""
    differing = {
        identifier: (book.terms.table[identifier].zh, label)
        for identifier, label in book.terms.labels.items()
        if identifier in book.terms.table and book.terms.table[identifier].zh != label
    }
    assert differing == {}


def test_every_choice_a_form_offers_has_a_label(book: Book) -> None:
    offered = {option for deed in registry.acts().values() for option in _options(deed.form)}
    assert offered
    assert sorted(option for option in offered if option not in book.terms) == []


def test_every_act_role_and_event_has_a_label(book: Book) -> None:
    for procedure in book.procedures.values():
        for act in procedure.acts.values():
            assert book.terms.zh(act.key)
            assert book.terms.zh(act.event)
    assert book.terms.zh("legal_reviewer") == "法制审核人员"
    with pytest.raises(NotFound):
        book.terms.zh("workflow")


def test_a_term_without_a_label_does_not_load() -> None:
    for line, said in [
        ('officer = { zh = "", en = "officer" }', "terms.toml: officer.zh: zh is missing"),
        ('officer = { zh = "执法人员" }', "terms.toml: officer: en is missing"),
        ('officer = { zh = "执法人员", en = "officer", cite = "APL#42" }', "terms.toml: officer: unknown field cite"),
        ('offcier = { zh = "执法人员", en = "officer" }', "“officer” does not say offcier"),
    ]:
        assert said in places.said("law/terms", line)


# ------------------------------------------------------------------------------------------------- amounts, items


def test_amounts_are_the_law_s_and_dated(book: Book) -> None:
    day = date(2026, 3, 2)
    amounts = {key: book.thresholds.on(key, day) for key in book.thresholds.law}
    assert amounts["officers_per_case"] == 2
    assert (amounts["summary_fine_citizen"], amounts["summary_fine_organization"]) == (200, 3000)
    assert (amounts["late_surcharge"], amounts["age_of_majority"]) == (3, 18)
    with pytest.raises(NotFound):
        book.thresholds.on("officers_per_case", date(2021, 7, 14))
    with pytest.raises(NotFound):
        book.thresholds.on("hearing_fine_citizen_fen", day)


def test_what_basic_information_is_due_follows_from_the_agency(book: Book) -> None:
    catalogue = book.basic_information
    always = {item.key for item in catalogue.due_for(())}
    assert {"functions", "office_place", "supervision_phone", "officer_directory"} <= always
    assert "entrustment_letter" not in always
    assert "entrustment_letter" in {item.key for item in catalogue.due_for({"entrusts"})}
    assert len(catalogue.due_for((), "service_item")) == 12
    assert [item.key for item in catalogue.missing(always - {"office_hours"}, ())] == ["office_hours"]
    assert catalogue.missing(always, ()) == ()


# ------------------------------------------------------------------------------------------------- answers


def test_the_report_counts_the_book(book: Book) -> None:
    report = answers.check(book)
    assert report.last_year == 2026
    assert report.counts["limits"] == len(book.every_limit)
    assert sum(report.row_status.values()) == len(book.rows)
    assert len(report.not_yet) == report.row_status["not_yet"]


def test_a_due_day_is_answered_with_its_article(book: Book) -> None:
    answer = answers.due_answer(book, "disclosure_of_license", date(2026, 9, 30))
    assert (answer["target"], answer["due"]) == (date(2026, 10, 14), date(2026, 10, 15))
    assert answer["value_zh"] == "7个工作日"
    assert answer["article_zh"] == "《北京市行政执法公示办法》第十三条"
    assert (answer["basis"], answer["provisional"]) == ("law", False)
    with pytest.raises(NotFound):
        answers.due_answer(book, "disclosure_of_everything", date(2026, 9, 30))
    with pytest.raises(NotFound):
        answers.due_answer(book, "disclosure_of_license", date(2019, 9, 30))


def test_working_days_are_answered_with_their_certainty(book: Book) -> None:
    assert answers.add_working_days_answer(book.calendar, date(2026, 12, 21), 7) == {
        "date": date(2026, 12, 30),
        "provisional": False,
    }
    assert answers.add_working_days_answer(book.calendar, date(2026, 12, 21), 20)["provisional"] is True


def _options(form: type) -> Iterator[str]:
    for spec in specs(form).values():
        yield from spec.options
        if spec.form is not None:
            yield from _options(spec.form)
