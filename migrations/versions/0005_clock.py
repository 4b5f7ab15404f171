"""Give the clock its tables: what runs, whose turn it is, when to look again, whom it told, the calendars it knows.

Also notes on a disclosure when its page was fetched back and found to be what was published.

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

CHANGES = (
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
    "ALTER TABLE enforcement.disclosure ADD COLUMN verified_at TIMESTAMP WITH TIME ZONE",
    """
    CREATE INDEX ix_disclosure_unverified
        ON enforcement.disclosure (agency_id) WHERE stage = 'published' AND verified_at IS NULL
    """,
    # How far the verification that runs by itself has come: the verifier's alone to write.
    """
    CREATE TABLE enforcement.verification (
        track TEXT NOT NULL,
        part TEXT NOT NULL,
        after TEXT NOT NULL,
        passes BIGINT NOT NULL,
        begun_at TIMESTAMP WITH TIME ZONE NOT NULL,
        stepped_at TIMESTAMP WITH TIME ZONE NOT NULL,
        completed_at TIMESTAMP WITH TIME ZONE,
        findings JSONB NOT NULL,
        found JSONB NOT NULL,
        CONSTRAINT pk_verification PRIMARY KEY (track)
    )
    """,
    "REVOKE INSERT ON enforcement.verification FROM mingjian_app",
    "GRANT INSERT, UPDATE ON enforcement.verification TO mingjian_verifier",
    "GRANT UPDATE (read_at) ON enforcement.notification TO mingjian_app",
    "GRANT UPDATE ON enforcement.look_again TO mingjian_app",
    # Derived: what no longer follows from the records goes, what changed is written over.
    "GRANT UPDATE, DELETE ON enforcement.running_clock, enforcement.turn TO mingjian_app",
    # A pass that finds nothing to do prolongs the last row instead of adding one every fifteen seconds.
    "GRANT UPDATE (finished_at) ON enforcement.sweep_run TO mingjian_app",
)


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)
    for table in ("running_clock", "turn", "look_again", "notification"):
        op.execute(rls(table))


def downgrade() -> None:
    op.execute("REVOKE UPDATE (finished_at) ON enforcement.sweep_run FROM mingjian_app")
    op.execute("DROP INDEX enforcement.ix_disclosure_unverified")
    op.execute("ALTER TABLE enforcement.disclosure DROP COLUMN verified_at")
    for table in ("verification", "notification", "look_again", "turn", "running_clock", "calendar_known"):
        op.execute(f"DROP TABLE enforcement.{table}")
