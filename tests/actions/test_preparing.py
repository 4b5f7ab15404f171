"""Preparing a disclosure: every span is decided, and no field tells what is hidden."""

from __future__ import annotations

import dataclasses
import uuid

import pytest
from sqlalchemy import select

from enforcement.actions import redaction
from enforcement.actions.cases import Reason
from enforcement.actions.subjects import lock_disclosure
from enforcement.law.errors import Forbidden, Invalid, NotFound, RuleViolation
from enforcement.models.disclosures import RedactionSpan
from tests import factories
from tests.actions.disclosing import decide, published, suggestion
from tests.actions.watching import assert_agreement, cites, codes, refused_on_disclosure, unchanged
from tests.factories import COMPANY, PERSON, House


def test_every_decision_brings_its_duty_with_it_and_every_result_its_own_kind(house: House) -> None:
    kinds = {}
    for walk in (factories.penalty(house.market), factories.license(house.market), factories.inspection(house.market)):
        with house.office.begin(house.market.actors["clerk"]) as work:
            disclosure = lock_disclosure(work, walk.disclosure_id(), None)
            kinds[disclosure.kind] = (disclosure.stage, disclosure.form, disclosure.limit_key)
    assert kinds == {
        "penalty_decision": ("due", "full_text", "disclosure_of_penalty"),
        "license_decision": ("due", "full_text", "disclosure_of_license"),
        "inspection_result": ("due", "summary", "disclosure_of_inspection"),
    }


def test_nothing_is_prepared_before_every_proposed_span_is_decided(house: House) -> None:
    walk = factories.penalty(house.market, party=PERSON)
    breaches = refused_on_disclosure(house, walk, "clerk", "prepare_disclosure", suggestion(walk))
    assert "every_span_is_decided" in codes(breaches)
    decide(walk)
    walk.on_disclosure("clerk", "prepare_disclosure", suggestion(walk))
    assert factories.stage_of_disclosure(walk) == "prepared"
    assert_agreement(walk)


@pytest.mark.parametrize("field", ["title", "party_label", "main_content", "gist", "facts", "remedies"])
def test_no_field_tells_the_name_of_a_person(house: House, field: str) -> None:
    walk = factories.penalty(house.market, party=PERSON)
    decide(walk)
    told = suggestion(walk, **{field: f"对{PERSON.name}的处理"})
    breaches = refused_on_disclosure(house, walk, "clerk", "prepare_disclosure", told)
    assert (codes(breaches), cites(breaches)) == ({"nothing_hidden_shows"}, {"G#14.2"})


@pytest.mark.parametrize("value", [PERSON.id_no, PERSON.phone, PERSON.address, "褚 遂 良", "1380105\u200b4321"])
def test_no_number_and_no_spelling_of_it_gets_out(house: House, value: str) -> None:
    walk = factories.penalty(house.market, party=PERSON)
    decide(walk)
    told = suggestion(walk, facts=f"当事人（{value}）的行为")
    assert codes(refused_on_disclosure(house, walk, "clerk", "prepare_disclosure", told)) == {"nothing_hidden_shows"}


@pytest.mark.parametrize(
    ("typed", "category"),
    [
        ("证人身份证号110106198311024526作证", "身份证号码"),
        ("联系电话13911112222", "通讯方式"),
        ("账号6222020012345678901", "银行账号"),
        ("1983年11月2日出生", "出生日期"),
    ],
)
def test_a_number_the_case_does_not_know_is_not_typed_into_a_field(house: House, typed: str, category: str) -> None:
    walk = factories.penalty(house.market)
    decide(walk)
    breaches = refused_on_disclosure(house, walk, "clerk", "prepare_disclosure", suggestion(walk, facts=typed))
    assert codes(breaches) == {"nothing_hidden_shows"}
    assert {breach.zh for breach in breaches} == {f"疑似应当隐去的信息：“事实摘要”中的{category}"}
    assert {breach.basis for breach in breaches} == {"default"}


def test_the_agencys_own_telephone_and_public_lines_may_stand_in_a_field(house: House) -> None:
    walk = factories.penalty(house.market)
    decide(walk)
    told = suggestion(walk, remedies="咨询电话：010-5550 1200；市民热线电话：12345。")
    walk.on_disclosure("clerk", "prepare_disclosure", told)


def test_a_sole_trader_called_by_the_operators_own_name_is_hidden_like_a_person(house: House) -> None:
    trader = dataclasses.replace(
        COMPANY, kind="sole_trader", name="褚遂良（个体工商户）", operator_name="褚遂良", legal_representative=""
    )
    walk = factories.penalty(house.market, party=trader)
    decide(walk)
    prepared = suggestion(walk)
    assert prepared.party_label == "褚某"
    assert "遂良" not in str(prepared)
    told = dataclasses.replace(prepared, party_label="褚遂良")
    assert codes(refused_on_disclosure(house, walk, "clerk", "prepare_disclosure", told)) == {"nothing_hidden_shows"}
    walk.on_disclosure("clerk", "prepare_disclosure", prepared)


def test_a_sole_trader_with_a_name_of_its_own_keeps_it(house: House) -> None:
    trader = dataclasses.replace(
        COMPANY, kind="sole_trader", name="褚遂良包子铺", operator_name="褚遂良", legal_representative=""
    )
    walk = factories.penalty(house.market, party=trader)
    decide(walk)
    assert suggestion(walk).party_label == "褚遂良包子铺"
    walk.on_disclosure("clerk", "prepare_disclosure", suggestion(walk))


def test_the_reason_of_a_correction_is_public_and_tells_no_name(house: House) -> None:
    walk = published(house, party=PERSON)
    told = Reason(reason=f"{PERSON.name}要求更正")
    assert codes(refused_on_disclosure(house, walk, "clerk", "begin_correction", told)) == {"nothing_hidden_shows"}
    walk.on_disclosure("clerk", "begin_correction", Reason(reason="当事人要求更正"))


def test_a_known_value_that_somebody_would_show_is_held_back_by_the_gate(house: House) -> None:
    walk = factories.penalty(house.market, party=PERSON)
    decide(walk)
    assert decide(walk, accepted=False, only="known")
    breaches = refused_on_disclosure(house, walk, "clerk", "prepare_disclosure", suggestion(walk))
    assert codes(breaches) == {"nothing_hidden_shows"}


def test_what_the_public_must_read_is_there_and_an_inspection_is_a_summary(house: House) -> None:
    walk = factories.penalty(house.market)
    decide(walk)
    bare = suggestion(walk, decision_kind="")
    breaches = refused_on_disclosure(house, walk, "clerk", "prepare_disclosure", bare)
    assert (codes(breaches), cites(breaches)) == ({"required_fields_are_there"}, {"G#14.3"})
    inspection = factories.inspection(house.market)
    decide(inspection)
    full = suggestion(inspection, form="full_text")
    assert "form_is_allowed" in codes(refused_on_disclosure(house, inspection, "clerk", "prepare_disclosure", full))


def test_a_span_is_added_reworded_and_never_laid_across_another(house: House) -> None:
    walk = factories.penalty(house.market)
    clerk = house.market.actors["clerk"]
    with house.office.begin(clerk) as work:
        disclosure = lock_disclosure(work, walk.disclosure_id(), None)
        start = disclosure.original_text.index("食品三袋")
        redaction.add_span(work, disclosure, start=start, end=start + 4, category="trade_secret", replacement="〔略〕")
    for start_at, end_at in ((start + 2, start + 6), (-1, 2), (5, 5), (0, 10**6)):
        with unchanged(house), pytest.raises(Invalid), house.office.begin(clerk) as work:
            redaction.add_span(
                work,
                lock_disclosure(work, walk.disclosure_id(), None),
                start=start_at,
                end=end_at,
                category="trade_secret",
            )
    for category, replacement in (("no_such_category", ""), ("other", "\x00")):
        with unchanged(house), pytest.raises(Invalid), house.office.begin(clerk) as work:
            redaction.add_span(
                work,
                lock_disclosure(work, walk.disclosure_id(), None),
                start=0,
                end=1,
                category=category,
                replacement=replacement,
            )
    with house.office.begin(clerk) as work:
        redaction.decide_all_known(work, lock_disclosure(work, walk.disclosure_id(), None))
    decide(walk, only="label")
    decide(walk, accepted=False, only="suggestion")
    walk.on_disclosure("clerk", "prepare_disclosure", suggestion(walk, facts=""))
    with house.office.begin(clerk) as work:
        text = lock_disclosure(work, walk.disclosure_id(), None).public_text
    assert "〔略〕" in text
    assert "食品三袋" not in text


def test_only_the_clerk_decides_spans_and_only_while_it_is_open(house: House) -> None:
    walk = factories.penalty(house.market)
    with unchanged(house), pytest.raises(Forbidden):
        decide(walk, login="releaser")
    walk.prepare()
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        decide(walk)
    assert codes(refusal.value.breaches) == {"disclosure_not_open"}


def test_a_span_of_another_disclosure_is_not_found(house: House) -> None:
    one, other = factories.penalty(house.market), factories.penalty(house.market)
    with house.office.reading(house.market.agency_id) as session:
        query = select(RedactionSpan.id).where(RedactionSpan.disclosure_id == other.disclosure_id())
        foreign = session.scalars(query).first() or uuid.uuid4()
    with unchanged(house), pytest.raises(NotFound), house.office.begin(house.market.actors["clerk"]) as work:
        redaction.decide_span(work, lock_disclosure(work, one.disclosure_id(), None), foreign, accepted=True)
