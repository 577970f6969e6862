"""A second look at decisions, whenever somebody asks for it by an id.

Each may be asked for twice or late: what the trail says already is not said again.
"""

from collections.abc import Iterable, Mapping

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import AlertKind, AlertRequest
from vigia_detect.domain.ids import CaseId, RunId
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import NotFoundError
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.basis import digest
from vigia_detect.stages.escalation import Escalator
from vigia_detect.stages.relay import Relay

DOUBT = "decision_does_not_agree"


class SecondLook:
    """Compares what the trail says of a case with what is stored, and writes down the outcome."""

    def __init__(
        self,
        *,
        store: Store,
        relay: Relay,
        escalator: Escalator,
    ) -> None:
        self._store = store
        self._relay = relay
        self._escalator = escalator

    def decision(self, run_id: str, attempt: int) -> bool:
        """Compare the decision that a run of triage made with what is stored.

        A difference alerts an administrator.

        Args:
            run_id: triage's run.
            attempt: the one that made the decision.

        Returns:
            whether an entry was written; not when one says the same already.

        Raises:
            NotFoundError: this attempt has made no decision.
        """
        told: tuple[Run, ...] = ()
        with self._store.begin() as work:
            case_id, entries = _held(work, run_id)
            made = [one for one in entries if one.event == AuditEvent.DECISION_MADE]
            if not made or not _said(entries, AuditEvent.RUN_DONE, run_id=run_id, attempt=attempt):
                raise NotFoundError(
                    "Attempt {attempt} of run {run!r} has made no decision.",
                    attempt=attempt,
                    run=run_id,
                )
            problems = _problems(work, case_id, made[-1])
            detail = {"agrees": not problems, "problems": problems}
            entry = AuditEntry(
                AuditEvent.DECISION_AUDITED, case_id, "system", RunId(run_id), attempt, detail
            )
            if entry in entries:
                return False
            work.audit.write([entry])
            if problems:
                request = AlertRequest(AlertKind.SYSTEM_ERROR, (DOUBT,))
                told = self._escalator.open(work, case_id, case_id, request)[1]
            work.commit()
        self._relay.send(told)
        return True


def _held(work: UnitOfWork, run_id: str) -> tuple[CaseId, list[AuditEntry]]:
    """Return the case of a run and its entries.

    The case is held, so that two looks at the same moment happen one after the other.
    """
    case_id = work.runs.case_of(RunId(run_id))
    if case_id is None:
        raise NotFoundError("There is no run {run!r} of a case.", run=run_id)
    work.cases.lock(case_id)
    return case_id, [entry for _, entry in work.audit.of_subject(case_id)]


def _said(entries: Iterable[AuditEntry], event: AuditEvent, *, run_id: str, attempt: int) -> bool:
    return any(
        (entry.event, entry.run_id, entry.attempt) == (event, run_id, attempt) for entry in entries
    )


def _problems(work: UnitOfWork, case_id: CaseId, decision: AuditEntry) -> list[str]:
    """Return in what the decision's entry and what is stored do not agree."""
    said, stored = decision.detail, work.runs.results(case_id)
    problems = [] if _hash(stored, Stage.TRIAGE) == said.get("result") else ["result"]
    inputs = said.get("inputs")
    for stage, hash_ in (inputs if isinstance(inputs, dict) else {}).items():
        if _hash(stored, Stage(stage)) != hash_:
            problems.append(f"input:{stage}")
    return problems


def _hash(stored: Mapping[Stage, bytes], stage: Stage) -> str | None:
    return digest(bytes(stored[stage])) if stage in stored else None
