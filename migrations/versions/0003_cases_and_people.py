"""Lay down the house of the core: agencies and people, cases and their records, recordings, disclosures, drafts.

Every table of an agency has row-level security. What the application may change stands in CHANGES, column by column
where it is little; a process record is never among it. Passwords, parties and drafts are closed to the sequencer.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from alembic import op

from enforcement.runtime.roles import rls

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE enforcement.agency (
        id UUID NOT NULL,
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        document_prefix TEXT NOT NULL,
        region TEXT NOT NULL,
        subject_type TEXT NOT NULL,
        chain_id UUID NOT NULL,
        credit_code TEXT NOT NULL,
        CONSTRAINT pk_agency PRIMARY KEY (id),
        CONSTRAINT uq_agency_code UNIQUE (code)
    )
    """,
    """
    CREATE TABLE enforcement.demo_clock (
        id BIGINT NOT NULL,
        offset_seconds BIGINT NOT NULL,
        CONSTRAINT pk_demo_clock PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE enforcement.agency_parameter (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        name TEXT NOT NULL,
        value BIGINT NOT NULL,
        from_on DATE NOT NULL,
        cite TEXT NOT NULL,
        quote TEXT NOT NULL,
        CONSTRAINT pk_agency_parameter PRIMARY KEY (id),
        CONSTRAINT uq_agency_parameter_agency_id_name_from_on UNIQUE (agency_id, name, from_on),
        CONSTRAINT fk_agency_parameter_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    """
    CREATE TABLE enforcement.basic_information (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        section TEXT NOT NULL,
        content JSONB NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_basic_information PRIMARY KEY (id),
        CONSTRAINT uq_basic_information_agency_id_section UNIQUE (agency_id, section),
        CONSTRAINT fk_basic_information_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    """
    CREATE TABLE enforcement.directory_entry (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        version BIGINT NOT NULL,
        from_on DATE NOT NULL,
        matter_code TEXT NOT NULL,
        is_major BOOLEAN NOT NULL,
        ground_row TEXT NOT NULL,
        cite TEXT NOT NULL,
        amount_from_fen BIGINT,
        CONSTRAINT pk_directory_entry PRIMARY KEY (id),
        CONSTRAINT uq_directory_entry_agency_id_version_matter_code UNIQUE (agency_id, version, matter_code),
        CONSTRAINT fk_directory_entry_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    """
    CREATE TABLE enforcement.document_number (
        agency_id UUID NOT NULL,
        series TEXT NOT NULL,
        year BIGINT NOT NULL,
        last BIGINT NOT NULL,
        CONSTRAINT pk_document_number PRIMARY KEY (agency_id, series, year),
        CONSTRAINT fk_document_number_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    """
    CREATE TABLE enforcement.matter (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        code TEXT NOT NULL,
        zh TEXT NOT NULL,
        kind TEXT NOT NULL,
        basis TEXT NOT NULL,
        from_on DATE NOT NULL,
        to_on DATE,
        CONSTRAINT pk_matter PRIMARY KEY (id),
        CONSTRAINT uq_matter_agency_id_code UNIQUE (agency_id, code),
        CONSTRAINT fk_matter_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
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
    CREATE TABLE enforcement.unit (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        CONSTRAINT pk_unit PRIMARY KEY (id),
        CONSTRAINT uq_unit_agency_id_name UNIQUE (agency_id, name),
        CONSTRAINT fk_unit_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    """
    CREATE TABLE enforcement.case_file (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        case_no TEXT NOT NULL,
        procedure TEXT NOT NULL,
        stage TEXT NOT NULL,
        version BIGINT NOT NULL,
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
    "CREATE INDEX ix_case_file_open ON enforcement.case_file (agency_id, stage) WHERE closed_on IS NULL",
    "CREATE INDEX ix_case_file_parent_case_id ON enforcement.case_file (parent_case_id)",
    """
    CREATE TABLE enforcement.person (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        unit_id UUID NOT NULL,
        name TEXT NOT NULL,
        username TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        auxiliary BOOLEAN NOT NULL,
        legal_qualification_no TEXT NOT NULL,
        post TEXT NOT NULL,
        left_on DATE,
        failed_count BIGINT NOT NULL,
        locked_until TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_person PRIMARY KEY (id),
        CONSTRAINT fk_person_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_person_unit_id_unit FOREIGN KEY(unit_id) REFERENCES enforcement.unit (id),
        CONSTRAINT uq_person_username UNIQUE (username)
    )
    """,
    "CREATE INDEX ix_person_agency_id_unit_id ON enforcement.person (agency_id, unit_id)",
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
    CREATE TABLE enforcement.certificate (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        person_id UUID NOT NULL,
        number TEXT NOT NULL,
        style TEXT NOT NULL,
        valid_from DATE NOT NULL,
        valid_to DATE NOT NULL,
        suspended_on DATE,
        suspended_reason TEXT NOT NULL,
        published_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_certificate PRIMARY KEY (id),
        CONSTRAINT uq_certificate_agency_id_number UNIQUE (agency_id, number),
        CONSTRAINT fk_certificate_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_certificate_person_id_person FOREIGN KEY(person_id) REFERENCES enforcement.person (id)
    )
    """,
    "CREATE INDEX ix_certificate_person_id ON enforcement.certificate (person_id)",
    """
    CREATE TABLE enforcement.deputy (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        head_id UUID NOT NULL,
        deputy_id UUID NOT NULL,
        from_on DATE NOT NULL,
        to_on DATE NOT NULL,
        reason TEXT NOT NULL,
        CONSTRAINT pk_deputy PRIMARY KEY (id),
        CONSTRAINT fk_deputy_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_deputy_head_id_person FOREIGN KEY(head_id) REFERENCES enforcement.person (id),
        CONSTRAINT fk_deputy_deputy_id_person FOREIGN KEY(deputy_id) REFERENCES enforcement.person (id)
    )
    """,
    "CREATE INDEX ix_deputy_deputy_id ON enforcement.deputy (deputy_id)",
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
    CREATE TABLE enforcement.draft (
        person_id UUID NOT NULL,
        subject TEXT NOT NULL,
        act TEXT NOT NULL,
        agency_id UUID NOT NULL,
        data JSONB NOT NULL,
        saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_draft PRIMARY KEY (person_id, subject, act),
        CONSTRAINT fk_draft_person_id_person FOREIGN KEY(person_id) REFERENCES enforcement.person (id),
        CONSTRAINT fk_draft_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
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
        data JSONB NOT NULL,
        digest TEXT NOT NULL,
        CONSTRAINT pk_process_record PRIMARY KEY (chain_id, seq),
        CONSTRAINT fk_process_record_chain_id_ledger_chain
            FOREIGN KEY(chain_id) REFERENCES enforcement.ledger_chain (id),
        CONSTRAINT fk_process_record_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_process_record_actor_id_person FOREIGN KEY(actor_id) REFERENCES enforcement.person (id)
    )
    """,
    "CREATE INDEX ix_process_record_actor_id ON enforcement.process_record (actor_id)",
    """
    CREATE INDEX ix_process_record_agency_id_event_happened_on
        ON enforcement.process_record (agency_id, event, happened_on)
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
        store_key TEXT NOT NULL,
        poster_key TEXT NOT NULL,
        taken_in_at TIMESTAMP WITH TIME ZONE NOT NULL,
        taken_in_by UUID NOT NULL,
        CONSTRAINT pk_recording PRIMARY KEY (id),
        CONSTRAINT fk_recording_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_recording_case_id_case_file FOREIGN KEY(case_id) REFERENCES enforcement.case_file (id),
        CONSTRAINT fk_recording_taken_in_by_person FOREIGN KEY(taken_in_by) REFERENCES enforcement.person (id)
    )
    """,
    "CREATE INDEX ix_recording_agency_id_taken_in_at ON enforcement.recording (agency_id, taken_in_at)",
    "CREATE INDEX ix_recording_case_id ON enforcement.recording (case_id)",
    """
    CREATE TABLE enforcement.role_grant (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        person_id UUID NOT NULL,
        role TEXT NOT NULL,
        from_on DATE NOT NULL,
        to_on DATE,
        CONSTRAINT pk_role_grant PRIMARY KEY (id),
        CONSTRAINT fk_role_grant_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_role_grant_person_id_person FOREIGN KEY(person_id) REFERENCES enforcement.person (id)
    )
    """,
    "CREATE INDEX ix_role_grant_person_id ON enforcement.role_grant (person_id)",
    """
    CREATE TABLE enforcement.web_session (
        token_digest BYTEA NOT NULL,
        agency_id UUID NOT NULL,
        person_id UUID NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        revoked_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_web_session PRIMARY KEY (token_digest),
        CONSTRAINT fk_web_session_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id),
        CONSTRAINT fk_web_session_person_id_person FOREIGN KEY(person_id) REFERENCES enforcement.person (id)
    )
    """,
    "CREATE INDEX ix_web_session_person_id ON enforcement.web_session (person_id)",
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
    "unit", "person", "role_grant", "certificate", "deputy", "web_session", "case_file", "party", "case_officer",
    "process_record", "draft", "matter", "directory_entry", "agency_parameter", "basic_information", "document_number",
    "sweep_run", "recording", "disclosure", "redaction_span",
)  # fmt: skip

CHANGES = {
    "agency": "UPDATE (name, document_prefix, credit_code)",
    "unit": "UPDATE (name)",
    "person": "UPDATE",
    "role_grant": "UPDATE (to_on)",
    "certificate": "UPDATE (suspended_on, suspended_reason, published_at)",
    "deputy": "UPDATE (to_on)",
    "web_session": "UPDATE (seen_at, revoked_at), DELETE",
    "case_file": "UPDATE (stage, version, title, matter_code, document_no, closed_on)",
    "party": "DELETE",
    "case_officer": "UPDATE (to_on)",
    "draft": "UPDATE, DELETE",
    "matter": "UPDATE (to_on)",
    "basic_information": "UPDATE",
    "document_number": "UPDATE (last)",
    "recording": "UPDATE (poster_key)",
    "disclosure": "UPDATE",
    "redaction_span": "UPDATE, DELETE",
    "demo_clock": "UPDATE (offset_seconds)",
}

SEQUENCER_READS = ("process_record", "recording")

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


# What every transaction begins with, in one round trip: whose rows it sees, how far the agency's own chain has come
# (what was read of its settings holds while that stands), and how far a demonstration's clock is ahead.
ENTER = """
    CREATE FUNCTION enforcement.enter(agency uuid)
    RETURNS TABLE (agency_seq bigint, offset_seconds bigint)
    LANGUAGE plpgsql ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        PERFORM set_config('mingjian.agency_id', agency::text, true);
        RETURN QUERY SELECT
            (SELECT c.head_seq FROM enforcement.agency a JOIN enforcement.ledger_chain c ON c.id = a.chain_id
                WHERE a.id = agency),
            (SELECT d.offset_seconds FROM enforcement.demo_clock d);
    END $$
"""


def upgrade() -> None:
    for statement in (*TABLES, *KEEP, ENTER):
        op.execute(statement)
    op.execute(rls("agency", column="id"))
    for table in WALLED:
        op.execute(rls(table))
    for table, change in CHANGES.items():
        op.execute(f"GRANT {change} ON enforcement.{table} TO mingjian_app")
    for table in ("agency", *WALLED, "demo_clock"):
        if table not in SEQUENCER_READS:
            op.execute(f"REVOKE ALL ON enforcement.{table} FROM mingjian_sequencer")
    op.execute("REVOKE INSERT ON enforcement.demo_clock FROM mingjian_app")
    op.execute("INSERT INTO enforcement.demo_clock (id, offset_seconds) VALUES (1, 0)")
