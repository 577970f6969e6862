"""Routine notifications can wait for the end of quiet hours, and go as one message."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("notifications", sa.Column("held_until", sa.Float(precision=53)))
    op.add_column("notifications", sa.Column("bundle", sa.String(length=36)))
