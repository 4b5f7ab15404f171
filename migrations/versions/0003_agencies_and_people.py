"""Lay down the house: agencies, their people and settings, and what must be asked before the agency is known.

Every table of an agency has row-level security. What the application may change stands in CHANGES, column by column
where it is little. Of passwords and sessions the verifier sees everything but what opens a door.

Three functions reach past row-level security as the owner, each answering one narrow question and nothing more. The
sign-in function gives the password's hash because argon2 is computed in the application; it is asked by user name only.
Sessions, roles and deputies count only in the agency that wrote them: no agency can sign in, or empower, a person of
another by naming that person in a row of its own.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from alembic import op

from migrations.walls import hidden, rls

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
        set_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
)

WALLED = (
    "unit", "person", "role_grant", "certificate", "deputy", "web_session", "matter", "directory_entry",
    "agency_parameter", "basic_information", "document_number",
)  # fmt: skip

CHANGES = {
    "agency": "UPDATE (name, document_prefix, credit_code)",
    "unit": "UPDATE (name)",
    "person": "UPDATE",
    "role_grant": "UPDATE (to_on)",
    "certificate": "UPDATE (suspended_on, suspended_reason, published_at)",
    "deputy": "UPDATE (to_on)",
    "web_session": "UPDATE (seen_at, revoked_at), DELETE",
    "matter": "UPDATE (to_on)",
    "basic_information": "UPDATE",
    "document_number": "UPDATE (last)",
    "demo_clock": "UPDATE (offset_seconds)",
}

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

FUNCTIONS = (
    """
    CREATE FUNCTION enforcement.find_login(sought text)
    RETURNS TABLE (person_id uuid, agency_id uuid, name text, password_hash text, locked_until timestamptz, left_on
    date)
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        SELECT p.id, p.agency_id, p.name, p.password_hash, p.locked_until, p.left_on
        FROM enforcement.person p WHERE p.username = sought
    $$
    """,
    # Roles and deputies as of the day, so that a grant that ended yesterday opens nothing today (G#7, S#4).
    """
    CREATE FUNCTION enforcement.find_session(sought bytea, today date)
    RETURNS TABLE (
        person_id uuid, agency_id uuid, agency_name text, name text, unit_id uuid, unit_name text, legal_unit boolean,
        law_qualified boolean, roles text[], deputy_for uuid, created_at timestamptz, seen_at timestamptz,
        expires_at timestamptz
    )
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        SELECT p.id, p.agency_id, a.name, p.name, p.unit_id, u.name, u.kind = 'legal', p.legal_qualification_no <> '',
            ARRAY(
                SELECT DISTINCT g.role FROM enforcement.role_grant g
                WHERE g.person_id = p.id AND g.agency_id = p.agency_id
                  AND g.from_on <= today AND (g.to_on IS NULL OR g.to_on >= today)
            ),
            (
                SELECT d.head_id FROM enforcement.deputy d
                WHERE d.deputy_id = p.id AND d.agency_id = p.agency_id AND d.from_on <= today AND d.to_on >= today
                ORDER BY d.from_on DESC LIMIT 1
            ),
            s.created_at, s.seen_at, s.expires_at
        FROM enforcement.web_session s
        JOIN enforcement.person p ON p.id = s.person_id AND p.agency_id = s.agency_id
        JOIN enforcement.agency a ON a.id = p.agency_id
        JOIN enforcement.unit u ON u.id = p.unit_id
        WHERE s.token_digest = sought AND s.revoked_at IS NULL AND (p.left_on IS NULL OR p.left_on >= today)
    $$
    """,
    """
    CREATE FUNCTION enforcement.agencies()
    RETURNS TABLE (agency_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        SELECT a.id FROM enforcement.agency a ORDER BY a.code
    $$
    """,
)
SIGNATURES = ("find_login(text)", "find_session(bytea, date)", "agencies()")


def upgrade() -> None:
    for statement in (*TABLES, ENTER, *FUNCTIONS):
        op.execute(statement)
    op.execute(rls("agency", column="id"))
    for table in WALLED:
        op.execute(rls(table))
    for table, change in CHANGES.items():
        op.execute(f"GRANT {change} ON enforcement.{table} TO mingjian_app")
    op.execute(hidden("person", "password_hash"))
    op.execute(hidden("web_session", "token_digest"))
    op.execute("REVOKE INSERT ON enforcement.demo_clock FROM mingjian_app")
    for signature in SIGNATURES:
        op.execute(f"REVOKE ALL ON FUNCTION enforcement.{signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION enforcement.{signature} TO mingjian_app")
    op.execute("INSERT INTO enforcement.demo_clock (id, offset_seconds) VALUES (1, 0)")


def downgrade() -> None:
    for function in ("enter(uuid)", *SIGNATURES):
        op.execute(f"DROP FUNCTION enforcement.{function}")
    for table in reversed(WALLED):
        op.execute(f"DROP TABLE enforcement.{table}")
    op.execute("DROP TABLE enforcement.demo_clock, enforcement.agency")
