"""Every limit stands on its words; a spoiled line does not load; dues come out as a lawyer would count them."""

import dataclasses
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.law import counting, deadlines
from enforcement.law.calendar import Calendar
from enforcement.law.citation import Source, numbers_in
from enforcement.law.deadlines import Limit
from enforcement.law.errors import NotFound
from tests.law.places import FILES, YEARS, faults, said, scenarios, text_of

FILE = "law/deadlines"
LIMITS: Mapping[str, Limit] = {
    key: limit for name in (FILE, "law/bounds", "law/periods") for key, limit in (FILES[name].value or {}).items()
}
CALENDAR = Calendar.of(YEARS)
STARTS = st.dates(date(2021, 11, 5), date(2026, 9, 30))
COUNTED = [limit for limit in LIMITS.values() if limit.direction == "within"]
WITHIN = st.sampled_from([limit for limit in COUNTED if limit.unit in {"working_day", "calendar_day"}])
PLAIN = st.sampled_from([limit for limit in COUNTED if limit.unit == "calendar_day" and not limit.rolls])
WORKING = st.sampled_from([limit for limit in COUNTED if limit.unit == "working_day"])


def due_on(limit: Limit, started_on: date, **more: Any) -> date:
    return counting.due(limit, started_on, CALENDAR, **more).due_on


# ------------------------------------------------------------------------------------------------- dues


@pytest.mark.parametrize("case", scenarios("dues", "due"), ids=lambda case: f"{case['limit']}: {case['says']}")
def test_a_due_day_comes_out_as_written(case: dict[str, Any]) -> None:
    found = counting.due(LIMITS[case["limit"]], case["started"], CALENDAR)
    assert (found.target_on, found.due_on) == (case["target"], case["due"])
    assert found.provisional is case.get("provisional", False)


def test_every_limit_has_a_due_that_is_written_down() -> None:
    """Those in hours run from a moment and are shown with the clocks."""
    written = {case["limit"] for case in scenarios("dues", "due")}
    alike = {
        "correction_suggestion": "correction_request",
        "open_information_report": "annual_report",
        "freeze": "sealing_up_or_seizure",
        "compulsory_execution_after_surcharge": "service_by_public_notice",
        "reconsideration_of_police_refusal": "police_answer",
        "handover_to_police": "police_answer",
    }
    for twin, of in alike.items():
        assert (LIMITS[twin].unit, LIMITS[twin].days[0].value) == (LIMITS[of].unit, LIMITS[of].days[0].value)
    remaining = {key for key, limit in LIMITS.items() if limit.unit != "hour"} - written - set(alike)
    assert remaining == {
        "case_opening", "directory_adjustment", "interruption_statement", "disclosure_of_draw", "reconsideration",
    }, "write its due in tests/law/scenarios/dues.toml"  # fmt: skip
    assert all(LIMITS[key].days[0].basis == "default" for key in remaining)


@given(WITHIN, STARTS)
def test_the_target_is_never_after_the_last_day_and_never_before_the_start(limit: Limit, start: date) -> None:
    found = counting.due(limit, start, CALENDAR)
    assert start <= found.target_on <= found.due_on


@given(WITHIN, STARTS, STARTS)
def test_starting_later_is_never_due_earlier(limit: Limit, one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert due_on(limit, first) <= due_on(limit, second)


@given(WORKING, STARTS)
def test_a_due_day_of_working_days_is_one_with_exactly_that_many_counted(limit: Limit, start: date) -> None:
    found = due_on(limit, start)
    assert CALENDAR.is_working_day(found)
    assert CALENDAR.working_days_between(start, found) == limit.on(start).value


@given(PLAIN, STARTS, st.integers(0, 2), st.integers(0, 40))
def test_a_pause_of_k_days_moves_the_due_day_by_k(limit: Limit, start: date, after: int, days: int) -> None:
    begun = start + timedelta(days=1 + after)
    paused = ((begun, begun + timedelta(days=days)),)
    assert due_on(limit, start, paused=paused) == due_on(limit, start) + timedelta(days=days)


@given(WORKING, STARTS, st.integers(0, 40))
def test_a_pause_moves_a_due_day_by_its_working_days(limit: Limit, start: date, days: int) -> None:
    begun = start + timedelta(days=1)
    paused_working_days = sum(CALENDAR.is_working_day(begun + timedelta(days=ahead)) for ahead in range(days))
    moved = due_on(limit, start, paused=((begun, begun + timedelta(days=days)),))
    assert CALENDAR.working_days_between(due_on(limit, start), moved) == paused_working_days


@given(WITHIN, STARTS, st.integers(1, 60))
def test_a_pause_begun_after_the_last_day_changes_nothing(limit: Limit, start: date, days: int) -> None:
    begun = due_on(limit, start) + timedelta(days=1)
    assert due_on(limit, start, paused=((begun, begun + timedelta(days=days)),)) == due_on(limit, start)


@given(WITHIN, STARTS, st.integers(0, 30))
def test_an_extension_is_never_due_earlier_and_counts_as_many_units(limit: Limit, start: date, more: int) -> None:
    value = limit.on(start).value
    assert due_on(limit, start, extended=more) == due_on(limit, start, value=value + more)
    assert due_on(limit, start, extended=more) >= due_on(limit, start)


@given(STARTS)
def test_a_party_s_period_ends_on_a_working_day_and_the_agency_s_where_it_falls(start: date) -> None:
    payment, decision = LIMITS["payment"], LIMITS["penalty_decision"]
    assert CALENDAR.is_working_day(due_on(payment, start))
    assert due_on(payment, start) >= start + timedelta(days=payment.on(start).value)
    assert due_on(decision, start) == start + timedelta(days=decision.on(start).value)


def test_a_pause_without_an_end_has_no_due_day() -> None:
    with pytest.raises(ValueError, match="a pause without an end"):
        due_on(LIMITS["license_decision"], date(2026, 3, 2), paused=((date(2026, 3, 4), None),))


def test_a_limit_is_not_in_force_before_its_first_line() -> None:
    disclosure = LIMITS["disclosure_of_license"]
    assert not disclosure.in_force(date(2021, 11, 4))
    assert disclosure.in_force(date(2021, 11, 5))
    with pytest.raises(NotFound):
        due_on(disclosure, date(2021, 11, 4))


def test_what_is_dated_before_the_law_is_judged_by_its_first_line() -> None:
    limit = LIMITS["license_acceptance"]
    assert limit.ruling_day(date(1990, 5, 1)) == date(2004, 7, 1)
    assert limit.ruling_day(date(2026, 5, 6)) == date(2026, 5, 6)


def test_a_clock_keeps_the_line_in_force_on_the_day_it_started() -> None:
    now = LIMITS["disclosure_of_license"]
    later = dataclasses.replace(now.days[0], from_on=date(2026, 6, 1), value=5)
    limit = dataclasses.replace(now, days=(*now.days, later))
    assert counting.due(limit, date(2026, 5, 29), CALENDAR).value == 7
    assert counting.due(limit, date(2026, 5, 29), CALENDAR).due_on == date(2026, 6, 9)
    assert counting.due(limit, date(2026, 6, 1), CALENDAR).value == 5
    assert counting.due(limit, date(2026, 6, 1), CALENDAR).due_on == date(2026, 6, 8)


# ------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize("limit", LIMITS.values(), ids=lambda limit: str(limit.key))
def test_a_limit_speaks_in_the_law_s_name_only_with_its_words(limit: Limit) -> None:
    for value in (*limit.days, *limit.extension):
        assert value.row
        if value.basis == "law":
            assert value.quote is not None
            assert numbers_in(value.quote)
        else:
            assert value.quote is None or not numbers_in(value.quote)


def spoiled(key: str, before: str, after: str) -> str:
    head, _, rest = text_of(FILE).partition(f"[{key}]\n")
    body, blank, tail = rest.partition("\n\n")
    assert before in body, body
    return f"{head}[{key}]\n{body.replace(before, after, 1)}{blank}{tail}"


@pytest.mark.parametrize(
    ("key", "before", "after", "words"),
    [
        ("disclosure_of_license", "value = 7", "value = 8", "do not say 8个工作日"),
        ("disclosure_of_license", "7个工作日内", "10个工作日内", "do not say 7个工作日"),
        ("payment", "十五日", "十日", "do not say 15日"),
        ("annual_report", '"01-31"', '"01-30"', "do not say 1月30日前"),
        ("disclosure_of_license", '"working_day"', '"calendar_day"', "the words say working_day"),
        ("penalty_decision", '"calendar_day"', '"working_day"', "no article makes 90 of them working_day"),
        ("evidence_preservation", '"working_day"', '"calendar_day"', "by APL#85 these 7 days are working days"),
        ("evidence_preservation", '"APL#85"', '"ACL#69"', "by APL#85 these 7 days are working days"),
        ("sealing_up_or_seizure", '"calendar_day"', '"working_day"', "no article makes 30 of them working_day"),
        ("license_hearing_request", 'unit_basis = "default"', 'unit_basis = "law"', "no article makes 5 of them"),
        ("on_the_spot_measure_report", '"hour"', '"working_day"', "the words say hour"),
        ("limitation", '"year"', '"month"', "the words say year"),
        ("inspection_plan", '"quarter_end"', '"month_end"', "the words say quarter_end"),
        ("legal_review", '"S#14.1"', '"S#17.1"', "ends with 16"),
        ("legal_review", '"S#14.1"', '"T#14.1"', "is not in sources"),
        ("legal_review", '"S#14.1"', '"S14.1"', "is not a citation"),
        ("legal_review", ', row = "S14.1a"', "", "row is missing"),
        ("legal_review", ', quote = "应当在办案机构提交审核之日起5个工作日内"', "", "carries the words"),
        ("legal_review", 'unit   = "working_day"', 'unit   = "weekday"', "unknown unit weekday"),
        ("legal_review", 'unit   = "working_day"', 'unit = "working_day"\ndirection = "before"', "unknown direction"),
        ("legal_review", "starts =", "begins =", "unknown field begins"),
        ("legal_review", 'starts = ["submitted_for_review"]\n', "", "starts is missing"),
        ("legal_review", 'who    = ["legal_reviewer"]\n', "", "who is missing"),
        ("directory_adjustment", 'stops = ["directory_set"]\n', "", "nothing stops it"),
        (
            "legal_review",
            'unit   = "working_day"',
            'unit   = "working_day"\nrolls  = true',
            "only a party",
        ),
        ("correction_request", "应当及时核实", "应当在5个工作日内核实", "quotes no number"),
    ],
)
def test_a_spoiled_line_does_not_load(key: str, before: str, after: str, words: str) -> None:
    assert words in said(FILE, spoiled(key, before, after))


@pytest.mark.parametrize(
    ("file", "line", "words"),
    [
        ("law/bounds", 'direction = "within"', "unknown direction within"),
        ("law/bounds", 'direction = "not_before"\nstarts = ["decision_made"]', "unknown field starts"),
        ("law/bounds", 'direction = "not_before"\nwho = ["officer"]', "unknown field who"),
        ("law/periods", 'whose = "agency_head"', "unknown whose agency_head"),
        ("law/periods", 'whose = "party"\nwho = ["officer"]', "unknown field who"),
        ("law/periods", "rolls = true", "whose is missing"),
    ],
)
def test_what_somebody_must_do_within_a_time_cannot_hide_where_nothing_runs(file: str, line: str, words: str) -> None:
    hidden = (
        '[report_of_damage]\nzh = "报告期限"\nen = "report of damage"\nunit = "calendar_day"\n'
        f'{line}\ndays = [{{ from = 2021-11-05, value = 1, row = "G12.2", cite = "G#12(2)", basis = "default" }}]\n'
    )
    assert words in said(file, f"{text_of(file)}\n{hidden}")


def test_two_values_from_the_same_day_do_not_load() -> None:
    line = '{ from = 2021-11-05, value = 5, row = "S14.1a", cite = "S#14.1", quote = "起5个工作日内" }'
    assert "two values from the same day" in said(FILE, spoiled("legal_review", "days   = [", f"days   = [{line}, "))


def test_every_fault_is_named_at_once() -> None:
    text = spoiled("legal_review", "value = 5", "value = 6").replace("value = 90", "value = 60")
    assert len(faults(FILE, text)) == 2


# --------------------------------------------------------------------------------------- what an agency may set


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("recording_retention", 6, True),
        ("recording_retention", 12, True),
        ("recording_retention", 5, False),
        ("defense", 3, True),
        ("defense", 0, False),
        ("correction_request", 10, True),
        ("disclosure_of_license", 5, False),
        ("payment", 15, False),
        ("legal_review", 10, False),
    ],
)
def test_an_agency_sets_only_what_the_law_leaves_to_it(key: str, value: int, *, allowed: bool) -> None:
    breach = LIMITS[key].parameter_breach(value, date(2026, 3, 2))
    assert (breach is None) is allowed
    if breach is not None:
        assert breach.cite == LIMITS[key].on(date(2026, 3, 2)).cite


def test_a_value_is_written_with_its_unit(sources: Mapping[str, Source]) -> None:
    assert sources
    words = {key: deadlines.value_zh(limit, limit.days[0].value) for key, limit in LIMITS.items()}
    assert words["disclosure_of_license"] == "7个工作日"
    assert words["penalty_decision"] == "90日"
    assert words["annual_report"] == "1月31日前"
    assert words["inspection_plan"] == "第1季度内"
    assert words["disclosure_of_inspection"] == "次月月末前"
    assert words["on_the_spot_measure_report"] == "24小时"
