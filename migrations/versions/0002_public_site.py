"""Lay down schema public_site: what the public process reads, and the one table it may insert into.

G#5.1 (publish, withdraw, update), G#14, G#15, G#18.2, G#19. Row-level security keeps the application to the rows of the
agency set for its transaction (谁执法、谁公示: nobody publishes for another agency); the public sees all rows of what
it may read. The public role reads of an earlier version when and why it changed and its digest, never its content.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

from migrations.walls import rls

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE public_site.agency (
        id UUID NOT NULL,
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        initial TEXT NOT NULL,
        kind TEXT NOT NULL,
        address TEXT DEFAULT '' NOT NULL,
        phone TEXT DEFAULT '' NOT NULL,
        supervision_phone TEXT DEFAULT '' NOT NULL,
        updated_on DATE NOT NULL,
        CONSTRAINT pk_agency PRIMARY KEY (id),
        CONSTRAINT uq_agency_code UNIQUE (code),
        CONSTRAINT uq_agency_name UNIQUE (name)
    )
    """,
    """
    CREATE TABLE public_site.checkpoint (
        size BIGINT NOT NULL,
        root BYTEA NOT NULL,
        note TEXT NOT NULL,
        signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_checkpoint PRIMARY KEY (size)
    )
    """,
    """
    CREATE TABLE public_site.officer (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        name TEXT NOT NULL,
        unit TEXT NOT NULL,
        certificate_no TEXT NOT NULL,
        certificate_style TEXT NOT NULL,
        published_on DATE NOT NULL,
        removed_on DATE,
        CONSTRAINT pk_officer PRIMARY KEY (id),
        CONSTRAINT fk_officer_agency_id_agency FOREIGN KEY(agency_id) REFERENCES public_site.agency (id),
        CONSTRAINT uq_officer_agency_id_certificate_no UNIQUE (agency_id, certificate_no)
    )
    """,
    """
    CREATE INDEX ix_officer_agency_id_unit_name ON public_site.officer (agency_id, unit,
            name) WHERE removed_on IS NULL
    """,
    """
    CREATE TABLE public_site.basic_information (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        item TEXT NOT NULL,
        section TEXT NOT NULL,
        title TEXT NOT NULL,
        cite TEXT NOT NULL,
        content TEXT NOT NULL,
        position INTEGER NOT NULL,
        updated_on DATE NOT NULL,
        CONSTRAINT pk_basic_information PRIMARY KEY (id),
        CONSTRAINT uq_basic_information_agency_id_item UNIQUE (agency_id, item),
        CONSTRAINT fk_basic_information_agency_id_agency FOREIGN KEY(agency_id) REFERENCES public_site.agency (id)
    )
    """,
    """
    CREATE TABLE public_site.notice (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        content TEXT NOT NULL,
        published_on DATE NOT NULL,
        removed_on DATE,
        CONSTRAINT pk_notice PRIMARY KEY (id),
        CONSTRAINT ck_notice_kind_known CHECK (kind IN ('inspection_plan', 'hearing_notice', 'annual_report')),
        CONSTRAINT fk_notice_agency_id_agency FOREIGN KEY(agency_id) REFERENCES public_site.agency (id)
    )
    """,
    """
    CREATE INDEX ix_notice_kind_published ON public_site.notice (kind, published_on) WHERE removed_on IS NULL
    """,
    """
    CREATE INDEX ix_notice_agency_kind ON public_site.notice (agency_id, kind) WHERE removed_on IS NULL
    """,
    """
    CREATE TABLE public_site.publication (
        id UUID NOT NULL,
        ordinal BIGINT GENERATED ALWAYS AS IDENTITY,
        agency_id UUID NOT NULL,
        kind TEXT NOT NULL,
        form TEXT NOT NULL,
        document_no TEXT NOT NULL,
        decided_on DATE NOT NULL,
        due_on DATE,
        published_on DATE NOT NULL,
        title TEXT NOT NULL,
        party_label TEXT NOT NULL,
        decision_kind TEXT NOT NULL,
        gist TEXT NOT NULL,
        version INTEGER NOT NULL,
        content BYTEA,
        digest BYTEA NOT NULL,
        searchable TEXT NOT NULL,
        terms TEXT[] NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        withdrawn_on DATE,
        withdrawal_kind TEXT,
        withdrawal_reason TEXT,
        replaced_by UUID,
        CONSTRAINT pk_publication PRIMARY KEY (id),
        CONSTRAINT ck_publication_kind_known CHECK (kind IN ('license_decision', 'penalty_decision',
            'other_decision', 'inspection_result')),
        CONSTRAINT ck_publication_form_known CHECK (form IN ('full_text', 'summary')),
        CONSTRAINT ck_publication_inspection_is_summary CHECK (kind <> 'inspection_result' OR form = 'summary'),
        CONSTRAINT ck_publication_published_after_decision CHECK (published_on >= decided_on),
        CONSTRAINT ck_publication_digest_is_sha256 CHECK (octet_length(digest) = 32),
        CONSTRAINT ck_publication_withdrawal_kind_known CHECK (withdrawal_kind IN ('altered', 'annulled',
            'held_unlawful', 'held_void', 'published_in_error')),
        CONSTRAINT ck_publication_withdrawn_is_empty_and_reasoned
            CHECK (CASE WHEN withdrawn_on IS NULL THEN content IS NOT NULL AND withdrawal_kind IS NULL
            AND withdrawal_reason IS NULL AND replaced_by IS NULL ELSE content IS NULL AND searchable = ''
            AND cardinality(terms) = 0 AND title = '' AND party_label = '' AND decision_kind = '' AND gist = ''
            AND withdrawal_kind IS NOT NULL AND length(withdrawal_reason) > 0 END),
        CONSTRAINT uq_publication_ordinal UNIQUE (ordinal),
        CONSTRAINT fk_publication_agency_id_agency FOREIGN KEY(agency_id) REFERENCES public_site.agency (id),
        CONSTRAINT fk_publication_replaced_by_publication FOREIGN KEY(replaced_by)
            REFERENCES public_site.publication (id) DEFERRABLE INITIALLY DEFERRED
    )
    """,
    """
    CREATE INDEX ix_publication_agency_decided ON public_site.publication (agency_id, decided_on,
            ordinal) WHERE withdrawn_on IS NULL
    """,
    """
    CREATE INDEX ix_publication_terms ON public_site.publication USING gin (terms) WITH (fastupdate = off)
    """,
    """
    CREATE INDEX ix_publication_withdrawn ON public_site.publication (changed_at, ordinal)
        WHERE withdrawn_on IS NOT NULL
    """,
    # A disclosure taken down is found by its publication, which an agency has few of.
    """
    CREATE INDEX ix_publication_agency_withdrawn ON public_site.publication (agency_id)
        WHERE withdrawn_on IS NOT NULL
    """,
    """
    CREATE INDEX ix_publication_published ON public_site.publication (published_on,
            ordinal) WHERE withdrawn_on IS NULL
    """,
    """
    CREATE INDEX ix_publication_decided ON public_site.publication (decided_on, ordinal) WHERE withdrawn_on IS NULL
    """,
    """
    CREATE UNIQUE INDEX uq_publication_document_no ON public_site.publication (agency_id,
            document_no) WHERE withdrawn_on IS NULL
    """,
    """
    CREATE INDEX ix_publication_kind_published ON public_site.publication (kind, published_on,
            ordinal) WHERE withdrawn_on IS NULL
    """,
    """
    CREATE INDEX ix_publication_agency_published ON public_site.publication (agency_id, published_on,
            ordinal) WHERE withdrawn_on IS NULL
    """,
    """
    CREATE INDEX ix_publication_kind_decided ON public_site.publication (kind, decided_on,
            ordinal) WHERE withdrawn_on IS NULL
    """,
    """
    CREATE TABLE public_site.log_proof (
        chain_id UUID NOT NULL,
        seq BIGINT NOT NULL,
        publication_id UUID NOT NULL,
        event TEXT NOT NULL,
        body TEXT NOT NULL,
        salt BYTEA NOT NULL,
        prev_hash BYTEA NOT NULL,
        leaf_hash BYTEA NOT NULL,
        position BIGINT NOT NULL,
        path BYTEA[] NOT NULL,
        checkpoint_size BIGINT NOT NULL,
        CONSTRAINT pk_log_proof PRIMARY KEY (chain_id, seq),
        CONSTRAINT fk_log_proof_checkpoint_size_checkpoint FOREIGN KEY(checkpoint_size)
            REFERENCES public_site.checkpoint (size)
    )
    """,
    """
    CREATE INDEX ix_log_proof_publication_id ON public_site.log_proof (publication_id)
    """,
    """
    CREATE TABLE public_site.publication_version (
        publication_id UUID NOT NULL,
        version INTEGER NOT NULL,
        agency_id UUID NOT NULL,
        published_on DATE NOT NULL,
        reason TEXT NOT NULL,
        digest BYTEA NOT NULL,
        content BYTEA NOT NULL,
        CONSTRAINT pk_publication_version PRIMARY KEY (publication_id, version),
        CONSTRAINT fk_publication_version_publication_id_publication FOREIGN KEY(publication_id)
            REFERENCES public_site.publication (id),
        CONSTRAINT fk_publication_version_agency_id_agency FOREIGN KEY(agency_id) REFERENCES public_site.agency (id)
    )
    """,
    """
    CREATE TABLE public_site.correction_request (
        id UUID NOT NULL,
        receipt_no TEXT NOT NULL,
        publication_id UUID,
        agency_id UUID NOT NULL,
        kind TEXT NOT NULL,
        statement TEXT NOT NULL,
        wish TEXT NOT NULL,
        name TEXT NOT NULL,
        contact TEXT NOT NULL,
        submitted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        salt BYTEA DEFAULT sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))) NOT NULL,
        taken_up_at TIMESTAMP WITH TIME ZONE,
        digest TEXT,
        settled_at TIMESTAMP WITH TIME ZONE,
        asked_after_on DATE,
        CONSTRAINT pk_correction_request PRIMARY KEY (id),
        CONSTRAINT ck_correction_request_taken_up_with_digest CHECK ((taken_up_at IS NULL) = (digest IS NULL)),
        CONSTRAINT ck_correction_request_kind_known CHECK (kind IN ('suggestion', 'correction')),
        CONSTRAINT uq_correction_request_receipt_no UNIQUE (receipt_no),
        CONSTRAINT fk_correction_request_publication_id_publication FOREIGN KEY(publication_id)
            REFERENCES public_site.publication (id),
        CONSTRAINT fk_correction_request_agency_id_agency FOREIGN KEY(agency_id) REFERENCES public_site.agency (id)
    )
    """,
    """
    CREATE INDEX ix_correction_request_waiting ON public_site.correction_request (agency_id,
            submitted_at) WHERE taken_up_at IS NULL
    """,
    """
    CREATE INDEX ix_correction_request_open ON public_site.correction_request (agency_id, submitted_at)
        WHERE taken_up_at IS NOT NULL AND settled_at IS NULL
    """,
)

# Rows of one agency: the application sees and writes its own agency's only.
OF_AN_AGENCY = (
    "officer",
    "basic_information",
    "notice",
    "publication",
    "publication_version",
    "correction_request",
)
READ_BY_THE_PUBLIC = ("agency", "officer", "basic_information", "notice", "publication", "publication_version")

GRANTS = (
    "GRANT UPDATE ON public_site.agency, public_site.officer, public_site.notice TO mingjian_app",
    "GRANT UPDATE ON public_site.publication TO mingjian_app",
    "GRANT UPDATE, DELETE ON public_site.basic_information TO mingjian_app",
    # What the public sends in is the public's: the application takes it up and changes nothing else.
    "REVOKE INSERT ON public_site.correction_request FROM mingjian_app",
    "GRANT UPDATE (taken_up_at, digest, settled_at, asked_after_on) ON public_site.correction_request TO mingjian_app",
    # Proofs and checkpoints come from the sequencer alone.
    "REVOKE INSERT ON public_site.checkpoint, public_site.log_proof FROM mingjian_app",
    "GRANT INSERT ON public_site.checkpoint, public_site.log_proof TO mingjian_sequencer",
    """
    GRANT SELECT ON public_site.agency, public_site.officer, public_site.basic_information, public_site.notice,
        public_site.publication, public_site.checkpoint, public_site.log_proof TO mingjian_public
    """,
    """
    GRANT SELECT (publication_id, version, published_on, reason, digest)
        ON public_site.publication_version TO mingjian_public
    """,
    """
    GRANT INSERT (id, receipt_no, publication_id, agency_id, kind, statement, wish, name, contact)
        ON public_site.correction_request TO mingjian_public
    """,
)


# A search walks over the newest rows reading this column: kept inside the row, it costs no second look-up.
STORAGE = "ALTER TABLE public_site.publication ALTER COLUMN searchable SET STORAGE MAIN"


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    op.execute(STORAGE)
    op.execute(rls("agency", schema="public_site", column="id"))
    for table in OF_AN_AGENCY:
        op.execute(rls(table, schema="public_site"))
    for table in READ_BY_THE_PUBLIC:
        op.execute(f"CREATE POLICY {table}_public ON public_site.{table} FOR SELECT TO mingjian_public USING (true)")
    # What comes in is untouched: neither taken up nor settled nor asked after.
    op.execute(
        "CREATE POLICY correction_request_public ON public_site.correction_request FOR INSERT TO mingjian_public"
        " WITH CHECK (taken_up_at IS NULL AND settled_at IS NULL AND asked_after_on IS NULL)"
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("log_proof", "checkpoint", *reversed(OF_AN_AGENCY), "agency"):
        op.execute(f"DROP TABLE public_site.{table}")
