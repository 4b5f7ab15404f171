"""The database's own walls: two agencies never see each other, and what is written once is never written again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, create_engine, insert, text
from sqlalchemy.exc import ProgrammingError

from enforcement.actions import access, people, recordings, saved_forms
from enforcement.actions.registry import perform
from enforcement.demo.agencies import PASSWORD
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.models.base import Base
from enforcement.runtime.embedded import Server
from enforcement.sweep import sweep
from media.demo import make_photo
from publish import release
from publish import tables as public_tables
from tests import factories
from tests.factories import House

NO_AGENCY = {
    "enforcement.demo_clock": "the demonstration's clock is everybody's",
    "enforcement.sequencer_turn": "always empty; locking it is the sequencer's turn",
    "enforcement.sweep_pass": "when the clock last went through the whole installation",
    "enforcement.ledger_pending": "written through a trigger; the application reads only since when something waits",
    "enforcement.ledger_leaf": "places in the one tree; closed to the application",
    "enforcement.ledger_node": "the one tree; closed to the application",
    "enforcement.ledger_checkpoint": "the one tree's signed roots",
    "enforcement.calendar_known": "which working days the clock has told of; the same for all",
    "enforcement.verification": "how far the verification of the whole has come; the page shows each its own findings",
    "public_site.checkpoint": "public",
    "public_site.log_proof": "public",
}
WRITTEN_ONCE = (
    "enforcement.process_record", "enforcement.ledger_entry", "enforcement.ledger_leaf", "enforcement.ledger_node",
    "enforcement.ledger_checkpoint", "enforcement.agency_parameter",
    "enforcement.directory_entry", "public_site.publication_version",
)  # fmt: skip


def agency_column(table: str) -> str:
    return "id" if table.endswith(".agency") else "agency_id"


def tables_of_agencies() -> dict[str, str]:
    """Table to the column that says whose row it is."""
    found: dict[str, str] = {}
    for metadata in (Base.metadata, public_tables.metadata):
        for table in metadata.sorted_tables:
            column = agency_column(str(table))
            if column in table.c and not (column == "id" and table.name != "agency"):
                found[str(table)] = column
    return found


@pytest.fixture
def owner(busy: House) -> Iterator[Engine]:
    engine = create_engine(busy.urls.owner)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def busy(server: Server, _agencies_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Both agencies have done everything that leaves a row."""
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE walls TEMPLATE {_agencies_template}".encode())
    house = factories.open_house(server.prepare("walls"), tmp_path_factory.mktemp("media") / "store")
    for staff in (house.market, house.street):
        _do_everything(house, staff, tmp_path_factory.mktemp("photo"))
    house.later(days=30)
    sweep(house.office, fetch=None)
    yield house
    house.office.engine.dispose()


def _do_everything(house: House, staff: Staff, folder: Path) -> None:
    decided = factories.penalty(staff) if staff is house.market else _littering(staff)
    factories.released(decided)
    walk = Walk(staff)
    walk.case_id = decided.case_id
    deputy = people.NameDeputy(
        head=staff.id("head"), deputy=staff.id("head2"), from_on=walk.today, to_on=walk.today, reason="出差"
    )
    perform(house.office, staff.actors["head"], "name_deputy", deputy)
    described = recordings.DescribeRecording(
        activity="on_site", started_at=walk.now - dt.timedelta(minutes=5), place="现场", officers=walk.two,
        target="当事人", device_kind="camera",
    )  # fmt: skip
    walk.film(described, make_photo(folder / "photo.jpg", size="160x120"))
    saved_forms.save(house.office, staff.actors["officer1"], str(walk.case_id), "close_case", {"summary": ["未完"]})
    access.sign_in(house.office, f"{'scjg' if staff is house.market else 'shjd'}-clerk", PASSWORD)
    with house.office.begin(staff.actors["clerk"]) as work, work.acting():
        release.put_notice(
            work.session, uuid.uuid4(), staff.agency_id, on=work.today, kind=public_tables.NOTICE_KINDS[0],
            title="公告", content="内容",
        )  # fmt: skip
    _ask_for_a_correction(house, staff)


def _littering(staff: Staff) -> Walk:
    """A small penalty of the street office, decided."""
    walk = factories.open_case(staff, matter_code="CF-401", party=factories.PERSON)
    form = factories.conclusion(walk.today)
    walk.investigate("当事人", "垃圾分类", "小区")
    walk.unfilmed("on_site", "investigation")
    walk.notify(form, hearing=False)
    walk.examine()
    walk.decide(form)
    return walk


def _ask_for_a_correction(house: House, staff: Staff) -> None:
    engine = create_engine(house.urls.public)
    values = {
        "id": staff.actors["head"].person_id, "receipt_no": f"GS{staff.agency_id.hex[:12]}", "publication_id": None,
        "agency_id": staff.agency_id, "kind": "suggestion", "statement": "建议", "wish": "改进", "name": "某人",
        "contact": "13900000000",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(public_tables.correction_request).values(values))
    engine.dispose()


# ----------------------------------------------------------------------------------------------------------- agencies


def test_every_table_belongs_to_an_agency_or_stands_on_the_reasoned_list() -> None:
    every = {str(table) for metadata in (Base.metadata, public_tables.metadata) for table in metadata.sorted_tables}
    assert every - set(tables_of_agencies()) <= set(NO_AGENCY)


@pytest.mark.parametrize("table", sorted(tables_of_agencies()))
def test_each_agency_sees_its_own_rows_and_none_of_the_others(busy: House, owner: Engine, table: str) -> None:
    column = tables_of_agencies()[table]
    with owner.connect() as connection:
        rows = connection.execute(text(f"SELECT {column}, count(*) FROM {table} GROUP BY 1")).all()
    there = {row[0]: row[1] for row in rows}
    assert set(there) >= {busy.market.agency_id, busy.street.agency_id}, (
        "nothing to hide: the test would not see a hole"
    )
    for staff in (busy.market, busy.street):
        with busy.office.reading(staff.agency_id) as session:
            seen = session.execute(text(f"SELECT {column}, count(*) FROM {table} GROUP BY 1")).all()
        assert [(agency_id, count) for agency_id, count in seen] == [(staff.agency_id, there[staff.agency_id])]


@pytest.mark.parametrize("table", sorted(tables_of_agencies()))
def test_before_the_agency_is_known_there_is_nothing_to_see(busy: House, table: str) -> None:
    with busy.office.engine.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


@pytest.mark.parametrize("table", sorted(tables_of_agencies()))
def test_nobody_writes_a_row_for_another_agency(busy: House, owner: Engine, table: str) -> None:
    """The wall that hides is the wall that refuses: one condition for reading and for writing."""
    schema, name = table.split(".")
    with owner.connect() as connection:
        policies = connection.execute(
            text(
                "SELECT p.polcmd, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)"
                " FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = :schema AND c.relname = :name AND c.relrowsecurity"
                " AND p.polroles @> ARRAY[(SELECT oid FROM pg_roles WHERE rolname = 'mingjian_app')]"
            ),
            {"schema": schema, "name": name},
        ).all()
    assert len(policies) == 1
    command, hides, refuses = policies[0]
    assert (command, hides) == ("*", refuses)
    assert "mingjian.agency_id" in hides


def test_no_agency_empowers_or_signs_in_a_person_of_another(busy: House) -> None:
    """As the application's role, with raw SQL: a row of one's own that names a person of another agency."""
    victim, today = busy.street.actors["clerk"], busy.office.now().date()
    token = b"t" * 32
    with busy.office.reading(busy.market.agency_id) as session:
        ids = {"mine": busy.market.agency_id, "person": victim.person_id, "head": busy.market.actors["head"].person_id}
        session.execute(
            text(
                "INSERT INTO enforcement.role_grant (id, agency_id, person_id, role, from_on)"
                " VALUES (gen_random_uuid(), :mine, :person, 'agency_head', :today)"
            ),
            {**ids, "today": today},
        )
        session.execute(
            text(
                "INSERT INTO enforcement.deputy (id, agency_id, head_id, deputy_id, from_on, to_on, reason)"
                " VALUES (gen_random_uuid(), :mine, :head, :person, :today, :today, '')"
            ),
            {**ids, "today": today},
        )
        session.execute(
            text(
                "INSERT INTO enforcement.web_session (token_digest, agency_id, person_id, created_at, seen_at,"
                " expires_at) VALUES (:token, :mine, :person, now(), now(), now() + interval '1 hour')"
            ),
            {**ids, "token": token},
        )
        asked = text("SELECT roles, deputy_for FROM enforcement.find_session(:token, :today)")
        assert session.execute(asked, {"token": token, "today": today}).all() == []
        # Seen through a session of the agency's own: neither the role nor the deputy counts.
        session.execute(
            text("SELECT set_config('mingjian.agency_id', :theirs, true)"), {"theirs": str(busy.street.agency_id)}
        )
        session.execute(
            text(
                "INSERT INTO enforcement.web_session (token_digest, agency_id, person_id, created_at, seen_at,"
                " expires_at) VALUES (:token, :theirs, :person, now(), now(), now() + interval '1 hour')"
            ),
            {"token": b"u" * 32, "theirs": busy.street.agency_id, "person": victim.person_id},
        )
        assert session.execute(asked, {"token": b"u" * 32, "today": today}).all() == [(["disclosure_clerk"], None)]


# -------------------------------------------------------------------------------------------------------- written once


@pytest.mark.parametrize("table", WRITTEN_ONCE)
@pytest.mark.parametrize("deed", ["UPDATE", "DELETE", "TRUNCATE"])
def test_the_applications_role_may_not_change_what_is_written_once(owner: Engine, table: str, deed: str) -> None:
    with owner.connect() as connection:
        whole = connection.execute(text("SELECT has_table_privilege('mingjian_app', :t, :d)"), {"t": table, "d": deed})
        assert whole.scalar_one() is False
        if deed == "UPDATE":
            column = text("SELECT has_any_column_privilege('mingjian_app', :t, 'UPDATE')")
            assert connection.execute(column, {"t": table}).scalar_one() is False


def test_of_a_recording_only_its_poster_may_be_made_anew(owner: Engine) -> None:
    with owner.connect() as connection:
        changeable = connection.execute(
            text(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'enforcement.recording'::regclass AND attnum > 0"
                " AND NOT attisdropped AND has_column_privilege('mingjian_app', attrelid, attnum, 'UPDATE')"
            )
        ).scalars()
        assert set(changeable) == {"began_at"}
        for deed in ("DELETE", "TRUNCATE"):
            may = text("SELECT has_table_privilege('mingjian_app', 'enforcement.recording', :deed)")
            assert connection.execute(may, {"deed": deed}).scalar_one() is False


def test_a_process_record_is_refused_any_change_in_fact(busy: House) -> None:
    for statement in (
        "UPDATE enforcement.process_record SET data = '{}'",
        "DELETE FROM enforcement.process_record",
        "TRUNCATE enforcement.process_record",
        "UPDATE enforcement.ledger_entry SET body = ''",
        "UPDATE enforcement.ledger_chain SET head_seq = 0",
    ):
        with busy.office.reading(busy.market.agency_id) as session, pytest.raises(ProgrammingError) as refusal:
            session.execute(text(statement))
        assert isinstance(refusal.value.orig, InsufficientPrivilege)


def test_the_application_owns_nothing_and_passes_no_wall(owner: Engine) -> None:
    with owner.connect() as connection:
        row = connection.execute(
            text(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,"
                " (SELECT count(*) FROM pg_class WHERE relowner = r.oid) FROM pg_roles r WHERE rolname = 'mingjian_app'"
            )
        ).one()
    assert tuple(row) == (False, False, False, False, 0)


# ---------------------------------------------------------------------------------------------- sequencer and verifier

SECRETS = {("enforcement.person", "password_hash"), ("enforcement.web_session", "token_digest")}
SEQUENCER = {
    "enforcement.ledger_entry": {"SELECT"},
    "enforcement.ledger_pending": {"SELECT", "DELETE"},
    "enforcement.ledger_leaf": {"SELECT", "INSERT"},
    "enforcement.ledger_node": {"SELECT", "INSERT"},
    "enforcement.ledger_checkpoint": {"SELECT", "INSERT"},
    "public_site.checkpoint": {"INSERT"},
    "public_site.log_proof": {"INSERT"},
}
VERIFIER_WRITES = {"enforcement.verification": {"INSERT", "UPDATE"}}
_EVERY_COLUMN = """
    SELECT c.oid::regclass::text, a.attname, a.attnum FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace IN ('enforcement'::regnamespace, 'public_site'::regnamespace)
      AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
"""
_MAY_WITH_A_COLUMN = f"""
    SELECT t.name, t.attname, array_remove(array_agg(CASE WHEN has_column_privilege(:role, t.name, t.attname, deed)
                                                     THEN deed END), NULL)
    FROM ({_EVERY_COLUMN}) AS t (name, attname, attnum),
         unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS deed
    GROUP BY 1, 2
"""
_MAY_WITH_A_TABLE = f"""
    SELECT DISTINCT t.name, deed FROM ({_EVERY_COLUMN}) AS t (name, attname, attnum),
           unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER']) AS deed
    WHERE has_table_privilege(:role, t.name, deed)
"""


def may(owner: Engine, role: str) -> tuple[dict[tuple[str, str], set[str]], set[tuple[str, str]]]:
    """What a role may do: with every column of both schemas, and with whole tables."""
    with owner.connect() as connection:
        columns = connection.execute(text(_MAY_WITH_A_COLUMN), {"role": role})
        by_column = {(table, column): set(deeds) for table, column, deeds in columns}
        tables = connection.execute(text(_MAY_WITH_A_TABLE), {"role": role})
        return by_column, {(table, deed) for table, deed in tables}


def test_the_sequencer_may_place_and_sign_and_nothing_else(owner: Engine) -> None:
    columns, tables = may(owner, "mingjian_sequencer")
    assert len(columns) > 200
    wrong = {place: deeds for place, deeds in columns.items() if deeds != SEQUENCER.get(place[0], set()) - {"DELETE"}}
    assert wrong == {}
    assert tables == {("enforcement.ledger_pending", "DELETE"), ("enforcement.sequencer_turn", "DELETE")}


def test_the_verifier_reads_everything_but_secrets_and_writes_only_how_far_it_has_come(owner: Engine) -> None:
    columns, tables = may(owner, "mingjian_verifier")
    expected = {
        place: (set() if place in SECRETS else {"SELECT"}) | VERIFIER_WRITES.get(place[0], set()) for place in columns
    }
    assert {place: deeds for place, deeds in columns.items() if deeds != expected[place]} == {}
    assert set(columns) >= SECRETS
    assert tables == set()


@pytest.mark.parametrize("table", sorted(tables_of_agencies()))
def test_the_verifier_sees_the_rows_of_every_agency(busy: House, owner: Engine, table: str) -> None:
    verifier = create_engine(busy.urls.verifier)
    count = text(f"SELECT count(*) FROM {table}")
    with owner.connect() as all_of_them, verifier.connect() as seen:
        assert seen.execute(count).scalar_one() == all_of_them.execute(count).scalar_one()
    verifier.dispose()
