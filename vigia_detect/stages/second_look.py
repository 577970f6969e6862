"""A second look at decisions and failures, whenever somebody asks for it by an id.

Each may be asked for twice or late: what the trail says already is not said again.
"""

from collections.abc import Iterable, Mapping

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import AlertKind, AlertRequest
from vigia_detect.domain.ids import CaseId, is_case_id
from vigia_detect.domain.policy import TaskPolicy
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
        policies: Mapping[str, TaskPolicy],
    ) -> None:
        self._store = store
        self._relay = relay
        self._escalator = escalator
        self._policies = policies

    def decision(self, case_id: str) -> bool:
        """Compare a case's decision with its results; a difference alerts an administrator.

        Returns:
            whether an entry was written; not when one says the same already.

        Raises:
            NotFoundError: there is no such case.
        """
        told: tuple[Run, ...] = ()
        with self._store.begin() as work:
            known = _locked(work, case_id)
            entries = _entries(work, known)
            problems = _problems(work, known, entries)
            detail = {"agrees": not problems, "problems": problems}
            if _said(entries, AuditEvent.DECISION_AUDITED, detail=detail):
                return False
            entry = AuditEntry(AuditEvent.DECISION_AUDITED, known, detail=detail)
            work.audit.write([entry])
            if problems:
                request = AlertRequest(AlertKind.SYSTEM_ERROR, (DOUBT,))
                told = self._escalator.open(work, known, known, request)[1]
            work.commit()
        self._relay.send(told)
        return True

    def failure(self, case_id: str, run_id: str) -> bool:
        """Write down how a stage's run failed last; once an attempt.

        Returns:
            whether an entry was written; not when it has not failed, or is written down.

        Raises:
            NotFoundError: there is no such case, or it has no such run.
        """
        with self._store.begin() as work:
            known = _locked(work, case_id)
            found = [run for run in work.runs.of_case(known) if run.id == run_id]
            if not found:
                raise NotFoundError(f"Case {case_id} has no run {run_id!r}.")
            (run,) = found
            detail = {
                "task": run.task,
                "code": run.error_code,
                "state": run.state.value,
                "severity": self._policies[run.task].severity.value,
            }
            said = _said(
                _entries(work, known), AuditEvent.ERROR_AUDITED, run_id=run.id, attempt=run.attempt
            )
            if run.error_code is None or said:
                return False
            entry = AuditEntry(
                AuditEvent.ERROR_AUDITED, known, "system", run.id, run.attempt, detail
            )
            work.audit.write([entry])
            work.commit()
        return True


def _locked(work: UnitOfWork, case_id: str) -> CaseId:
    """Hold the case, so that two looks at the same moment happen one after the other."""
    known = CaseId(case_id)
    if not is_case_id(case_id) or work.cases.get(known) is None:
        raise NotFoundError(f"There is no case {case_id!r}.")
    work.cases.lock(known)
    return known


def _entries(work: UnitOfWork, case_id: CaseId) -> list[AuditEntry]:
    return [entry for _, entry in work.audit.of_subject(case_id)]


def _said(entries: Iterable[AuditEntry], event: AuditEvent, **fields: object) -> bool:
    return any(
        entry.event == event
        and all(getattr(entry, name) == value for name, value in fields.items())
        for entry in entries
    )


def _problems(work: UnitOfWork, case_id: CaseId, entries: list[AuditEntry]) -> list[str]:
    """Return in what the decision's entry and what is stored do not agree."""
    decisions = [entry for entry in entries if entry.event == AuditEvent.DECISION_MADE]
    if not decisions:
        return ["no_decision"]
    said, stored = decisions[-1].detail, work.runs.results(case_id)
    problems = [] if _hash(stored, Stage.TRIAGE) == said.get("result") else ["result"]
    inputs = said.get("inputs")
    for stage, hash_ in (inputs if isinstance(inputs, dict) else {}).items():
        if _hash(stored, Stage(stage)) != hash_:
            problems.append(f"input:{stage}")
    return problems


def _hash(stored: Mapping[Stage, bytes], stage: Stage) -> str | None:
    return digest(bytes(stored[stage])) if stage in stored else None
