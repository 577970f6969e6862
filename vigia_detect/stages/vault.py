"""What of a case is encrypted, and what each ciphertext is bound to."""

import base64
import hashlib
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid5

import orjson

from vigia_detect.domain.case import CaseFile, JsonObject
from vigia_detect.domain.ids import CaseId, RunId
from vigia_detect.domain.records import PatientKey, StoredCase
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import CorruptDataError
from vigia_detect.picture_ports import BlobStore
from vigia_detect.ports import Cipher

ATTACHMENT_DIGITS = 20  # 80 bits: no two attachments of one case meet


@dataclass(frozen=True, slots=True)
class Record:
    """One ciphertext with what opens it and nothing else (`trail.record`).

    Attributes:
        label: what it is bound to.
        key: its own; None for one that was stored before each had its own.
    """

    label: str
    sealed: bytes
    key: bytes | None
    plain: bytes


class Vault:
    """Seals and opens the patient's part of a case: its file, its picture, its results.

    Each ciphertext is bound to its case and role, so that one cannot be put in another's place.
    """

    def __init__(self, cipher: Cipher, blobs: BlobStore) -> None:
        self._cipher = cipher
        self._blobs = blobs

    def seal_case(
        self,
        patient: PatientKey,
        case_id: CaseId,
        *,
        lang: str,
        context: JsonObject,
        options: JsonObject,
        clinician_classes: JsonObject | None = None,
    ) -> bytes:
        """Encrypt what people told us about a case."""
        told = {"lang": lang, "context": context, "options": options}
        plain = orjson.dumps(told | {"clinician_classes": clinician_classes or {}})
        return self._seal(patient, f"case:{case_id}", plain)

    def open_case(self, case: StoredCase) -> CaseFile:
        """Decrypt a case's file. Raises CorruptDataError."""
        case_id = case.summary.id
        sealed = self._open(case.patient, f"case:{case_id}", case.sealed)
        plain = orjson.loads(sealed)
        return CaseFile(
            id=case_id,
            pseudonym=case.summary.pseudonym,
            patient_code=self.open_code(case.patient),
            lang=plain["lang"],
            context=plain["context"],
            options=plain["options"],
            read_image=partial(self._open_image, case),
            clinician_classes=plain.get("clinician_classes", {}),
        )

    def seal_code(self, patient: PatientKey, patient_code: str) -> bytes:
        """Encrypt a patient's code."""
        return self._seal(patient, f"code:{patient.pseudonym}", patient_code.encode())

    def open_code(self, patient: PatientKey) -> str:
        """Decrypt a patient's code. Raises CorruptDataError."""
        label = f"code:{patient.pseudonym}"
        return self._open(patient, label, patient.sealed_code).decode()

    def store_image(self, patient: PatientKey, case_id: CaseId, jpeg: bytes) -> str:
        """Encrypt and store a picture; return its ref. Raises StorageFullError."""
        self._blobs.put(case_id, self._seal(patient, f"image:{case_id}", jpeg))
        return case_id

    def open_image(self, case: StoredCase) -> bytes:
        """Decrypt a case's picture. Raises NotFoundError or CorruptDataError."""
        return self._open_image(case)

    def drop_image(self, ref: str) -> None:
        """Remove a stored picture."""
        self._blobs.delete(ref)

    def store_attachment(self, case: StoredCase, name: str, plain: bytes) -> str:
        """Encrypt and store a file that belongs to a result; return its ref.

        The ref begins with the case's id, so that it is known whose it is without decrypting; the
        rest follows from name and content. An attempt that is tried again writes the same file
        anew, and one that comes too late cannot put other content in its place.

        Raises:
            StorageFullError: there is no room.
        """
        content = hashlib.sha256(plain).hexdigest()
        case_id = case.summary.id
        ref = f"{case_id}-{uuid5(UUID(case_id), f'{name}:{content}').hex[:ATTACHMENT_DIGITS]}"
        self._blobs.put(ref, self._seal(case.patient, f"{name}:{ref}", plain))
        return ref

    def open_attachment(self, case: StoredCase, name: str, ref: str) -> bytes:
        """Decrypt a file that belongs to a result.

        Raises:
            NotFoundError: it is not there.
            CorruptDataError: it does not decrypt.
        """
        return self._open(case.patient, f"{name}:{ref}", self._blobs.get(ref))

    def seal_result(self, case: StoredCase, stage: Stage, result: JsonObject) -> bytes:
        """Encrypt a stage's result."""
        label = f"result:{case.summary.id}:{stage}"
        return self._seal(case.patient, label, orjson.dumps(result))

    def open_result(self, case: StoredCase, stage: Stage, sealed: bytes) -> JsonObject:
        """Decrypt a stage's result. Raises CorruptDataError."""
        label = f"result:{case.summary.id}:{stage}"
        result: JsonObject = orjson.loads(self._open(case.patient, label, sealed))
        return result

    def seal_addendum(self, case: StoredCase, known: RunId, content: JsonObject) -> bytes:
        """Encrypt what is told of a decision; `known` is the addendum's id."""
        label = f"addendum:{case.summary.id}:{known}"
        return self._seal(case.patient, label, orjson.dumps(content))

    def open_addendum(self, case: StoredCase, known: RunId, sealed: bytes) -> JsonObject:
        """Decrypt what `seal_addendum` gave. Raises CorruptDataError."""
        label = f"addendum:{case.summary.id}:{known}"
        content: JsonObject = orjson.loads(self._open(case.patient, label, sealed))
        return content

    def seal_text(self, case: StoredCase, role: str, text: str) -> str:
        """Encrypt what a person typed about a case, for a place that holds text (base64).

        Args:
            case: whose patient's key is used.
            role: what the text is, such as `reopened:triage:3`; it opens under this role only.
            text: the person's words.
        """
        label = f"text:{case.summary.id}:{role}"
        return base64.b64encode(self._seal(case.patient, label, text.encode())).decode()

    def open_text(self, case: StoredCase, role: str, sealed: str) -> str:
        """Decrypt what a person typed about a case. Raises CorruptDataError."""
        label = f"text:{case.summary.id}:{role}"
        return self._open(case.patient, label, _bytes(sealed)).decode()

    def seal_own_text(self, owner: str, role: str, text: str) -> str:
        """Encrypt what a person typed about something that belongs to no patient.

        Args:
            owner: id of what it is about.
            role: what the text is.
            text: the person's words.
        """
        sealed = self._cipher.seal_own(f"text:{owner}:{role}", text.encode())
        return base64.b64encode(sealed).decode()

    def open_own_text(self, owner: str, role: str, sealed: str) -> str:
        """Decrypt what `seal_own_text` gave. Raises CorruptDataError."""
        return self._cipher.open_own(f"text:{owner}:{role}", _bytes(sealed)).decode()

    def case_record(self, case: StoredCase) -> Record:
        """Return what people told us about a case, openable by itself."""
        return self._record(case.patient, f"case:{case.summary.id}", case.sealed)

    def result_record(self, case: StoredCase, stage: Stage, sealed: bytes) -> Record:
        """Return a stage's result, openable by itself."""
        return self._record(case.patient, f"result:{case.summary.id}:{stage}", sealed)

    def addendum_record(self, case: StoredCase, known: RunId, sealed: bytes) -> Record:
        """Return what is told of a decision, openable by itself."""
        return self._record(case.patient, f"addendum:{case.summary.id}:{known}", sealed)

    def text_record(self, case: StoredCase, role: str, sealed: str) -> Record:
        """Return what a person typed about a case, openable by itself."""
        return self._record(case.patient, f"text:{case.summary.id}:{role}", _bytes(sealed))

    def _record(self, patient: PatientKey, label: str, sealed: bytes) -> Record:
        plain = self._open(patient, label, sealed)
        named = (patient.pseudonym, patient.wrapped_key, label, sealed)
        return Record(label, sealed, self._cipher.record_key(*named), plain)

    def _open_image(self, case: StoredCase) -> bytes:
        sealed = self._blobs.get(case.image_ref)
        return self._open(case.patient, f"image:{case.summary.id}", sealed)

    def _seal(self, patient: PatientKey, label: str, plain: bytes) -> bytes:
        return self._cipher.seal(patient.pseudonym, patient.wrapped_key, label, plain)

    def _open(self, patient: PatientKey, label: str, sealed: bytes) -> bytes:
        return self._cipher.open(patient.pseudonym, patient.wrapped_key, label, sealed)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise CorruptDataError("A stored text is damaged.") from error
