"""Emergency access: somebody takes a right they do not have, says why, and is reviewed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vigia_detect.domain.access import Principal
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import uuid7
from vigia_detect.domain.people import Glass, Verdict
from vigia_detect.errors import InvalidOptionError, NotFoundError
from vigia_detect.ports import Cipher, Store
from vigia_detect.security.masking import mask
from vigia_detect.security.registry import own_label

REASON = "reason"
SHORTEST_REASON = 10


@dataclass(frozen=True, slots=True)
class Broken:
    """An emergency access with its reason, for those who may review it."""

    glass: Glass
    login: str
    reason: str


class GlassCase:
    """Gives and reviews emergency accesses.

    Args:
        store: the database; its clock ends an access.
        cipher: returns what seals the reasons, which may name a patient.
    """

    def __init__(self, store: Store, cipher: Callable[[], Cipher]) -> None:
        self._store = store
        self._cipher = cipher

    def smash(self, principal: Principal, reason: str, *, minutes: float) -> Glass:
        """Give an access that ends by itself.

        What looks like a patient's number in the reason is masked: no erasure would find it there.

        Raises:
            InvalidOptionError: the reason says too little, or who asks has no account.
        """
        if len(reason.strip()) < SHORTEST_REASON:
            raise InvalidOptionError(
                "reason: must have at least {least} letters", least=SHORTEST_REASON
            )
        with self._store.begin() as work:
            account = work.people.get(principal.id)
            if account is None:
                raise InvalidOptionError("emergency access is for people who have logged in")
            label = own_label(account.id, REASON)
            sealed = self._cipher().seal_own(label, mask(reason).encode())
            now = work.now()
            given = Glass(str(uuid7()), account.id, sealed, now, now + minutes * 60)
            work.people.add_glass(given)
            detail = {"glass": given.id, "minutes": minutes}
            entry = AuditEntry(AuditEvent.GLASS_BROKEN, account.id, account.login, detail=detail)
            work.audit.write([entry])
            work.commit()
        return given

    def all(self) -> Sequence[Broken]:
        """Return all emergency accesses with their reasons, newest first."""
        with self._store.read() as work:
            accounts = {account.id: account for account in work.people.list()}
            glasses = work.people.glasses()
        found = []
        for glass in glasses:
            who = accounts[glass.account_id]
            sealed = glass.sealed_reason
            reason = self._cipher().open_own(own_label(who.id, REASON), sealed)
            found.append(Broken(glass, who.login, reason.decode()))
        return found

    def review(self, glass_id: str, verdict: Verdict, *, by: Principal) -> None:
        """Note what a review found; an unjustified access ends at once.

        Raises:
            NotFoundError: there is no such access, or it was reviewed before.
            InvalidOptionError: it is one's own.
        """
        with self._store.begin() as work:
            owner = {glass.id: glass.account_id for glass in work.people.glasses()}.get(glass_id)
            if owner is not None and owner == by.id:
                raise InvalidOptionError("nobody reviews their own emergency access")
            if not work.people.review_glass(glass_id, by=by.name, verdict=verdict):
                raise NotFoundError(
                    "There is no unreviewed emergency access {access}.", access=glass_id
                )
            detail = {"glass": glass_id, "verdict": verdict.value}
            entry = AuditEntry(AuditEvent.GLASS_REVIEWED, owner or "", by.name, detail=detail)
            work.audit.write([entry])
            work.commit()
