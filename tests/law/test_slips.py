"""A slip in the law's data is refused by its place: some hundreds of them; `make proof PART=slips` tries every one."""

from __future__ import annotations

import random

import pytest

from enforcement.law import book
from tests.law.places import changed
from tests.proofs import slips
from tests.proofs.slips import PROGRAM, Slip

SEED = 20261128
SAMPLE = random.Random(SEED).sample(slips.slips(SEED), 300)


def refused(name: str, before: str, after: str) -> str:
    files = {**slips.FILES, name: book.decode_file(name, changed(name, before, after).encode())}
    return "\n".join(book.faults(files, PROGRAM))


def test_the_shipped_law_has_no_fault() -> None:
    assert book.faults(slips.FILES, PROGRAM) == []


def test_a_sample_of_slips_is_refused_each_by_its_place() -> None:
    assert {slip.way for slip in SAMPLE} == {"dropped", "doubled", "swapped", "wrong type"}
    assert [fault for slip in SAMPLE if (fault := slip.fault())] == []


def test_a_slip_that_is_none_would_be_noticed() -> None:
    same = Slip("law/terms", ("officer", "zh"), False, "dropped", "执法人")
    assert same.fault() == f"{same} is not refused"


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("law/deadlines", "stops      =", "stop       =", "unknown field stop, perhaps stops"),
        ("law/deadlines", 'anchor     = "received_on"', 'anchor     = "recieved_on"', "perhaps received_on"),
        ("law/deadlines", '"started_at"', '"start_at"', "perhaps started_at"),
        ("law/deadlines", 'parameter = "correction_days"', 'parameter = "correction_day"', "unknown parameter"),
        ("law/deadlines", 'match     = "measure"', 'match     = "measures"', "unknown field measures"),
        ("law/deadlines", "hearing_right_told = true", "hearing_right_tol = true", "unknown field hearing_right_tol"),
        ("law/deadlines", "hearing_right_told = true", 'hearing_right_told = ["penalty"]', "is a yes or no"),
        (
            "law/deadlines", 'kind = ["sealing_up", "seizure"]', 'kind = ["sealing_up", "seizur"]',
            "unknown choice seizur",
        ),
        (
            "law/deadlines", 'kind = ["sealing_up", "seizure"]', 'kind = ["sealing_up", "penalty"]',
            "cannot be chosen in kind",
        ),
        (
            "law/deadlines", 'value_field    = "defense_days"', 'value_field    = "defence_days"',
            "perhaps defense_days",
        ),
        (
            "law/deadlines", 'row = "S14.1a", cite = "S#14.1"', 'row = "S14.1a", cite = "S#15.1"',
            "row S14.1a is not of S#15.1",
        ),
        ("law/disclosure", 'event     = "decision_made"', 'event     = "decison_made"', "unknown event decison_made"),
        (
            "law/disclosure", 'kind      = "license_decision"', 'kind      = "licence_decision"',
            "unknown publication_kind",
        ),
        ("law/disclosure", 'outcomes  = ["no_penalty"', 'outcomes  = ["no_penatly"', "unknown choice no_penatly"),
        ("law/disclosure", "social_impact = false", 'social_impact = "false"', "true or false expected"),
        ("law/disclosure", '[ground."G16.2"]', '[ground."G16.22"]', "unknown row G16.22"),
        ("law/disclosure", "[taken_down]", "[take_down]", "unknown field take_down, perhaps taken_down"),
        ("law/legal_review", "at_times = true", "at_tmes = true", "unknown field at_tmes, perhaps at_times"),
        ("law/acts", 'names = { officers = "keeps" }', 'names = { officer = "keeps" }', "no field officer,"),
        ("law/acts", "[take_sample]", "[take_samples]", "take_samples: no form under enforcement/actions/"),
        ("law/acts", "[take_sample]", "[take_samples]", "acts.toml: take_sample is missing: a form"),
        ("law/acts", 'event = "process_recorded"', 'event = "process_record"', "unknown event process_record"),
        (
            "law/legal_review", 'license = ["application_was_examined"]', 'licence = ["application_was_examined"]',
            "unknown matter_kind licence",
        ),
        ("law/legal_review", 'field = "reasons"', 'field = "reason"', "has no field reason, perhaps reasons"),
        ("law/major_decisions", 'kinds = ["penalty"]', 'kinds = ["penalties"]', "unknown matter_kind penalties"),
        ("law/major_decisions", '"license_revocation"', '"license_revoked"', "unknown choice license_revoked"),
        ("law/recording", "on_site = ", "onsite = ", "unknown term onsite, perhaps on_site"),
        ("law/recording", "officers = ", "officer = ", "perhaps officers"),
        ("law/redaction", 'mask = "〔车辆', 'msk = "〔车辆', "unknown field msk, perhaps mask"),
        ("law/redaction", 'mask = "〔姓名已隐去〕"', 'mask = "姓名已隐去"', "is no mask"),
        ("law/redaction", 'category = "age"', 'category = "aeg"', "unknown category aeg"),
        ("law/redaction", "周?岁'", "周?岁('", "is no pattern"),
        ("law/thresholds", "[agency.defense_days]", "[agency.defence_days]", "unknown parameter defense_days"),
        ("law/basic_information", 'when = "entrusts"', 'when = "entrust"', "unknown when entrust"),
        ("law/rows", "tests/law/test_citations.py::", "tests/law/test_citation.py::", "unknown test_place"),
    ],
)  # fmt: skip
def test_what_would_take_a_rule_away_in_silence_is_refused(name: str, before: str, after: str, said: str) -> None:
    assert said in refused(name, before, after)


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
