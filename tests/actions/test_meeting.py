"""What officers show and tell whenever they meet a party (G#8.2), and what need not be told twice."""

from __future__ import annotations

import dataclasses

import pytest

from enforcement.demo.walk import Walk
from tests import factories
from tests.actions.filled import prior_notice
from tests.actions.watching import assert_agreement, cites, codes, refused
from tests.factories import House


def decided(house: House) -> Walk:
    return factories.penalty(house.market)


def test_a_decision_is_handed_over_by_officers_who_say_who_they_are(house: House) -> None:
    walk = decided(house)
    silent = dataclasses.replace(walk.receipt(), credentials_shown=False)
    breaches = refused(house, walk, "officer1", "serve_decision", silent)
    assert (codes(breaches), cites(breaches)) == ({"credentials_shown"}, {"G#8.2"})
    nobody = dataclasses.replace(walk.receipt(), officers=())
    assert codes(refused(house, walk, "officer1", "serve_decision", nobody)) == {"credentials_shown"}


def test_an_auxiliary_serves_nothing(house: House) -> None:
    walk = decided(house)
    form = dataclasses.replace(walk.receipt(), officers=(walk.staff.id("officer1"), walk.staff.id("auxiliary")))
    assert "no_auxiliary_is_an_officer" in codes(refused(house, walk, "officer1", "serve_decision", form))


def test_what_was_told_with_the_notice_is_told_again_only_by_another_officer(house: House) -> None:
    walk = decided(house)
    other = dataclasses.replace(walk.receipt(), officers=(walk.staff.id("officer3"),), told=())
    breaches = refused(house, walk, "officer1", "serve_decision", other)
    # Officer 3 examined the case, too: whoever did handles nothing of it.
    assert codes(breaches) == {"five_point_notification", "investigates_and_examines"}
    assert len(breaches) == 1 + 5
    walk.do("officer1", "serve_decision", dataclasses.replace(walk.receipt(), told=()))
    assert_agreement(walk)


def test_a_notice_is_told_when_it_is_handed_over(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today))
    form = prior_notice(walk, told=(), credentials_shown=False)
    assert codes(refused(house, walk, "officer1", "give_prior_notice", form)) == {
        "credentials_shown", "five_point_notification",
    }  # fmt: skip


@pytest.mark.parametrize("method", ["postal", "by_notice"])
def test_post_and_public_notice_meet_nobody(house: House, method: str) -> None:
    walk = decided(house)
    form = dataclasses.replace(walk.receipt(), method=method, officers=(), told=(), credentials_shown=False)
    walk.do("officer1", "serve_decision", form)
    assert factories.events(walk)[-1] == "served"
