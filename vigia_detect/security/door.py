"""The door that every entry point passes: who is it, may they, and a note of both."""

import os
import pwd
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vigia_detect.domain.access import NOBODY, QUIET, Action, Decision, Principal, PrincipalKind
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.people import Account
from vigia_detect.errors import LoginRequiredError, PermissionDeniedError
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.security.policies import PolicyBook
from vigia_detect.security.tokens import digest

NO_LOGIN = "no-login"
DISABLED = "disabled-account"
ACTOR_LENGTH = 64  # of the trail's column


class Door:
    """Lets callers in or refuses them; see decision record 41.

    Args:
        store: gives the database; not opened for a quiet look by the local owner.
        book: the policies.
        home: Vigia's folder; its owner is the local principal.
        local: whether there is a local principal at all (`VIGIA_AUTH=local`).
        shown: returns the token that the caller shows, or None.
    """

    def __init__(
        self,
        *,
        store: Callable[[], Store],
        book: PolicyBook,
        home: Path,
        local: bool,
        shown: Callable[[], str | None],
    ) -> None:
        self._store = store
        self.book = book
        self._home = home
        self._local = local
        self._shown = shown

    def caller(self) -> Principal:
        """Return who calls in this process.

        A token that is shown counts alone: one that is no longer good does not become the owner.

        Raises:
            LoginRequiredError: there is no good token, and no local principal.
        """
        token = self._shown()
        if token is not None:
            return self.bearer(token)
        if self._local and owns(self._home):
            return local_principal()
        raise LoginRequiredError("`vigia login`, VIGIA_TOKEN")

    def bearer(self, token: str) -> Principal:
        """Return whose token this is. Raises LoginRequiredError when it is not good."""
        with self._store().read() as work:
            known = work.people.token(digest(token))
            account = work.people.get(known.account_id) if known else None
            if known is None or account is None or account.disabled_at is not None:
                raise LoginRequiredError("`vigia login`")
            glass = work.people.glass(account.id)
        return replace(
            _person(account), scopes=known.scopes, token_id=known.id, glass_id=glass or ""
        )

    def enter(self, action: Action, *, how: str, about: str = "") -> Principal:
        """Let this process's caller in for an action, or refuse; both are recorded.

        Args:
            action: what they ask for.
            how: the entry point: `cli`, `facade`, `link`, `slack`, `web`.
            about: id of the case or alert, if they named one.

        Raises:
            LoginRequiredError: nobody is known to call.
            PermissionDeniedError: their roles do not allow it.
            UnavailableError: it cannot be recorded, so nobody is let in.
        """
        try:
            principal = self.caller()
        except LoginRequiredError:
            nobody = Principal(PrincipalKind.CONTACT, NOBODY)
            self._note(nobody, action, Decision(allowed=False, policy=NO_LOGIN), how, about)
            raise
        self.ask(principal, action, how=how, about=about)
        return principal

    def ask(self, principal: Principal, action: Action, *, how: str, about: str = "") -> None:
        """Let a known principal in for an action, or refuse; see `enter`."""
        self._settle(principal, action, self.book.decide(principal, action), how, about)

    def answerer(self, name: str, *, how: str, about: str) -> None:
        """Let somebody answer an alert who was told of it under `name`.

        Whoever has an account has its roles; whoever has none is a contact of the escalation file.

        Raises:
            PermissionDeniedError: their roles do not allow it, or their account is closed.
        """
        with self._store().read() as work:
            account = work.people.by_name(name)
        if account is None:
            contact = Principal(PrincipalKind.CONTACT, name, label=name)
            self.ask(contact, Action.ALERT_ANSWER, how=how, about=about)
            return
        person = _person(account)
        decision = self.book.decide(person, Action.ALERT_ANSWER)
        if account.disabled_at is not None:
            decision = Decision(allowed=False, policy=DISABLED)
        self._settle(person, Action.ALERT_ANSWER, decision, how, about)

    def _settle(
        self, principal: Principal, action: Action, decision: Decision, how: str, about: str
    ) -> None:
        if not decision.allowed or action not in QUIET:
            self._note(principal, action, decision, how, about)
        if not decision.allowed:
            raise PermissionDeniedError(action.value, decision.policy)

    def _note(
        self, principal: Principal, action: Action, decision: Decision, how: str, about: str
    ) -> None:
        granted, denied = AuditEvent.PERMISSION_GRANTED, AuditEvent.PERMISSION_DENIED
        detail = {"action": action.value, "policy": decision.policy, "how": how}
        detail |= {"token": principal.token_id} if principal.token_id else {}
        detail |= {"glass": principal.glass_id} if principal.glass_id else {}
        event = granted if decision.allowed else denied
        subject = about or principal.id or NOBODY
        entry = AuditEntry(event, subject, principal.name[:ACTOR_LENGTH], detail=detail)
        # What follows a grant is recorded durably by itself, and covers this in a power cut.
        with self._store().begin(relaxed=decision.allowed) as work:
            write(work, entry)

    def decide(self, principal: Principal, action: Action) -> Decision:
        """Return what the policies say, without recording it."""
        return self.book.decide(principal, action)


def write(work: UnitOfWork, entry: AuditEntry) -> None:
    """Write one entry and commit."""
    work.audit.write([entry])
    work.commit()


def owns(home: Path) -> bool:
    """Tell whether this process's user owns Vigia's folder, or is root, or is to make it."""
    user = os.geteuid()
    try:
        return user in {0, home.stat().st_uid}
    except FileNotFoundError:
        return True
    except OSError:
        return False


def local_principal() -> Principal:
    """Return the user of this machine, by the system's word and not by the environment's."""
    user = os.geteuid()
    try:
        name = pwd.getpwuid(user).pw_name
    except KeyError:  # a container may run under a number without a name
        name = str(user)
    return Principal(PrincipalKind.LOCAL, f"local:{name}", label=name)


def _person(account: Account) -> Principal:
    kind = PrincipalKind.SERVICE if account.service else PrincipalKind.PERSON
    return Principal(kind, account.login, account.id, account.name, account.roles)
