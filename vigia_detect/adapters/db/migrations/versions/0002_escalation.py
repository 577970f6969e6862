"""Alerts with plans, notifications with attempts, and deadlines that can be put off.

Before the first release there are no alerts to keep: the three tables are made anew. Should
somebody have an unanswered alert nevertheless, nothing is changed and the upgrade says so.
"""

import sqlalchemy as sa
from alembic import op

from vigia_detect.errors import ConfigurationError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

F = sa.Float(precision=53)
WORD = sa.String(length=64)
UUID = sa.String(length=36)


def upgrade() -> None:
    """Make the tables anew. Raises ConfigurationError when an alert waits for an answer."""
    open_alerts = "select count(*) from alerts where acknowledged_at is null"
    if waiting := op.get_bind().scalar(sa.text(open_alerts)):
        raise ConfigurationError(
            "{waiting} alerts have no answer, and this upgrade cannot keep them: answer them with "
            "the version that opened them (vigia alert list, vigia alert ack), then upgrade.",
            waiting=waiting,
        )
    for name in ("notifications", "timers", "alerts"):
        op.drop_table(name)
    op.execute("delete from runs where task = 'notification'")
    _alerts()
    _notifications()
    _attempts_and_updates()
    _timers()


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", UUID, nullable=False),
        sa.Column("subject", UUID, nullable=False),
        sa.Column("case_id", UUID, nullable=True),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("opened_at", F, nullable=False),
        sa.Column("began_at", F, nullable=False),
        sa.Column("told_at", F, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("declined", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", F, nullable=True),
        sa.Column("acknowledged_by", WORD, nullable=True),
        sa.Column("acted_at", F, nullable=True),
        sa.Column("acted_by", WORD, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_alerts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("subject", "kind", name=op.f("uq_alerts_subject_kind")),
    )
    op.create_index(op.f("ix_alerts_case_id"), "alerts", ["case_id"])


def _notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", UUID, nullable=False),
        sa.Column("alert_id", UUID, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("recipient", WORD, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("planned_at", F, nullable=False),
        sa.Column("accepted_at", F, nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_notifications_alert_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["runs.id"], name=op.f("fk_notifications_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            *("alert_id", "turn", "recipient", "rank"),
            name=op.f("uq_notifications_alert_id_turn_recipient_rank"),
        ),
    )
    op.create_index(op.f("ix_notifications_alert_id"), "notifications", ["alert_id"])


def _attempts_and_updates() -> None:
    op.create_table(
        "notification_attempts",
        sa.Column("notification_id", UUID, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", F, nullable=False),
        sa.Column("ended_at", F, nullable=True),
        sa.Column("outcome", WORD, nullable=True),
        sa.Column("error_code", WORD, nullable=True),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name=op.f("fk_notification_attempts_notification_id"),
        ),
        sa.PrimaryKeyConstraint(
            "notification_id", "attempt", name=op.f("pk_notification_attempts")
        ),
    )
    op.create_table(
        "notification_updates",
        sa.Column("id", UUID, nullable=False),
        sa.Column("notification_id", UUID, nullable=False),
        sa.ForeignKeyConstraint(["id"], ["runs.id"], name=op.f("fk_notification_updates_id")),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name=op.f("fk_notification_updates_notification_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_updates")),
    )


def _timers() -> None:
    op.create_table(
        "gates",
        sa.Column("name", WORD, nullable=False),
        sa.Column("free_at", F, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("shut_until", F, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_gates")),
    )
    op.create_table(
        "timers",
        sa.Column("kind", WORD, nullable=False),
        sa.Column("subject", UUID, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("due_at", F, nullable=False),
        sa.Column("look_at", F, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fired_at", F, nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", "round", name=op.f("pk_timers")),
    )
    unfired = sa.text("fired_at IS NULL")
    op.create_index(
        "ix_timers_due", "timers", ["look_at"], sqlite_where=unfired, postgresql_where=unfired
    )
