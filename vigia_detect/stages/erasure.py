"""Erases one patient by destroying the key to all that is theirs (crypto-shredding).

In one transaction the wrapped key goes, and the code, contexts and results that it sealed; the
cases stay, under a name that is drawn at random, so that the trail still tells what was done. After
it the files go, and what the database has deleted is overwritten.
"""

import base64
import secrets
from dataclasses import dataclass

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import Pseudonym
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.domain.retention import (
    DAY_S,
    DataKind,
    ErasureReason,
    Override,
    PatientStanding,
)
from vigia_detect.errors import (
    InvalidOptionError,
    LegalHoldError,
    MustBeKeptError,
    NotFoundError,
    OpenWorkError,
    RetentionPeriodError,
)
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.case_files import CaseFiles
from vigia_detect.stages.clock import clock_doubt, silent_days
from vigia_detect.stages.holds import check_reference
from vigia_detect.stages.periods import RecordedPeriods

KEPT_WITH_THE_RECORD = (DataKind.RECORD, DataKind.IMAGES, DataKind.DETAILS)
NAME_BYTES = 20


@dataclass(frozen=True, slots=True)
class Why:
    """On what grounds a patient is erased.

    Attributes:
        by: who says so.
        reference: of the request or order.
        override: what allows it before the record's period is over.
    """

    reason: ErasureReason
    by: str
    reference: str = ""
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Erasing:
    """What an erasure would do.

    Attributes:
        refusal: what forbids it; None when nothing does.
    """

    standing: PatientStanding
    files: tuple[str, ...]
    refusal: MustBeKeptError | None


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did.

    Attributes:
        name: what the patient is called from now on.
        scrubbed: whether the database's files were overwritten; if not, it is tried again at the
            next `vigia retention run`.
    """

    name: Pseudonym
    cases: int
    files: int
    scrubbed: bool


class Erasure:
    """Erases patients, unless a hold, a period or open work forbids it."""

    def __init__(self, *, store: Store, files: CaseFiles, periods: RecordedPeriods) -> None:
        self._store = store
        self._files = files
        self._periods = periods

    def plan(self, pseudonym: Pseudonym, why: Why) -> Erasing:
        """Return what erasing would do. Raises NotFoundError, InvalidOptionError."""
        _check(why)
        days = self._days()
        with self._store.read() as work:
            standing = _known(work, pseudonym)
            refusal = _refusal(work, standing, why, days)
        return Erasing(standing, self._files.of(standing.cases), refusal)

    def erase(self, pseudonym: Pseudonym, why: Why) -> Erased:
        """Erase a patient for ever.

        Raises:
            NotFoundError: there is no such patient, or it is erased already.
            LegalHoldError: somebody has put a hold on it.
            OpenWorkError: a case has not ended or an alert waits for somebody.
            RetentionPeriodError: its time is not over and nothing overrides that.
            InvalidOptionError: an override without a reference.
        """
        _check(why)
        try:
            name, standing = self._destroy(pseudonym, why)
        except MustBeKeptError as refusal:
            self._note_refusal(self.plan(pseudonym, why).standing, why, refusal)
            raise
        files = self._files.of(standing.cases)
        self._files.delete(files)  # a crash before this leaves orphans, which are collected
        scrubbed = self._store.scrub()
        return Erased(name, len(standing.cases), len(files), scrubbed)

    def _destroy(self, pseudonym: Pseudonym, why: Why) -> tuple[Pseudonym, PatientStanding]:
        name, days = _new_name(), self._days()
        with self._store.begin() as work:
            standing = _known(work, pseudonym, lock=True)
            refusal = _refusal(work, standing, why, days)
            if refusal is not None:
                raise refusal
            _withdraw_narratives(work, standing)
            work.retention.erase(pseudonym, name)
            work.audit.write(_entries(name, standing, why))
            work.commit()
        return name, standing

    def _days(self) -> int:
        """The picture and what was made of it are the patient's: they never outlast the key."""
        periods = self._periods.in_force()
        return max(periods[kind] for kind in KEPT_WITH_THE_RECORD)

    def _note_refusal(self, standing: PatientStanding, why: Why, refusal: MustBeKeptError) -> None:
        """Record it by case: a pseudonym in the trail would outlive a later erasure."""
        detail = {"refusal": type(refusal).__name__, "reason": why.reason}
        with self._store.begin() as work:
            work.audit.write(
                [
                    AuditEntry(AuditEvent.ERASURE_REFUSED, case, why.by, detail=detail)
                    for case in standing.cases
                ]
            )
            work.commit()


def _check(why: Why) -> None:
    check_reference(why.reference)
    if why.override is not None and not why.reference:
        raise InvalidOptionError("reference: an override needs the number of what allows it")


def _known(work: UnitOfWork, pseudonym: Pseudonym, *, lock: bool = False) -> PatientStanding:
    standing = work.retention.standing(pseudonym, lock=lock)
    if standing is None:
        raise NotFoundError("There is no such patient, or it is erased already.")
    return standing


def _refusal(
    work: UnitOfWork, standing: PatientStanding, why: Why, days: int
) -> MustBeKeptError | None:
    if standing.holds:
        return LegalHoldError(
            "Held by {holds}: `vigia hold release` first.", holds=", ".join(standing.holds)
        )
    if standing.open:
        return OpenWorkError(
            "Still open: {open}. Nobody is left untold.", open=", ".join(standing.open)
        )
    if why.override is not None:
        return None
    left = days - (work.now() - standing.last_entry_at) / DAY_S
    if left > 0:
        return RetentionPeriodError(
            "To be kept for {left:.0f} more days; only a documented override allows it earlier.",
            left=left,
        )
    return clock_doubt(silent_days(work))


def _entries(name: Pseudonym, standing: PatientStanding, why: Why) -> list[AuditEntry]:
    detail = {
        "reason": why.reason,
        "reference": why.reference,
        "override": why.override,
        "count": len(standing.cases),
    }
    patient = AuditEntry(AuditEvent.PATIENT_ERASED, name, why.by, detail=detail)
    cases = (
        AuditEntry(AuditEvent.CASE_ERASED, case, why.by, detail={"patient": name})
        for case in standing.cases
    )
    return [patient, *cases]


def _withdraw_narratives(work: UnitOfWork, standing: PatientStanding) -> None:
    for case_id in standing.cases:  # before its narrative, as whoever attaches one does
        work.cases.lock(case_id)
    work.addenda.withdraw(standing.cases, NoNarrativeReason.ERASED)


def _new_name() -> Pseudonym:
    """Return a name that follows from nothing: `e_` and 32 of a-z2-7."""
    return Pseudonym("e_" + base64.b32encode(secrets.token_bytes(NAME_BYTES)).decode().lower())
