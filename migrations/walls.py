"""DDL that migrations share: who sees which rows and columns. Frozen with them: it must say tomorrow what it said."""

from __future__ import annotations

AGENCY = "nullif(current_setting('mingjian.agency_id', true), '')::uuid"
"""The agency a transaction acts for; none is NULL, and equal to no row's."""


def rls(table: str, *, schema: str = "enforcement", column: str = "agency_id") -> str:
    """DDL that lets mingjian_app see and write only rows of the agency set for the transaction.

    For a migration: `op.execute(rls("case_record"))`. Without a setting no row is visible. The owner is not bound
    (no FORCE): SECURITY DEFINER functions and triggers must reach rows before the agency is known. The verifier
    reads every agency's rows, because the tree is one for all.
    """
    return f"""
        ALTER TABLE {schema}.{table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY {table}_agency ON {schema}.{table} FOR ALL TO mingjian_app
            USING ({column} = {AGENCY}) WITH CHECK ({column} = {AGENCY});
        CREATE POLICY {table}_verifier ON {schema}.{table} FOR SELECT TO mingjian_verifier USING (true);
    """


def hidden(table: str, *columns: str, schema: str = "enforcement") -> str:
    """DDL that takes columns of a table from mingjian_verifier, which then reads the others by name.

    For a migration, once the table is there. One that adds a column to such a table grants it by name.
    """
    secret = ", ".join(f"'{column}'" for column in columns)
    return f"""DO $$ BEGIN
        REVOKE SELECT ON {schema}.{table} FROM mingjian_verifier;
        EXECUTE (SELECT 'GRANT SELECT (' || string_agg(quote_ident(attname), ', ')
                     || ') ON {schema}.{table} TO mingjian_verifier' FROM pg_attribute
                 WHERE attrelid = '{schema}.{table}'::regclass AND attnum > 0 AND NOT attisdropped
                   AND attname NOT IN ({secret}));
    END $$"""  # noqa: S608  (names written in a migration)
