"""The tables of people, their tokens and emergency accesses."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from vigia_detect.adapters.db.tables import UUID_LENGTH, WORD_LENGTH, metadata

DIGEST_LENGTH = 64

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(UUID_LENGTH), primary_key=True),
    Column("login", String(WORD_LENGTH), nullable=False, unique=True),
    Column("name", String(WORD_LENGTH), nullable=False, unique=True),
    Column("service", Boolean, nullable=False),
    Column("roles", Text, nullable=False),
    Column("password_hash", Text),
    Column("sealed_totp", LargeBinary),
    Column("totp_step", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Float(53), nullable=False),
    Column("disabled_at", Float(53)),
    Column("oidc_subject", String(255), unique=True),
)

account_tokens = Table(
    "account_tokens",
    metadata,
    Column("id", String(UUID_LENGTH), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("kind", String(WORD_LENGTH), nullable=False),
    Column("label", String(WORD_LENGTH), nullable=False),
    Column("digest", String(DIGEST_LENGTH), nullable=False, unique=True),
    Column("scopes", Text),
    Column("expires_at", Float(53), nullable=False),
    Column("revoked_at", Float(53)),
)

glasses = Table(
    "emergency_accesses",
    metadata,
    Column("id", String(UUID_LENGTH), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("sealed_reason", LargeBinary, nullable=False),
    Column("started_at", Float(53), nullable=False),
    Column("expires_at", Float(53), nullable=False),
    Column("reviewed_at", Float(53)),
    Column("reviewed_by", String(WORD_LENGTH)),
    Column("verdict", String(WORD_LENGTH)),
)
