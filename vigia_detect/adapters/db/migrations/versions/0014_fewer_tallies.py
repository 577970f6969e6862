"""what every case brings about is not counted apart any more: its own rows say it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

BY_STATE = (
    *("case.ended", "decision.made", "run.ready"),
    *("run.done", "run.failed", "run.lost", "run.retried"),
)
"""Kinds that were counted until this revision."""


DECISIONS = """
    update cases set decisions = coalesce(
        (select count from audit_tallies where event = 'decision.made' and subject = cases.id),
        (select count(*) from audit where event = 'decision.made' and subject = cases.id)
    )
"""
"""By the tally, so that an entry that is gone stays missed; by the entries from before tallies."""


def upgrade() -> None:
    """Let each case count its decisions; forget the counts of what follows from the rows."""
    op.add_column("cases", sa.Column("decisions", sa.Integer(), nullable=False, server_default="0"))
    op.execute(DECISIONS)
    op.drop_index("ix_audit_ended", table_name="audit")
    gone = sa.text("delete from audit_tallies where event in :events")
    op.execute(gone.bindparams(sa.bindparam("events", BY_STATE, expanding=True)))
