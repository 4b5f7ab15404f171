"""From the duty to disclose to the public page: proposed by the case, decided by one person, released by another."""

from __future__ import annotations

import dataclasses
import json
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from enforcement.actions import cases, disclosures, redaction, withdrawals
from enforcement.actions.cases import Reason
from enforcement.actions.disclosures import Note
from enforcement.actions.parties import SetParties
from enforcement.actions.registry import perform
from enforcement.actions.subjects import lock_disclosure
from enforcement.demo.walk import Walk
from enforcement.law.errors import Forbidden, Invalid, NotFound, RuleViolation, Stale
from enforcement.models.disclosures import RedactionSpan
from enforcement.models.ledger import LedgerEntry
from enforcement.work import Actor
from publish.document import from_bytes
from publish.tables import publication, publication_version
from tests import factories
from tests.actions.watching import assert_agreement, cites, codes, refused_on_disclosure, unchanged
from tests.factories import COMPANY, PERSON, House

NOTE = Note()


def suggestion(walk: Walk, **differences: Any) -> disclosures.PrepareDisclosure:
    """What the case itself would fill in."""
    with walk.office.begin(walk.staff.actors["clerk"]) as work:
        form = disclosures.suggested(work, lock_disclosure(work, walk.disclosure_id(), None))
    return dataclasses.replace(form, **differences)


def decide(walk: Walk, *, login: str = "clerk", accepted: bool = True, only: str = "") -> int:
    """Decide every proposed span (of one source); how many."""
    with walk.office.begin(walk.staff.actors[login]) as work:
        disclosure = lock_disclosure(work, walk.disclosure_id(), None)
        chosen = [span for span in redaction.spans_of(work, disclosure) if only in ("", span.source)]
        for span in chosen:
            redaction.decide_span(work, disclosure, span.id, accepted=accepted)
    return len(chosen)


def by_clock(walk: Walk, act: str, form: Any = NOTE) -> None:
    clock = Actor.clock(walk.staff.agency_id)
    perform(walk.office, clock, act, form, walk.disclosure_id(), version=None)


def published(house: House, **differences: Any) -> Walk:
    walk = factories.released(factories.penalty(house.market, **differences))
    by_clock(walk, "publish_disclosure")
    return walk


def public_row(walk: Walk) -> Any:
    with walk.office.reading(walk.staff.agency_id) as session:
        return session.execute(select(publication).where(publication.c.id == walk.disclosure_id())).one_or_none()


# ----------------------------------------------------------------------------------------------------------- preparing


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


# ----------------------------------------------------------------------------------------------------------- releasing


def test_who_decided_a_single_span_does_not_release(own_house: House) -> None:
    walk = factories.penalty(own_house.market)
    releaser = own_house.market.actors["releaser"]
    own_house.market.actors["releaser"] = dataclasses.replace(releaser, roles=releaser.roles | {"disclosure_clerk"})
    place = redaction.SpanDecision(start=0, end=2, category="other", accepted=True)
    walk.on_disclosure("releaser", "decide_spans", redaction.DecideSpans(spans=(place,)))
    assert factories.events(walk)[-1] == "spans_decided"
    walk.prepare()
    assert codes(refused_on_disclosure(own_house, walk, "releaser", "release_disclosure", NOTE)) == {
        "prepares_and_releases"
    }


def test_who_prepared_does_not_release(own_house: House) -> None:
    walk = factories.penalty(own_house.market)
    walk.prepare()
    clerk = own_house.market.actors["clerk"]
    own_house.market.actors["clerk"] = dataclasses.replace(clerk, roles=clerk.roles | {"disclosure_releaser"})
    breaches = refused_on_disclosure(own_house, walk, "clerk", "release_disclosure", NOTE)
    assert (codes(breaches), cites(breaches)) == ({"prepares_and_releases"}, {"G#5.1"})
    walk.release()


def test_what_is_sent_back_is_prepared_again(house: House) -> None:
    walk = factories.penalty(house.market)
    walk.prepare()
    walk.on_disclosure("releaser", "send_back_disclosure", Reason(reason="标题不准确。"))
    assert factories.stage_of_disclosure(walk) == "due"
    assert codes(refused_on_disclosure(house, walk, "releaser", "release_disclosure", NOTE)) >= {"stage"}
    walk.prepare(title="更正后的标题")
    walk.release()
    walk.on_disclosure("releaser", "send_back_disclosure", Reason(reason="再改。"))
    assert factories.stage_of_disclosure(walk) == "due"
    assert_agreement(walk)


def test_a_value_learned_after_the_preparation_still_stops_the_release(house: House) -> None:
    walk = factories.penalty(house.market)
    walk.prepare()
    party = dataclasses.replace(COMPANY, other_known=("预包装食品三袋",))
    walk.do("officer1", "set_parties", SetParties(parties=(party,)))
    assert "nothing_hidden_shows" in codes(refused_on_disclosure(house, walk, "releaser", "release_disclosure", NOTE))


def test_what_was_written_of_a_party_before_it_was_corrected_stays_hidden(house: House) -> None:
    walk = factories.penalty(house.market, party=PERSON)
    corrected = dataclasses.replace(PERSON, name="褚随良", id_no="110105198503071235", phone="13800000000")
    walk.do("officer1", "set_parties", SetParties(parties=(corrected,)))
    decide(walk)
    for value in (PERSON.name, PERSON.id_no, PERSON.phone, corrected.name):
        told = suggestion(walk, facts=f"{value}的行为")
        assert codes(refused_on_disclosure(house, walk, "clerk", "prepare_disclosure", told)) == {
            "nothing_hidden_shows"
        }
    assert PERSON.name not in str(suggestion(walk))


def test_a_party_who_is_called_as_an_officer_is_hidden_all_the_same(house: House) -> None:
    officer = house.market.actors["officer1"].name
    walk = factories.penalty(house.market, party=dataclasses.replace(PERSON, name=officer))
    decide(walk)
    told = suggestion(walk, facts=f"{officer}经营超过保质期的食品")
    assert codes(refused_on_disclosure(house, walk, "clerk", "prepare_disclosure", told)) == {"nothing_hidden_shows"}
    walk.on_disclosure("clerk", "prepare_disclosure", suggestion(walk))


def test_a_disclosure_that_has_moved_on_is_stale(house: House) -> None:
    walk = factories.penalty(house.market)
    walk.prepare()
    releaser, disclosure_id = house.market.actors["releaser"], walk.disclosure_id()
    with unchanged(house), pytest.raises(Stale):
        perform(house.office, releaser, "release_disclosure", NOTE, disclosure_id, version=1)


def test_another_agencys_disclosure_is_as_if_it_were_not_there(house: House) -> None:
    walk = factories.penalty(house.market)
    walk.prepare()
    stranger, disclosure_id = house.street.actors["releaser"], walk.disclosure_id()
    with unchanged(house), pytest.raises(NotFound):
        perform(house.office, stranger, "release_disclosure", NOTE, disclosure_id, version=None)


# ---------------------------------------------------------------------------------------------------------- publishing


def test_what_is_published_is_what_the_ledger_says_and_names_no_person_of_the_agency(house: House) -> None:
    walk = published(house, party=PERSON)
    row = public_row(walk)
    made = next(record for record in factories.records(walk) if record.event == "publication_made")
    assert made.data["publication_digest"] == f"sha256:{row.digest.hex()}"
    with house.office.reading(house.market.agency_id) as session:
        body = json.loads(session.get_one(LedgerEntry, (walk.case_id, made.seq)).body)
    assert (body["actor"], body["data"]["digest"]) == ("agency", made.data["publication_digest"])
    for value in (PERSON.name, PERSON.id_no, PERSON.phone, PERSON.address):
        assert value not in row.content.decode()
        assert value not in row.searchable
    assert_agreement(walk)


def test_nobody_publishes_what_nobody_released_and_only_the_clock_verifies(house: House) -> None:
    walk = factories.penalty(house.market)
    walk.prepare()
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        by_clock(walk, "publish_disclosure")
    assert "stage" in codes(refusal.value.breaches)
    walk.release()
    walk.on_disclosure("releaser", "publish_disclosure", NOTE)
    with unchanged(house), pytest.raises(Forbidden):
        walk.on_disclosure("releaser", "verify_publication", NOTE)
    by_clock(walk, "verify_publication")
    assert factories.events(walk)[-1] == "publication_verified"
    assert_agreement(walk)


def test_a_correction_is_a_new_version_and_the_old_one_can_no_longer_be_read(house: House) -> None:
    walk = published(house)
    before = public_row(walk)
    walk.on_disclosure("clerk", "begin_correction", Reason(reason="摘要有误"))
    assert public_row(walk).content == before.content
    walk.prepare(gist="更正后的摘要")
    walk.release()
    by_clock(walk, "publish_disclosure")
    after = public_row(walk)
    assert (after.version, after.gist) == (before.version + 1, "更正后的摘要")
    assert after.digest != before.digest
    salts = [from_bytes(row.content).salt for row in (before, after)]
    assert len({*salts, ""}) == 3
    assert salts[0] not in after.content.decode()
    earlier = json.loads(after.content)["earlier"]
    assert [past["reason"] for past in earlier] == ["摘要有误"]
    with house.office.reading(house.market.agency_id) as session:
        query = select(publication_version.c.version, publication_version.c.digest).where(
            publication_version.c.publication_id == walk.disclosure_id()
        )
        assert sorted(session.execute(query)) == [(1, before.digest), (2, after.digest)]
    assert_agreement(walk)


def test_what_is_withdrawn_keeps_its_reason_and_nothing_of_its_content(house: House) -> None:
    walk = published(house)
    overturn = cases.Overturn(kind="annulled", instrument="决定〔2026〕1号", received_on=walk.today, reason="撤销。")
    walk.do("head", "overturn_decision", overturn)
    form = withdrawals.WithdrawPublication(kind="annulled", reason="决定被上级机关撤销。")
    silent = dataclasses.replace(form, reason=" ")
    with unchanged(house), pytest.raises(Invalid):
        walk.on_disclosure("releaser", "withdraw_publication", silent)
    walk.on_disclosure("releaser", "withdraw_publication", form)
    row = public_row(walk)
    assert (row.content, row.title, row.searchable, row.terms, row.gist, row.party_label) == (None, "", "", [], "", "")
    assert (row.withdrawal_kind, row.withdrawal_reason) == ("annulled", form.reason)
    assert "stage" in codes(refused_on_disclosure(house, walk, "releaser", "withdraw_publication", form))
    assert_agreement(walk)


def test_a_withdrawal_after_an_overturned_decision_says_which_of_the_four_it_was(house: House) -> None:
    walk = published(house)
    overturn = cases.Overturn(
        kind="held_unlawful", instrument="判决〔2026〕1号", received_on=walk.today, reason="确认违法。"
    )
    walk.do("head", "overturn_decision", overturn)
    wrong = withdrawals.WithdrawPublication(kind="annulled", reason="撤销。")
    assert codes(refused_on_disclosure(house, walk, "releaser", "withdraw_publication", wrong)) == {
        "withdrawal_names_what_happened"
    }
    assert "decision_was_not_overturned" in codes(
        refused_on_disclosure(house, walk, "clerk", "begin_correction", Reason(reason="改。"))
    )
    right = dataclasses.replace(wrong, kind="held_unlawful")
    walk.on_disclosure("releaser", "withdraw_publication", right)


def test_no_page_is_withdrawn_for_an_overturning_that_nobody_registered(house: House) -> None:
    walk = published(house)
    for kind in ("altered", "annulled", "held_unlawful", "held_void"):
        untrue = withdrawals.WithdrawPublication(kind=kind, reason="撤回。")
        breaches = refused_on_disclosure(house, walk, "releaser", "withdraw_publication", untrue)
        assert (codes(breaches), cites(breaches)) == ({"decision_was_overturned"}, {"G#18.2"})
        assert {breach.mend for breach in breaches} == {"overturn_decision"}
    assert public_row(walk).content is not None


def test_what_falls_before_it_was_public_is_stopped_and_never_published(house: House) -> None:
    walk = factories.released(factories.penalty(house.market))
    overturn = cases.Overturn(kind="annulled", instrument="决定〔2026〕1号", received_on=walk.today, reason="撤销。")
    walk.do("head", "overturn_decision", overturn)
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        by_clock(walk, "publish_disclosure")
    assert codes(refusal.value.breaches) == {"decision_was_not_overturned"}
    by_clock(walk, "stop_disclosure")
    assert (factories.stage_of_disclosure(walk), public_row(walk)) == ("stopped", None)
    standing = factories.released(factories.penalty(house.market))
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        by_clock(standing, "stop_disclosure")
    assert codes(refusal.value.breaches) == {"decision_was_overturned"}
