"""Who may read what a record holds: the review file is the handling unit's, the reviewers' and the heads' (S#3.1)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from enforcement.law.book import decode_file
from enforcement.law.facts import ActorFacts, CaseFacts
from enforcement.law.powers import PowersFile
from enforcement.law.reading import answers_before, last_seen, problems_to_answer, seen, seen_of_agency
from tests.law.cases import facts
from tests.law.places import changed, said

if TYPE_CHECKING:
    from enforcement.law.book import Book

REVIEW_ACTS = {
    "submit_for_review", "return_for_supplement", "withdraw_submission", "issue_opinion", "respond_to_review",
    "hold_discussion",
}  # fmt: skip
PROBLEM = {"findings": [{"point": "3", "conclusion": "problem", "nature": "reasonableness", "reason": "裁量畸轻"}]}
RECORDS: list[dict[str, Any]] = [
    {"event": "investigation_concluded", "on": "2026-02-20", "data": {"facts": "事实", "fine_fen": "100"}},
    {"event": "submitted_for_review", "on": "2026-02-23", "data": {"proposal": "建议"}},
    {"event": "review_opinion_issued", "on": "2026-02-25", "data": {**PROBLEM, "overall": "pass"}},
    {"event": "responded_to_review", "on": "2026-02-26", "data": {"responses": [{"point": "3", "adopted": "false"}]}},
    {"event": "discussion_held", "on": "2026-02-27", "data": {"agreed": "false"}},
]
READERS: list[tuple[str, dict[str, Any], bool]] = [
    ("承办人员", {"person_id": "甲", "roles": ["officer"], "unit_id": "二队"}, True),
    ("承办机构的其他执法人员", {"person_id": "乙", "roles": ["officer"], "unit_id": "一队"}, True),
    ("已经换下、属其他机构的执法人员", {"person_id": "旧", "roles": ["officer"], "unit_id": "二队"}, False),
    ("其他机构的执法人员", {"person_id": "丙", "roles": ["officer"], "unit_id": "二队"}, False),
    ("没有机构的执法人员", {"person_id": "丙", "roles": ["officer"]}, False),
    ("法制审核人员", {"person_id": "法", "roles": ["legal_reviewer"], "unit_id": "法制科"}, True),
    ("负责人或者其代理人", {"person_id": "长", "roles": ["agency_head"], "unit_id": "局领导"}, True),
    ("承办机构的辅助人员", {"person_id": "辅", "roles": ["auxiliary"], "unit_id": "一队"}, False),
    ("在案的辅助人员", {"person_id": "甲", "roles": ["auxiliary"], "unit_id": "一队"}, False),
    ("音像记录保管人员", {"person_id": "管", "roles": ["recording_custodian"], "unit_id": "一队"}, False),
    ("公示经办人员", {"person_id": "公", "roles": ["disclosure_clerk"], "unit_id": "一队"}, False),
    ("公示审核人员", {"person_id": "审", "roles": ["disclosure_releaser"], "unit_id": "一队"}, False),
    ("系统管理人员", {"person_id": "系", "roles": ["agency_admin"], "unit_id": "一队"}, False),
    ("没有岗位的人", {"person_id": "无", "unit_id": "一队"}, False),
    ("系统时钟", {"person_id": "", "roles": ["clock"]}, False),
]


def case(book: Book, actor: dict[str, Any] | None) -> CaseFacts:
    """A major case with everything in its review file, looked at by this person."""
    from datetime import date

    records = [{**one, "on": date.fromisoformat(one["on"])} for one in RECORDS]
    entry = {
        "records": records,
        "officers": ["甲", {"person_id": "旧", "to_on": date(2026, 2, 24)}],
        "handling_unit_id": "一队",
        "directory": [{"matter_code": "A001", "is_major": True, "ground_row": "S6.5"}],
        "actor": actor,
    }
    return facts(entry, book)


@pytest.mark.parametrize(("who", "actor", "reads"), READERS, ids=[who for who, _, _ in READERS])
def test_the_review_file_is_read_by_its_unit_the_reviewers_and_the_heads_and_nobody_else(
    book: Book, who: str, actor: dict[str, Any], reads: bool
) -> None:
    looked_at = case(book, actor)
    concluded, *review_file = seen(looked_at, book.powers)
    assert concluded.data["facts"] == "事实", who
    assert concluded.withheld is None
    for one in review_file:
        assert bool(one.data) == reads, (who, one.event)
        assert (one.withheld is None) == reads
        assert (one.on, one.stage, one.standing) == (looked_at.records[one.seq - 1].on, "legal_review", True)
        if one.withheld:
            assert (one.withheld.cite, one.withheld.basis) == ("S#3.1", "default")
    assert bool(problems_to_answer(looked_at, book.powers)) == reads
    assert bool(answers_before(looked_at, book.powers)) == reads
    assert bool(last_seen(looked_at, book.powers, "submitted_for_review")) == reads
    assert last_seen(looked_at, book.powers, "investigation_concluded")


@pytest.mark.parametrize(("who", "actor", "reads"), READERS, ids=[who for who, _, _ in READERS])
def test_a_refusal_tells_what_the_opinion_says_to_its_readers_only(
    book: Book, who: str, actor: dict[str, Any], reads: bool
) -> None:
    offered = book.procedures["penalty_ordinary"].next_acts(case(book, actor), book)
    told = "；".join(breach.zh for act in offered for breach in act.breaches)
    assert ("第3项审核意见未采纳" in told) == reads, who
    assert ("集体讨论未同意作出该决定" in told) == reads
    assert ("法制审核、集体讨论尚有未办结的事项" in told) != reads
    codes = {breach.code for act in offered for breach in act.breaches}
    assert ("findings_resolved" in codes) == reads


def test_a_case_never_submitted_is_said_to_be_so_to_everybody(book: Book) -> None:
    looked_at = case(book, {"person_id": "丙", "roles": ["officer"], "unit_id": "二队"})
    never = dataclasses.replace(looked_at, records=looked_at.records[:1], stage="examined")
    offered = book.procedures["penalty_ordinary"].next_acts(never, book)
    decide = next(act for act in offered if act.act == "make_decision")
    assert "legal_review_passed_if_major" in {breach.code for breach in decide.breaches}


@pytest.mark.parametrize("act", ["submit_for_review", "withdraw_submission", "respond_to_review"])
def test_nobody_adds_to_a_review_file_that_is_not_theirs_to_read(book: Book, act: str) -> None:
    stranger = {"person_id": "丙", "roles": ["officer"], "unit_id": "二队"}
    own = {"person_id": "乙", "roles": ["officer"], "unit_id": "一队"}
    for actor, closed in ((stranger, True), (own, False)):
        offered = book.procedures["penalty_ordinary"].next_acts(case(book, actor), book)
        breaches = next(one.breaches for one in offered if one.act == act)
        assert ("reads_review_file" in {breach.code for breach in breaches}) == closed


def test_what_nobody_known_looks_at_is_closed(book: Book) -> None:
    assert all(one.withheld for one in seen(case(book, None), book.powers)[1:])
    of_no_case = seen_of_agency(case(book, None).records, book.powers)
    assert [bool(one.withheld) for one in of_no_case] == [False, True, True, True, True]


def test_whatever_an_act_of_the_review_leaves_behind_is_closed(book: Book) -> None:
    left = {
        act.event for procedure in book.procedures.values() for act in procedure.acts.values() if act.key in REVIEW_ACTS
    }
    reading = next(one for one in book.powers.readings if one.key == "reads_review_file")
    assert reading.events == left


def test_the_readers_are_data(book: Book) -> None:
    clerk = case(book, {"person_id": "公", "roles": ["disclosure_clerk"]})
    head = dataclasses.replace(clerk, actor=ActorFacts(person_id="长", roles=frozenset({"agency_head"})))
    who = 'who         = ["legal_reviewer", "agency_head"]'
    text = changed("law/powers", who, 'who         = ["disclosure_clerk"]')
    written = decode_file("law/powers", text.encode()).value
    assert isinstance(written, PowersFile)
    powers = written.powers(book.powers.acts)
    assert powers.withheld("review_opinion_issued", clerk) is None
    assert powers.withheld("review_opinion_issued", head) is not None
    text = changed("law/powers", who, 'who         = ["nobody_at_all"]')
    assert said("law/powers", text) == ("powers.toml: reading.reads_review_file.who[1]: unknown role nobody_at_all")
