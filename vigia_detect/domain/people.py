"""People, service accounts, tokens and emergency accesses, as the database keeps them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from vigia_detect.domain.access import Action, Role

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,31}")
NAME_LENGTH = 64

FREE_FAILURES = 4
LOCK_S = 60.0
LONGEST_LOCK_S = 3600.0


class TokenKind(StrEnum):
    """What a token was made for."""

    API = "api"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Account:
    """A person or service account.

    Attributes:
        login: short name; also what the audit trail calls them.
        name: full name, as in the escalation file and on alerts that they took.
        service: whether it is a program, which has tokens but no password.
        password_hash: Argon2id in PHC form; None: cannot log in by password.
        sealed_totp: secret of one-time codes, or None.
        totp_step: the last time step whose code was used; -1: none yet.
        failures: logins that were tried since the last one that succeeded.
        locked_until: no login before this time, Unix seconds.
        disabled_at: when the account was closed, or None.
        oidc_subject: what the identity provider calls this person, or None.
    """

    id: str
    login: str
    name: str
    service: bool
    roles: frozenset[Role]
    password_hash: str | None = None
    sealed_totp: bytes | None = None
    totp_step: int = -1
    failures: int = 0
    locked_until: float = 0.0
    disabled_at: float | None = None
    oidc_subject: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: its hash, never the token.

    Attributes:
        digest: SHA-256, hexadecimal; a token has 256 random bits, so a plain hash is enough.
        scopes: actions it is limited to; None: whatever the account's roles allow.
    """

    id: str
    account_id: str
    kind: TokenKind
    label: str
    digest: str
    scopes: frozenset[Action] | None
    expires_at: float
    revoked_at: float | None = None


class Verdict(StrEnum):
    """What the review of an emergency access found."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


@dataclass(frozen=True, slots=True)
class Glass:
    """One emergency access. Its reason is sealed: it may name a patient."""

    id: str
    account_id: str
    sealed_reason: bytes
    started_at: float
    expires_at: float
    reviewed_at: float | None = None
    reviewed_by: str | None = None
    verdict: Verdict | None = None


def locked_for(failures: int) -> float:
    """Return the seconds for which no login is taken after so many tries in a row.

    The first four are free, for slips; then one minute, doubled with each, at most an hour: some
    30 guesses a day (NIST SP 800-63B allows 100 in a row). It ends by itself, so that nobody can
    shut a nurse out for a shift by typing wrong passwords.
    """
    if failures <= FREE_FAILURES:
        return 0.0
    doubled = min(failures - FREE_FAILURES - 1, 6)  # 2**6 minutes is over an hour
    return float(min(LOCK_S * 2**doubled, LONGEST_LOCK_S))
