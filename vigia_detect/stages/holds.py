from collections.abc import Sequence

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import is_case_id, uuid7
from vigia_detect.domain.personal_ids import names_somebody
from vigia_detect.domain.retention import REFERENCE, Hold, HoldReason
from vigia_detect.errors import InvalidOptionError, NotFoundError
from vigia_detect.ports import Store


class Holds:
    """Legal holds: while one is in force, nothing of its patient or case is deleted."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def place(self, subject: str, *, reason: HoldReason, reference: str, by: str) -> str:
        """Keep all of a patient or case until it is released; return the hold's id.

        Args:
            subject: a pseudonym or a case id.
            reason: why.
            reference: of the file or order it stands for; may be empty.
            by: who says so.

        Raises:
            NotFoundError: there is no such patient or case.
            InvalidOptionError: the reference has other letters than a reference has.
        """
        check_reference(reference)
        hold = Hold(str(uuid7()), subject, reason, reference, by)
        case = subject if is_case_id(subject) else None  # a pseudonym would outlive an erasure
        detail = {"case": case, "reason": reason, "reference": reference}
        with self._store.begin() as work:
            work.retention.add_hold(hold)
            work.audit.write([AuditEntry(AuditEvent.HOLD_PLACED, hold.id, by, detail=detail)])
            work.commit()
        return hold.id

    def release(self, hold_id: str, *, by: str) -> str:
        """Release a hold; return its subject. Raises NotFoundError."""
        with self._store.begin() as work:
            subject = work.retention.release_hold(hold_id, by)
            if subject is None:
                raise NotFoundError("There is no hold {hold} in force.", hold=hold_id)
            work.audit.write([AuditEntry(AuditEvent.HOLD_RELEASED, hold_id, by)])
            work.commit()
        return subject

    def list(self, *, released: bool = False) -> Sequence[Hold]:
        """Return the holds in force, or with `released` all of them."""
        with self._store.read() as work:
            return work.retention.holds(released=released)


def check_reference(reference: str) -> None:
    """Refuse what could hold a name. Raises InvalidOptionError."""
    if not REFERENCE.fullmatch(reference) or names_somebody(reference):
        raise InvalidOptionError(
            "reference: up to 64 of A-Z a-z 0-9 . _ / -, no names, no identity numbers"
        )
