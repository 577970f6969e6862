"""time stamps of checkpoints, by an authority outside."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

TABLE = "audit_timestamps"
REFUSE = f"begin select raise(abort, '{TABLE} takes new rows only'); end"


def upgrade() -> None:
    """Make the table, which refuses any change as the rest of the trail does."""
    op.create_table(
        TABLE,
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.Float(precision=53), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f(f"pk_{TABLE}")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"create trigger {TABLE}_append_only before update or delete or truncate on {TABLE} "
            "for each statement execute function vigia_append_only()"
        )
        return
    there = f"exists (select 1 from {TABLE} where size = new.size)"  # noqa: S608 - names of ours
    op.execute(f"create trigger {TABLE}_no_update before update on {TABLE} {REFUSE}")
    op.execute(f"create trigger {TABLE}_no_delete before delete on {TABLE} {REFUSE}")
    op.execute(f"create trigger {TABLE}_no_replace before insert on {TABLE} when {there} {REFUSE}")
