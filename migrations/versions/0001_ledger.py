"""Lay down the ledger: chains, entries, the tree, its checkpoints, the walls around them, how far it is verified.

An entry is inserted once and never changed: the application's role may do nothing else, a trigger refuses the rest to
everybody, and only the trigger on the entry moves the head of its chain. A superuser can switch triggers off; what
finds that is the verification, against a checkpoint that has left the house.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from alembic import op

from migrations.walls import AGENCY, rls

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE enforcement.ledger_chain (
        id UUID NOT NULL,
        agency_id UUID NOT NULL,
        kind TEXT NOT NULL,
        head_seq BIGINT NOT NULL,
        head_hash BYTEA NOT NULL,
        CONSTRAINT pk_ledger_chain PRIMARY KEY (id),
        CONSTRAINT ck_ledger_chain_kind_known CHECK (kind IN ('case', 'agency'))
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX ix_ledger_chain_agency_id ON enforcement.ledger_chain (agency_id)",
    """
    CREATE TABLE enforcement.ledger_entry (
        chain_id UUID NOT NULL,
        seq BIGINT NOT NULL,
        agency_id UUID NOT NULL,
        body TEXT NOT NULL,
        salt BYTEA NOT NULL,
        leaf_hash BYTEA NOT NULL,
        prev_hash BYTEA NOT NULL,
        CONSTRAINT pk_ledger_entry PRIMARY KEY (chain_id, seq)
    )
    """,
    """
    CREATE TABLE enforcement.ledger_pending (
        ticket BIGINT GENERATED ALWAYS AS IDENTITY,
        chain_id UUID NOT NULL,
        seq BIGINT NOT NULL,
        entered_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT pk_ledger_pending PRIMARY KEY (ticket)
    )
    """,
    """
    CREATE TABLE enforcement.ledger_leaf (
        position BIGINT NOT NULL,
        chain_id UUID NOT NULL,
        seq BIGINT NOT NULL,
        leaf_hash BYTEA NOT NULL,
        CONSTRAINT pk_ledger_leaf PRIMARY KEY (position),
        CONSTRAINT uq_ledger_leaf_chain_id_seq UNIQUE (chain_id, seq)
    )
    """,
    """
    CREATE TABLE enforcement.ledger_node (
        level SMALLINT NOT NULL,
        idx BIGINT NOT NULL,
        hash BYTEA NOT NULL,
        CONSTRAINT pk_ledger_node PRIMARY KEY (level, idx)
    )
    """,
    """
    CREATE TABLE enforcement.ledger_checkpoint (
        size BIGINT NOT NULL,
        root BYTEA NOT NULL,
        note TEXT NOT NULL,
        signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_ledger_checkpoint PRIMARY KEY (size)
    )
    """,
    # Who may lock it so that no other can: the one role with a right to change it.
    "CREATE TABLE enforcement.sequencer_turn (id BIGINT NOT NULL, CONSTRAINT pk_sequencer_turn PRIMARY KEY (id))",
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
)

# A SECURITY DEFINER function runs as the owner: it names every object by its schema and looks nothing up elsewhere.
_DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"

FUNCTIONS = (
    f"""
    CREATE FUNCTION enforcement.ledger_begin_chain() RETURNS trigger {_DEFINER} AS $$
    BEGIN
        NEW.head_seq := 0;
        NEW.head_hash := sha256(convert_to(
            'mingjian chain' || chr(10) || NEW.agency_id || chr(10) || NEW.id || chr(10) || NEW.kind, 'UTF8'));
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE FUNCTION enforcement.ledger_append() RETURNS trigger {_DEFINER} AS $$
    BEGIN
        IF octet_length(NEW.salt) <> 32 OR NEW.leaf_hash IS DISTINCT FROM
           sha256('\\x00'::bytea || NEW.prev_hash || NEW.salt || convert_to(NEW.body, 'UTF8')) THEN
            RAISE EXCEPTION 'ledger: the hash of entry % of chain % is not that of its text', NEW.seq, NEW.chain_id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        UPDATE enforcement.ledger_chain SET head_seq = NEW.seq, head_hash = NEW.leaf_hash
            WHERE id = NEW.chain_id AND agency_id = NEW.agency_id
              AND head_seq = NEW.seq - 1 AND head_hash = NEW.prev_hash;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'ledger: entry % does not follow the head of chain %', NEW.seq, NEW.chain_id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        INSERT INTO enforcement.ledger_pending (chain_id, seq) VALUES (NEW.chain_id, NEW.seq);
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE FUNCTION enforcement.ledger_refuse() RETURNS trigger {_DEFINER} AS $$
    BEGIN
        RAISE EXCEPTION 'ledger: % on %.% is refused, what is written stays', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    # The next writer of the same chain waits here until this transaction ends, instead of failing on a head that moved.
    f"""
    CREATE FUNCTION enforcement.ledger_head(chain uuid, agency uuid)
    RETURNS TABLE (head_seq bigint, head_hash bytea) {_DEFINER} ROWS 1 AS $$
    BEGIN
        RETURN QUERY SELECT c.head_seq, c.head_hash FROM enforcement.ledger_chain c
            WHERE c.id = chain AND c.agency_id = agency AND c.agency_id = {AGENCY} FOR NO KEY UPDATE;
    END $$
    """,
)

KEPT = ("ledger_entry", "ledger_leaf", "ledger_node", "ledger_checkpoint")
TRIGGERS = (
    """
    CREATE TRIGGER ledger_chain_begin BEFORE INSERT ON enforcement.ledger_chain
        FOR EACH ROW EXECUTE FUNCTION enforcement.ledger_begin_chain()
    """,
    """
    CREATE TRIGGER ledger_entry_append BEFORE INSERT ON enforcement.ledger_entry
        FOR EACH ROW EXECUTE FUNCTION enforcement.ledger_append()
    """,
    # Inside the trigger on the entry the depth is 1; a statement of anybody's is at 0.
    """
    CREATE TRIGGER ledger_chain_keep BEFORE UPDATE ON enforcement.ledger_chain
        FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION enforcement.ledger_refuse()
    """,
    """
    CREATE TRIGGER ledger_chain_keep_row BEFORE DELETE ON enforcement.ledger_chain
        FOR EACH ROW EXECUTE FUNCTION enforcement.ledger_refuse()
    """,
    """
    CREATE TRIGGER ledger_chain_keep_all BEFORE TRUNCATE ON enforcement.ledger_chain
        FOR EACH STATEMENT EXECUTE FUNCTION enforcement.ledger_refuse()
    """,
)

GRANTS = (
    """
    REVOKE ALL ON enforcement.ledger_chain, enforcement.ledger_entry, enforcement.ledger_pending,
        enforcement.ledger_leaf, enforcement.ledger_node, enforcement.ledger_checkpoint
        FROM PUBLIC, mingjian_app, mingjian_sequencer
    """,
    "GRANT SELECT, INSERT (id, agency_id, kind) ON enforcement.ledger_chain TO mingjian_app",
    "GRANT SELECT, INSERT ON enforcement.ledger_entry TO mingjian_app",
    # Not the leaves: each names a chain and a number, and so how much any agency has done.
    "GRANT SELECT ON enforcement.ledger_checkpoint TO mingjian_app",
    "GRANT SELECT ON enforcement.ledger_entry TO mingjian_sequencer",
    "CREATE POLICY ledger_entry_sequencer ON enforcement.ledger_entry FOR SELECT TO mingjian_sequencer USING (true)",
    # Only since when something waits: the health of an installation, nothing of any agency.
    "GRANT SELECT (entered_at) ON enforcement.ledger_pending TO mingjian_app",
    "GRANT SELECT, DELETE ON enforcement.ledger_pending TO mingjian_sequencer",
    """
    GRANT SELECT, INSERT ON enforcement.ledger_leaf, enforcement.ledger_node, enforcement.ledger_checkpoint
        TO mingjian_sequencer
    """,
    """
    REVOKE ALL ON FUNCTION enforcement.ledger_begin_chain(), enforcement.ledger_append(), enforcement.ledger_refuse(),
        enforcement.ledger_head(uuid, uuid) FROM PUBLIC, mingjian_app, mingjian_sequencer
    """,
    "GRANT EXECUTE ON FUNCTION enforcement.ledger_head(uuid, uuid) TO mingjian_app",
    "REVOKE ALL ON enforcement.sequencer_turn FROM mingjian_app, mingjian_sequencer",
    "GRANT DELETE ON enforcement.sequencer_turn TO mingjian_sequencer",
    "REVOKE INSERT ON enforcement.verification FROM mingjian_app",
    "GRANT INSERT, UPDATE ON enforcement.verification TO mingjian_verifier",
)


def upgrade() -> None:
    for statement in (*TABLES, *FUNCTIONS, *TRIGGERS):
        op.execute(statement)
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_keep_row BEFORE UPDATE OR DELETE ON enforcement.{table}"
            " FOR EACH ROW EXECUTE FUNCTION enforcement.ledger_refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON enforcement.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION enforcement.ledger_refuse()"
        )
    op.execute(rls("ledger_chain"))
    op.execute(rls("ledger_entry"))
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE enforcement.verification, enforcement.sequencer_turn")
    for table in ("checkpoint", "node", "leaf", "pending", "entry", "chain"):
        op.execute(f"DROP TABLE enforcement.ledger_{table}")
    for function in ("begin_chain()", "append()", "refuse()", "head(uuid, uuid)"):
        op.execute(f"DROP FUNCTION enforcement.ledger_{function}")
