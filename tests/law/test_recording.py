"""What must be recorded, and whether it was (J#9, J#10)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.law import recording
from enforcement.law.book import Book, decode_file
from enforcement.law.facts import ParameterFacts, RecordingFacts
from enforcement.law.recording import RecordingFile, RecordingGap
from tests.law import cases
from tests.law.places import FILES, changed, said

FILE = "law/recording"
WRITTEN = FILES[FILE].value
assert isinstance(WRITTEN, RecordingFile)
RULES = WRITTEN.rules()
TEN = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def at(minute: float) -> datetime:
    return TEN + timedelta(minutes=minute)


def film(begins: float, ends: float | None, kind: str = "video") -> RecordingFacts:
    return cases.recording({"started_at": at(begins), "ended_at": None if ends is None else at(ends), "kind": kind})


@pytest.mark.parametrize("activity", ["sealing_up", "seizure", "forced_demolition"])
def test_what_touches_person_life_or_great_property_must_be_recorded_from_start_to_end(activity: str) -> None:
    assert recording.duty(activity, RULES) == "must"
    assert "J#9.1" in {duty.cite for duty in RULES.duties[activity]}


@pytest.mark.parametrize("activity", ["on_site", "investigation", "hearing", "service_by_leaving", "service_by_notice"])
def test_what_easily_leads_to_dispute_is_recorded_or_excused_in_writing(activity: str) -> None:
    assert recording.duty(activity, RULES) == "or_reason"
    assert [duty.cite for duty in RULES.duties[activity]] == ["J#9.2"]


def test_what_no_article_names_carries_no_duty() -> None:
    assert recording.duty("window_service", RULES) == "none"


def test_an_article_that_only_promotes_recording_is_not_passed_off_as_a_command() -> None:
    bases = {duty.cite: duty.basis for duties in RULES.duties.values() for duty in duties}
    assert bases == {"J#9.1": "default", "J#9.2": "default", "W#17.3": "law"}


def test_a_rule_that_commands_recording_prevails_over_one_that_leaves_it_open() -> None:
    """J#9.4 「有强制性规定的，从其规定」: a further entry, with its article, makes an activity mandatory."""
    assert recording.duty("hearing", RULES) == "or_reason"
    commanded = (
        'row        = "W17.3"\ncite       = "W#17.3"\n'
        'quote      = "行政执法机关对实施强制拆除或者回填应当制作笔录并全程录像"\nbasis      = "law"\nactivities = {'
    )
    text = changed(FILE, commanded, commanded + ' hearing = "全程录像",')
    written = decode_file(FILE, text.encode()).value
    assert isinstance(written, RecordingFile)
    rules = written.rules()
    assert recording.duty("hearing", rules) == "must"
    assert [duty.cite for duty in rules.duties["hearing"]] == ["W#17.3", "J#9.2"]


def test_one_recording_from_start_to_end_leaves_no_gap() -> None:
    assert recording.coverage(at(0), at(30), [film(-1, 31)]) == ()


def test_without_any_recording_the_whole_activity_is_one_gap() -> None:
    assert recording.coverage(at(0), at(30), []) == (RecordingGap(at(0), at(30)),)


def test_a_late_start_a_break_and_an_early_end_are_three_gaps() -> None:
    gaps = recording.coverage(at(0), at(30), [film(20, 25), film(2, 10)])
    assert gaps == (RecordingGap(at(0), at(2)), RecordingGap(at(10), at(20)), RecordingGap(at(25), at(30)))


def test_a_second_camera_covers_what_the_first_one_lost() -> None:
    assert recording.coverage(at(0), at(30), [film(0, 10), film(5, 22, "audio"), film(20, 30)]) == ()


def test_a_photo_and_a_recording_without_an_end_cover_no_time() -> None:
    pieces = [film(0, 30, "photo"), film(0, None)]
    assert recording.coverage(at(0), at(30), pieces) == (RecordingGap(at(0), at(30)),)


def test_two_files_of_one_recording_count_as_one_but_a_late_start_is_not_excused() -> None:
    pieces = [film(0.02, 10), film(10.04, 29.98)]
    gaps = recording.coverage(at(0), at(30), pieces, joins_within=RULES.joins_within)
    assert gaps == (RecordingGap(at(0), at(0.02)), RecordingGap(at(29.98), at(30)))


def test_a_break_for_which_there_is_a_statement_is_no_gap() -> None:
    pieces = [film(0, 10), film(20, 30)]
    assert recording.coverage(at(0), at(30), pieces, explained=[(at(10), at(20))]) == ()
    assert recording.coverage(at(0), at(30), pieces, explained=[(at(10), at(15))]) == (RecordingGap(at(15), at(20)),)


def test_moments_without_a_zone_and_an_end_before_the_start_are_errors() -> None:
    with pytest.raises(ValueError, match="aware"):
        recording.coverage(at(0).replace(tzinfo=None), at(30).replace(tzinfo=None), [])
    with pytest.raises(ValueError, match="before it starts"):
        recording.coverage(at(30), at(0), [])


@given(st.lists(st.tuples(st.integers(-20, 80), st.integers(0, 40)), max_size=8))
def test_every_minute_is_either_in_a_recording_or_in_a_gap(pieces: list[tuple[int, int]]) -> None:
    gaps = recording.coverage(at(0), at(60), [film(begin, begin + length) for begin, length in pieces])
    for minute in range(60):
        recorded = any(begin <= minute < begin + length for begin, length in pieces)
        missing = any(gap.start <= at(minute) < gap.end for gap in gaps)
        assert recorded != missing
    assert all(gap.start < gap.end for gap in gaps)


def test_a_recording_that_says_everything_lacks_nothing() -> None:
    values = {"started_at": at(0), "place": "某路1号", "officers": ["a", "b"], "target": "某公司"}
    assert recording.missing_metadata(values, RULES) == ()


def test_each_thing_a_recording_does_not_say_is_refused_in_the_words_of_the_article() -> None:
    missing = recording.missing_metadata({"place": "  ", "officers": [""], "target": None}, RULES)
    breaches = [field.breach() for field in missing]
    assert [breach.zh for breach in breaches] == [
        "音像记录缺少记录时间",
        "音像记录缺少记录地点",
        "音像记录缺少执法人员",
        "音像记录缺少执法对象",
    ]
    assert {(breach.cite, breach.row, breach.basis) for breach in breaches} == {("J#10.2", "J10.2a", "law")}


def test_words_that_are_not_in_the_quotation_do_not_load() -> None:
    assert "“冻结” is not in the quotation" in said(FILE, changed(FILE, 'seizure = "扣押"', 'seizure = "冻结"'))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('cite       = "J#9.2"', 'cite       = "J#99"', "ends with 15"),
        ('duty       = "or_reason"', 'duty       = "perhaps"', "unknown duty"),
        ('basis  = "law"', 'basis  = "custom"', "unknown basis"),
        ("seconds = 3", "seconds = -1", "no number of seconds"),
        ("[joining]", "[joined]", "joining is missing"),
    ],
)
def test_a_faulty_table_does_not_load_and_says_why(old: str, new: str, words: str) -> None:
    assert words in said(FILE, changed(FILE, old, new))


def test_recordings_cannot_be_kept_for_less_than_six_months(book: Book) -> None:
    limit = book.bounds["recording_retention"]
    day = date(2026, 11, 20)
    assert (limit.on(day).value, limit.unit, limit.on(day).row) == (6, "month", "J12.2")
    assert "不少于6个月" in (limit.on(day).quote or "")
    refused = limit.parameter_breach(5, day)
    assert refused is not None
    assert refused.cite == "J#12.1"
    assert limit.parameter_breach(6, day) is None
    assert limit.parameter_breach(24, day) is None


@pytest.mark.parametrize(
    ("numbers", "until"),
    [
        ([], date(2026, 9, 1)),
        ([(12, date(2025, 1, 1))], date(2027, 3, 1)),
        ([(12, date(2025, 1, 1)), (7, date(2026, 5, 1))], date(2027, 3, 1)),
        ([(12, date(2025, 1, 1)), (7, date(2026, 3, 1))], date(2026, 10, 1)),
        ([(7, date(2025, 1, 1)), (24, date(2026, 5, 1)), (8, date(2026, 6, 1))], date(2028, 3, 1)),
        ([(5, date(2025, 1, 1))], date(2026, 9, 1)),
    ],
)
def test_a_recording_is_kept_six_months_or_the_longest_number_of_the_agency_since_its_case_ended(
    book: Book, numbers: list[tuple[int, date]], until: date
) -> None:
    known: ParameterFacts | None = None
    for value, from_on in numbers:
        known = ParameterFacts("recording_retention_months", value, from_on, earlier=known)
    kept = recording.kept_until(book.bounds["recording_retention"], date(2026, 3, 1), known, book.calendar)
    assert kept.due_on == until


def test_what_was_recorded_before_the_measures_is_kept_by_them_all_the_same(book: Book) -> None:
    limit = book.bounds["recording_retention"]
    assert recording.kept_until(limit, date(2021, 1, 31), None, book.calendar).due_on == date(2021, 7, 31)


def test_a_file_that_begins_where_the_activity_ends_excuses_no_early_end() -> None:
    pieces = [film(0, 29.95), film(30, 40)]
    assert recording.coverage(at(0), at(30), pieces, joins_within=RULES.joins_within) == (
        RecordingGap(at(29.95), at(30)),
    )
