from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, case, insert, or_, select, update

from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.people_tables import account_tokens, accounts, glasses
from vigia_detect.adapters.db.prepared import insert_if_new
from vigia_detect.domain.access import Action, Role
from vigia_detect.domain.people import Account, Glass, Token, TokenKind, Verdict, locked_for

_ADD = insert_if_new(accounts, tuple(column.name for column in accounts.columns))
MOST_COUNTED = 50  # beyond it the lock grows no further


class SqlPeople:
    """Rows of accounts, tokens and emergency accesses; see `people_ports.People`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, account: Account) -> bool:
        """Store an account; False when its login, name or subject is taken."""
        values = {name: getattr(account, name) for name in Account.__slots__}
        values["roles"] = _to_words(account.roles)
        return _ADD.row(self._connection, **values) is not None

    def by_login(self, login: str) -> Account | None:
        """Return an account, or None."""
        return self._one(accounts.c.login == login)

    def by_name(self, name: str) -> Account | None:
        """Return the account of a full name, or None."""
        return self._one(accounts.c.name == name)

    def by_subject(self, subject: str) -> Account | None:
        """Return the account that an identity provider calls `subject`, or None."""
        return self._one(accounts.c.oidc_subject == subject)

    def get(self, account_id: str) -> Account | None:
        """Return an account, or None."""
        return self._one(accounts.c.id == account_id)

    def list(self) -> Sequence[Account]:
        """Return all accounts by login."""
        rows = self._connection.execute(select(accounts).order_by(accounts.c.login))
        return [_to_account(row) for row in rows]

    def set_roles(self, account_id: str, roles: frozenset[Role]) -> None:
        """Replace the roles."""
        self._change(account_id, roles=_to_words(roles))

    def set_password(self, account_id: str, password_hash: str) -> None:
        """Replace the password's hash and forget failed logins."""
        self._change(account_id, password_hash=password_hash, failures=0, locked_until=0.0)

    def set_totp(self, account_id: str, sealed: bytes | None, step: int) -> None:
        """Replace the sealed secret of one-time codes; `step` is the code already used."""
        self._change(account_id, sealed_totp=sealed, totp_step=step)

    def use_step(self, account_id: str, step: int) -> bool:
        """Use a one-time code up; False when it, or a later one, was used before."""
        unused = (accounts.c.id == account_id) & (accounts.c.totp_step < step)
        done = self._connection.execute(update(accounts).where(unused).values(totp_step=step))
        return done.rowcount == 1

    def disable(self, account_id: str) -> None:
        """Close the account; what it holds stays, for the trail."""
        self._change(account_id, disabled_at=now())

    def count_try(self, account_id: str) -> bool:
        """Count a login before it is checked; False when the account is locked (not counted)."""
        locks = {count: locked_for(count + 1) for count in range(MOST_COUNTED)}
        pause = case(locks, value=accounts.c.failures, else_=locked_for(MOST_COUNTED))
        free = (accounts.c.id == account_id) & (accounts.c.locked_until <= now())
        counted = update(accounts).where(free)
        values = {"failures": accounts.c.failures + 1, "locked_until": now() + pause}
        return self._connection.execute(counted.values(**values)).rowcount == 1

    def forget_tries(self, account_id: str) -> None:
        """Begin counting anew after a login that succeeded."""
        self._change(account_id, failures=0, locked_until=0.0)

    def add_token(self, token: Token) -> None:
        """Store a token."""
        values = {name: getattr(token, name) for name in Token.__slots__}
        values["scopes"] = None if token.scopes is None else _to_words(token.scopes)
        self._connection.execute(insert(account_tokens).values(**values))

    def token(self, digest: str) -> Token | None:
        """Return a token that is neither over nor revoked, or None."""
        found = select(account_tokens).where(account_tokens.c.digest == digest, _good())
        row = self._connection.execute(found).first()
        return None if row is None else _to_token(row)

    def tokens(self, account_id: str | None = None) -> Sequence[Token]:
        """Return the tokens of an account, or all, newest first."""
        found = select(account_tokens).order_by(account_tokens.c.id.desc())
        if account_id is not None:
            found = found.where(account_tokens.c.account_id == account_id)
        return [_to_token(row) for row in self._connection.execute(found)]

    def revoke(self, token_id: str) -> Token | None:
        """Revoke a token; return it, or None when there is none that is still good."""
        good = (account_tokens.c.id == token_id) & account_tokens.c.revoked_at.is_(None)
        revoked = update(account_tokens).where(good).values(revoked_at=now())
        if self._connection.execute(revoked).rowcount == 0:
            return None
        found = select(account_tokens).where(account_tokens.c.id == token_id)
        return _to_token(self._connection.execute(found).one())

    def add_glass(self, glass: Glass) -> None:
        """Store an emergency access."""
        values = {name: getattr(glass, name) for name in Glass.__slots__}
        self._connection.execute(insert(glasses).values(**values))

    def glass(self, account_id: str) -> str | None:
        """Return the id of the emergency access that is in force for an account, or None."""
        found = select(glasses.c.id).where(
            glasses.c.account_id == account_id,
            glasses.c.expires_at > now(),
            or_(glasses.c.verdict.is_(None), glasses.c.verdict != Verdict.UNJUSTIFIED),
        )
        return self._connection.execute(found.order_by(glasses.c.id.desc())).scalar()

    def glasses(self) -> Sequence[Glass]:
        """Return all emergency accesses, newest first."""
        rows = self._connection.execute(select(glasses).order_by(glasses.c.id.desc()))
        return [_to_glass(row) for row in rows]

    def review_glass(self, glass_id: str, *, by: str, verdict: Verdict) -> bool:
        """Note a review; False when there is no such access or it was reviewed before."""
        open_ = (glasses.c.id == glass_id) & glasses.c.reviewed_at.is_(None)
        noted = update(glasses).where(open_)
        values = {"reviewed_at": now(), "reviewed_by": by, "verdict": verdict.value}
        return self._connection.execute(noted.values(**values)).rowcount == 1

    def _one(self, condition: ColumnElement[bool]) -> Account | None:
        row = self._connection.execute(select(accounts).where(condition)).first()
        return None if row is None else _to_account(row)

    def _change(self, account_id: str, **values: object) -> None:
        changed = update(accounts).where(accounts.c.id == account_id)
        self._connection.execute(changed.values(**values))


def _good() -> ColumnElement[bool]:
    return account_tokens.c.revoked_at.is_(None) & (account_tokens.c.expires_at > now())


def _to_words(words: Iterable[str]) -> str:
    return orjson.dumps(sorted(str(word) for word in words)).decode()


def _to_account(row: Row[*tuple[Any, ...]]) -> Account:
    values = row._asdict()
    values["roles"] = frozenset(Role(word) for word in orjson.loads(values["roles"]))
    values["service"] = bool(values["service"])  # SQLite has no type for truth
    return Account(**values)


def _to_token(row: Row[*tuple[Any, ...]]) -> Token:
    values = row._asdict()
    words = values["scopes"]
    scopes = None if words is None else frozenset(Action(word) for word in orjson.loads(words))
    return Token(**{**values, "kind": TokenKind(values["kind"]), "scopes": scopes})


def _to_glass(row: Row[*tuple[Any, ...]]) -> Glass:
    values = row._asdict()
    verdict = values["verdict"]
    return Glass(**{**values, "verdict": None if verdict is None else Verdict(verdict)})
