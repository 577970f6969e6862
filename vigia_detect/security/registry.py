"""The hospital's people, service accounts and their tokens; each change leaves its entry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vigia_detect.domain.access import Action, Role
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import uuid7
from vigia_detect.domain.people import LOGIN, NAME_LENGTH, Account, Token, TokenKind
from vigia_detect.errors import InvalidOptionError, NotFoundError
from vigia_detect.ports import Cipher, Store, UnitOfWork
from vigia_detect.security import codes
from vigia_detect.security.passwords import check_new, hash_password
from vigia_detect.security.tokens import new_token

TOTP = "totp"
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is known of an account before it is there; see `Account`."""

    login: str
    name: str
    roles: frozenset[Role]
    service: bool = False
    oidc_subject: str | None = None


class Registry:
    """Adds and changes accounts. Nothing is ever deleted: the trail names them.

    Args:
        store: the database.
        cipher: returns what seals the secrets of accounts.
    """

    def __init__(self, store: Store, cipher: Callable[[], Cipher]) -> None:
        self._store = store
        self._cipher = cipher

    def add(self, new: NewAccount, *, by: str) -> Account:
        """Add an account; it cannot log in before it has a password or a token.

        Raises:
            InvalidOptionError: login or name is wrong or taken.
        """
        if not LOGIN.fullmatch(new.login):
            raise InvalidOptionError("login: must be 2 to 32 of a-z 0-9 . _ -, a letter first")
        if not (new.name.strip() and len(new.name) <= NAME_LENGTH and new.name.isprintable()):
            raise InvalidOptionError(
                "name: must be 1 to {most} printable letters", most=NAME_LENGTH
            )
        id_ = str(uuid7())
        account = Account(
            id=id_,
            login=new.login,
            name=new.name.strip(),
            service=new.service,
            roles=new.roles,
            oidc_subject=new.oidc_subject,
        )
        with self._store.begin() as work:
            if not work.people.add(account):
                raise InvalidOptionError("login, name or oidc-subject: taken")
            _note(work, AuditEvent.PERSON_ADDED, id_, by, roles=sorted(new.roles))
        return account

    def all(self) -> Sequence[Account]:
        """Return all accounts by login."""
        with self._store.read() as work:
            return work.people.list()

    def set_roles(self, login: str, roles: frozenset[Role], *, by: str) -> None:
        """Replace the roles of an account; it counts from its next request.

        Raises:
            NotFoundError: there is no such account.
            InvalidOptionError: it is one's own: a right is given by another person.
        """
        if login == by:
            raise InvalidOptionError("nobody changes their own roles")
        with self._store.begin() as work:
            account = known(work, login)
            work.people.set_roles(account.id, roles)
            told = {"what": "roles", "roles": sorted(roles), "before": sorted(account.roles)}
            _note(work, AuditEvent.PERSON_CHANGED, account.id, by, **told)

    def disable(self, login: str, *, by: str) -> None:
        """Close an account; its tokens are no longer good. NotFoundError."""
        with self._store.begin() as work:
            account = known(work, login)
            work.people.disable(account.id)
            _note(work, AuditEvent.PERSON_CHANGED, account.id, by, what="disabled")

    def set_password(self, login: str, password: str, *, by: str) -> None:
        """Replace a password; whoever is logged in with the old one no longer is.

        Raises:
            NotFoundError: there is no such account.
            InvalidOptionError: it is easily guessed, or the account is a program's.
        """
        with self._store.read() as work:
            account = known(work, login)
        if account.service:
            raise InvalidOptionError("a service account has tokens, no password")
        check_new(password, account.login, *account.name.split())
        hashed = hash_password(password)
        with self._store.begin() as work:
            work.people.set_password(account.id, hashed)
            end_sessions(work, account.id)
            _note(work, AuditEvent.PERSON_CHANGED, account.id, by, what="password")

    def set_totp(self, login: str, secret: str, code: str, *, by: str) -> None:
        """Keep the secret of one-time codes, once a first code proves that the app has it.

        Raises:
            NotFoundError: there is no such account.
            InvalidOptionError: the code is not the secret's.
        """
        with self._store.begin() as work:
            account = known(work, login)
            step = codes.step_of(secret, code, work.now())
            if step is None:
                raise InvalidOptionError("code: is not the one of this secret")
            sealed = self._cipher().seal_own(own_label(account.id, TOTP), secret.encode())
            work.people.set_totp(account.id, sealed, step)
            _note(work, AuditEvent.PERSON_CHANGED, account.id, by, what="totp")

    def drop_totp(self, login: str, *, by: str) -> None:
        """Ask for no one-time code any more. NotFoundError."""
        with self._store.begin() as work:
            account = known(work, login)
            work.people.set_totp(account.id, None, -1)
            _note(work, AuditEvent.PERSON_CHANGED, account.id, by, what="totp_off")

    def create_token(
        self, login: str, *, label: str, days: float, scopes: frozenset[Action] | None, by: str
    ) -> tuple[str, Token]:
        """Make a token. It is returned once and cannot be asked for again. NotFoundError."""
        token, kept = new_token()
        with self._store.begin() as work:
            account = known(work, login)
            expires_at = work.now() + days * DAY_S
            made = Token(str(uuid7()), account.id, TokenKind.API, label, kept, scopes, expires_at)
            work.people.add_token(made)
            told = None if scopes is None else sorted(scopes)
            _note(work, AuditEvent.TOKEN_CREATED, account.id, by, token=made.id, scopes=told)
        return token, made

    def tokens(self, login: str | None = None) -> Sequence[Token]:
        """Return the tokens of an account, or all, newest first. NotFoundError."""
        with self._store.read() as work:
            return work.people.tokens(known(work, login).id if login else None)

    def revoke(self, token_id: str, *, by: str) -> None:
        """Revoke a token. NotFoundError."""
        with self._store.begin() as work:
            gone = work.people.revoke(token_id)
            if gone is None:
                raise NotFoundError("There is no good token {token}.", token=token_id)
            _note(work, AuditEvent.TOKEN_REVOKED, gone.account_id, by, token=gone.id)


def known(work: UnitOfWork, login: str) -> Account:
    """Return an account. Raises NotFoundError."""
    account = work.people.by_login(login)
    if account is None:
        raise NotFoundError("There is no account {login}.", login=login)
    return account


def totp_secret(cipher: Cipher, account: Account) -> str | None:
    """Return the secret of an account's one-time codes, or None when it has none."""
    if account.sealed_totp is None:
        return None
    return cipher.open_own(own_label(account.id, TOTP), account.sealed_totp).decode()


def end_sessions(work: UnitOfWork, account_id: str) -> None:
    """Revoke what logins of an account have left."""
    for token in work.people.tokens(account_id):
        if token.kind == TokenKind.SESSION and token.revoked_at is None:
            work.people.revoke(token.id)


def own_label(account_id: str, what: str) -> str:
    """Return what binds a secret of an account to its place."""
    return f"account:{account_id}:{what}"


def _note(work: UnitOfWork, event: AuditEvent, subject: str, by: str, **detail: object) -> None:
    work.audit.write([AuditEntry(event, subject, by, detail=detail)])
    work.commit()
