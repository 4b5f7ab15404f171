"""A disclosure that is prepared: released by somebody else, published by the clock, corrected, withdrawn."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from sqlalchemy import select

from enforcement.actions import cases, redaction, withdrawals
from enforcement.actions.cases import Reason
from enforcement.actions.parties import SetParties
from enforcement.actions.registry import perform
from enforcement.demo.walk import Walk
from enforcement.law.errors import Forbidden, Invalid, NotFound, RuleViolation, Stale
from enforcement.models.ledger import LedgerEntry
from publish.document import from_bytes
from publish.tables import publication, publication_version
from tests import factories
from tests.actions.disclosing import NOTE, by_clock, decide, published, suggestion
from tests.actions.watching import assert_agreement, cites, codes, refused_on_disclosure, unchanged
from tests.factories import COMPANY, PERSON, House


def public_row(walk: Walk) -> Any:
    with walk.office.reading(walk.staff.agency_id) as session:
        return session.execute(select(publication).where(publication.c.id == walk.disclosure_id())).one_or_none()


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
