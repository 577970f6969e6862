"""Accepts cases. A case exists when its row is committed; until then nothing of it is kept."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from vigia_detect.clinical import RuleSet, assess, parse_case, parse_context
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import JsonObject, Run
from vigia_detect.domain.escalation import AlertKind, AlertRequest
from vigia_detect.domain.ids import CaseId, Pseudonym, new_case_id
from vigia_detect.domain.keys import FIRST_VERSION, taken_apart
from vigia_detect.domain.records import NewCase, PatientKey, Picture, Submission
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import (
    DatabaseUnavailableError,
    FieldProblem,
    IdempotencyConflictError,
    InvalidContextError,
    StorageFullError,
)
from vigia_detect.log import get_logger
from vigia_detect.picture_ports import BlobStore, PictureReader
from vigia_detect.ports import Cipher, Store, UnitOfWork
from vigia_detect.stages.basis import digest
from vigia_detect.stages.escalation import Escalator
from vigia_detect.stages.relay import Relay
from vigia_detect.stages.vault import Vault

PATIENT_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
DECLARED = "declared_by_person"
PATIENT_RACES = 3

log = get_logger()


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted case.

    Attributes:
        created: False when the idempotency key was known and this is the earlier case.
        queued: whether the broker took its first messages; if not, they are sent later.
    """

    case_id: CaseId
    urgency: Urgency
    created: bool
    queued: bool


@dataclass(frozen=True, slots=True)
class RedFlags:
    """What the words and vitals alone say, before any model looks at the picture."""

    urgency: Urgency
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A submission after its checks: what will be kept of it."""

    context: JsonObject
    picture: Picture
    flags: RedFlags


class _PatientRaceError(Exception):
    """While we sealed, another stored this patient with another key, erased it, or rotated keys."""


SURELY_NOT_STORED = (_PatientRaceError, IdempotencyConflictError, StorageFullError)
"""After any other error the commit may have reached the database although its answer was lost. The
picture then stays: one too many is encrypted bytes, one too few is a case without its picture."""


class Intake:
    """Validates, makes safe, encrypts and stores a submission in one transaction."""

    def __init__(
        self,
        *,
        store: Store,
        relay: Relay,
        cipher: Cipher,
        blobs: BlobStore,
        vault: Vault,
        pictures: PictureReader,
        rules: RuleSet,
        escalator: Escalator,
    ) -> None:
        self._store = store
        self._relay = relay
        self._cipher = cipher
        self._blobs = blobs
        self._vault = vault
        self._pictures = pictures
        self._rules = rules
        self._escalator = escalator

    def check_context(self, context: Mapping[str, object]) -> None:
        """Check a patient context without keeping it. Raises InvalidContextError."""
        parse_context(context)

    def accept(self, submission: Submission) -> Accepted:
        """Accept a submission: after this returns, the case cannot be lost.

        Raises:
            InvalidInputError: the picture, a field or an option is wrong; nothing was stored.
            IdempotencyConflictError: the key belongs to a different submission.
            StorageFullError: no room; nothing was stored.
            DatabaseUnavailableError: the database is away. When it went in the midst of the commit,
                the case may exist: send it again with the same idempotency key.
        """
        _check_code(submission.patient_code)
        context = parse_context(submission.context).model_dump(mode="json", exclude_none=True)
        picture = self._pictures.read(submission.image)
        flags = self._red_flags(submission, context)
        self._blobs.check_room()
        checked = Checked(context, picture, flags)
        for _ in range(PATIENT_RACES):
            try:
                return self._accept(submission, checked)
            except _PatientRaceError:
                continue  # look again and seal anew, with the key that is there now
        raise DatabaseUnavailableError("The patient's key keeps changing; try again.")

    def _accept(self, submission: Submission, checked: Checked) -> Accepted:
        patient, is_new = self._patient(submission.patient_code)
        case_id = new_case_id()
        ref = self._vault.store_image(patient, case_id, checked.picture.data)
        try:
            case = self._new_case(case_id, submission, patient, checked)
            with self._store.begin() as work:
                self._keep_patient(work, patient, is_new=is_new)
                known, ready = self._store_case(work, case, submission.actor, checked)
        except SURELY_NOT_STORED:
            self._vault.drop_image(ref)
            raise
        if known != case_id:
            self._vault.drop_image(ref)
            return Accepted(known, checked.flags.urgency, created=False, queued=True)
        queued = self._relay.send(ready)
        log.info("case_accepted", case_id=case_id)
        return Accepted(case_id, checked.flags.urgency, created=True, queued=queued)

    def _red_flags(self, submission: Submission, context: JsonObject) -> RedFlags:
        """Ask the rules what the words alone say; a person's word can only raise it."""
        case = parse_case(
            {
                "patient_code": submission.patient_code,
                "lang": submission.options.lang,
                "patient_context": context,
            }
        )
        found = assess(case, self._rules)
        if submission.options.priority == "emergency":
            return RedFlags(Urgency.EMERGENCY, (DECLARED, *found.rules))
        return RedFlags(Urgency(found.urgency), tuple(found.rules))

    def _patient(self, patient_code: str) -> tuple[PatientKey, bool]:
        """Return a patient's keys, and whether the case will bring the patient along."""
        pseudonym = self._cipher.pseudonym(patient_code)
        with self._store.read() as work:
            known, version = work.cases.patient(pseudonym), work.keys.wrapping()
        if known is not None:
            return known, False
        return self._new_patient(pseudonym, patient_code, version or FIRST_VERSION), True

    def _new_patient(self, pseudonym: Pseudonym, patient_code: str, version: int) -> PatientKey:
        bare = PatientKey(pseudonym, self._cipher.new_data_key(pseudonym, version), b"")
        sealed = self._vault.seal_code(bare, patient_code)
        return PatientKey(pseudonym, bare.wrapped_key, sealed)

    def _new_case(
        self,
        case_id: CaseId,
        submission: Submission,
        patient: PatientKey,
        checked: Checked,
    ) -> NewCase:
        options, urgency = submission.options, checked.flags.urgency
        asked: JsonObject = {"lang": options.lang, "priority": options.priority}
        return NewCase(
            id=case_id,
            pseudonym=patient.pseudonym,
            idempotency_key=self._cipher.pseudonym(f"key:{options.idempotency_key or case_id}"),
            fingerprint=self._fingerprint(submission.patient_code, checked, asked),
            sealed=self._vault.seal_case(
                patient, case_id, lang=options.lang, context=checked.context, options=asked
            ),
            image_ref=case_id,
            emergency=urgency == Urgency.EMERGENCY,
            urgency=urgency,
        )

    def _fingerprint(self, patient_code: str, checked: Checked, asked: JsonObject) -> bytes:
        parts = [patient_code, checked.context, checked.picture.sha256, asked]
        content = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
        return self._cipher.pseudonym(hashlib.sha256(content).hexdigest()).encode()

    def _keep_patient(self, work: UnitOfWork, patient: PatientKey, *, is_new: bool) -> None:
        """Make sure that the key which sealed this case is the patient's, and stays.

        Raises:
            _PatientRaceError: since we looked, the patient was stored by another or erased, or the
                key-encryption key was rotated.
        """
        if is_new:
            version, _ = taken_apart(patient.wrapped_key)
            current = work.keys.wrapping(hold=True) == version
            if not current or work.cases.add_patient(patient) != patient:
                raise _PatientRaceError
            return
        stored = work.cases.hold_patient(patient.pseudonym)
        if stored is None or stored.sealed_code != patient.sealed_code:
            raise _PatientRaceError

    def _store_case(
        self, work: UnitOfWork, case: NewCase, actor: str, checked: Checked
    ) -> tuple[CaseId, tuple[Run, ...]]:
        flags = checked.flags
        known, fingerprint, created = work.cases.add(case)
        if not created:
            if fingerprint != case.fingerprint:
                raise IdempotencyConflictError(
                    "idempotency_key: already used for a different submission"
                )
            return known, ()
        image = checked.picture.sha256
        told = digest(case.sealed)
        detail = {"urgency": flags.urgency, "rules": flags.rules, "image": image, "told": told}
        work.audit.write([AuditEntry(AuditEvent.CASE_ACCEPTED, case.id, actor, detail=detail)])
        ready = self._alert(work, case, flags)
        ready += work.runs.plan(case.id, emergency=case.emergency)
        work.commit()
        return known, ready

    def _alert(self, work: UnitOfWork, case: NewCase, flags: RedFlags) -> tuple[Run, ...]:
        """An emergency does not wait for any model: its alert is part of the acceptance."""
        if flags.urgency != Urgency.EMERGENCY:
            return ()
        request = AlertRequest(AlertKind.EMERGENCY, flags.rules)
        return self._escalator.open(work, case.id, case.id, request)[1]


def _check_code(patient_code: object) -> None:
    if not (isinstance(patient_code, str) and PATIENT_CODE.fullmatch(patient_code)):
        problem = FieldProblem(
            "patient_code", "must be 1 to 64 of the allowed characters", "A-Z a-z 0-9 . _ -"
        )
        raise InvalidContextError((problem,))
