"""Requirement rows that no other test of the acts shows: what each one forbids is tried, what it keeps is looked at."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import ProgrammingError

from enforcement.actions import agency, people, review
from enforcement.actions.founding import Founding, found_agency
from enforcement.demo.walk import Walk
from enforcement.law.errors import Forbidden, Invalid, RuleViolation
from enforcement.models.clock import Notification
from enforcement.models.disclosures import Disclosure
from enforcement.sweep import sweep
from enforcement.work import Actor
from publish.document import from_bytes
from publish.tables import publication
from tests import factories
from tests.actions.disclosing import by_clock
from tests.actions.filled import SUBMISSION, opinion
from tests.actions.measuring import began_at, measure
from tests.actions.test_not_disclosed import APPROVE, deferral
from tests.actions.watching import certificate_of, codes, do_for_agency, refused, refused_for_agency, unchanged
from tests.factories import MAJOR, House

KEPT = "enforcement.process_record"
NEVER_DELETED = (KEPT, "enforcement.ledger_entry", "enforcement.recording", "enforcement.case_file")


# ------------------------------------------------------------------------------------------ who may exist at all (G#2)


BODY = Founding(
    code="MD-GS", name="某局", document_prefix="某", region="北京", subject_type="administrative_organ"
)  # fmt: skip


def test_only_one_of_the_three_kinds_of_body_is_founded(house: House) -> None:
    operator = Actor.operator(uuid.uuid4())
    with unchanged(house), pytest.raises(Invalid) as refusal, house.office.begin(operator) as work:
        found_agency(work, dataclasses.replace(BODY, subject_type="organization"))
    assert set(refusal.value.fields) == {"subject_type"}


def test_nobody_of_an_agency_founds_another(house: House) -> None:
    with unchanged(house), pytest.raises(Forbidden), house.office.begin(house.market.actors["admin"]) as work:
        found_agency(work, BODY)


def test_no_case_person_disclosure_or_publication_is_there_without_a_registered_agency(house: House) -> None:
    engine = create_engine(house.urls.owner)
    with engine.connect() as connection:
        bound = connection.execute(
            text(
                "SELECT conrelid::regclass::text FROM pg_constraint"
                " WHERE contype = 'f' AND confrelid IN ('enforcement.agency'::regclass, 'public_site.agency'::regclass)"
            )
        ).scalars()
        assert {
            "enforcement.case_file", "enforcement.person", "enforcement.unit", "enforcement.process_record",
            "enforcement.disclosure", "enforcement.recording", "public_site.publication", "public_site.officer",
        } <= set(bound)  # fmt: skip
    engine.dispose()


def test_the_duty_to_disclose_stays_with_the_agency_that_decided(house: House) -> None:
    walk = factories.penalty(house.market)
    away = update(Disclosure).where(Disclosure.id == walk.disclosure_id()).values(agency_id=house.street.agency_id)
    with (
        unchanged(house),
        pytest.raises(ProgrammingError, match="row-level security"),
        house.office.reading(house.market.agency_id) as session,
    ):
        session.execute(away)


# --------------------------------------------------------------------------------------------- disclosure (G#13, G#14)


def test_only_a_law_a_regulation_or_a_rule_gives_another_period_for_penalties(own_house: House) -> None:
    house = own_house
    form = agency.SetParameter(
        name="penalty_disclosure_by_rule_days", value=20, from_on=dt.date(2026, 9, 1), cite="GO118#6",
        quote="二十个工作日",
    )  # fmt: skip
    refusal = refused_for_agency(house, "head", "set_parameter", form)
    assert isinstance(refusal, RuleViolation)
    assert codes(refusal.breaches) == {"exception_needs_a_rule"}
    do_for_agency(house, "head", "set_parameter", dataclasses.replace(form, cite="MR45#9"))
    walk = factories.penalty(house.market)
    with house.office.reading(house.market.agency_id) as session:
        assert session.get_one(Disclosure, walk.disclosure_id()).limit_key == "disclosure_of_penalty_by_rule"


def test_the_day_of_the_decision_is_the_day_counted_from_and_the_day_the_public_reads(house: House) -> None:
    walk = factories.penalty(house.market)
    decided_on = walk.today
    house.later(days=3)
    factories.released(walk)
    by_clock(walk, "publish_disclosure")
    made = next(record for record in factories.records(walk) if record.event == "decision_made")
    with house.office.reading(house.market.agency_id) as session:
        anchor_on = session.get_one(Disclosure, walk.disclosure_id()).anchor_on
        data = session.scalars(select(publication.c.content).where(publication.c.id == walk.disclosure_id())).one()
    content = from_bytes(data or b"")
    assert (content.decided_on, content.published_on) == (decided_on, walk.today)
    assert made.data["decided_on"] == anchor_on.isoformat() == decided_on.isoformat()


@pytest.mark.parametrize("ground", ["G16.6a", "G16.6b"])
def test_only_the_two_kinds_of_case_are_deferred(house: House, ground: str) -> None:
    walk = factories.penalty(house.market)
    with unchanged(house), pytest.raises(Invalid) as refusal:
        walk.on_disclosure("clerk", "propose_deferral", deferral(walk, ground="G16.4"))
    assert set(refusal.value.fields) == {"ground"}
    walk.on_disclosure("clerk", "propose_deferral", deferral(walk, ground=ground))
    walk.on_disclosure("head", "approve_deferral", APPROVE)
    assert factories.records(walk)[-1].data["ground"] == ground


def test_a_deferral_is_looked_at_again_on_its_day(house: House) -> None:
    walk = factories.penalty(house.market)
    proposal = deferral(walk)
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        walk.on_disclosure("head", "approve_deferral", APPROVE)
    assert codes(refusal.value.breaches) == {"deferral_was_proposed"}
    walk.on_disclosure("clerk", "propose_deferral", proposal)
    walk.on_disclosure("head", "approve_deferral", APPROVE)
    assert proposal.review_on is not None
    for days_before, roles in ((1, set()), (0, {"disclosure_clerk", "agency_head"}), (0, set())):
        before = asked_to_look_again(house)
        house.set_time(factories.START + (proposal.review_on - walk_started(walk)) - dt.timedelta(days=days_before))
        sweep(house.office, fetch=None)
        assert asked_to_look_again(house) - before == roles


def walk_started(walk: Walk) -> dt.date:
    return factories.records(walk)[0].happened_on


def asked_to_look_again(house: House) -> set[str]:
    with house.office.reading(house.market.agency_id) as session:
        query = select(Notification.to_role).where(Notification.kind == "deferral_review")
        return set(session.scalars(query))


# ------------------------------------------------------------------------------------------------- records (J#12, J#13)


@pytest.mark.parametrize("table", NEVER_DELETED)
@pytest.mark.parametrize("role", ["app", "sequencer", "verifier", "public"])
def test_no_role_deletes_a_record_or_a_recording(house: House, role: str, table: str) -> None:
    factories.open_case(house.market)
    engine = create_engine(getattr(house.urls, role))
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with (
            unchanged(house),
            engine.connect() as connection,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            connection.execute(text(statement))
    engine.dispose()


def test_not_even_the_owner_rewrites_or_deletes_a_process_record(house: House) -> None:
    factories.open_case(house.market)
    engine = create_engine(house.urls.owner)
    for statement in (f"UPDATE {KEPT} SET data = '{{}}'", f"DELETE FROM {KEPT}", f"TRUNCATE {KEPT} CASCADE"):
        with unchanged(house), engine.begin() as connection, pytest.raises(ProgrammingError, match="stays"):
            connection.execute(text(statement))
    engine.dispose()


def test_only_officers_with_a_valid_certificate_take_a_measure(own_house: House) -> None:
    house = own_house
    walk = factories.penalty(house.market, until="investigation")
    number = certificate_of(house, "officer2").number
    do_for_agency(house, "admin", "suspend_certificate", people.SuspendCertificate(number=number, reason="暂扣"))
    breaches = refused(house, walk, "officer1", "take_measure", measure(walk, began_at(walk)))
    assert codes(breaches) == {"two_officers_for_a_measure", "officers_qualified"}


# -------------------------------------------------------------------------------------------- legal review (S#12, S#15)


def test_further_material_and_consultation_are_part_of_the_record(house: House) -> None:
    walk = factories.penalty(house.market, until="prior_notice_given", **MAJOR)
    submission = dataclasses.replace(SUBMISSION, attachments=("检验报告", "现场照片"))
    walk.do("officer1", "submit_for_review", submission)
    assert factories.records(walk)[-1].data["attachments"] == ["检验报告", "现场照片"]
    problem = review.Finding(
        point=8, conclusion="problem", reason="裁量说明不充分。", category="other", nature="reasonableness"
    )
    walk.do("reviewer", "issue_opinion", opinion(problem))
    assert factories.records(walk)[-1].data["copies"] == ["case_file", "legal_unit"]
    answer = review.RespondToReview(
        responses=(review.Response(point=8, adopted=True, reason="已补充说明。"),), consultation="已与法制机构协商。"
    )
    walk.do("officer1", "respond_to_review", answer)
    assert factories.records(walk)[-1].data["consultation"] == "已与法制机构协商。"
