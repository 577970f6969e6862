"""Runs that begin anew, the results they gave before, and how attempts ended lately."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("runs", sa.Column("earlier", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("outages", sa.Integer(), nullable=False, server_default="0"))
    _index("ix_runs_failed", "runs", "finished_at", "state = 'failed'")
    ended = "event IN ('run.done', 'run.failed', 'run.lost', 'run.retried')"
    _index("ix_audit_ended", "audit", "at", ended)
    op.create_table(
        "earlier_results",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("replaced_at", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_earlier_results_run_id")),
        sa.PrimaryKeyConstraint("run_id", "attempt", name=op.f("pk_earlier_results")),
    )


def _index(name: str, table: str, column: str, where: str) -> None:
    partial = sa.text(where)
    op.create_index(
        name, table, [column], unique=False, sqlite_where=partial, postgresql_where=partial
    )
