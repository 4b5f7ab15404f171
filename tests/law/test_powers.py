"""Who may do which act, and what one person may not both do."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from enforcement.law.facts import ActorFacts, CaseFacts
from tests.law.cases import facts
from tests.law.places import changed, said

if TYPE_CHECKING:
    from enforcement.law.book import Book

GIVEN = [
    ("officer", "conclude_investigation", True),
    ("auxiliary", "conclude_investigation", False),
    ("agency_admin", "make_decision", False),
    ("officer", "make_decision", False),
    ("agency_head", "make_decision", True),
    ("officer", "issue_opinion", False),
    ("legal_reviewer", "issue_opinion", True),
    ("disclosure_clerk", "release_disclosure", False),
    ("disclosure_releaser", "release_disclosure", True),
    ("disclosure_clerk", "approve_withholding", False),
    ("clock", "publish_disclosure", True),
    ("clock", "make_decision", False),
    ("agency_admin", "approve_deferral", False),
]

PAIRS: list[tuple[str, dict[str, Any], str, str]] = [
    ("承办人审核自己的案件", {"officers": ["甲", "乙"]}, "issue_opinion", "investigates_and_reviews"),
    ("承办人主持本案听证", {"officers": ["甲", "乙"]}, "hold_hearing", "investigates_and_presides"),
    (
        "由承办人主持，别人登记",
        {"officers": ["甲", "乙"], "by": "法", "form": {"presider": "甲"}},
        "hold_hearing",
        "investigates_and_presides",
    ),
    (
        "主持人曾经在本案取证，后来换下",
        {
            "records": [{"event": "evidence_added", "on": "2026-02-02", "by": "甲"}],
            "by": "法",
            "form": {"presider": "甲"},
        },
        "notify_hearing",
        "investigates_and_presides",
    ),
    (
        "主持人不在案，但笔录写明由其询问",
        {
            "records": [
                {"event": "process_recorded", "on": "2026-02-02", "by": "乙", "data": {"officers": ["乙", "甲"]}}
            ],
            "by": "法",
            "form": {"presider": "甲"},
        },
        "hold_hearing",
        "investigates_and_presides",
    ),
    (
        "参加过现场勘验的人主持许可听证",
        {
            "procedure": "license",
            "records": [{"event": "site_surveyed", "on": "2026-02-02", "by": "乙", "data": {"staff": ["乙", "甲"]}}],
            "by": "法",
            "form": {"presider": "甲"},
        },
        "hold_hearing",
        "examines_application_and_presides",
    ),
    (
        "只记录过陈述、申辩的人审核",
        {"records": [{"event": "defense_recorded", "on": "2026-02-02", "by": "甲"}]},
        "issue_opinion",
        "investigates_and_reviews",
    ),
    (
        "自己批准自己实施的强制措施",
        {"by": "乙", "form": {"officers": ["甲", "乙"], "approved_by": "甲"}},
        "take_measure",
        "handles_and_approves",
    ),
    (
        "自己批准自己实施的先行登记保存",
        {"by": "乙", "form": {"officers": ["甲", "乙"], "approved_by": "甲"}},
        "preserve_evidence",
        "handles_and_approves",
    ),
    (
        "承办人参加过的案件由其批准中止",
        {"records": [{"event": "executed", "on": "2026-02-02", "by": "甲"}]},
        "suspend_case",
        "handles_and_approves",
    ),
    ("承办人审核本案", {"officers": ["甲"]}, "examine_case", "investigates_and_examines"),
    ("承办人作出决定", {"officers": ["甲"]}, "make_decision", "investigates_and_decides"),
    (
        "曾经取证，现在不在案",
        {"records": [{"event": "evidence_added", "on": "2026-02-02", "by": "甲"}]},
        "make_decision",
        "investigates_and_decides",
    ),
    (
        "没有登记取证，但写明是取得人",
        {"records": [{"event": "evidence_added", "on": "2026-02-02", "by": "乙", "data": {"obtained_by": ["甲"]}}]},
        "make_decision",
        "investigates_and_decides",
    ),
    (
        "笔录写明参加询问的人审核",
        {"records": [{"event": "process_recorded", "on": "2026-02-02", "by": "乙", "data": {"officers": ["甲"]}}]},
        "issue_opinion",
        "investigates_and_reviews",
    ),
    (
        "参加现场勘验的人作出许可决定",
        {
            "procedure": "license",
            "records": [{"event": "site_surveyed", "on": "2026-02-02", "data": {"staff": ["甲"]}}],
        },
        "make_license_decision",
        "examines_application_and_decides",
    ),
    (
        "出具审核意见的人作出决定",
        {"records": [{"event": "review_opinion_issued", "on": "2026-02-02", "by": "甲"}]},
        "make_decision",
        "reviews_and_decides",
    ),
    (
        "审核人回头取证",
        {"records": [{"event": "review_opinion_issued", "on": "2026-02-02", "by": "甲"}]},
        "add_evidence",
        "investigates_and_reviews",
    ),
    (
        "审查申请的人作出许可决定",
        {"procedure": "license", "records": [{"event": "application_examined", "on": "2026-02-02", "by": "甲"}]},
        "make_license_decision",
        "examines_application_and_decides",
    ),
]


def case(entry: dict[str, Any], book: Book) -> Any:
    from datetime import date

    told = [{**one, "on": date.fromisoformat(one["on"])} for one in entry.get("records", [])]
    return facts({**entry, "records": told}, book)


@pytest.mark.parametrize(("role", "act", "allowed"), GIVEN)
def test_a_role_may_do_its_own_acts_and_no_others(book: Book, role: str, act: str, allowed: bool) -> None:
    breach = book.powers.may({role}, act)
    assert (breach is None) is allowed
    if breach:
        assert book.powers.zh(act) in breach.zh


def test_what_the_table_does_not_name_nobody_may_do(book: Book) -> None:
    assert book.powers.may(set(book.powers.roles), "delete_everything") is not None


def test_without_a_role_nothing_is_allowed(book: Book) -> None:
    assert all(book.powers.may(set(), act) is not None for act in book.powers.acts)


@pytest.mark.parametrize(("says", "entry", "act", "key"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_one_person_may_not_do_both(book: Book, says: str, entry: dict[str, Any], act: str, key: str) -> None:
    assert says
    told = case(entry, book)
    assert key in codes(book, act, told, entry.get("by", "甲"))
    others = {name: ["丙"] if isinstance(who, list) else "丁" for name, who in entry.get("form", {}).items()}
    assert codes(book, act, dataclasses.replace(told, form=others), "丙") == set()


def codes(book: Book, act: str, told: CaseFacts, person: str | None) -> set[str]:
    """What keeps this person from the act, in the first role that may do it; None is the clock."""
    roles = frozenset(list(book.powers.acts[act].who)[:1])
    actor = ActorFacts(person_id=person or "", name=person or "", roles=roles)
    return {breach.code for breach in book.powers.apart(act, dataclasses.replace(told, actor=actor))}


RECUSED = {"event": "recusal_decided", "on": "2026-02-02", "data": {"officer": "甲", "granted": True}}


@pytest.mark.parametrize(
    ("act", "by", "form"),
    [
        ("add_evidence", "甲", {}),
        ("add_evidence", "乙", {"obtained_by": ["甲", "乙"]}),
        ("record_defense", "甲", {}),
        ("assign_officers", "长", {"officers": ["甲", "乙"]}),
        ("hold_discussion", "长", {"members": ["长", "甲"], "presider": "长"}),
        ("make_decision", "甲", {}),
        ("issue_opinion", "甲", {}),
    ],
)
def test_who_is_recused_does_nothing_more_and_is_named_in_nothing(
    book: Book, act: str, by: str, form: dict[str, Any]
) -> None:
    told = case({"officers": ["甲", "乙"], "records": [RECUSED], "form": form}, book)
    assert "recused_officers_are_off_the_case" in codes(book, act, told, by)
    declined = {**RECUSED, "data": {"officer": "甲", "granted": False}}
    told = case({"officers": ["甲", "乙"], "records": [declined], "form": form}, book)
    assert "recused_officers_are_off_the_case" not in codes(book, act, told, by)


def test_somebody_else_is_not_kept_from_it_by_a_recusal(book: Book) -> None:
    told = case({"officers": ["甲", "乙"], "records": [RECUSED], "form": {"obtained_by": ["乙"]}}, book)
    assert codes(book, "add_evidence", told, "乙") == set()


def test_the_refusal_names_who_is_recused(book: Book) -> None:
    told = case({"officers": ["甲", "乙"], "records": [RECUSED], "form": {"obtained_by": ["甲"]}}, book)
    actor = ActorFacts(person_id="乙", name="乙", roles=frozenset({"officer"}))
    (breach,) = book.powers.apart("add_evidence", dataclasses.replace(told, actor=actor))
    assert (breach.zh, breach.cite) == ("甲已决定回避，不得继续办理本案", "APL#43.1")


def test_a_role_gives_the_capacity_and_several_give_each(book: Book) -> None:
    accept = book.powers.acts["accept_lead"]
    assert accept.people("甲", {"officer"}, {}) == {"handles": ("甲",)}
    assert accept.people("甲", {"agency_head"}, {}) == {"approves": ("甲",)}
    assert accept.people("甲", {"officer", "agency_head", "legal_reviewer"}, {}) == {
        "approves": ("甲",), "handles": ("甲",),
    }  # fmt: skip
    assert accept.people("", {"clock"}, {}) == {}


def test_what_was_cleared_by_going_back_was_still_done_by_somebody(book: Book) -> None:
    told = case(
        {
            "records": [
                {"event": "submitted_for_review", "on": "2026-02-02", "by": "乙"},
                {"event": "review_opinion_issued", "on": "2026-02-03", "by": "甲"},
                {"event": "returned_to_investigation", "on": "2026-02-04", "by": "乙"},
            ]
        },
        book,
    )
    assert not told.has("review_opinion_issued")
    assert codes(book, "make_decision", told, "甲") == {"reviews_and_decides"}


def test_preparing_one_disclosure_does_not_bar_releasing_another(book: Book) -> None:
    one = {
        "event": "disclosure_prepared",
        "act": "prepare_disclosure",
        "on": "2026-02-02",
        "by": "甲",
        "data": {"disclosure": "d1"},
    }
    same = case({"records": [one], "disclosure": {"id": "d1"}}, book)
    other = case({"records": [one], "disclosure": {"id": "d2"}}, book)
    assert codes(book, "release_disclosure", same, "甲") == {"prepares_and_releases"}
    assert codes(book, "release_disclosure", other, "甲") == set()


def test_the_clock_is_nobody_and_is_kept_from_nothing(book: Book) -> None:
    assert codes(book, "approve_withholding", case({"officers": ["甲"]}, book), None) == set()


def test_a_hearing_may_be_presided_by_the_legal_unit_that_reviews_later(book: Book) -> None:
    told = case({"officers": ["甲"], "records": [{"event": "hearing_held", "on": "2026-02-02", "by": "法"}]}, book)
    assert codes(book, "issue_opinion", told, "法") == set()


def test_a_pair_of_unknown_capacities_does_not_load() -> None:
    text = changed("law/powers", 'one   = "handles"', 'one   = "flies"')
    assert "powers.toml: apart.investigates_and_reviews.one: unknown one flies" in said("law/powers", text)


def test_a_capacity_is_not_kept_from_itself() -> None:
    text = changed("law/powers", 'other = "reviews"', 'other = "handles"')
    assert said("law/powers", text) == ("powers.toml: apart.investigates_and_reviews: keeps a capacity from itself")


def test_every_act_of_a_procedure_is_somebodys(book: Book) -> None:
    known = {act for procedure in book.procedures.values() for act in procedure.acts}
    assert known <= book.powers.acts.keys()
