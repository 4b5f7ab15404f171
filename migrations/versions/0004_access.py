"""What must be asked before the agency is known: who signs in, whose session this is, which agencies there are.

Three functions that reach past row-level security as the owner, each answering one narrow question and nothing more.
The sign-in function gives the password's hash because argon2 is computed in the application; it is asked by user name
only.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

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
    for function in FUNCTIONS:
        op.execute(function)
    for signature in SIGNATURES:
        op.execute(f"REVOKE ALL ON FUNCTION enforcement.{signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION enforcement.{signature} TO mingjian_app")


def downgrade() -> None:
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION enforcement.{signature}")
