"""places in the line of an address."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ENDS = ("emergency_until", "urgent_until", "routine_until")


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("notifications", sa.Column("place_at", sa.Float(precision=53)))
    for name in ENDS:
        end = sa.Column(name, sa.Float(precision=53), nullable=False, server_default="0")
        op.add_column("gates", end)
