"""Procedures as data: complete against J#4, sound, and refusing with every article at once."""

from __future__ import annotations

import dataclasses
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from enforcement.law.errors import RuleViolation
from enforcement.law.facts import ActorFacts
from tests.law.cases import facts
from tests.law.places import CONFIG, faults_of_table

if TYPE_CHECKING:
    from enforcement.law.book import Book
    from enforcement.law.procedure import Procedure

PROCEDURES = CONFIG / "procedures"
CASES = ("penalty_ordinary", "inspection", "license")

# 办法第四条各款列明的环节，原文。
J4 = {
    "penalty_ordinary": (
        "获取违法线索 受案 立案 调查取证 审核 决定 送达 执行 终结",
        "抽样调查 先行登记保存 听证 中止 延期",
    ),
    "inspection": ("检查活动开始 现场核查 送达 复查", "询问 勘验 抽样 鉴定 责令改正"),
    "license": ("接收 受理 审查决定 送达", "补正 勘验 中止 延期 听证"),
}
BEGINS = {
    "penalty_ordinary": "register_lead",
    "inspection": "begin_inspection",
    "license": "receive_materials",
    "disclosure": None,
}
TODAY = date(2026, 3, 2)


def written(name: str) -> dict[str, Any]:
    return tomllib.loads((PROCEDURES / f"{name}.toml").read_text("utf-8"))


def steps(procedure: Procedure) -> set[tuple[str, str]]:
    return {(stage, act.to) for act in procedure.acts.values() if act.to for stage in act.stages}


@pytest.mark.parametrize("name", CASES)
def test_every_stage_that_article_four_names_is_there(book: Book, name: str) -> None:
    general, special = (set(words.split()) for words in J4[name])
    procedure = book.procedures[name]
    assert {stage.general for stage in procedure.stages.values() if stage.general} == general
    assert {zh for act in procedure.acts.values() for zh in act.special} >= special


@pytest.mark.parametrize("name", [*CASES, "disclosure"])
def test_every_stage_can_be_reached_and_can_end(book: Book, name: str) -> None:
    procedure = book.procedures[name]
    reached, ending = {procedure.start}, {stage.key for stage in procedure.stages.values() if stage.ends}
    for _ in procedure.stages:
        reached |= {to for stage, to in steps(procedure) if stage in reached}
        ending |= {stage for stage, to in steps(procedure) if to in ending}
    assert reached == ending == set(procedure.stages)


@pytest.mark.parametrize("name", [*CASES, "disclosure"])
def test_a_stage_that_ends_leads_nowhere(book: Book, name: str) -> None:
    procedure = book.procedures[name]
    ends = {stage.key for stage in procedure.stages.values() if stage.ends}
    assert not {(stage, to) for stage, to in steps(procedure) if stage in ends}


@pytest.mark.parametrize(("name", "act"), BEGINS.items())
def test_each_procedure_knows_how_it_begins(book: Book, name: str, act: str | None) -> None:
    assert book.procedures[name].start_act == act


def test_a_case_begins_only_once(book: Book) -> None:
    procedure = book.procedures["penalty_ordinary"]
    told = facts({"form": {"reason": "x"}}, book)
    assert procedure.admit("register_lead", told, book).event == "lead_registered"
    again = facts({"records": [{"event": "lead_registered", "on": date(2026, 3, 2)}]}, book)
    with pytest.raises(RuleViolation):
        procedure.admit("register_lead", again, book)


def test_a_refusal_lists_the_stage_and_every_unmet_condition(book: Book) -> None:
    told = facts({"records": [{"event": "lead_registered", "on": date(2026, 3, 2)}], "named": ["甲"]}, book)
    told = dataclasses.replace(told, form={"officers": ["甲", "无名"]})
    with pytest.raises(RuleViolation) as refused:
        book.procedures["penalty_ordinary"].admit("open_case", told, book)
    codes = [breach.code for breach in refused.value.breaches]
    assert codes == ["stage", "two_officers", "officers_qualified", "officers_published"]
    assert "“获取违法线索”" in refused.value.breaches[0].zh
    assert "“受案”" in refused.value.breaches[0].zh


def test_the_records_a_stage_owes_hold_it_but_not_the_way_back(book: Book) -> None:
    procedure = book.procedures["penalty_ordinary"]
    told = facts(
        {
            "records": [
                {"event": "investigation_concluded", "on": date(2026, 3, 1), "data": {"outcome": "no_penalty"}},
                {"event": "prior_notice_given", "on": date(2026, 3, 2), "data": {"method": "by_leaving"}},
            ],
            "directory": [{"matter_code": "A001"}],
            "form": {"reason": "补充", "conclusion": "agree"},
        },
        book,
    )
    with pytest.raises(RuleViolation) as refused:
        procedure.admit("examine_case", told, book)
    assert [breach.cite for breach in refused.value.breaches] == ["J#9.2"]
    assert procedure.admit("return_to_investigation", told, book).stage_after == "investigation"


def test_a_suspended_case_does_not_move_on_but_may_resume(book: Book) -> None:
    procedure = book.procedures["penalty_ordinary"]
    told = facts(
        {
            "records": [
                {"event": "lead_registered", "on": date(2026, 3, 1)},
                {"event": "suspended", "on": date(2026, 3, 2)},
            ],
            "form": {"opinion": "x", "reason": "x"},
        },
        book,
    )
    with pytest.raises(RuleViolation) as refused:
        procedure.admit("accept_lead", told, book)
    assert [breach.code for breach in refused.value.breaches] == ["not_suspended"]
    assert procedure.admit("resume_case", told, book).stage_after is None


def test_a_condition_asked_twice_is_named_once(book: Book) -> None:
    procedure = book.procedures["penalty_ordinary"]
    done = [{"event": "executed", "on": TODAY}, {"event": "hearing_held", "on": TODAY}]
    told = facts({"stage": "executed", "records": done}, book)
    with pytest.raises(RuleViolation) as refused:
        procedure.admit("close_case", told, book)
    assert [breach.code for breach in refused.value.breaches] == ["disputed_activities_recorded_or_reasoned"]


def test_an_act_of_another_procedure_is_unknown(book: Book) -> None:
    with pytest.raises(KeyError):
        book.procedures["license"].admit("take_measure", facts({"procedure": "license"}, book), book)


# ---------------------------------------------------------------------------------------------------------- next acts


def test_the_next_acts_come_forward_first_and_say_what_is_missing(book: Book) -> None:
    told = facts(
        {"stage": "investigation", "records": [{"event": "investigation_begun", "on": date(2026, 3, 2)}]}, book
    )
    told = dataclasses.replace(told, actor=ActorFacts(person_id="甲", roles=frozenset({"officer"})))
    offered = book.procedures["penalty_ordinary"].next_acts(told, book)
    first = offered[0]
    assert (first.act, first.primary, first.allowed, first.zh) == ("conclude_investigation", True, False, "调查终结")
    assert {"evidence_exists", "inquiry_recorded", "two_officers"} <= {breach.code for breach in first.breaches}
    assert "outcome_is_one_of_four" not in {breach.code for breach in first.breaches}
    assert "register_lead" not in {act.act for act in offered}


def test_before_officers_are_named_only_what_does_not_speak_of_them_stands_in_the_way(book: Book) -> None:
    told = facts({"stage": "lead_accepted", "actor": {"roles": ["agency_head"]}}, book)
    offered = {act.act: act for act in book.procedures["penalty_ordinary"].next_acts(told, book)}
    assert [breach.code for breach in offered["open_case"].breaches] == ["stage_has_a_text_record"]


def test_the_next_acts_say_who_may_do_what_this_person_may_not(book: Book) -> None:
    told = facts({"stage": "lead_accepted", "records": [{"event": "lead_accepted", "on": date(2026, 3, 2)}]}, book)
    told = dataclasses.replace(told, actor=ActorFacts(person_id="甲", roles=frozenset({"officer"})))
    offered = {act.act: act for act in book.procedures["penalty_ordinary"].next_acts(told, book)}
    assert offered["open_case"].who == ("agency_head",)
    assert [breach.code for breach in offered["open_case"].breaches] == ["may"]


def test_a_closed_case_offers_only_what_may_follow_a_close(book: Book) -> None:
    told = facts({"records": [{"event": "decision_made", "on": TODAY}, {"event": "case_closed", "on": TODAY}]}, book)
    offered = {act.act for act in book.procedures["penalty_ordinary"].next_acts(told, book)}
    assert offered >= {"take_in_recording", "overturn_decision"}
    assert not offered & {"make_decision", "serve_decision", "add_evidence", "close_case", "assign_officers"}


# ------------------------------------------------------------------------------------------------------------ loading


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text["stage"]["served"]["requires"].append("is_friendly"), "unknown guard is_friendly"),
        (lambda text: text["stage"]["served"]["next"].append("heaven"), "unknown stage heaven"),
        (lambda text: text["stage"]["served"]["records"].append("smell"), "unknown 2 smell"),
        (lambda text: text["act"].update(fly={}), "unknown act fly"),
        (lambda text: text["act"]["add_evidence"].update(stages=["moon"]), "unknown stage moon"),
        (lambda text: text["act"]["add_evidence"].update(stages="sometimes"), "sometimes"),
        (lambda text: text["act"]["drop_case"].update(to="limbo"), "unknown stage limbo"),
        (lambda text: text["stage"]["executed"].update(next=[]), "the case can never end"),
        (lambda text: text["stage"]["served"].update(next=[]), "stage.executed: no act leads to it"),
        (lambda text: text["stage"]["case_closed"].update(next=["served"]), "ends and yet leads on"),
        (lambda text: text["act"].update(make_decision={}), "both enters a stage"),
        (lambda text: text.update(start="nowhere"), "penalty_ordinary.toml: start: unknown stage"),
        (
            lambda text: text["act"]["record_defense"].update(requires=[{"is": "two_officer", "cite": "APL#42.1"}]),
            "record_defense.requires[1].is: unknown guard two_officer, perhaps two_officers",
        ),
        (
            lambda text: text["stage"]["investigation"]["requires"].append({"is": "two_officers", "basis": "default"}),
            "begin_investigation.requires: two_officers stands twice",
        ),
        (
            lambda text: text["act"]["take_measure"]["requires"].remove("dated_within_the_case"),
            "take_measure.requires: dated_within_the_case is missing",
        ),
        (
            lambda text: text["act"]["drop_case"]["requires"].append("dated_after_what_it_follows"),
            "drop_case.requires: dated_after_what_it_follows has nothing to look at",
        ),
    ],
)
def test_a_procedure_that_contradicts_itself_names_its_fault(change: Any, words: str) -> None:
    found = faults_of_table("procedures/penalty_ordinary", change)
    assert any(words in fault and fault.startswith("penalty_ordinary.toml: ") for fault in found), found


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("law/disclosure", lambda text: text["result"].pop("license"), "license.toml: its result is disclosed nowhere"),
        (
            "procedures/license",
            lambda text: text.update(without={"disclosure": "nobody asks"}),
            "license.toml: its result is disclosed and without.disclosure says it is not",
        ),
        (
            "law/major_decisions",
            lambda text: [one["kinds"].remove("license") or one["kinds"].append("inspection")
                          for one in text["class"].values() if "license" in one["kinds"]],
            "license.toml: no class of major_decisions.toml is for license",
        ),
        (
            "law/legal_review",
            lambda text: [one["guards"].update(license=[]) for one in text["point"]],
            "license.toml: no point of legal_review.toml is for license",
        ),
        ("procedures/inspection", lambda text: text.pop("without"), "no class of major_decisions.toml"),
        ("procedures/inspection", lambda text: text["without"].pop("limits"), "no limit of deadlines.toml runs to"),
        (
            "law/deadlines",
            lambda text: text["license_delivery"].update(stops=["overturned"]),
            "license.toml: no limit of deadlines.toml runs to served",
        ),
        ("procedures/license", lambda text: text.pop("matter"), "license.toml: matter is missing"),
        (
            "procedures/license",
            lambda text: text["stage"]["materials_received"].pop("act"),
            "license.toml: nothing begins it",
        ),
        (
            "procedures/license",
            lambda text: text["stage"]["materials_received"].update(act="register_lead"),
            "procedures: register_lead begins 2 kinds of case",
        ),
    ],
)  # fmt: skip
def test_a_kind_of_case_that_lacks_what_every_kind_has_is_refused(file: str, change: Any, words: str) -> None:
    found = faults_of_table(file, change)
    assert any(words in fault for fault in found), found


@pytest.mark.parametrize("name", [*CASES, "disclosure"])
def test_every_act_that_goes_back_or_out_asks_for_a_reason_or_an_approval(book: Book, name: str) -> None:
    silent = {"end_deferral", "begin_correction", "return_for_supplement"}  # each carries its words in its own form
    for act in book.procedures[name].acts.values():
        if act.back and act.key not in silent:
            assert act.requires, act.key


def test_the_sequence_of_a_submission_is_never_shortened(book: Book) -> None:
    """S#3.3: from no stage of a penalty case does a decision follow that was neither examined nor reviewed."""
    procedure = book.procedures["penalty_ordinary"]
    assert set(procedure.acts["make_decision"].stages) == {"examined", "legal_review"}


def test_a_qualified_reviewer_is_asked_of_penalties_alone(book: Book) -> None:
    """APL#58.2 speaks of those who review 「行政处罚决定」."""
    asking = {
        name
        for name in CASES
        if (issued := book.procedures[name].acts.get("issue_opinion")) and "reviewer_is_qualified" in issued.guards
    }
    assert asking == {"penalty_ordinary"}


def test_the_decision_asks_for_everything_the_law_makes_it_wait_for(book: Book) -> None:
    assert book.procedures["penalty_ordinary"].acts["make_decision"].guards >= {
        "party_was_notified",
        "party_answered_waived_or_let_lapse",
        "hearing_right_settled",
        "legal_review_passed_if_major",
        "opinion_still_stands",
        "findings_resolved",
        "collective_discussion_held_if_major",
        "decision_is_complete",
        "no_heavier_for_defending",
        "suspected_crime_stops_the_penalty",
    }
