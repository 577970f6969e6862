"""Logging in and out. A login that does not count never says which part of it was wrong."""

from collections.abc import Callable

from vigia_detect.domain.access import NOBODY
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import uuid7
from vigia_detect.domain.people import Account, Token, TokenKind
from vigia_detect.errors import LoginRefusedError
from vigia_detect.ports import Cipher, Store
from vigia_detect.security import codes
from vigia_detect.security.passwords import is_right
from vigia_detect.security.registry import totp_secret
from vigia_detect.security.tokens import digest, new_token


class LoginDesk:
    """Checks who somebody is, and gives them a token for a shift.

    Each try is counted and committed before it is checked, so tries in parallel cannot outrun
    the lock, and the slow hash is worked out while no transaction is open.

    Args:
        store: the database; its clock alone counts.
        cipher: returns what opens the secrets of one-time codes.
        session_s: seconds for which a login is good.
    """

    def __init__(self, store: Store, cipher: Callable[[], Cipher], *, session_s: float) -> None:
        self._store = store
        self._cipher = cipher
        self._session_s = session_s

    def by_password(self, login: str, password: str, ask_code: Callable[[], str]) -> str:
        """Return a session token.

        Args:
            login: as typed.
            password: as typed.
            ask_code: asks the person for a one-time code; only if the account has codes.

        Raises:
            LoginRefusedError: it does not count.
        """
        account = self.check_password(login, password)
        secret = totp_secret(self._cipher(), account)
        if secret is not None:
            self._check_code(account, secret, ask_code())
        return self._begin(account, how="password")

    def check_password(self, login: str, password: str) -> Account:
        """Return the account whose password this is. Raises LoginRefusedError."""
        with self._store.begin() as work:
            account = work.people.by_login(login)
            counted = account is not None and work.people.count_try(account.id)
            work.commit()
        right = is_right(account.password_hash if account else None, password)
        if account is None:
            raise self._refused(None, "unknown")
        if not counted:
            raise self._refused(account, "locked")
        if not right:
            raise self._refused(account, "password")
        if account.disabled_at is not None:
            raise self._refused(account, "disabled")
        return account

    def by_subject(self, subject: str) -> str:
        """Return a session token for whom an identity provider has named.

        Raises:
            LoginRefusedError: nobody here has this subject, or the account is closed.
        """
        with self._store.read() as work:
            account = work.people.by_subject(subject)
        if account is None or account.disabled_at is not None:
            raise self._refused(account, "unknown" if account is None else "disabled", "oidc")
        return self._begin(account, how="oidc")

    def refuse_provider(self, reason: str) -> LoginRefusedError:
        """Record that a provider's word does not count; return the error to raise."""
        return self._refused(None, reason, "oidc")

    def end(self, token: str) -> bool:
        """Revoke the token of a login; False when it was no longer good."""
        with self._store.begin() as work:
            found = work.people.token(digest(token))
            if found is None or found.kind != TokenKind.SESSION:
                return False
            account = work.people.get(found.account_id)
            work.people.revoke(found.id)
            name = account.login if account else NOBODY
            work.audit.write([AuditEntry(AuditEvent.LOGIN_ENDED, found.account_id, name)])
            work.commit()
        return True

    def _check_code(self, account: Account, secret: str, code: str) -> None:
        with self._store.begin() as work:
            step = codes.step_of(secret, code, work.now())
            fresh = step is not None and work.people.use_step(account.id, step)
            work.commit()
        if not fresh:
            raise self._refused(account, "code")

    def _begin(self, account: Account, *, how: str) -> str:
        token, kept = new_token()
        with self._store.begin() as work:
            work.people.forget_tries(account.id)
            expires_at = work.now() + self._session_s
            id_ = str(uuid7())
            made = Token(id_, account.id, TokenKind.SESSION, how, kept, None, expires_at)
            work.people.add_token(made)
            detail = {"how": how, "token": made.id}
            entry = AuditEntry(AuditEvent.LOGIN_DONE, account.id, account.login, detail=detail)
            work.audit.write([entry])
            work.commit()
        return token

    def _refused(
        self, account: Account | None, reason: str, how: str = "password"
    ) -> LoginRefusedError:
        """Record why; what was typed as login is not kept: it may have been a password."""
        subject, name = (account.id, account.login) if account else (NOBODY, NOBODY)
        detail = {"reason": reason, "how": how}
        entry = AuditEntry(AuditEvent.LOGIN_REFUSED, subject, name, detail=detail)
        with self._store.begin() as work:
            work.audit.write([entry])
            work.commit()
        return LoginRefusedError(
            "Login, password or code is not right, or the account is closed or locked for some "
            "minutes."
        )
