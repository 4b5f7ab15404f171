"""Lay down what lists are walked by, and cut what is looked for inside into words: cases, recordings, people.

`words` is derived from those tables and follows them in the same transaction, whoever writes: triggers look again at
the end of it at every case, recording and person touched. `words_said` says from what, `cut_words` is the one place
that writes. Terms are those of `publish.search`, so that inside and outside find alike (a test compares them).

The application asks through `words_here`, a view of the transaction's own agency: behind row-level security itself the
planner could use no index of terms, because `@>` might tell of rows it is shown before they are walled off.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from alembic import op

from migrations.walls import AGENCY, rls

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"

TABLE = (
    """
    CREATE TABLE enforcement.words (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        kind TEXT NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        searchable TEXT NOT NULL,
        terms TEXT[] NOT NULL,
        CONSTRAINT pk_words PRIMARY KEY (id),
        CONSTRAINT fk_words_agency_id_agency FOREIGN KEY(agency_id) REFERENCES enforcement.agency (id)
    )
    """,
    "CREATE INDEX ix_words_terms ON enforcement.words USING gin (terms) WITH (fastupdate = off)",
    "CREATE INDEX ix_words_agency_id_kind_at_id ON enforcement.words (agency_id, kind, at, id)",
    # How common a word is decides which way is taken; the hundred commonest would not be enough to know.
    "ALTER TABLE enforcement.words ALTER COLUMN terms SET STATISTICS 1000",
    # A common word is found by walking over the newest, reading these two.
    "ALTER TABLE enforcement.words ALTER COLUMN searchable SET STORAGE MAIN, ALTER COLUMN terms SET STORAGE MAIN",
    "REVOKE INSERT ON enforcement.words FROM mingjian_app",
)

FUNCTIONS = (
    # As publish.search.normalise.
    rf"""
    CREATE FUNCTION enforcement.normalised(said text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
        SELECT btrim(regexp_replace(regexp_replace(
            translate(lower(normalize(said, NFKC)), '〔[【〕]】', '((()))'),
            '(?<=[{HAN}])\s+(?=[{HAN}])', '', 'g'), '\s+', ' ', 'g'))
    $$
    """,
    # As publish.search.terms_of_normalised.
    f"""
    CREATE FUNCTION enforcement.terms(normalised text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
        SELECT coalesce(array_agg(DISTINCT term COLLATE "C" ORDER BY term COLLATE "C"), '{{}}')
        FROM (
            SELECT CASE WHEN ascii(run) < 128 THEN run ELSE substr(run, place, 2) END AS term
            FROM (SELECT found[1] AS run FROM regexp_matches(normalised, '[{HAN}]+|[a-z]+|[0-9]+', 'g') found) runs
            CROSS JOIN LATERAL
                generate_series(1, CASE WHEN ascii(run) < 128 THEN 1 ELSE greatest(length(run) - 1, 1) END) place
        ) cut
    $$
    """,
    # Fields are kept apart by a sign, or the last character of one and the first of the next would be a word.
    """
    CREATE VIEW enforcement.words_said WITH (security_invoker = true) AS
        SELECT c.id, c.agency_id, 'case' AS kind, c.created_at AS at,
            concat_ws(' ; ', c.case_no, c.document_no, c.title, (
                SELECT string_agg(p.name, ' ; ' ORDER BY p.position, p.id)
                FROM enforcement.party p WHERE p.case_id = c.id
            )) AS said
        FROM enforcement.case_file c
        UNION ALL
        SELECT r.id, r.agency_id, 'recording', r.taken_in_at,
            concat_ws(' ; ', r.place, r.target, c.case_no, c.title)
        FROM enforcement.recording r JOIN enforcement.case_file c ON c.id = r.case_id
        UNION ALL
        SELECT p.id, p.agency_id, 'person', timestamptz '2000-01-01 00:00+00',
            concat_ws(' ; ', p.name, (
                SELECT string_agg(k.number, ' ; ' ORDER BY k.number)
                FROM enforcement.certificate k WHERE k.person_id = p.id
            ))
        FROM enforcement.person p
    """,
    """
    CREATE FUNCTION enforcement.cut_words(touched uuid[]) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
        INSERT INTO enforcement.words AS kept (id, agency_id, kind, at, searchable, terms)
        SELECT s.id, s.agency_id, s.kind, s.at, n.plain, enforcement.terms(n.plain) || ('@' || s.agency_id)
        FROM enforcement.words_said s
        CROSS JOIN LATERAL (SELECT enforcement.normalised(s.said) AS plain OFFSET 0) n
        LEFT JOIN enforcement.words w ON w.id = s.id
        WHERE s.id = ANY (touched) AND (w.id IS NULL OR w.searchable <> n.plain)
        ON CONFLICT (id) DO UPDATE SET searchable = excluded.searchable, terms = excluded.terms
    $$
    """,
    """
    CREATE FUNCTION enforcement.words_follow() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        concerned uuid;
    BEGIN
        IF TG_TABLE_NAME = 'party' AND TG_OP = 'DELETE' THEN
            concerned := OLD.case_id;
        ELSIF TG_TABLE_NAME = 'party' THEN
            concerned := NEW.case_id;
        ELSIF TG_TABLE_NAME = 'certificate' THEN
            concerned := NEW.person_id;
        ELSE
            concerned := NEW.id;
        END IF;
        PERFORM enforcement.cut_words(
            ARRAY(SELECT r.id FROM enforcement.recording r WHERE r.case_id = concerned) || concerned);
        RETURN NULL;
    END $$
    """,
    # What is not as it would be cut anew: nothing, where all is well. Column by column: PostgreSQL writes a comparison
    # of whole rows down otherwise once a backup of it was laid back, and the schema would not be the one described.
    """
    CREATE VIEW enforcement.words_wrong WITH (security_invoker = true) AS
        SELECT coalesce(s.id, w.id) AS id, coalesce(s.agency_id, w.agency_id) AS agency_id
        FROM (
            SELECT one.id, one.agency_id, one.kind, one.at, enforcement.normalised(one.said) AS plain
            FROM enforcement.words_said one OFFSET 0
        ) s
        FULL JOIN enforcement.words w ON w.id = s.id
        WHERE w.agency_id IS DISTINCT FROM s.agency_id OR w.kind IS DISTINCT FROM s.kind OR w.at IS DISTINCT FROM s.at
            OR w.searchable IS DISTINCT FROM s.plain
            OR w.terms IS DISTINCT FROM (enforcement.terms(s.plain) || ('@' || s.agency_id))
    """,
    f"""
    CREATE FUNCTION enforcement.rebuild_words() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        wrong uuid[] := ARRAY(SELECT w.id FROM enforcement.words_wrong w WHERE w.agency_id = {AGENCY});
    BEGIN
        DELETE FROM enforcement.words w WHERE w.id = ANY (wrong);
        PERFORM enforcement.cut_words(wrong);
        RETURN cardinality(wrong);
    END $$
    """,
    # In a SELECT of its own: written as in the policies, the planner would take it for one of them, and keep the words
    # from their index again.
    f"""
    CREATE VIEW enforcement.words_here AS
        SELECT id, kind, at, searchable, terms FROM enforcement.words WHERE agency_id = (SELECT {AGENCY})
    """,
    # Default privileges would open all of them; the application needs to read its own and to repair it.
    """
    REVOKE ALL ON enforcement.words_said, enforcement.words_wrong, enforcement.words_here FROM mingjian_app
    """,
    "GRANT SELECT ON enforcement.words_here TO mingjian_app",
    """
    REVOKE ALL ON FUNCTION enforcement.cut_words(uuid[]), enforcement.words_follow(), enforcement.rebuild_words()
        FROM PUBLIC, mingjian_app
    """,
    "GRANT EXECUTE ON FUNCTION enforcement.rebuild_words() TO mingjian_app",
    "GRANT EXECUTE ON FUNCTION enforcement.normalised(text), enforcement.terms(text) TO mingjian_verifier",
)

# What lists are walked by, a page at a time.
LISTS = (
    """
    CREATE INDEX ix_case_file_open ON enforcement.case_file (agency_id, stage, created_at, id)
        WHERE closed_on IS NULL
    """,
    """
    CREATE INDEX ix_case_file_open_newest ON enforcement.case_file (agency_id, created_at, id)
        WHERE closed_on IS NULL
    """,
    "CREATE INDEX ix_case_file_agency_id_document_no ON enforcement.case_file (agency_id, document_no)",
    "CREATE INDEX ix_disclosure_agency_id_anchor_on_id ON enforcement.disclosure (agency_id, anchor_on, id)",
    """
    CREATE INDEX ix_notification_of_role
        ON enforcement.notification (agency_id, to_role, (read_at IS NULL), created_at, id)
    """,
    """
    CREATE INDEX ix_notification_of_person
        ON enforcement.notification (agency_id, to_person, (read_at IS NULL), created_at, id)
        WHERE to_person IS NOT NULL
    """,
)
MADE_FOR_LISTS = (
    "ix_case_file_open_newest", "ix_case_file_agency_id_document_no", "ix_disclosure_agency_id_anchor_on_id",
    "ix_notification_of_role", "ix_notification_of_person", "ix_case_file_open",
)  # fmt: skip

FOLLOWED = {
    "case_file": "INSERT OR UPDATE OF title, case_no, document_no",
    "party": "INSERT OR DELETE OR UPDATE OF name",
    "recording": "INSERT OR UPDATE OF place, target",
    "person": "INSERT OR UPDATE OF name",
    "certificate": "INSERT OR UPDATE OF number",
}


def upgrade() -> None:
    for statement in (*LISTS, *TABLE, *FUNCTIONS):
        op.execute(statement)
    op.execute(rls("words"))
    for table, change in FOLLOWED.items():
        # At the end of the transaction: a case is written in several steps, and cut once.
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_words AFTER {change} ON enforcement.{table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION enforcement.words_follow()"
        )
    op.execute("SELECT enforcement.cut_words(ARRAY(SELECT id FROM enforcement.words_said))")


def downgrade() -> None:
    for index in MADE_FOR_LISTS:
        op.execute(f"DROP INDEX enforcement.{index}")
    for table in FOLLOWED:
        op.execute(f"DROP TRIGGER {table}_words ON enforcement.{table}")
    op.execute("DROP VIEW enforcement.words_here, enforcement.words_wrong")
    op.execute("DROP FUNCTION enforcement.rebuild_words(), enforcement.words_follow(), enforcement.cut_words(uuid[])")
    op.execute("DROP VIEW enforcement.words_said")
    op.execute("DROP TABLE enforcement.words")
    op.execute("DROP FUNCTION enforcement.terms(text), enforcement.normalised(text)")
