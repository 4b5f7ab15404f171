"""Say at a turn to which unit its case came, as long as nobody is on the case.

What an officer must do is then found from the officer's own cases and these few, not by asking every open turn of the
agency whether anybody is on its case.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
ROWS_STAY = True  # turns are derived and in no chain


def upgrade() -> None:
    op.execute("ALTER TABLE enforcement.turn ADD COLUMN unit_id UUID")
    op.execute(
        "UPDATE enforcement.turn t SET unit_id = c.unit_id FROM enforcement.case_file c"
        " WHERE c.id = t.case_id AND NOT EXISTS (SELECT FROM enforcement.case_officer o WHERE o.case_id = c.id)"
    )
    op.execute("CREATE INDEX ix_turn_of_nobody ON enforcement.turn (unit_id, case_id) WHERE unit_id IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX enforcement.ix_turn_of_nobody")
    op.execute("ALTER TABLE enforcement.turn DROP COLUMN unit_id")
