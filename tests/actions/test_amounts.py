"""What is imposed: amounts to the fen, kinds and contents that agree."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from enforcement.actions import serving
from tests import factories
from tests.actions.filled import decision_of
from tests.actions.watching import (
    cites,
    codes,
    invalid,
    refused,
)
from tests.factories import House

# ------------------------------------------------------------------------------------------------------------ amounts


def test_amounts_are_kept_to_the_fen(house: House) -> None:
    fine, gains = 123_456, 235_601
    walk = factories.penalty(
        house.market, until="served", penalties=("fine", "confiscation"), fine_fen=fine, confiscation_fen=gains
    )
    decided = next(record for record in factories.records(walk) if record.event == "decision_made")
    assert (decided.data["fine_fen"], decided.data["confiscation_fen"]) == (fine, gains)
    assert "1,234.56" in decided.data["text"]
    assert "2,356.01" in decided.data["text"]
    less = serving.RecordExecution(kind="paid", performed_on=walk.today, amount_fen=fine - 1)
    assert codes(refused(house, walk, "officer1", "record_execution", less)) == {"execution_agrees_with_the_decision"}
    walk.execute_and_close(fine)


@pytest.mark.parametrize("amount", [-1, 10**15, 1.5, True, "100"])
def test_an_amount_that_is_no_whole_number_of_fen_is_refused(house: House, amount: object) -> None:
    walk = factories.penalty(house.market, until="investigation")
    form = factories.conclusion(walk.today, fine_fen=amount)
    assert set(invalid(house, walk, "officer1", "conclude_investigation", form)) == {"fine_fen"}


# ------------------------------------------------------------------------------------------------- amounts and contents


def test_a_confiscation_says_how_much_or_what_where_it_is_entered(house: House) -> None:
    walk = factories.penalty(house.market, until="investigation")
    bare = factories.conclusion(walk.today, penalties=("confiscation",), fine_fen=0)
    breaches = refused(house, walk, "officer1", "conclude_investigation", bare)
    assert (codes(breaches), cites(breaches)) == ({"penalties_agree_with_amounts"}, {"APL#44"})
    form = dataclasses.replace(bare, other_content="没收过期蛋糕三袋")
    walk.notify(form, hearing=False)
    walk.examine()
    text = walk.data(walk.decide(form, other_content=form.other_content))["text"]
    assert "1.没收违法所得、非法财物；2.没收过期蛋糕三袋。" in text


@pytest.mark.parametrize("changed", [{"fine_fen": 0}, {"outcome": "no_penalty"}, {"outcome": "not_established"}])
def test_a_decision_that_contradicts_itself_is_refused(house: House, changed: dict[str, object]) -> None:
    walk = factories.penalty(house.market, until="examined")
    form = decision_of(walk, factories.conclusion(walk.today), **changed)
    assert codes(refused(house, walk, "head", "make_decision", form)) == {"penalties_agree_with_amounts"}


def test_a_child_is_not_punished_and_a_minor_less(house: House) -> None:
    child = dataclasses.replace(factories.MINOR, birth_on=dt.date(2013, 5, 20))
    walk = factories.penalty(house.market, until="investigation", party=child)
    form = factories.conclusion(walk.today)
    breaches = refused(house, walk, "officer1", "conclude_investigation", form)
    assert (codes(breaches), cites(breaches)) == ({"nobody_under_fourteen_is_punished"}, {"APL#30"})
    walk.do("officer1", "conclude_investigation", factories.conclusion(
        walk.today, outcome="no_penalty", penalties=(), fine_fen=0, leniency="",
    ))  # fmt: skip
    walk = factories.penalty(house.market, until="examined", party=factories.MINOR)
    decision = decision_of(walk, factories.conclusion(walk.today, leniency=""))
    assert codes(refused(house, walk, "head", "make_decision", decision)) == {"a_minor_is_punished_less"}
    walk.decide(factories.conclusion(walk.today))
    assert "依法予以从轻处罚" in factories.records(walk)[-1].data["text"]
