"""Any walk of acts, in any order: an act is refused and nothing has changed, or stage and record agree (house §9).

And whatever the walk, no decision comes out of it that the law forbids: the conditions are asked again here, of the
records alone, without the procedure.
"""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enforcement.law.facts import Fields
from tests.law.cases import Walk
from tests.law.places import SCENARIOS

if TYPE_CHECKING:
    from enforcement.law.book import Book
    from enforcement.law.events import Record

STORIES = ["walk_penalty", "walk_penalty_other_ways", "walk_inspection", "walk_license"]
START = date(2026, 3, 2)


def stories() -> list[dict[str, Any]]:
    texts = (tomllib.loads((SCENARIOS / "cases" / f"{name}.toml").read_text("utf-8")) for name in STORIES)
    return [story for text in texts for story in text["story"]]


def fitting(step: dict[str, Any], day: date) -> dict[str, Any]:
    """The same act on another day: the days inside its form move along, so that nothing is dated ahead."""
    moved = {"served_on", "decided_on", "received_on", "told_on", "notified_on", "requested_on"}
    forms = {
        name: {k: day if k in moved else v for k, v in step.get(name, {}).items()} for name in ("form", "computed")
    }
    return {**step, **forms, "on": day, "recordings": step.get("recordings", ())}


@pytest.mark.parametrize("story", stories(), ids=lambda story: str(story["says"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_any_walk_is_refused_or_leaves_stage_and_record_in_agreement(
    book: Book, story: dict[str, Any], data: st.DataObject
) -> None:
    walk = Walk.begin(story, book)
    procedure = book.procedures[walk.facts.procedure]
    day = max(walk.facts.today, START)
    # Mostly the next act of the story that may succeed, sometimes any act: pure noise never gets past the opening.
    path = [step for step in story["step"] if "refused" not in step]
    cursor = 0
    for _ in range(data.draw(st.integers(5, 60), label="steps")):
        straight = data.draw(st.integers(0, 9), label="straight") < 8
        noise = data.draw(st.sampled_from(story["step"]), label="noise") if not straight else {}
        day += timedelta(days=data.draw(st.sampled_from([0, 0, 0, 0, 1, 1, 3, 8]), label="days"))
        step = fitting(path[cursor % len(path)] if straight else noise, day)
        before = walk.facts
        breaches = walk.attempt(step)
        after = walk.facts
        if breaches:
            assert (after.stage, after.records) == (before.stage, before.records)
            assert all(breach.zh and breach.basis in {"law", "default", "design"} for breach in breaches)
            continue
        cursor += straight
        act = procedure.acts[step["act"]]
        assert len(after.records) == len(before.records) + 1
        assert (after.records[-1].event, after.records[-1].stage) == (act.event, after.stage)
        assert after.stage == (act.to or before.stage)
        assert after.stage in procedure.stages
        if act.event == "decision_made":
            no_forbidden_decision(after.records)


def no_forbidden_decision(records: tuple[Record, ...]) -> None:
    """What must be true of any decision, read from its records without the guards."""
    made = Fields(records[-1].data)
    if made.text("outcome") != "penalty":
        return
    last = {record.event: record for record in records}
    reopened = last["returned_to_investigation"].seq if "returned_to_investigation" in last else 0
    notice = last["prior_notice_given"]
    assert notice.seq > max(reopened, last["investigation_concluded"].seq)
    assert made.number("fine_fen") <= Fields(notice.data).number("fine_fen")
    answered = [
        event for event in ("defense_recorded", "defense_waived") if event in last and last[event].seq > notice.seq
    ]
    assert answered or records[-1].on > notice.on + timedelta(days=5)
    if Fields(last["investigation_concluded"].data).yes("complex_case") or Fields(notice.data).yes(
        "hearing_right_told"
    ):
        opinion, discussed = last["review_opinion_issued"], last["discussion_held"]
        assert notice.seq < last["submitted_for_review"].seq < opinion.seq < discussed.seq
        assert Fields(opinion.data).text("overall") == "pass"
        assert not [
            one for one in records if one.event == "evidence_added" and one.seq > last["submitted_for_review"].seq
        ]
