"""The seams: what the pipeline asks of the outside. `bootstrap` chooses who answers."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from vigia_detect.addenda_ports import Addenda
from vigia_detect.alert_ports import AckTokens, Alerts, Gates, Notifications, Timers
from vigia_detect.audit_ports import Stamps, Trail
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import CaseSummary, Run, RunStatus, Verdict
from vigia_detect.domain.ids import CaseId, Pseudonym, RunId
from vigia_detect.domain.records import ClaimedRun, FailedRun, NewCase, PatientKey, StoredCase
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState
from vigia_detect.key_ports import Keys
from vigia_detect.people_ports import People
from vigia_detect.retention_ports import Retention
from vigia_detect.review_ports import Reviews


class Cases(Protocol):
    """Rows of cases and patients."""

    def patient(self, pseudonym: Pseudonym) -> PatientKey | None:
        """Return the patient's keys, or None."""

    def add_patient(self, patient: PatientKey) -> PatientKey:
        """Store a patient unless present; return what is stored."""

    def hold_patient(self, pseudonym: Pseudonym) -> PatientKey | None:
        """Return the patient's keys, who is not erased until this transaction ends, or None."""

    def add(self, case: NewCase) -> tuple[CaseId, bytes, bool]:
        """Store a case unless its idempotency key is known.

        Returns:
            the id and fingerprint under that key, and whether this call stored them.
        """

    def get(self, case_id: CaseId) -> StoredCase | None:
        """Return a case, or None."""

    def lock(self, case_id: CaseId) -> None:
        """Hold this case's row until the transaction ends, so that its stages join one by one."""

    def decide(
        self, case_id: CaseId, verdict: Verdict, *, basis: Mapping[str, object] | None = None
    ) -> None:
        """Write triage's verdict; the urgency can only rise, and it is nobody's word yet.

        `basis` goes into its entry.
        """

    def end_if_done(self, case_id: CaseId) -> CaseState | None:
        """End the case when all its runs have ended; return its new state, or None."""

    def settle(self, case_id: CaseId) -> None:
        """Work out anew where an ended case stands; one that has not ended is left alone."""

    def confirm(self, case_id: CaseId, by: str) -> None:
        """Note who has confirmed the result as it is now."""

    def reseal(self, case_id: CaseId, sealed: bytes) -> None:
        """Replace a case's encrypted file."""

    def reopen(self, case_id: CaseId, *, keep_review: bool) -> bool:
        """Move an ended case back to `processing`; False when it has not ended.

        Args:
            case_id: the case.
            keep_review: triage's word on review stays, as triage is not done again; otherwise it
                is unknown until triage has spoken.
        """

    def list(self, *, limit: int, state: CaseState | None = None) -> Sequence[CaseSummary]:
        """Return the newest cases first."""

    def counts(self) -> dict[str, int]:
        """Return how many cases there are by state."""


class Runs(Protocol):
    """Rows of work. Every method moves rows by one compare-and-set."""

    def plan(self, case_id: CaseId, *, emergency: bool) -> tuple[Run, ...]:
        """Store one run a stage; return those that are ready, marked as published."""

    def claim(self, run_id: RunId, attempt: int, lease_s: float) -> ClaimedRun | None:
        """Own a ready run whose attempt count is `attempt`; None when there is no such run."""

    def claim_next(
        self, run: Run, case: StoredCase, known: Mapping[Stage, bytes], lease_s: float
    ) -> ClaimedRun | None:
        """Own a run of this case that this transaction has just made ready.

        Args:
            run: as this transaction made it ready.
            case: as it was read for the stage before.
            known: encrypted results that need not be read again.
            lease_s: seconds until the lease runs out.
        """

    def claim_apart(self, run_id: RunId, attempt: int, lease_s: float) -> Run | None:
        """Own a ready run that is no stage, such as a notification; None: there is no such run."""

    def postpone(self, run_id: RunId, attempt: int, delay_s: float) -> None:
        """Let a ready run wait, without an attempt."""

    def renew(self, run: Run, lease_s: float) -> bool:
        """Prolong the lease; False when this attempt is no longer the current one."""

    def finish(
        self,
        run: Run,
        sealed_result: bytes | None,
        *,
        basis: Mapping[str, object] | None = None,
    ) -> None:
        """End the run with its result; `basis` goes into its entry.

        Raises:
            LeaseLostError: it is owned no more.
        """

    def lose(self, run: Run, error_code: str) -> None:
        """Take the run back from a process that is gone. Raises LeaseLostError likewise."""

    def retry(self, run: Run, error_code: str, delay_s: float, *, outage: bool = False) -> None:
        """Give the run back; an `outage` uses up no try. Raises LeaseLostError likewise."""

    def exhaust(self, run: Run, error_code: str) -> None:
        """End the run without a result. Raises LeaseLostError likewise."""

    def ready_successors(self, case_id: CaseId, stage: Stage) -> tuple[Run, ...]:
        """Make ready, and mark as published, what waited for `stage` and has all its inputs."""

    def reopen(self, case_id: CaseId, stage: Stage, by: str) -> Run:
        """Begin an ended run anew; return it, marked as published. Its result is kept."""

    def wait_again(self, case_id: CaseId, stage: Stage, by: str) -> None:
        """Let an ended run wait for inputs that begin anew. Its result is kept."""

    def failed(self, limit: int, *, run_id: RunId | None = None) -> Sequence[FailedRun]:
        """Return runs that were given up, the newest first, or the one that is asked for.

        A notification is one of them while its alert is open and the same contact has not been
        tried again since.
        """

    def results_before(self, run_id: RunId) -> dict[int, bytes]:
        """Return the encrypted results that a run gave before it began anew, by attempt."""

    def of_case(self, case_id: CaseId) -> Sequence[RunStatus]:
        """Return the runs of a case in the order of its stages."""

    def case_of(self, run_id: RunId) -> CaseId | None:
        """Return the case that a run belongs to; None when there is no such run, or no case."""

    def results(self, case_id: CaseId) -> dict[Stage, bytes]:
        """Return the encrypted results of the stages that have one."""

    def overdue(self) -> bool:
        """Tell whether some ready run waits for a message or some lease ran out (a cheap look)."""

    def take_unpublished(self, idle_queues: Collection[str], limit: int) -> tuple[Run, ...]:
        """Win ready runs that need a message, emergencies first; mark them as published.

        These are the runs that were never published, those whose message is surely lost (it was
        sent more than a second ago to a queue that is empty now), and, as a last net, those sent
        very long ago.
        """

    def unpublish(self, runs: Sequence[Run]) -> None:
        """Note that these messages did not reach the broker."""

    def lapsed(self, limit: int) -> tuple[Run, ...]:
        """Return runs whose lease ran out, the oldest first (a look: others may see them)."""

    def win_lapsed(self, run: Run) -> bool:
        """Hold such a run until the transaction ends; False when another process has it."""

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many runs there are by (task, state)."""

    def oldest_ready_s(self, queue: str | None = None) -> float:
        """Return how long the oldest ready run has been due, in seconds; 0 when none is.

        Without a queue, narratives are left out: nothing and nobody waits for them.
        """


class Audit(Protocol):
    """The trail's entries. Their order and proofs: `audit_ports.Trail`."""

    def write(self, entries: Sequence[AuditEntry]) -> None:
        """Append entries in this transaction."""

    def of_subject(self, subject: str) -> Sequence[tuple[float, AuditEntry]]:
        """Return the entries about a case or alert with their time, oldest first."""

    def of_event(self, event: AuditEvent, since: float) -> Sequence[AuditEntry]:
        """Return the entries of one kind since a time."""

    def ends_since(self, since: float) -> tuple[int, int]:
        """Return how many attempts failed, were lost or given up since a time, and how many ended.

        Those of narratives are not counted: a language model that is away is no failing pipeline.

        Args:
            since: Unix seconds by the database's clock.
        """


class UnitOfWork(Protocol):
    """One transaction. Leaving it without `commit()` changes nothing."""

    @property
    def cases(self) -> Cases:
        """Cases and patients."""

    @property
    def runs(self) -> Runs:
        """Work."""

    @property
    def alerts(self) -> Alerts:
        """Alerts."""

    @property
    def notifications(self) -> Notifications:
        """Notifications and their attempts."""

    @property
    def addenda(self) -> Addenda:
        """What is told of decisions afterwards."""

    @property
    def timers(self) -> Timers:
        """Deadlines."""

    @property
    def gates(self) -> Gates:
        """What keeps channels at their pace."""

    @property
    def people(self) -> People:
        """Accounts, their tokens, emergency accesses."""

    def now(self) -> float:
        """Return the database's time, in Unix seconds."""

    @property
    def reviews(self) -> Reviews:
        """What waits for a person's word, and what was said."""

    @property
    def tokens(self) -> AckTokens:
        """Links and requests that were used up."""

    @property
    def keys(self) -> Keys:
        """Key versions and what they wrap."""

    @property
    def retention(self) -> Retention:
        """How long what is kept, and what may go."""

    @property
    def audit(self) -> Audit:
        """The trail."""

    @property
    def trail(self) -> Trail:
        """The order of the trail's entries."""

    @property
    def stamps(self) -> Stamps:
        """Time stamps of checkpoints."""

    def commit(self) -> None:
        """Make everything done in this unit of work durable, or raise and change nothing."""


class Store(Protocol):
    """The database."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work that only looks; its commit raises."""

    def snapshot(self) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work that only looks, and sees one moment whatever others commit."""

    def begin(self, *, relaxed: bool = False) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work.

        Args:
            relaxed: the commit need not reach the disk at once. Only for steps whose loss in a
                power cut leaves the work to be done again, such as a claim.

        Raises:
            DatabaseUnavailableError: no connection, or tables missing.
            StorageFullError: no room left.
        """

    def export_trail(self, origin: str) -> AbstractContextManager[Iterator[bytes]]:
        """Open the whole trail as one moment sees it, as the lines of an export."""

    def check(self) -> str:
        """Return the schema's revision. Raises DatabaseUnavailableError."""

    def upgrade(self) -> str:
        """Bring the tables up to this version; return the revision."""

    def known_key(self) -> str | None:
        """Return the fingerprint of a database that was begun with one master key, or None."""

    def scrub(self) -> bool:
        """Overwrite what was deleted in the database's own files; False: to be tried again."""

    def close(self) -> None:
        """Close the connections."""


class Publisher(Protocol):
    """Puts messages on the queues. Messages carry ids only."""

    def publish(self, run: Run) -> None:
        """Send one message. Raises BrokerUnavailableError; the sweeper will send it again."""

    def depths(self) -> dict[str, int]:
        """Return how many messages wait in each queue. Raises BrokerUnavailableError."""

    def workers(self) -> tuple[str, ...]:
        """Return the names of the workers that answer. Raises BrokerUnavailableError."""


class Cipher(Protocol):
    """Pseudonyms and encryption. Every ciphertext is bound to its context by `label`."""

    def pseudonym(self, patient_code: str) -> Pseudonym:
        """Return the keyed hash of a patient code."""

    def signing_key(self, purpose: str) -> bytes:
        """Return the 32-byte key that signs for one purpose; no other purpose has the same."""

    def new_data_key(self, pseudonym: Pseudonym, version: int) -> bytes:
        """Return a fresh data key for a patient, wrapped by a version of the keeper's key."""

    def seal(self, pseudonym: Pseudonym, wrapped_key: bytes, label: str, plain: bytes) -> bytes:
        """Encrypt under a patient's wrapped key.

        Raises:
            CorruptDataError: the wrapped key is damaged or another patient's.
            KeyUnavailableError: the version that wraps it cannot be had.
            ErasedError: it is destroyed.
        """

    def open(self, pseudonym: Pseudonym, wrapped_key: bytes, label: str, sealed: bytes) -> bytes:
        """Decrypt. Raises CorruptDataError when key, patient, label or data do not fit."""

    def record_key(
        self, pseudonym: Pseudonym, wrapped_key: bytes, label: str, sealed: bytes
    ) -> bytes | None:
        """Return the key that opens this one ciphertext and no other.

        None for one that was stored before each had its own.
        """

    def seal_own(self, label: str, plain: bytes) -> bytes:
        """Encrypt what belongs to no patient, under a key of the installation."""

    def open_own(self, label: str, sealed: bytes) -> bytes:
        """Decrypt what `seal_own` gave. Raises CorruptDataError."""
