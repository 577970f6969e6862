"""The tables.

Times are Unix seconds by the database's own clock (`now()`), so that leases and deadlines mean
the same on every host.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

UUID_LENGTH = 36
PSEUDONYM_LENGTH = 64
WORD_LENGTH = 64

patients = Table(
    "patients",
    metadata,
    Column("pseudonym", String(PSEUDONYM_LENGTH), primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_code", LargeBinary, nullable=False),
    # An index of what `wrapped_key` says itself; null when the key is destroyed.
    Column("key_version", Integer, index=True),
    Column("created_at", Float(53), nullable=False),
    Column("erased_at", Float(53)),
)

key_versions = Table(
    "key_versions",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", String(WORD_LENGTH), nullable=False),
    Column("wrapped_check", LargeBinary, nullable=False),
    Column("created_at", Float(53), nullable=False),
    Column("emptied_at", Float(53)),
    Column("destroyed_at", Float(53)),
)

system_keys = Table(
    "system_keys",
    metadata,
    Column("name", String(WORD_LENGTH), primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("key_version", Integer, nullable=False),
)

master_key = Table(
    "master_key",
    metadata,
    # One row, in databases begun when there was one master key and no versions of it.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String(PSEUDONYM_LENGTH), nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(UUID_LENGTH), primary_key=True),
    Column("pseudonym", ForeignKey("patients.pseudonym"), nullable=False, index=True),
    Column("idempotency_key", String(128), nullable=False, unique=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("image_ref", String(WORD_LENGTH), nullable=False),
    Column("emergency", Boolean, nullable=False),
    Column("urgency", String(WORD_LENGTH), nullable=False),
    Column("review_required", Boolean),
    Column("state", String(WORD_LENGTH), nullable=False, index=True),
    Column("status_code", String(WORD_LENGTH), nullable=False),
    Column("created_at", Float(53), nullable=False),
    Column("finished_at", Float(53)),
    # Triage's word on whether a grave class is possible; unknown until it has spoken.
    Column("may_be_grave", Boolean),
    # How often triage has spoken: so many entries say what it decided.
    Column("decisions", Integer, nullable=False, server_default="0"),
    Column("confirmed_at", Float(53)),
    Column("confirmed_by", String(WORD_LENGTH)),
)

# A row is there while somebody holds the case; its end and its giving back remove it.
review_claims = Table(
    "review_claims",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("by", String(WORD_LENGTH), nullable=False),
    Column("until", Float(53), nullable=False),
    Column("seen", Integer, nullable=False),
)

reviews = Table(
    "reviews",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("event", String(WORD_LENGTH), nullable=False),
    Column("by", String(WORD_LENGTH), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("at", Float(53), nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(UUID_LENGTH), primary_key=True),
    Column("case_id", ForeignKey("cases.id")),
    Column("subject", String(UUID_LENGTH), nullable=False),
    Column("task", String(WORD_LENGTH), nullable=False),
    Column("queue", String(WORD_LENGTH), nullable=False),
    Column("state", String(WORD_LENGTH), nullable=False),
    Column("attempt", Integer, nullable=False),
    # Attempts made before a person asked for it again: the policy counts from there.
    Column("earlier", Integer, nullable=False, server_default="0"),
    # Attempts since then that an outage ended: they use up no try.
    Column("outages", Integer, nullable=False, server_default="0"),
    Column("not_before", Float(53), nullable=False),
    Column("lease_until", Float(53)),
    Column("published_at", Float(53)),
    Column("publishes", Integer, nullable=False),
    Column("started_at", Float(53)),
    Column("finished_at", Float(53)),
    Column("error_code", String(WORD_LENGTH)),
    Column("result", LargeBinary),
)
Index("ix_runs_subject", runs.c.subject)
# Only rows that the sweeper may have to act on are in this index; it stays small for ever.
open_runs = runs.c.state.in_(("ready", "running"))
Index(
    "ix_runs_open",
    runs.c.state,
    runs.c.not_before,
    sqlite_where=open_runs,
    postgresql_where=open_runs,
)

failed_runs = runs.c.state == "failed"
Index("ix_runs_failed", runs.c.finished_at, sqlite_where=failed_runs, postgresql_where=failed_runs)

earlier_results = Table(
    "earlier_results",
    metadata,
    # What a stage gave before it was asked for again: somebody may have acted on it.
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("result", LargeBinary, nullable=False),
    Column("replaced_at", Float(53), nullable=False),
)

addenda = Table(
    "addenda",
    metadata,
    # What is told of a decision afterwards; the rows stay, and end once.
    Column("id", ForeignKey("runs.id"), primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("kind", String(WORD_LENGTH), nullable=False),
    Column("decision", Integer, nullable=False),
    Column("state", String(WORD_LENGTH), nullable=False),
    Column("reason", String(WORD_LENGTH)),
    Column("sealed", LargeBinary),
    Column("made_by", Text, nullable=False),
    Column("planned_at", Float(53), nullable=False),
    Column("ended_at", Float(53)),
    UniqueConstraint("case_id", "kind", "decision"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(UUID_LENGTH), primary_key=True),
    Column("subject", String(UUID_LENGTH), nullable=False),
    Column("case_id", ForeignKey("cases.id"), index=True),
    Column("kind", String(WORD_LENGTH), nullable=False),
    Column("state", String(WORD_LENGTH), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("opened_at", Float(53), nullable=False),
    Column("began_at", Float(53), nullable=False),
    Column("told_at", Float(53), nullable=False),
    Column("step", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("declined", Text, nullable=False),
    Column("acknowledged_at", Float(53)),
    Column("acknowledged_by", String(WORD_LENGTH)),
    Column("acted_at", Float(53)),
    Column("acted_by", String(WORD_LENGTH)),
    UniqueConstraint("subject", "kind"),
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", ForeignKey("runs.id"), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("recipient", String(WORD_LENGTH), nullable=False),
    Column("role", String(WORD_LENGTH), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("channel", String(WORD_LENGTH), nullable=False),
    Column("address", Text, nullable=False),
    Column("state", String(WORD_LENGTH), nullable=False),
    Column("planned_at", Float(53), nullable=False),
    Column("accepted_at", Float(53)),
    Column("provider_id", Text),
    # Its place in the line of its address: when it is due there.
    Column("place_at", Float(53)),
    Column("held_until", Float(53)),
    Column("bundle", String(UUID_LENGTH)),
    UniqueConstraint("alert_id", "turn", "recipient", "rank"),
)

attempts = Table(
    "notification_attempts",
    metadata,
    Column("notification_id", ForeignKey("notifications.id"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("started_at", Float(53), nullable=False),
    Column("ended_at", Float(53)),
    Column("outcome", String(WORD_LENGTH)),
    Column("error_code", String(WORD_LENGTH)),
)

updates = Table(
    "notification_updates",
    metadata,
    Column("id", ForeignKey("runs.id"), primary_key=True),
    Column("notification_id", ForeignKey("notifications.id"), nullable=False),
)

gates = Table(
    "gates",
    metadata,
    Column("name", String(WORD_LENGTH), primary_key=True),
    Column("free_at", Float(53), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("shut_until", Float(53), nullable=False),
    # The ends of the lines of those that wait, by their urgency.
    Column("emergency_until", Float(53), nullable=False, server_default="0"),
    Column("urgent_until", Float(53), nullable=False, server_default="0"),
    Column("routine_until", Float(53), nullable=False, server_default="0"),
)

timers = Table(
    "timers",
    metadata,
    Column("kind", String(WORD_LENGTH), primary_key=True),
    Column("subject", String(UUID_LENGTH), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("due_at", Float(53), nullable=False),
    # When it is looked at next: later than `due_at` when firing it has failed.
    Column("look_at", Float(53), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("fired_at", Float(53)),
)
unfired = timers.c.fired_at.is_(None)
Index("ix_timers_due", timers.c.look_at, sqlite_where=unfired, postgresql_where=unfired)

ack_tokens = Table(
    "ack_tokens",
    metadata,
    Column("nonce", String(WORD_LENGTH), primary_key=True),
    Column("used_at", Float(53), nullable=False),
    Column("expires_at", Float(53), nullable=False),
)

retention = Table(
    "retention",
    metadata,
    Column("kind", String(WORD_LENGTH), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("set_at", Float(53), nullable=False),
)

holds = Table(
    "holds",
    metadata,
    Column("id", String(UUID_LENGTH), primary_key=True),
    Column("subject", String(PSEUDONYM_LENGTH), nullable=False, index=True),
    Column("reason", String(WORD_LENGTH), nullable=False),
    Column("reference", String(WORD_LENGTH), nullable=False),
    Column("placed_at", Float(53), nullable=False),
    Column("placed_by", String(WORD_LENGTH), nullable=False),
    Column("released_at", Float(53)),
    Column("released_by", String(WORD_LENGTH)),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Float(53), nullable=False),
    Column("event", String(WORD_LENGTH), nullable=False),
    Column("subject", String(UUID_LENGTH), nullable=False, index=True),
    Column("actor", String(WORD_LENGTH), nullable=False),
    Column("run_id", String(UUID_LENGTH)),
    Column("attempt", Integer),
    Column("detail", Text, nullable=False),
    Column("sealed", LargeBinary),
)

# The order of the entries, given after their commit (see record 40). Nothing here ever changes.
chain = Table(
    "audit_chain",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    # no foreign key: its check would write to the entry's page, and entries are never deleted
    Column("entry_id", BigInteger, nullable=False, unique=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
)

nodes = Table(
    "audit_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("made_at", Float(53), nullable=False),
    Column("note", Text, nullable=False),
)

audit_keys = Table(
    "audit_keys",
    metadata,
    # public; every host that works on this database must sign with the same key
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)

# How often entries were written whose kind leaves no other state; in their own transaction.
tallies = Table(
    "audit_tallies",
    metadata,
    Column("event", String(WORD_LENGTH), primary_key=True),
    Column("subject", String(UUID_LENGTH), primary_key=True),
    Column("count", Integer, nullable=False),
)
