"""kill -9 in the middle of an act: the act has happened whole, or it has not happened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import make_url

from enforcement.actions import cases
from enforcement.actions.recordings import DescribeRecording
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.sweep import sweep
from enforcement.work import Office
from media.demo import make_video
from media.file_store import STORE
from media.store import Address
from tests import factories
from tests.factories import House
from tests.robustness.agreement import disagreements, picture
from tests.robustness.killer import POINTS, Doomed, Killer

if TYPE_CHECKING:
    from enforcement.runtime.embedded import Server


@pytest.fixture
def killer(server: Server, house: House) -> Killer:
    name = make_url(house.urls.app).database or ""

    def superuser() -> psycopg.Connection[Any]:
        return server.connect(name)

    return Killer(house.urls, superuser)


@pytest.fixture
def agree(house: House) -> Callable[[str, bool], None]:
    """Called after each death: nothing contradicts anything; and where the act was not done, nothing at all changed."""
    last = [picture(house.urls)]

    def check(where: str, done: bool) -> None:
        assert disagreements(house.urls) == [], where
        now = picture(house.urls)
        assert done == (now != last[0]), f"{where}: half done"
        last[0] = now

    return check


DECISION = [point for point in POINTS if not point.endswith(("begun", "publication", "recording"))]


@pytest.mark.parametrize("point", DECISION)
def test_a_decision_killed_anywhere_is_made_whole_or_not_at_all(house: House, killer: Killer, point: str) -> None:
    walk = factories.penalty(house.market, until="examined")
    form = factories.conclusion(walk.today)
    before, seen = picture(house.urls), len(factories.records(walk))

    def decide(office: Office) -> None:
        other = Walk(Staff(office, walk.staff.agency_id, walk.staff.actors))
        other.case_id = walk.case_id
        other.decide(form)

    assert killer.kill(house.office, decide, point)
    assert disagreements(house.urls) == []
    if len(factories.records(walk)) == seen:
        assert picture(house.urls) == before
        walk.decide(form)
    assert factories.events(walk).count("decision_made") == 1
    assert disagreements(house.urls) == []


@pytest.mark.parametrize("point", ["before the publication", "after the ledger entry", "while committing"])
def test_a_pass_of_the_clock_killed_while_publishing_publishes_once(house: House, killer: Killer, point: str) -> None:
    walk = factories.released(factories.penalty(house.market))
    assert killer.kill(house.office, lambda office: sweep(office, fetch=None), point)
    assert disagreements(house.urls) == []
    sweep(house.office, fetch=None)
    assert factories.events(walk).count("publication_made") == 1
    assert disagreements(house.urls) == []


@pytest.mark.parametrize("point", ["before the recording", "before the ledger entry", "while committing"])
def test_a_recording_killed_while_it_is_taken_in_is_kept_whole_or_sent_again(
    house: House, killer: Killer, tmp_path: Path, point: str
) -> None:
    walk = factories.open_case(house.market)
    began = walk.now.replace(microsecond=0)
    film = make_video(tmp_path / "film.mp4", 2, megabytes=1, text="现场", taken_at=began)
    house.later(hours=1)
    described = DescribeRecording(
        activity="on_site",
        started_at=began,
        place=factories.COMPANY.address,
        officers=walk.two,
        target=factories.COMPANY.name,
        device_kind="body_camera",
    )

    def take_in(office: Office) -> None:
        other = Walk(Staff(office, walk.staff.agency_id, walk.staff.actors))
        other.case_id = walk.case_id
        other.film(described, film)

    assert killer.kill(house.office, take_in, point)
    assert disagreements(house.urls) == []
    if "recording_taken_in" not in factories.events(walk):
        walk.film(described, film)
    [taken] = [record for record in factories.records(walk) if record.event == "recording_taken_in"]
    digests = str(taken.data["sha256"]), str(taken.data["sm3"])
    assert house.office.store.verify(Address(STORE, digests[0]), *digests).intact
    assert disagreements(house.urls) == []


@pytest.mark.proof
def test_every_act_of_a_penalty_killed_everywhere_is_done_whole_or_not_at_all(
    house: House, killer: Killer, agree: Callable[[str, bool], None]
) -> None:
    walk = Doomed(house.market, killer, agree)
    form = factories.conclusion(walk.today, **factories.MAJOR)
    walk.lead(factories.COMPANY, matter_code="CF-101", title="涉嫌经营超过保质期食品案", content="群众举报。")
    walk.investigate(factories.COMPANY.name, "食品经营", factories.COMPANY.address)
    walk.unfilmed("on_site", "investigation")
    walk.notify(form, hearing=True)
    walk.review("拟作出处罚。", form.basis)
    walk.decide(form)
    walk.serve()
    walk.execute_and_close(form.fine_fen)
    walk.do(
        "head",
        "overturn_decision",
        cases.Overturn(
            kind="annulled", instrument="复议决定〔2026〕1号", received_on=walk.today, reason="原决定被撤销。"
        ),
    )
    assert walk.deaths > 100


@pytest.mark.proof
def test_every_act_of_a_license_and_an_inspection_killed_everywhere_is_done_whole_or_not_at_all(
    house: House, killer: Killer, agree: Callable[[str, bool], None]
) -> None:
    license_ = Doomed(house.market, killer, agree)
    license_.apply(factories.COMPANY, matter_code="XK-201", title="食品经营许可")
    license_.grant("JY11101050001", "经营项目：热食类食品制售。")
    license_.serve()
    inspection = Doomed(house.market, killer, agree)
    inspection.inspect(factories.COMPANY, matter_code="JC-301", title="日常监督检查", gist="未发现问题。")
    assert license_.deaths + inspection.deaths > 60
