"""The seam of `ports` that is about people: accounts, tokens, emergency accesses."""

from collections.abc import Sequence
from typing import Protocol

from vigia_detect.domain.access import Role
from vigia_detect.domain.people import Account, Glass, Token, Verdict


class People(Protocol):
    """Rows of accounts, tokens and emergency accesses. All times are the database's."""

    def add(self, account: Account) -> bool:
        """Store an account; False when its login, name or subject is taken."""

    def by_login(self, login: str) -> Account | None:
        """Return an account, or None."""

    def by_name(self, name: str) -> Account | None:
        """Return the account of a full name, or None."""

    def by_subject(self, subject: str) -> Account | None:
        """Return the account that an identity provider calls `subject`, or None."""

    def get(self, account_id: str) -> Account | None:
        """Return an account, or None."""

    def list(self) -> Sequence[Account]:
        """Return all accounts by login."""

    def set_roles(self, account_id: str, roles: frozenset[Role]) -> None:
        """Replace the roles."""

    def set_password(self, account_id: str, password_hash: str) -> None:
        """Replace the password's hash and forget failed logins."""

    def set_totp(self, account_id: str, sealed: bytes | None, step: int) -> None:
        """Replace the sealed secret of one-time codes; `step` is the code already used."""

    def use_step(self, account_id: str, step: int) -> bool:
        """Use a one-time code up; False when it, or a later one, was used before."""

    def disable(self, account_id: str) -> None:
        """Close the account; what it holds stays, for the trail."""

    def count_try(self, account_id: str) -> bool:
        """Count a login before it is checked; False when the account is locked (not counted)."""

    def forget_tries(self, account_id: str) -> None:
        """Begin counting anew after a login that succeeded."""

    def add_token(self, token: Token) -> None:
        """Store a token."""

    def token(self, digest: str) -> Token | None:
        """Return a token that is neither over nor revoked, or None."""

    def tokens(self, account_id: str | None = None) -> Sequence[Token]:
        """Return the tokens of an account, or all, newest first."""

    def revoke(self, token_id: str) -> Token | None:
        """Revoke a token; return it, or None when there is none that is still good."""

    def add_glass(self, glass: Glass) -> None:
        """Store an emergency access."""

    def glass(self, account_id: str) -> str | None:
        """Return the id of the emergency access that is in force for an account, or None."""

    def glasses(self) -> Sequence[Glass]:
        """Return all emergency accesses, newest first."""

    def review_glass(self, glass_id: str, *, by: str, verdict: Verdict) -> bool:
        """Note a review; False when there is no such access or it was reviewed before."""
