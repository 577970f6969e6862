"""Cases that wait for a person's word, who holds them, and what was said."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("cases", sa.Column("may_be_grave", sa.Boolean()))
    op.add_column("cases", sa.Column("confirmed_at", sa.Float(precision=53)))
    op.add_column("cases", sa.Column("confirmed_by", sa.String(length=64)))
    op.create_table(
        "review_claims",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("until", sa.Float(precision=53), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_review_claims_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_review_claims")),
    )
    op.create_table(
        "reviews",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reviews_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_reviews")),
    )
