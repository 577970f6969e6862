from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import Pseudonym
from vigia_detect.domain.retention import DAY_S, DataKind, ErasureReason, Going
from vigia_detect.errors import MustBeKeptError, NotFoundError
from vigia_detect.ports import Store
from vigia_detect.stages.case_files import CaseFiles, batches
from vigia_detect.stages.clock import clock_doubt, silent_days
from vigia_detect.stages.erasure import KEPT_WITH_THE_RECORD, Erasure, Why
from vigia_detect.stages.periods import RecordedPeriods

ORPHANS = "orphan_files"
WHOLE = "retention"
PURGED = (DataKind.IMAGES, DataKind.DETAILS, DataKind.IDEMPOTENCY, DataKind.NOTIFICATIONS)


class Retention:
    """Plans what goes when its time is over, and lets it go.

    Audit entries never go: the chain over them stays whole, and they hold ids and codes.
    """

    def __init__(
        self, *, store: Store, files: CaseFiles, erasure: Erasure, periods: RecordedPeriods
    ) -> None:
        self._store = store
        self._files = files
        self._erasure = erasure
        self._periods = periods

    def plan(self) -> Sequence[Going]:
        """Return what would go now, by kind. Nothing is deleted.

        Raises:
            RetentionPeriodError: the settings ask for less than what is on record.
            MustBeKeptError: the database is hardly that of the files.
        """
        periods = self._periods.in_force()
        longest = max(periods[kind] for kind in KEPT_WITH_THE_RECORD)
        with self._store.read() as work:
            now = work.now()
            patients = work.retention.due_patients(now - longest * DAY_S)
            going = [work.retention.due(kind, now - periods[kind] * DAY_S) for kind in PURGED]
        return [patients, *going, Going(ORPHANS, tuple(self._files.orphans()))]

    def run(self, *, actor: str) -> Sequence[Going]:
        """Let go what `plan` lists, in small transactions; return what has gone.

        Raises:
            ClockDoubtError: the clock may have jumped; nothing has gone.
        """
        self._check_clock(actor)
        patients, *going, orphans = self.plan()
        erased = tuple(one for one in patients.ids if self._erase(Pseudonym(one), actor))
        for one in going:
            for batch in batches(one.ids):
                self._purge(DataKind(one.kind), batch, actor)
        self._files.delete(orphans.ids)
        if orphans.ids:
            self._note([ORPHANS], ORPHANS, actor, count=len(orphans.ids))
        self._store.scrub()
        return [replace(patients, ids=erased), *going, orphans]

    def _check_clock(self, actor: str) -> None:
        with self._store.read() as work:
            days = silent_days(work)
        doubt = clock_doubt(days)
        if doubt is None:
            return
        detail = {"days": round(days)}
        with self._store.begin() as work:
            work.audit.write(
                [AuditEntry(AuditEvent.RETENTION_REFUSED, WHOLE, actor, detail=detail)]
            )
            work.commit()
        raise doubt

    def _erase(self, pseudonym: Pseudonym, actor: str) -> bool:
        try:
            self._erasure.erase(pseudonym, Why(ErasureReason.PERIOD_OVER, actor))
        except (MustBeKeptError, NotFoundError):
            return False  # held, come again or erased since we looked
        return True

    def _purge(self, kind: DataKind, ids: Sequence[str], actor: str) -> None:
        with self._store.begin() as work:
            # A hold may have been placed since the plan was made.
            free = work.retention.not_held(kind, ids)
            work.retention.forget(kind, free)
            work.audit.write(_purged(free, kind, actor))
            work.commit()
        # A crash here leaves files without rows, which are collected as orphans.
        delete: Mapping[DataKind, Callable[[Collection[str]], None]] = {
            DataKind.IMAGES: self._files.delete_images,
            DataKind.DETAILS: self._files.delete_attachments,
        }
        if kind in delete:
            delete[kind](free)

    def _note(self, subjects: Sequence[str], kind: str, actor: str, **detail: object) -> None:
        with self._store.begin() as work:
            work.audit.write(_purged(subjects, kind, actor, **detail))
            work.commit()


def _purged(subjects: Sequence[str], kind: str, actor: str, **detail: object) -> list[AuditEntry]:
    about = {"kind": kind, **detail}
    return [AuditEntry(AuditEvent.DATA_PURGED, one, actor, detail=about) for one in subjects]
