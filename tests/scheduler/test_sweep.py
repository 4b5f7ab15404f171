"""One pass of the clock: what the law does by itself, and who is told of the rest."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message

import pytest
import structlog
from sqlalchemy import create_engine, select, text

from enforcement.actions import cases, corrections
from enforcement.actions.cases import Reason
from enforcement.actions.parties import SetParties
from enforcement.actions.registry import perform
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.facts import facts_of
from enforcement.law.calendar import SHANGHAI, Calendar
from enforcement.law.clocks import Clock, running
from enforcement.models.cases import Case
from enforcement.models.clock import Notification
from enforcement.sweep import sweep
from enforcement.work import Actor
from tests import factories
from tests.factories import House

REASON = "经行政复议，原决定被撤销。"


def clocks_of(walk: Walk) -> dict[str, Clock]:
    with walk.office.begin(Actor.clock(walk.staff.agency_id)) as work:
        facts = facts_of(work, work.session.get_one(Case, walk.case_id))
        return {clock.limit.key: clock for clock in running(facts, work.book)}


def received(staff: Staff, kind: str) -> list[tuple[str, str]]:
    """(role or name, limit) of every notification of a kind."""
    names = {actor.person_id: login for login, actor in staff.actors.items()}
    with staff.office.reading(staff.agency_id) as session:
        columns = (Notification.to_role, Notification.to_person, Notification.limit_key)
        rows = session.execute(select(*columns).where(Notification.kind == kind)).all()
    return sorted((role or names[person], limit) for role, person, limit in rows)


def overturn(walk: Walk) -> None:
    form = cases.Overturn(kind="annulled", instrument="复议决定〔2026〕1号", received_on=walk.today, reason=REASON)
    walk.do("head", "overturn_decision", form)


def get(address: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(address) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


# ----------------------------------------------------------------------------------------------------------- disclosing


def test_released_is_published_fetched_back_and_only_then_the_clock_stops(public: House) -> None:
    walk = factories.released(factories.penalty(public.market))
    prepared_only = factories.penalty(public.market)
    prepared_only.prepare()

    first = sweep(public.office, fetch=None)
    assert first.done["published"] == 1
    assert clocks_of(walk)["disclosure_of_penalty"].state == "running"

    second = sweep(public.office)
    assert second.done["verified"] == 1
    assert clocks_of(walk)["disclosure_of_penalty"].state == "met"
    status, page = get(f"{public.office.public_address}/records/{walk.disclosure_id()}.json")
    made = next(record for record in factories.records(walk) if record.event == "publication_made")
    assert status == 200
    assert made.data["publication_digest"] == f"sha256:{hashlib.sha256(page).hexdigest()}"
    assert factories.stage_of_disclosure(prepared_only) == "prepared"
    assert not sweep(public.office).anything


def test_a_page_that_is_not_what_was_published_is_not_verified_and_the_releaser_is_told_once_a_day(
    house: House,
) -> None:
    walk = factories.released(factories.penalty(house.market))
    sweep(house.office, fetch=None)
    for _ in range(3):
        assert sweep(house.office, fetch=lambda _: b"another page").done["unreachable"] == 1
    assert received(house.market, "unreachable") == [("disclosure_releaser", "")]
    house.later(days=1)
    sweep(house.office, fetch=lambda _: b"another page")
    assert len(received(house.market, "unreachable")) == 2
    assert "publication_verified" not in factories.events(walk)


def test_a_minors_case_is_withheld_by_itself_and_never_public(public: House) -> None:
    walk = factories.penalty(public.market, party=factories.MINOR)
    assert sweep(public.office).done["withheld"] == 1
    assert factories.stage_of_disclosure(walk) == "withheld"
    assert get(f"{public.office.public_address}/records/{walk.disclosure_id()}.json")[0] == 404
    assert not sweep(public.office).anything


def test_what_is_overturned_comes_down_with_its_public_reason(public: House) -> None:
    walk = factories.released(factories.penalty(public.market, until="case_closed"))
    sweep(public.office)
    overturn(walk)
    assert sweep(public.office).done["withdrawn"] == 1
    status, page = get(f"{public.office.public_address}/records/{walk.disclosure_id()}.json")
    assert status == 410
    assert json.loads(page)["reason"] == REASON
    assert clocks_of(walk)["withdrawal_of_publication"].state == "met"
    assert factories.events(walk)[-1] == "withdrawal_verified"
    assert not sweep(public.office).anything


def gone(body: bytes, code: int = 410) -> Callable[[str], bytes]:
    def fetch(address: str) -> bytes:
        raise urllib.error.HTTPError(address, code, "", Message(), io.BytesIO(body))

    return fetch


@pytest.mark.parametrize(
    "fetch",
    [
        lambda _: b"still there",
        gone(b"{}", 404),
        gone(b"<html>gone, says a proxy</html>"),
        gone(b'{"withdrawn":"true"}'),
    ],
)
def test_a_withdrawal_runs_on_until_the_site_itself_says_that_it_is_gone(
    public: House, fetch: Callable[[str], bytes]
) -> None:
    walk = factories.released(factories.penalty(public.market, until="case_closed"))
    sweep(public.office)
    overturn(walk)
    tally = sweep(public.office, fetch=fetch)
    assert (tally.done["withdrawn"], tally.done["withdrawal_verified"], tally.done["still_public"]) == (1, 0, 1)
    assert clocks_of(walk)["withdrawal_of_publication"].state == "running"
    assert ("disclosure_releaser", "") in received(public.market, "still_public")
    assert sweep(public.office).done["withdrawal_verified"] == 1
    assert clocks_of(walk)["withdrawal_of_publication"].state == "met"


def test_a_party_found_to_be_a_minor_afterwards_takes_the_page_down_at_once_and_the_ground_is_not_told(
    public: House,
) -> None:
    walk = factories.released(factories.penalty(public.market, party=factories.PERSON))
    sweep(public.office)
    minor = dataclasses.replace(factories.PERSON, birth_on=factories.MINOR.birth_on)
    walk.do("officer1", "set_parties", SetParties(parties=(minor,)))
    assert sweep(public.office).done["taken_down"] == 1
    assert factories.stage_of_disclosure(walk) == "withheld"
    address = f"{public.office.public_address}/records/{walk.disclosure_id()}"
    for path in ("", ".json", "/proof.json"):
        status, page = get(address + path)
        assert status == (200 if path == "/proof.json" else 410)
        for word in ("未成年", "G#16", "第十六条", "minor"):
            assert word not in page.decode()
    assert received(public.market, "taken_down") == [("agency_head", ""), ("disclosure_releaser", "")]
    assert received(public.market, "must_withdraw") == []
    assert received(public.market, "not_back") == []
    assert factories.events(walk)[-3:] == ["publication_taken_down", "withheld", "withdrawal_verified"]
    assert clocks_of(walk)["disclosure_of_penalty"].state == "met"
    assert not sweep(public.office).anything


def test_what_is_overturned_before_it_was_public_stops(house: House) -> None:
    walk = factories.released(factories.penalty(house.market))
    overturn(walk)
    assert sweep(house.office, fetch=None).done == {"stopped": 1}
    assert factories.stage_of_disclosure(walk) == "stopped"


def test_what_is_overturned_while_being_corrected_comes_down_too(public: House) -> None:
    walk = factories.released(factories.penalty(public.market))
    sweep(public.office)
    walk.on_disclosure("clerk", "begin_correction", Reason(reason="文号有误"))
    overturn(walk)
    assert sweep(public.office).done["withdrawn"] == 1
    assert get(f"{public.office.public_address}/records/{walk.disclosure_id()}.json")[0] == 410


def test_a_corrected_page_is_fetched_back_again(public: House) -> None:
    walk = factories.released(factories.penalty(public.market))
    sweep(public.office)
    walk.on_disclosure("clerk", "begin_correction", Reason(reason="摘要有误"))
    walk.prepare(gist="更正后的摘要")
    walk.release()
    tally = sweep(public.office)
    assert (tally.done["published"], tally.done["verified"]) == (1, 1)
    assert factories.events(walk).count("publication_verified") == 2


# --------------------------------------------------------------------------------------------------------- silence


def test_silence_of_five_working_days_accepts_as_of_the_day_the_materials_came(house: House) -> None:
    house.at(2026, 9, 24)  # a Thursday; Mid-Autumn rests on the 25th, the 20th was worked for the National Day
    walk = factories.application(house.market)
    last_day = clocks_of(walk)["license_acceptance"].due.due_on
    house.set_time(dt.datetime.combine(last_day, dt.time(20), SHANGHAI))
    sweep(house.office, fetch=None)
    assert factories.case_of(walk).stage == "materials_received"
    house.later(hours=5)
    assert sweep(house.office, fetch=None).done["accepted_by_silence"] == 1
    accepted = factories.records(walk)[-1]
    assert accepted.event == "application_accepted"
    assert accepted.happened_on == dt.date(2026, 9, 24)
    assert accepted.data["deemed"] is True
    assert accepted.actor_id is None
    assert clocks_of(walk)["license_decision"].due.started_on == dt.date(2026, 9, 24)


# --------------------------------------------------------------------------------------------------------- telling


def test_what_nobody_released_is_escalated_to_the_head_once(house: House) -> None:
    walk = factories.penalty(house.market)
    due = clocks_of(walk)["disclosure_of_penalty"].due
    house.set_time(dt.datetime.combine(due.target_on, dt.time(9), SHANGHAI))
    for _ in range(3):
        sweep(house.office, fetch=None)
    assert received(house.market, "not_released") == [
        ("agency_head", "disclosure_of_penalty"),
        ("disclosure_releaser", "disclosure_of_penalty"),
    ]
    assert ("disclosure_clerk", "disclosure_of_penalty") in received(house.market, "due_soon")
    assert received(house.market, "overdue") == []


def test_officers_are_told_in_person_and_other_agencies_nothing(house: House) -> None:
    walk = factories.penalty(house.market)
    due = clocks_of(walk)["service_of_penalty"].due
    house.set_time(dt.datetime.combine(due.target_on, dt.time(9), SHANGHAI))
    sweep(house.office, fetch=None)
    soon = [who for who, limit in received(house.market, "due_soon") if limit == "service_of_penalty"]
    assert soon == ["officer1", "officer2"]
    assert received(house.street, "due_soon") == []


def test_lateness_is_told_as_lateness(house: House) -> None:
    walk = factories.penalty(house.market)
    house.later(days=30)
    sweep(house.office, fetch=None)
    assert ("agency_head", "disclosure_of_penalty") in received(house.market, "overdue")
    factories.released(walk)
    tally = sweep(house.office, fetch=None)
    assert (tally.done["published"], tally.done["published_late"]) == (1, 1)


# --------------------------------------------------------------------------------------------------------- calendar


def test_a_changed_calendar_moves_due_days_and_says_so_in_the_case_once(house: House) -> None:
    walk = factories.penalty(house.market)
    sweep(house.office, fetch=None)
    before = clocks_of(walk)["disclosure_of_penalty"].due.due_on
    old = house.office.book.calendar
    extra = old.next_working_day(before).on
    changed = Calendar(years=old.years, rest=old.rest | {extra}, work=old.work - {extra})
    moved = house.with_office(book=dataclasses.replace(house.office.book, calendar=changed))
    again = Walk(moved.market)
    again.case_id = walk.case_id

    assert sweep(moved.office, fetch=None).done["recomputed"] == 1
    record = factories.records(again)[-1]
    assert record.event == "due_recomputed"
    by_limit = {one["limit"]: one for one in record.data["moved"]}
    assert by_limit["disclosure_of_penalty"]["was"] == before.isoformat()
    assert by_limit["disclosure_of_penalty"]["now"] == clocks_of(again)["disclosure_of_penalty"].due.due_on.isoformat()
    assert ("disclosure_clerk", "disclosure_of_penalty") in received(house.market, "due_moved")
    assert sweep(moved.office, fetch=None).done["recomputed"] == 0


# ------------------------------------------------------------------------------------------------------- corrections


def send_request(house: House, walk: Walk, kind: str = "correction") -> str:
    """What the public site writes, as the public site's role."""
    engine = create_engine(house.urls.public)
    values = {
        "id": "7d3b1f0e-0000-4000-8000-000000000001", "no": "GS20260901-7F3K9QXM", "publication": walk.disclosure_id(),
        "agency": walk.staff.agency_id, "kind": kind, "name": "褚先生", "contact": "13801054321",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO public_site.correction_request"
                " (id, receipt_no, publication_id, agency_id, kind, statement, wish, name, contact)"
                " VALUES (:id, :no, :publication, :agency, :kind, '金额有误', '更正', :name, :contact)"
            ),
            values,
        )
    engine.dispose()
    return str(values["id"])


def test_a_request_of_the_public_is_taken_up_once_and_asked_after_until_it_is_settled(public: House) -> None:
    walk = factories.released(factories.penalty(public.market))
    sweep(public.office)
    request = send_request(public, walk)
    assert sweep(public.office).done["taken_up"] == 1
    assert sweep(public.office).done["taken_up"] == 0
    assert ("disclosure_releaser", "correction_request") in received(public.market, "correction_received")
    public.later(days=10)
    sweep(public.office)
    assert ("agency_head", "correction_request") in received(public.market, "correction_overdue")

    releaser = public.market.actors["releaser"]
    form = corrections.SettleCorrection(request=request, corrected=False, reason="经核实无误。", told_on=walk.today)
    perform(public.office, releaser, "settle_correction", form, walk.disclosure_id(), version=None)
    count = len(received(public.market, "correction_overdue"))
    public.later(days=10)
    sweep(public.office)
    assert len(received(public.market, "correction_overdue")) == count


def test_nothing_of_a_request_is_in_our_records_but_its_number(public: House) -> None:
    walk = factories.released(factories.penalty(public.market))
    sweep(public.office)
    send_request(public, walk)
    sweep(public.office)
    engine = create_engine(public.urls.owner)
    with engine.connect() as connection:
        written = connection.execute(
            text("SELECT data::text FROM enforcement.process_record WHERE event = 'correction_requested'")
        ).scalar_one()
    engine.dispose()
    assert "GS20260901-7F3K9QXM" in written
    assert "褚" not in written
    assert "1380105" not in written


# ---------------------------------------------------------------------------------------------------- the pass itself


def test_one_item_that_fails_stops_nothing_else_and_no_name_reaches_the_log(house: House) -> None:
    broken = factories.released(factories.penalty(house.market, party=factories.PERSON))
    sound = factories.released(factories.penalty(house.market))
    with house.office.begin(house.market.actors["clerk"]) as work:
        work.session.execute(
            text('UPDATE enforcement.disclosure SET fields = \'{"nobody": "knows this field"}\' WHERE case_id = :id'),
            {"id": broken.case_id},
        )
    with structlog.testing.capture_logs() as lines:
        tally = sweep(house.office, fetch=None)
    assert (tally.failed, tally.done["published"]) == ({"case": 1}, 1)
    assert factories.stage_of_disclosure(sound) == "published"
    assert factories.PERSON.name not in str(lines)
    assert [line["event"] for line in lines] == ["sweep_item_failed"]
    assert lines[0]["error"] == "TypeError"


def test_a_refusal_of_the_law_is_told_and_no_failure(house: House) -> None:
    walk = factories.released(factories.penalty(house.market, party=factories.PERSON))
    with house.office.begin(house.market.actors["clerk"]) as work:
        work.session.execute(
            text(
                "UPDATE enforcement.disclosure SET fields = fields || jsonb_build_object('main_content', :words ::text)"
            ),
            {"words": f"对{factories.PERSON.name}罚款二千元"},
        )
    tally = sweep(house.office, fetch=None)
    assert (tally.done["refused"], tally.done["published"], dict(tally.failed)) == (1, 0, {})
    assert received(house.market, "clock_refused") == [("disclosure_releaser", "")]
    assert "publication_made" not in factories.events(walk)
