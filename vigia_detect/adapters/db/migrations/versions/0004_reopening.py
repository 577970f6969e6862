"""Runs that begin anew, and the results they gave before."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("runs", sa.Column("earlier", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "earlier_results",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("replaced_at", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_earlier_results_run_id")),
        sa.PrimaryKeyConstraint("run_id", "attempt", name=op.f("pk_earlier_results")),
    )
