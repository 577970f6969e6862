"""What of a bundle the patient's key has sealed: each record with the key that opens it alone."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import CaseId, RunId
from vigia_detect.domain.records import StoredCase
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import NotFoundError
from vigia_detect.ports import UnitOfWork
from vigia_detect.stages.basis import digest
from vigia_detect.stages.vault import Record, Vault
from vigia_detect.trail.evidence_contents import PLAIN_TEXT, attested
from vigia_detect.trail.evidence_lines import part_line
from vigia_detect.trail.evidence_summary import Entry
from vigia_detect.trail.note import Checkpoint

ALWAYS_LEFT_OUT = {
    "patient_code": "not_attested",
    "overlay": "derived",
    "addresses": "address",
    "other_entries": "other_entries",
}
"""What no bundle holds, and why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a bundle is to hold.

    Attributes:
        patient: also what the patient's key seals: context, results, words of people.
        image: also the picture.
        known: a checkpoint kept elsewhere, from which the bundle's own is to be proved.
    """

    patient: bool = True
    image: bool = False
    known: Checkpoint | None = None


class Contents:
    """Takes a case's records out of the vault, one by one."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of(
        self, work: UnitOfWork, case: StoredCase, entries: Sequence[Entry], asked: Asked
    ) -> tuple[list[bytes], dict[str, str]]:
        """Return lines, and what is left out and why.

        Args:
            work: sees one moment.
            case: whose bundle it is.
            entries: of the case, by place.
            asked: what is wanted.

        Raises:
            CorruptDataError: a record does not decrypt.
        """
        left_out = dict(ALWAYS_LEFT_OUT)
        if case.patient.erased_at is not None:
            return [], left_out | {"contents": "erased", "image": "erased"}
        lines: list[bytes] = []
        if asked.patient:
            lines += self._contents(work, case, entries, left_out)
        else:
            left_out["contents"] = "not_asked"
        return [*lines, *self._image(case, left_out, asked=asked.image)], left_out

    def _contents(
        self, work: UnitOfWork, case: StoredCase, entries: Sequence[Entry], left_out: dict[str, str]
    ) -> list[bytes]:
        known = attested(case.summary.id, entries)
        names = {one.digest: name for name, one in known.items()}
        found = {
            names.get(digest(record.sealed), role): record
            for role, record in self._records(work, case)
        }
        left_out |= dict.fromkeys(known.keys() - found.keys(), "purged")
        return [_line(name, record) for name, record in found.items()]

    def _records(self, work: UnitOfWork, case: StoredCase) -> Iterator[tuple[str, Record]]:
        """Yield each record with what it is taken for when no entry attests it."""
        vault, case_id = self._vault, case.summary.id
        if case.sealed:
            yield "told", vault.case_record(case)
        for stage, attempt, sealed in _results(work, case_id):
            yield f"result:{stage}:{attempt}", vault.result_record(case, stage, sealed)
        for review in work.reviews.of_case(case_id):
            role = f"review:{review.number}"
            yield role, vault.text_record(case, role, review.sealed)
        for _, entry in work.audit.of_subject(case_id):
            if entry.event == AuditEvent.NARRATIVE_ADDED:
                yield from self._narrative(work, case, entry)
            if entry.event == AuditEvent.CASE_REOPENED:
                role = f"reopened:{entry.detail['stage']}:{entry.detail['attempt']}"
                yield role, vault.text_record(case, role, str(entry.detail["reason"]))

    def _narrative(
        self, work: UnitOfWork, case: StoredCase, entry: AuditEntry
    ) -> Iterator[tuple[str, Record]]:
        """Yield what a language model wrote of a decision, unless it was purged."""
        told = work.addenda.get(RunId(str(entry.run_id)))
        if told is not None and told.sealed is not None:
            record = self._vault.addendum_record(case, told.id, told.sealed)
            yield f"narrative:{told.decision}", record

    def _image(self, case: StoredCase, left_out: dict[str, str], *, asked: bool) -> list[bytes]:
        if not asked:
            left_out["image"] = "not_asked"
            return []
        try:
            picture = self._vault.open_image(case)
        except NotFoundError:
            left_out["image"] = "purged"
            return []
        return [part_line("image", base64.b64encode(picture).decode())]


def _results(work: UnitOfWork, case_id: CaseId) -> Iterator[tuple[Stage, int, bytes]]:
    """Yield what each stage gave, also before it was begun anew."""
    now = work.runs.results(case_id)
    for run in work.runs.of_case(case_id):
        stage = Stage(run.task)
        for attempt, sealed in work.runs.results_before(run.id).items():
            yield stage, attempt, bytes(sealed)
        if stage in now:
            yield stage, run.attempt, bytes(now[stage])


def _line(name: str, record: Record) -> bytes:
    plain = record.plain.decode()
    return part_line(
        "content",
        {
            "key": None if record.key is None else base64.b64encode(record.key).decode(),
            "name": name,
            "sealed": base64.b64encode(record.sealed).decode(),
            "value": plain if name.startswith(PLAIN_TEXT) else json.loads(plain),
        },
    )
