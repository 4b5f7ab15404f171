"""What an act says of itself: held against the forms, the records and the procedures."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from enforcement.actions.program import program
from enforcement.law import book
from tests.law.places import FILES, text_of


def faults_of_acts(change: Callable[[dict[str, Any]], object]) -> list[str]:
    """What is wrong with the shipped law where acts.toml is changed so, held against the forms of the program."""
    table = tomllib.loads(text_of("law/acts"))
    change(table)
    return book.faults({**FILES, "law/acts": book.decode_table("law/acts", table)}, program())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            lambda text: text["make_decision"].update(desk="decisions"),
            "acts.toml: make_decision.desk: unknown desk decisions; it is one of review, decision, disclosure, release",
        ),
        (
            lambda text: text["make_decision"].update(carries=[{"of": "investigation_concludd"}]),
            "acts.toml: make_decision.carries[1].of: unknown event investigation_concludd, perhaps investigation_",
        ),
        (
            lambda text: text["make_decision"]["carries"][0].update(named={"proof": "evidence_summary"}),
            "acts.toml: make_decision.carries[1].named: a record it is looked for in has no field proof",
        ),
        (
            lambda text: text["make_decision"]["carries"][0].update(named={"evidence": "evidence"}),
            "acts.toml: make_decision.carries[1].named: a record it is looked for in has no field evidence",
        ),
        (
            lambda text: text["conclude_investigation"]["carries"][1].update(without=["plan"]),
            "acts.toml: conclude_investigation.carries[2].without: a record it is looked for in has no field plan",
        ),
        (
            lambda text: text["conclude_inspection"].update(carries=[{"of": "on_site_checked"}]),
            "acts.toml: conclude_inspection.carries[1]: no field of on_site_checked is one of the form",
        ),
        (
            lambda text: text["recheck"].update(carries=[{"of": "session_ended"}]),
            "acts.toml: recheck.carries: no act leaves session_ended",
        ),
        (
            lambda text: text["check_on_site"]["dated"].update(started_at="开始"),
            "acts.toml: check_on_site.dated.started_at: its form says 开始时间, not 开始",
        ),
        (
            lambda text: text["check_on_site"]["dated"].update(received_on="收到日期"),
            "acts.toml: check_on_site.dated: a record it is looked for in has no field received_on",
        ),
        (
            lambda text: text["recheck"]["follows"]["rechecked_at"].update(zh="复查日期"),
            "acts.toml: recheck.follows.rechecked_at: its form says 复查时间, not 复查日期",
        ),
        (
            lambda text: text["recheck"].pop("follows"),
            "inspection.toml: recheck.requires: dated_after_what_it_follows has nothing to look at",
        ),
        (
            lambda text: text["recheck"].update(dated={"rechecked_at": "复查时间"}),
            "inspection.toml: recheck.requires: dated_within_the_case is missing",
        ),
    ],
)
def test_an_act_that_says_what_is_not_so_is_refused(change: Callable[[dict[str, Any]], object], fault: str) -> None:
    found = faults_of_acts(change)
    assert any(one.startswith(fault) for one in found), found
