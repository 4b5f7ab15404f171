"""What the public says is wrong: taken up once, settled once, with its reason, and by its number only (G#19)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, text

from enforcement.actions import corrections
from enforcement.actions.registry import perform
from enforcement.demo.walk import Walk
from enforcement.law.errors import Forbidden, Invalid, NotFound, RuleViolation
from enforcement.queries.corrections import CHANGED, open_requests
from enforcement.sweep.corrections import waiting
from enforcement.work import Actor
from publish.tables import correction_request
from tests import factories
from tests.actions.disclosing import by_clock
from tests.actions.watching import assert_agreement, codes, refused_on_disclosure, unchanged
from tests.factories import House


def send(house: House, publication: uuid.UUID | None, *, kind: str = "correction") -> str:
    """What the public site writes, in its own role."""
    request = uuid.uuid4()
    engine = create_engine(house.urls.public)
    values = {
        "id": request, "receipt_no": f"GS{request.hex[:16]}", "publication_id": publication,
        "agency_id": house.market.agency_id, "kind": kind, "statement": "金额有误", "wish": "更正", "name": "褚先生",
        "contact": "13801054321",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(correction_request).values(values))
    engine.dispose()
    return str(request)


def read(house: House, request: str) -> corrections.TakeUpCorrection:
    """What the clock takes up of a request it has just read."""
    return waiting(house.office, Actor.clock(house.market.agency_id))[request]


def take_up(house: House, form: corrections.TakeUpCorrection) -> None:
    perform(house.office, Actor.clock(house.market.agency_id), "take_up_correction", form)


def tamper(house: House, statement: str) -> None:
    """Change what was sent in, as the database's owner."""
    engine = create_engine(house.urls.owner)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def asked_for(house: House) -> tuple[Walk, str]:
    """A publication and a request about it that was taken up."""
    walk = factories.released(factories.penalty(house.market))
    by_clock(walk, "publish_disclosure")
    request = send(house, walk.disclosure_id())
    take_up(house, read(house, request))
    return walk, request


def settlement(walk: Walk, request: str, **differences: Any) -> corrections.SettleCorrection:
    form = corrections.SettleCorrection(request=request, reason="经核实无误，不予更正。", told_on=walk.today)
    return dataclasses.replace(form, **differences)


def test_a_request_is_taken_up_once_by_the_clock_alone(house: House) -> None:
    form = read(house, send(house, None, kind="suggestion"))
    take_up(house, form)
    for again in (form, dataclasses.replace(form, request="no number")):
        with unchanged(house), pytest.raises(NotFound):
            take_up(house, again)
    with unchanged(house), pytest.raises(Forbidden):
        perform(house.office, house.market.actors["releaser"], "take_up_correction", form)


def test_what_changed_after_it_was_read_is_not_taken_up(house: House) -> None:
    form = read(house, send(house, None, kind="suggestion"))
    tamper(house, f"UPDATE public_site.correction_request SET statement = '很好' WHERE id = '{form.request}'")
    with unchanged(house), pytest.raises(Invalid) as refusal:
        take_up(house, form)
    assert set(refusal.value.fields) == {"content"}
    take_up(house, read(house, form.request))


def test_what_changed_after_it_was_taken_up_is_neither_shown_nor_settled(house: House) -> None:
    walk, request = asked_for(house)
    tamper(house, f"UPDATE public_site.correction_request SET name = '某人' WHERE id = '{request}'")
    with house.office.looking(house.market.actors["releaser"]) as work:
        (shown,) = open_requests(work, publication_id=walk.disclosure_id())
    assert (shown.statement, shown.wish, shown.name, shown.contact) == (CHANGED, "", "", "")
    refused = refused_on_disclosure(house, walk, "releaser", "settle_correction", settlement(walk, request))
    assert codes(refused) == {"request_is_as_taken_up"}


def test_a_party_that_asked_is_told_what_came_of_it_once(house: House) -> None:
    walk, request = asked_for(house)
    with unchanged(house), pytest.raises(Invalid) as refusal:
        walk.on_disclosure("releaser", "settle_correction", settlement(walk, request, told_on=None))
    assert set(refusal.value.fields) == {"told_on"}
    tomorrow = walk.today + dt.timedelta(days=1)
    with unchanged(house), pytest.raises(Invalid):
        walk.on_disclosure("releaser", "settle_correction", settlement(walk, request, told_on=tomorrow))
    walk.on_disclosure("releaser", "settle_correction", settlement(walk, request))
    record = factories.records(walk)[-1]
    assert record.data["kind"] == "correction"
    assert "褚" not in str(record.data)
    again = refused_on_disclosure(house, walk, "releaser", "settle_correction", settlement(walk, request))
    assert codes(again) == {"settled_once"}
    assert_agreement(walk)


def test_a_request_about_another_publication_is_not_found(house: House) -> None:
    walk, _ = asked_for(house)
    other, elsewhere = asked_for(house)
    for request in (elsewhere, str(uuid.uuid4()), send(house, walk.disclosure_id()), "no number"):
        with unchanged(house), pytest.raises(NotFound):
            walk.on_disclosure("releaser", "settle_correction", settlement(walk, request))
    assert other.case_id != walk.case_id


def test_a_suggestion_about_no_publication_is_answered_in_the_agencys_own_chain(house: House) -> None:
    request = send(house, None, kind="suggestion")
    take_up(house, read(house, request))
    releaser = house.market.actors["releaser"]
    form = corrections.SettleCorrection(request=request, corrected=True, reason="已经采纳。")
    outcome = perform(house.office, releaser, "answer_suggestion", form)
    assert outcome.event == "correction_settled"
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        perform(house.office, releaser, "answer_suggestion", form)
    assert codes(refusal.value.breaches) == {"settled_once"}


def test_a_request_of_another_agency_is_as_if_it_were_not_there(house: House) -> None:
    request = send(house, None, kind="suggestion")
    take_up(house, read(house, request))
    form = corrections.SettleCorrection(request=request, corrected=True, reason="已经采纳。")
    with unchanged(house), pytest.raises(NotFound):
        perform(house.office, house.street.actors["releaser"], "answer_suggestion", form)
