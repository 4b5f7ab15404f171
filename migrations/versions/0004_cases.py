"""Lay down what agencies do: cases and their records, recordings, disclosures, saved forms.

Every table of an agency has row-level security. What the application may change stands in CHANGES, column by column
where it is little; a process record is never among it.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from alembic import op

from migrations.walls import rls

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE enforcement.case_file (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        case_no TEXT NOT NULL,
        procedure TEXT NOT NULL,
        stage TEXT NOT NULL,
        version BIGINT NOT NULL,
        last_seq BIGINT NOT NULL,
        title TEXT NOT NULL,
        matter_code TEXT NOT NULL,
        unit_id UUID NOT NULL,
        parent_case_id UUID,
        document_no TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        closed_on DATE,
        CONSTRAINT pk_case_file PRIMARY KEY (id),
        CONSTRAINT uq_case_file_agency_id_case_no UNIQUE (agency_id, case_no),
        CONSTRAINT fk_case_file_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_case_file_unit_id_unit FOREIGN KEY(unit_id) REFERENCES enforcement.unit (id),
        CONSTRAINT fk_case_file_parent_case_id_case_file
            FOREIGN KEY(parent_case_id) REFERENCES enforcement.case_file (id)
    )
    """,
    "CREATE INDEX ix_case_file_agency_id_created_at ON enforcement.case_file (agency_id, created_at)",
    """
    CREATE INDEX ix_case_file_agency_id_procedure_created_at
        ON enforcement.case_file (agency_id, procedure, created_at)
    """,
    "CREATE INDEX ix_case_file_parent_case_id ON enforcement.case_file (parent_case_id)",
    """
    CREATE TABLE enforcement.case_officer (
        case_id UUID NOT NULL,
        person_id UUID NOT NULL,
        agency_id UUID NOT NULL,
        from_on DATE NOT NULL,
        to_on DATE,
        CONSTRAINT pk_case_officer PRIMARY KEY (case_id, person_id),
        CONSTRAINT fk_case_officer_case_id_case_file FOREIGN KEY(case_id) REFERENCES enforcement.case_file (id),
        CONSTRAINT fk_case_officer_person_id_person FOREIGN KEY(person_id) REFERENCES enforcement.person (id),
        CONSTRAINT fk_case_officer_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    "CREATE INDEX ix_case_officer_person_id ON enforcement.case_officer (person_id)",
    """
    CREATE TABLE enforcement.disclosure (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        case_id UUID NOT NULL,
        decision_seq BIGINT NOT NULL,
        kind TEXT NOT NULL,
        limit_key TEXT NOT NULL,
        anchor_on DATE NOT NULL,
        stage TEXT NOT NULL,
        version BIGINT NOT NULL,
        form TEXT NOT NULL,
        original_text TEXT NOT NULL,
        public_text TEXT NOT NULL,
        fields JSONB NOT NULL,
        prepared_by UUID,
        released_at TIMESTAMP WITH TIME ZONE,
        review_on DATE,
        verified_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_disclosure PRIMARY KEY (id),
        CONSTRAINT uq_disclosure_case_id_decision_seq UNIQUE (case_id, decision_seq),
        CONSTRAINT fk_disclosure_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_disclosure_case_id_case_file FOREIGN KEY(case_id) REFERENCES enforcement.case_file (id),
        CONSTRAINT fk_disclosure_prepared_by_person FOREIGN KEY(prepared_by) REFERENCES enforcement.person (id)
    )
    """,
    "CREATE INDEX ix_disclosure_agency_id_stage_anchor_on ON enforcement.disclosure (agency_id, stage, anchor_on)",
    """
    CREATE INDEX ix_disclosure_open
        ON enforcement.disclosure (agency_id, anchor_on)
        WHERE stage IN ('due', 'prepared', 'released', 'deferred')
    """,
    """
    CREATE INDEX ix_disclosure_unverified
        ON enforcement.disclosure (agency_id) WHERE stage = 'published' AND verified_at IS NULL
    """,
    """
    CREATE INDEX ix_disclosure_withdrawn_unverified ON enforcement.disclosure (agency_id)
        WHERE stage = 'withdrawn' AND verified_at IS NULL
    """,
    """
    CREATE TABLE enforcement.saved_form (
        person_id UUID NOT NULL,
        subject TEXT NOT NULL,
        act TEXT NOT NULL,
        agency_id UUID NOT NULL,
        data JSONB NOT NULL,
        saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_saved_form PRIMARY KEY (person_id, subject, act),
        CONSTRAINT fk_saved_form_person_id_person FOREIGN KEY(person_id) REFERENCES enforcement.person (id),
        CONSTRAINT fk_saved_form_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    """
    CREATE TABLE enforcement.party (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        case_id UUID NOT NULL,
        position BIGINT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        id_no TEXT NOT NULL,
        address TEXT NOT NULL,
        phone TEXT NOT NULL,
        birth_on DATE,
        legal_representative TEXT NOT NULL,
        operator_name TEXT NOT NULL,
        bank_account TEXT NOT NULL,
        other_known JSONB NOT NULL,
        CONSTRAINT pk_party PRIMARY KEY (id),
        CONSTRAINT fk_party_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_party_case_id_case_file FOREIGN KEY(case_id) REFERENCES enforcement.case_file (id)
    )
    """,
    "CREATE INDEX ix_party_agency_id_name ON enforcement.party (agency_id, name)",
    "CREATE INDEX ix_party_case_id ON enforcement.party (case_id)",
    """
    CREATE TABLE enforcement.process_record (
        chain_id UUID NOT NULL,
        seq BIGINT NOT NULL,
        agency_id UUID NOT NULL,
        event TEXT NOT NULL,
        act TEXT NOT NULL,
        stage TEXT NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        happened_on DATE NOT NULL,
        actor_id UUID,
        behalf_of UUID,
        request_id UUID,
        data JSONB NOT NULL,
        people JSONB NOT NULL,
        wrote JSONB NOT NULL,
        law TEXT NOT NULL,
        schema TEXT NOT NULL,
        salt TEXT NOT NULL,
        digest TEXT NOT NULL,
        CONSTRAINT pk_process_record PRIMARY KEY (chain_id, seq),
        CONSTRAINT fk_process_record_chain_id_ledger_chain
            FOREIGN KEY(chain_id) REFERENCES enforcement.ledger_chain (id),
        CONSTRAINT fk_process_record_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_process_record_actor_id_person FOREIGN KEY(actor_id) REFERENCES enforcement.person (id),
        CONSTRAINT fk_process_record_behalf_of_person FOREIGN KEY(behalf_of) REFERENCES enforcement.person (id)
    )
    """,
    "CREATE INDEX ix_process_record_actor_id ON enforcement.process_record (actor_id)",
    """
    CREATE INDEX ix_process_record_agency_id_event_happened_on
        ON enforcement.process_record (agency_id, event, happened_on)
    """,
    """
    CREATE INDEX ix_process_record_request_id ON enforcement.process_record (request_id)
        WHERE request_id IS NOT NULL
    """,
    """
    CREATE TABLE enforcement.recording (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        case_id UUID NOT NULL,
        activity TEXT NOT NULL,
        measure TEXT NOT NULL,
        kind TEXT NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        began_at TIMESTAMP WITH TIME ZONE,
        ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
        place TEXT NOT NULL,
        officers JSONB NOT NULL,
        target TEXT NOT NULL,
        device_kind TEXT NOT NULL,
        device_no TEXT NOT NULL,
        device_time TIMESTAMP WITH TIME ZONE,
        drift_seconds BIGINT,
        duration_ms BIGINT,
        media JSONB NOT NULL,
        size BIGINT NOT NULL,
        sha256 TEXT NOT NULL,
        sm3 TEXT NOT NULL,
        store TEXT NOT NULL,
        store_key TEXT NOT NULL,
        poster_key TEXT NOT NULL,
        taken_in_at TIMESTAMP WITH TIME ZONE NOT NULL,
        taken_in_by UUID NOT NULL,
        taken_in_seq BIGINT NOT NULL,
        CONSTRAINT pk_recording PRIMARY KEY (id),
        CONSTRAINT fk_recording_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_recording_case_id_case_file FOREIGN KEY(case_id) REFERENCES enforcement.case_file (id),
        CONSTRAINT fk_recording_taken_in_by_person FOREIGN KEY(taken_in_by) REFERENCES enforcement.person (id)
    )
    """,
    "CREATE INDEX ix_recording_agency_id_taken_in_at ON enforcement.recording (agency_id, taken_in_at)",
    "CREATE INDEX ix_recording_case_id ON enforcement.recording (case_id)",
    """
    CREATE TABLE enforcement.redaction_span (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        disclosure_id UUID NOT NULL,
        start BIGINT NOT NULL,
        "end" BIGINT NOT NULL,
        category TEXT NOT NULL,
        source TEXT NOT NULL,
        replacement TEXT NOT NULL,
        accepted BOOLEAN,
        decided_by UUID,
        CONSTRAINT pk_redaction_span PRIMARY KEY (id),
        CONSTRAINT fk_redaction_span_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_redaction_span_disclosure_id_disclosure
            FOREIGN KEY(disclosure_id) REFERENCES enforcement.disclosure (id),
        CONSTRAINT fk_redaction_span_decided_by_person FOREIGN KEY(decided_by) REFERENCES enforcement.person (id)
    )
    """,
    "CREATE INDEX ix_redaction_span_disclosure_id_start ON enforcement.redaction_span (disclosure_id, start)",
)

WALLED = (
    "case_file", "party", "case_officer", "process_record", "saved_form", "recording", "disclosure", "redaction_span",
)  # fmt: skip

CHANGES = {
    "case_file": "UPDATE (stage, version, last_seq, title, matter_code, document_no, closed_on)",
    "party": "DELETE",
    "case_officer": "UPDATE (to_on)",
    "saved_form": "UPDATE, DELETE",
    "recording": "UPDATE (began_at)",
    "disclosure": "UPDATE",
    "redaction_span": "UPDATE, DELETE",
}

KEEP = (
    """
    CREATE TRIGGER process_record_keep_row BEFORE UPDATE OR DELETE ON enforcement.process_record
        FOR EACH ROW EXECUTE FUNCTION enforcement.ledger_refuse()
    """,
    """
    CREATE TRIGGER process_record_keep_all BEFORE TRUNCATE ON enforcement.process_record
        FOR EACH STATEMENT EXECUTE FUNCTION enforcement.ledger_refuse()
    """,
)


def upgrade() -> None:
    for statement in (*TABLES, *KEEP):
        op.execute(statement)
    for table in WALLED:
        op.execute(rls(table))
    for table, change in CHANGES.items():
        op.execute(f"GRANT {change} ON enforcement.{table} TO mingjian_app")


def downgrade() -> None:
    for table in reversed(WALLED):
        op.execute(f"DROP TABLE enforcement.{table}")
