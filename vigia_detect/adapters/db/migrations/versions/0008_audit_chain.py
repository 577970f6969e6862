"""the order of the trail's entries, signed checkpoints, and refusal of any change.

Entries from before are chained like new ones, by the first process that looks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger()
BYTES = sa.LargeBinary()
APPEND_ONLY = {
    "audit": ("id",),
    "audit_chain": ("position",),
    "audit_nodes": ("level", "number"),
    "audit_checkpoints": ("size",),
    "audit_keys": ("id",),
}
"""Tables that refuse any change, and their keys."""

BY_STATE = (
    *("case.accepted", "case.started", "case.ended", "decision.made"),
    *("run.ready", "run.started", "run.done", "run.failed", "alert.opened"),
    *("notification.accepted", "notification.failed", "notification.uncertain"),
)
"""Kinds that are not counted, as of this revision."""


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("audit", sa.Column("sealed", BYTES, nullable=True))
    _chain()
    _checkpoints()
    _tallies()
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgresql()
    else:
        _refuse_on_sqlite()


def _chain() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("leaf", BYTES, nullable=False),
        sa.Column("chain", BYTES, nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_chain")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_chain_entry_id")),
    )
    op.create_table(
        "audit_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", BYTES, nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_audit_nodes")),
    )


def _checkpoints() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("made_at", sa.Float(precision=53), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoints")),
    )
    op.create_table(
        "audit_keys",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_keys")),
    )


def _tallies() -> None:
    op.create_table(
        "audit_tallies",
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("event", "subject", name=op.f("pk_audit_tallies")),
    )
    known = sa.text(
        "insert into audit_tallies (event, subject, count) select event, subject, count(*) "
        "from audit where event not in :by_state group by event, subject"
    )
    op.execute(known.bindparams(sa.bindparam("by_state", BY_STATE, expanding=True)))


def _refuse_on_postgresql() -> None:
    op.execute(
        "create function vigia_append_only() returns trigger language plpgsql as "
        "$$ begin raise exception '% takes new rows only', tg_table_name; end $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            "for each statement execute function vigia_append_only()"
        )


def _refuse_on_sqlite() -> None:
    """Refuse updates and deletes, and `insert or replace`, which fires neither's triggers."""
    for table, key in APPEND_ONLY.items():
        refuse = f"begin select raise(abort, '{table} takes new rows only'); end"
        same = " and ".join(f"{column} = new.{column}" for column in key)
        there = f"exists (select 1 from {table} where {same})"  # noqa: S608 - names of ours
        op.execute(f"create trigger {table}_no_update before update on {table} {refuse}")
        op.execute(f"create trigger {table}_no_delete before delete on {table} {refuse}")
        op.execute(
            f"create trigger {table}_no_replace before insert on {table} when {there} {refuse}"
        )
