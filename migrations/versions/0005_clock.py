"""Give the clock its tables: what runs, whose turn it is, when to look again, whom it told, its passes and calendars.

`sweep_waiting` reaches past row-level security as the owner and says of each agency only that there is something to do.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from alembic import op

from migrations.walls import rls

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE enforcement.calendar_known (
        digest TEXT NOT NULL,
        content JSONB NOT NULL,
        first_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_calendar_known PRIMARY KEY (digest)
    )
    """,
    """
    CREATE TABLE enforcement.running_clock (
        owner_id UUID NOT NULL,
        limit_key TEXT NOT NULL,
        started_seq BIGINT NOT NULL,
        agency_id UUID NOT NULL,
        level TEXT NOT NULL,
        key TEXT NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        anchor_on DATE NOT NULL,
        ruled_on DATE NOT NULL,
        value BIGINT,
        extended BIGINT NOT NULL,
        pauses JSONB NOT NULL,
        target_on DATE,
        due_on DATE,
        due_at TIMESTAMP WITH TIME ZONE,
        provisional BOOLEAN NOT NULL,
        stopped_seq BIGINT,
        stopped_on DATE,
        stopped_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_running_clock PRIMARY KEY (owner_id, limit_key, started_seq),
        CONSTRAINT fk_running_clock_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    """
    CREATE INDEX ix_running_clock_open
        ON enforcement.running_clock (agency_id, limit_key, due_on) WHERE stopped_seq IS NULL
    """,
    """
    CREATE INDEX ix_running_clock_due
        ON enforcement.running_clock (agency_id, due_on, owner_id) WHERE stopped_seq IS NULL
    """,
    """
    CREATE TABLE enforcement.turn (
        subject_id UUID NOT NULL,
        role TEXT NOT NULL,
        act TEXT NOT NULL,
        agency_id UUID NOT NULL,
        case_id UUID NOT NULL,
        position BIGINT NOT NULL,
        limit_key TEXT NOT NULL,
        started_seq BIGINT NOT NULL,
        due_on DATE,
        barred JSONB NOT NULL,
        CONSTRAINT pk_turn PRIMARY KEY (subject_id, role, act),
        CONSTRAINT fk_turn_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    "CREATE INDEX ix_turn_agency_id_role_due_on_subject_id ON enforcement.turn (agency_id, role, due_on, subject_id)",
    "CREATE INDEX ix_turn_case_id ON enforcement.turn (case_id)",
    """
    CREATE TABLE enforcement.look_again (
        owner_id UUID NOT NULL,
        agency_id UUID NOT NULL,
        level TEXT NOT NULL,
        law TEXT,
        calendar TEXT,
        again_at TIMESTAMP WITH TIME ZONE,
        due_on DATE,
        CONSTRAINT pk_look_again PRIMARY KEY (owner_id),
        CONSTRAINT fk_look_again_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_look_again_calendar_calendar_known
            FOREIGN KEY(calendar) REFERENCES enforcement.calendar_known (digest)
    )
    """,
    "CREATE INDEX ix_look_again_agency_id_again_at ON enforcement.look_again (agency_id, again_at)",
    "CREATE INDEX ix_look_again_agency_id_due_on_owner_id ON enforcement.look_again (agency_id, due_on, owner_id)",
    "CREATE INDEX ix_look_again_law ON enforcement.look_again (law)",
    "CREATE INDEX ix_look_again_calendar ON enforcement.look_again (calendar)",
    """
    CREATE TABLE enforcement.notification (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        kind TEXT NOT NULL,
        about_on DATE NOT NULL,
        to_role TEXT NOT NULL,
        to_person UUID,
        case_id UUID,
        disclosure_id UUID,
        limit_key TEXT NOT NULL,
        subject TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        read_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_notification PRIMARY KEY (id),
        CONSTRAINT fk_notification_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_notification_to_person_person FOREIGN KEY(to_person) REFERENCES enforcement.person (id),
        CONSTRAINT fk_notification_case_id_case_file FOREIGN KEY(case_id) REFERENCES enforcement.case_file (id),
        CONSTRAINT fk_notification_disclosure_id_disclosure
            FOREIGN KEY(disclosure_id) REFERENCES enforcement.disclosure (id),
        CONSTRAINT uq_notification_once UNIQUE NULLS NOT DISTINCT
            (agency_id, kind, about_on, to_role, to_person, case_id, disclosure_id, limit_key, subject)
    )
    """,
    """
    CREATE INDEX ix_notification_unread
        ON enforcement.notification (agency_id, to_role, created_at) WHERE read_at IS NULL
    """,
    """
    CREATE INDEX ix_notification_to_person
        ON enforcement.notification (to_person, created_at) WHERE to_person IS NOT NULL
    """,
    "CREATE INDEX ix_notification_case_id ON enforcement.notification (case_id)",
    """
    CREATE TABLE enforcement.sweep_run (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE NOT NULL,
        report JSONB NOT NULL,
        CONSTRAINT pk_sweep_run PRIMARY KEY (id),
        CONSTRAINT fk_sweep_run_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    "CREATE INDEX ix_sweep_run_agency_id_finished_at ON enforcement.sweep_run (agency_id, finished_at)",
    """
    CREATE TABLE enforcement.sweep_pass (
        id BIGINT NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_sweep_pass PRIMARY KEY (id)
    )
    """,
)

GRANTS = (
    "GRANT UPDATE (read_at) ON enforcement.notification TO mingjian_app",
    "GRANT UPDATE ON enforcement.look_again TO mingjian_app",
    # Derived: what no longer follows from the records goes, what changed is written over.
    "GRANT UPDATE, DELETE ON enforcement.running_clock, enforcement.turn TO mingjian_app",
    # A pass that finds nothing to do prolongs the last row instead of adding one every fifteen seconds.
    "GRANT UPDATE (finished_at) ON enforcement.sweep_run, enforcement.sweep_pass TO mingjian_app",
)

# Each branch stops at the first row it finds. Not "<>", which no index answers.
WAITING = """
    CREATE FUNCTION enforcement.sweep_waiting(
        today date, moment timestamptz, law text, calendar text
    )
    RETURNS TABLE (agency_id uuid, cases boolean, publications boolean, requests boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        SELECT waiting.agency_id, waiting.cases, waiting.publications, waiting.requests
        FROM (
            SELECT a.id AS agency_id, a.code,
                EXISTS (
                    SELECT FROM enforcement.look_again k WHERE k.agency_id = a.id AND k.again_at <= moment
                ) OR EXISTS (
                    SELECT FROM enforcement.look_again k WHERE k.agency_id = a.id AND (k.law < $3 OR k.law > $3)
                ) OR EXISTS (
                    SELECT FROM enforcement.look_again k
                    WHERE k.agency_id = a.id AND (k.calendar < $4 OR k.calendar > $4)
                ) AS cases,
                EXISTS (
                    SELECT FROM enforcement.disclosure d JOIN public_site.publication p ON p.id = d.id
                    WHERE d.agency_id = a.id AND d.stage = 'published' AND d.verified_at IS NULL
                ) OR EXISTS (
                    SELECT FROM public_site.publication p JOIN enforcement.disclosure d ON d.id = p.id
                    WHERE p.agency_id = a.id AND p.withdrawn_on IS NOT NULL AND d.verified_at IS NULL
                ) AS publications,
                EXISTS (
                    SELECT FROM public_site.correction_request q
                    WHERE q.agency_id = a.id AND q.taken_up_at IS NULL
                ) OR EXISTS (
                    SELECT FROM public_site.correction_request q
                    WHERE q.agency_id = a.id AND q.taken_up_at IS NOT NULL AND q.settled_at IS NULL
                        AND q.asked_after_on IS DISTINCT FROM today
                ) AS requests
            FROM enforcement.agency a
        ) waiting
        WHERE waiting.cases OR waiting.publications OR waiting.requests
        ORDER BY waiting.code
    $$
"""
SIGNATURE = "enforcement.sweep_waiting(date, timestamptz, text, text)"

WALLED = ("running_clock", "turn", "look_again", "notification", "sweep_run")


def upgrade() -> None:
    for statement in (*TABLES, *GRANTS, WAITING):
        op.execute(statement)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO mingjian_app")
    for table in WALLED:
        op.execute(rls(table))


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    for table in ("sweep_pass", *reversed(WALLED), "calendar_known"):
        op.execute(f"DROP TABLE enforcement.{table}")
