from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.retention import Periods
from vigia_detect.errors import RetentionPeriodError
from vigia_detect.phrase import Phrase
from vigia_detect.ports import Store


class RecordedPeriods:
    """How long each kind of data is kept. What is on record only grows.

    Args:
        store: the database.
        asked: periods that the settings ask for, in days.
    """

    def __init__(self, store: Store, asked: Periods) -> None:
        self._store = store
        self._asked = asked

    def lengthen(self) -> None:
        """Put on record every period that is longer than the one there.

        From then on nothing goes earlier, whatever the settings say later.
        """
        with self._store.read() as work:
            known = work.retention.periods()
        longer = {kind: days for kind, days in self._asked.items() if days > known.get(kind, 0)}
        if not longer:
            return
        with self._store.begin() as work:
            for kind, days in longer.items():
                if work.retention.lengthen(kind, days):
                    event, detail = AuditEvent.RETENTION_LENGTHENED, {"days": days}
                    work.audit.write([AuditEntry(event, kind, detail=detail)])
            work.commit()

    def in_force(self) -> Periods:
        """Return the periods in force, in days.

        Raises:
            RetentionPeriodError: the settings ask for less than what is on record.
        """
        self.lengthen()
        with self._store.read() as work:
            known = work.retention.periods()
        shorter = [
            # not "kind: days": "record: 3660" reads like the number of a patient's, and is masked
            Phrase("{days} < {kept} days of {kind}", days=days, kept=known[kind], kind=kind)
            for kind, days in self._asked.items()
            if days < known[kind]
        ]
        if shorter:
            raise RetentionPeriodError(
                "A period can only be lengthened for data that exists: {shorter}. "
                "Set VIGIA_RETENTION_* to at least what is on record. Nothing was deleted.",
                shorter=Phrase.joined("; ", shorter),
            )
        return known
