"""Let the clock ask once over all agencies which of them it must look into; note a pass once for the installation.

And give the sequencer a turn of its own that no other role can take.

`sweep_waiting` reaches past row-level security as the owner and says of each agency only that there is something to do.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PASS = (
    """
    CREATE TABLE enforcement.sweep_pass (
        id BIGINT NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_sweep_pass PRIMARY KEY (id)
    )
    """,
    "GRANT UPDATE (finished_at) ON enforcement.sweep_pass TO mingjian_app",
    "REVOKE ALL ON enforcement.sweep_pass FROM mingjian_sequencer",
)

# Who may lock it so that no other can: the one role with a right to change it.
TURN = (
    "CREATE TABLE enforcement.sequencer_turn (id BIGINT NOT NULL, CONSTRAINT pk_sequencer_turn PRIMARY KEY (id))",
    "REVOKE ALL ON enforcement.sequencer_turn FROM mingjian_app, mingjian_sequencer",
    "GRANT DELETE ON enforcement.sequencer_turn TO mingjian_sequencer",
)

REQUESTS = (
    "ALTER TABLE public_site.correction_request ADD COLUMN settled_at TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE public_site.correction_request ADD COLUMN asked_after_on DATE",
    """
    CREATE INDEX ix_correction_request_open ON public_site.correction_request (agency_id, submitted_at)
        WHERE taken_up_at IS NOT NULL AND settled_at IS NULL
    """,
    "GRANT UPDATE (settled_at, asked_after_on) ON public_site.correction_request TO mingjian_app",
    # What comes in is untouched: neither taken up nor settled nor asked after.
    "DROP POLICY correction_request_public ON public_site.correction_request",
    """
    CREATE POLICY correction_request_public ON public_site.correction_request FOR INSERT TO mingjian_public
        WITH CHECK (taken_up_at IS NULL AND settled_at IS NULL AND asked_after_on IS NULL)
    """,
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

# A disclosure taken down is found by its publication, which an agency has few of.
INDEXES = (
    """
    CREATE INDEX ix_publication_agency_withdrawn ON public_site.publication (agency_id)
        WHERE withdrawn_on IS NOT NULL
    """,
    """
    CREATE INDEX ix_disclosure_withdrawn_unverified ON enforcement.disclosure (agency_id)
        WHERE stage = 'withdrawn' AND verified_at IS NULL
    """,
)


def upgrade() -> None:
    for statement in (*PASS, *TURN, *REQUESTS, *INDEXES, WAITING):
        op.execute(statement)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO mingjian_app")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.execute("DROP INDEX enforcement.ix_disclosure_withdrawn_unverified")
    op.execute("DROP INDEX public_site.ix_publication_agency_withdrawn")
    op.execute("DROP POLICY correction_request_public ON public_site.correction_request")
    op.execute("DROP INDEX public_site.ix_correction_request_open")
    op.execute("ALTER TABLE public_site.correction_request DROP COLUMN settled_at, DROP COLUMN asked_after_on")
    op.execute(
        "CREATE POLICY correction_request_public ON public_site.correction_request"
        " FOR INSERT TO mingjian_public WITH CHECK (taken_up_at IS NULL)"
    )
    op.execute("DROP TABLE enforcement.sequencer_turn")
    op.execute("DROP TABLE enforcement.sweep_pass")
