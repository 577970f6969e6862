"""Writes the evidence bundle of a case: all that an outsider needs to check what was done."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TypeAlias

from vigia_detect.audit_ports import SignerSource
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.ids import CaseId, is_case_id
from vigia_detect.domain.records import StoredCase
from vigia_detect.errors import NotFoundError, NotPossibleError
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.announcements import announcements
from vigia_detect.stages.chainer import Chainer
from vigia_detect.stages.evidence_contents import Asked, Contents
from vigia_detect.trail.announced import announcement_line
from vigia_detect.trail.evidence_lines import (
    FORMATS,
    Digests,
    Proved,
    entry_line,
    part_line,
    seal_text,
)
from vigia_detect.trail.evidence_summary import summary_of
from vigia_detect.trail.note import Checkpoint, Signer
from vigia_detect.trail.proofs import Prover

Placed: TypeAlias = Sequence[tuple[int | None, bytes]]
PAUSES_S = (0.1, 0.3, 1.0, 2.0, 4.0)
"""Another process may be about to sign for the case's last entries: it is waited for."""


class Evidence:
    """Writes bundles. Each leaves an entry, which is in the bundle too."""

    def __init__(
        self, *, store: Store, chainer: Chainer, signer: SignerSource, contents: Contents
    ) -> None:
        self._store = store
        self._chainer = chainer
        self._signer = signer
        self._contents = contents

    def bundle(self, case_id: str, asked: Asked, *, actor: str) -> bytes:
        """Return the bundle of a case.

        Raises:
            NotFoundError: there is no such case.
            NotPossibleError: its last entries are not signed for yet, or the trail does not
                extend the checkpoint that it is to be proved from.
        """
        detail = {"patient": asked.patient, "image": asked.image}
        with self._store.begin() as work:
            known = _known(work, case_id).summary.id
            work.audit.write([AuditEntry(AuditEvent.BUNDLE_WRITTEN, known, actor, detail=detail)])
            work.commit()
        for pause in (*PAUSES_S, None):
            self._chainer.seal(whole=pause is None)  # at last, also for what was held back long
            signer = self._signer()
            with self._store.snapshot() as work:
                open_ = _uncovered(work, known)
                if not open_ and work.trail.public_key() == signer.public.text:
                    return self._written(work, _known(work, known), asked, signer)
            time.sleep(pause or 0.0)
        raise NotPossibleError(
            "Case {case}: no checkpoint covers these entries yet: {entries}. Try again "
            "in some seconds.",
            case=known,
            entries=", ".join(open_),
        )

    def _written(self, work: UnitOfWork, case: StoredCase, asked: Asked, signer: Signer) -> bytes:
        case_id, alerts = case.summary.id, _alerts(work, case.summary.id)
        entries = work.trail.bytes_of([case_id, *alerts])
        read = [json.loads(data) for _, data in entries]
        contents, left_out = self._contents.of(work, case, read, asked)
        lines = [
            *_proofs(work, entries, asked),
            *(
                part_line("state", {"row": dict(row), "table": table})
                for table, row in work.trail.states_of(case_id, alerts)
            ),
            part_line("summary", summary_of(read)),
            *contents,
        ]
        return _sealed(case_id, lines, left_out, signer)


def _proofs(work: UnitOfWork, entries: Placed, asked: Asked) -> Iterator[bytes]:
    size = (work.trail.last_checkpoint() or (0, 0.0))[0]
    ((_, note),) = work.trail.notes(size - 1, 1)
    prover = Prover(size, work.trail.tile)
    yield part_line("key", work.trail.public_keys()[0])
    yield from (announcement_line(one) for one in announcements(work, size))
    yield part_line("checkpoint", note)
    if asked.known is not None:
        yield part_line("extends", _extension(prover, size, asked.known))
    for position, data in entries:
        place = position or 0  # none is without one: the caller has looked
        yield entry_line(Proved(data, place, prover.inclusion(place)))


def _sealed(
    case_id: CaseId, lines: list[bytes], left_out: Mapping[str, str], signer: Signer
) -> bytes:
    manifest = {
        "case": case_id,
        "format": max(FORMATS),
        "not_included": dict(left_out),
        "parts": Digests(lines).result(),
    }
    body = b"".join([part_line("manifest", manifest), *lines])
    seal = signer.sign(seal_text(signer.name, sha256(body).hexdigest()))
    return body + part_line("seal", seal)


def _known(work: UnitOfWork, case_id: str) -> StoredCase:
    case = work.cases.get(CaseId(case_id)) if is_case_id(case_id) else None
    if case is None:
        raise NotFoundError("There is no case {case}.", case=case_id)
    return case


def _alerts(work: UnitOfWork, case_id: CaseId) -> list[str]:
    return [alert.id for alert in work.alerts.of_case(case_id)]


def _uncovered(work: UnitOfWork, case_id: CaseId) -> Sequence[str]:
    """Return the events of the case's entries that no checkpoint covers, if there are any."""
    size = (work.trail.last_checkpoint() or (0, 0.0))[0]
    return [
        str(json.loads(data)["event"])
        for place, data in work.trail.bytes_of([case_id, *_alerts(work, case_id)])
        if place is None or place >= size
    ]


def _extension(prover: Prover, size: int, known: Checkpoint) -> JsonObject:
    if not 0 < known.size <= size or prover.root(known.size) != known.root:
        raise NotPossibleError("The trail is not an extension of the checkpoint kept elsewhere.")
    proof = [one.hex() for one in prover.consistency(known.size)]
    return {"size": known.size, "proof": list(proof)}
