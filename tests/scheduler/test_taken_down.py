"""A page taken down as an error: gone at once, but the duty to disclose stands until it is back or withheld by two."""

from __future__ import annotations

import dataclasses
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from enforcement.actions.cases import Reason
from enforcement.actions.disclosures import Approve, Note, ProposeWithholding
from enforcement.actions.withdrawals import TakeDownPublication
from enforcement.demo.walk import Walk
from enforcement.law.errors import Forbidden
from enforcement.ledger.entries import SALT_BYTES
from enforcement.ledger.notes import VerifierKey
from enforcement.models.ledger import LedgerEntry
from enforcement.sweep import sweep
from publish import verify
from tests import factories
from tests.actions.watching import codes, refused_on_disclosure
from tests.factories import House
from tests.robustness.agreement import ORIGIN, SEED, disagreements
from tests.scheduler.test_sweep import clocks_of, get, overturn, received

WHY = TakeDownPublication(reason="误将另一案件的当事人写入摘要。")
LIMIT = "disclosure_of_penalty"


def public_walk(house: House) -> Walk:
    walk = factories.released(factories.penalty(house.market, until="case_closed"))
    sweep(house.office)
    assert clocks_of(walk)[LIMIT].state == "met"
    return walk


def address(house: House, walk: Walk) -> str:
    return f"{house.office.public_address}/records/{walk.disclosure_id()}"


def key() -> str:
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    return str(VerifierKey(ORIGIN, public))


def test_one_releaser_takes_a_page_down_at_once_and_the_public_is_told_one_neutral_sentence(public: House) -> None:
    walk = public_walk(public)
    with pytest.raises(Forbidden):
        walk.on_disclosure("clerk", "take_down_publication", WHY)
    walk.on_disclosure("releaser", "take_down_publication", WHY)
    for path in ("", ".json"):
        status, page = get(address(public, walk) + path)
        assert status == 410
        assert "公示有误" in page.decode()
        assert "另一案件" not in page.decode()
    assert sweep(public.office).done["withdrawal_verified"] == 1
    assert disagreements(public.urls) == []


def test_what_the_record_keeps_inside_cannot_be_guessed_from_the_digest_that_is_public(public: House) -> None:
    walk = public_walk(public)
    walk.on_disclosure("releaser", "take_down_publication", WHY)
    record = factories.records(walk)[-1]
    assert (record.event, record.data["reason"]) == ("publication_taken_down", WHY.reason)
    assert len(bytes.fromhex(record.salt)) == SALT_BYTES
    with public.office.reading(public.market.agency_id) as session:
        body = json.loads(session.get_one(LedgerEntry, (walk.case_id, record.seq)).body)
    told_outside = {name: body["data"][name] for name in ("publication", "kind")}
    assert told_outside == {"publication": str(walk.disclosure_id()), "kind": "published_in_error"}
    assert body["actor"] == "agency"


def test_the_duty_stands_again_and_people_are_told_every_day_until_the_page_is_back(public: House) -> None:
    walk = public_walk(public)
    walk.on_disclosure("releaser", "take_down_publication", WHY)
    assert factories.stage_of_disclosure(walk) == "due"
    assert clocks_of(walk)[LIMIT].state == "running"
    for _ in range(2):
        sweep(public.office)
        sweep(public.office)
        public.later(days=20)
    three = [("agency_head", ""), ("disclosure_clerk", ""), ("disclosure_releaser", "")]
    assert received(public.market, "not_back") == sorted(three * 2)
    sweep(public.office)
    assert clocks_of(walk)[LIMIT].state == "overdue"
    assert ("agency_head", LIMIT) in received(public.market, "overdue")
    walk.prepare(gist="改正后的摘要")
    walk.release()
    assert sweep(public.office).done["verified"] == 1
    assert clocks_of(walk)[LIMIT].state == "late"
    public.later(days=1)
    sweep(public.office)
    assert received(public.market, "not_back") == sorted(three * 3)


def test_the_page_lives_again_at_its_address_and_says_when_and_that_it_was_taken_down(public: House) -> None:
    walk = public_walk(public)
    first = get(address(public, walk) + ".json")[1]
    walk.on_disclosure("releaser", "take_down_publication", WHY)
    sweep(public.office)
    public.later(days=1)
    walk.prepare(facts="改正后的事实")
    walk.release()
    sweep(public.office)
    status, page = get(address(public, walk))
    assert status == 200
    for words in (
        "改正后的事实",
        "再次公示",
        "撤下：因公示有误被撤下",
        "2026年9月1日（周二）公示，2026年9月1日（周二）撤下",
    ):
        assert words in page.decode()
    assert "另一案件" not in page.decode()
    data = get(address(public, walk) + ".json")[1]
    now, before = json.loads(data), json.loads(first)
    [past] = now["earlier"]
    assert (now["version"], past["version"], past["taken_down_on"]) == ("2", "1", "2026-09-01")
    assert before["salt"] not in data.decode()
    assert disagreements(public.urls) == []
    said = verify.verify(data, json.loads(get(address(public, walk) + "/proof.json")[1]), key())
    assert [line.split("：")[1].split("，")[0] for line in said[:3]] == ["公示", "因公示有误撤下", "撤下后重新公示"]


def test_a_page_that_is_down_is_proved_to_be_down(public: House) -> None:
    walk = public_walk(public)
    walk.on_disclosure("releaser", "take_down_publication", WHY)
    assert disagreements(public.urls) == []
    said = verify.verify(None, json.loads(get(address(public, walk) + "/proof.json")[1]), key())
    assert said[-1] == "这条公示信息现已撤下"


def test_taken_down_it_is_withheld_only_by_two(public: House) -> None:
    walk = public_walk(public)
    walk.on_disclosure("releaser", "take_down_publication", WHY)
    assert codes(refused_on_disclosure(public, walk, "head", "approve_withholding", Approve())) == {
        "withholding_was_proposed"
    }
    proposal = ProposeWithholding(ground="G16.4", cite="第十六条", reason="可能影响公共安全。")
    walk.on_disclosure("clerk", "propose_withholding", proposal)
    walk.on_disclosure("head", "approve_withholding", Approve())
    sweep(public.office)
    assert (factories.stage_of_disclosure(walk), get(address(public, walk))[0]) == ("withheld", 410)
    assert clocks_of(walk)[LIMIT].state == "met"
    assert received(public.market, "not_back") == []
    public.later(days=3)
    assert not sweep(public.office).anything
    assert disagreements(public.urls) == []


def test_what_is_taken_down_says_after_all_that_its_decision_fell(public: House) -> None:
    walk = public_walk(public)
    walk.on_disclosure("releaser", "take_down_publication", WHY)
    overturn(walk)
    assert sweep(public.office).done["withdrawn"] == 1
    said = json.loads(get(address(public, walk) + ".json")[1])
    assert (said["kind"], factories.stage_of_disclosure(walk)) == ("annulled", "withdrawn")
    assert clocks_of(walk)["withdrawal_of_publication"].state == "met"
    assert disagreements(public.urls) == []


def test_nothing_is_taken_down_as_an_error_whose_decision_fell_nor_what_is_not_public(public: House) -> None:
    walk = public_walk(public)
    overturn(walk)
    refused = codes(refused_on_disclosure(public, walk, "releaser", "take_down_publication", WHY))
    assert refused == {"no_overturning_is_concealed"}
    unseen = factories.released(factories.penalty(public.market))
    refused = codes(refused_on_disclosure(public, unseen, "releaser", "take_down_publication", WHY))
    assert refused == {"something_is_public"}


def test_a_page_being_corrected_is_taken_down_too_and_comes_back_as_what_it_was(public: House) -> None:
    walk = public_walk(public)
    walk.on_disclosure("clerk", "begin_correction", Reason(reason="摘要不准确"))
    walk.on_disclosure("releaser", "take_down_publication", WHY)
    walk.prepare()
    walk.release()
    sweep(public.office)
    [past] = json.loads(get(address(public, walk) + ".json")[1])["earlier"]
    assert "taken_down_on" in past
    assert past["reason"] == public.office.book.disclosure.taken_down.history
    walk.on_disclosure("clerk", "begin_correction", Reason(reason="再作更正"))
    walk.prepare(gist="更正")
    walk.release()
    sweep(public.office)
    earlier = json.loads(get(address(public, walk) + ".json")[1])["earlier"]
    assert ["taken_down_on" in past for past in earlier] == [True, False]
    assert earlier[1]["reason"] == "再作更正"


def test_the_same_person_neither_prepares_nor_releases_it_again(public: House) -> None:
    walk = public_walk(public)
    walk.on_disclosure("releaser", "take_down_publication", WHY)
    walk.prepare()
    clerk = public.market.actors["clerk"]
    both = dataclasses.replace(clerk, roles=clerk.roles | {"disclosure_releaser"})
    public.market.actors["clerk"] = both
    try:
        refused = codes(refused_on_disclosure(public, walk, "clerk", "release_disclosure", Note()))
    finally:
        public.market.actors["clerk"] = clerk
    assert refused == {"prepares_and_releases"}
