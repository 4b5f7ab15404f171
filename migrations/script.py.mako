"""${message}

What changes, why, and which row asks for it (for example G13.b). Then:
* name the file 000N_what_it_does.py, revision "000N", and write the same revision into migrations/HEAD;
* a table with agency_id gets `op.execute(rls("table"))` (migrations/walls.py);
* mingjian_app may SELECT and INSERT by default; grant UPDATE or DELETE here, and only where the law lets a row change;
* mingjian_public may do nothing by default; grant it what the public site reads;
* say what becomes of rows on record: migrations/wrote/ with the same name, or ROWS_STAY = True below;
* every released installation is upgraded by it in tests/migrations/.

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

from __future__ import annotations

from alembic import op
${imports if imports else ""}
revision = "${up_revision}"
down_revision = "${down_revision}"
branch_labels = None
depends_on = None
ROWS_STAY = False


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
