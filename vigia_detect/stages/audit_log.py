from collections.abc import Mapping

from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.case import CaseFile, JsonObject, StageOutput, StageResults
from vigia_detect.domain.escalation import AlertKind, AlertRequest
from vigia_detect.domain.stages import Stage
from vigia_detect.ports import Store

ENDED = (AuditEvent.RUN_DONE, AuditEvent.RUN_FAILED)
ANEW = (AuditEvent.RUN_REOPENED, AuditEvent.RUN_SET_BACK)


class AuditLog:
    """Checks that a case's trail tells the whole story before the case may end."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, case: CaseFile, inputs: StageResults) -> StageOutput:
        """Return how many entries there are and what is missing; a gap alerts an administrator."""
        del inputs  # it reads the trail itself
        with self._store.read() as work:
            entries = [entry for _, entry in work.audit.of_subject(case.id)]
        seen = {entry.event for entry in entries}
        ended: set[object] = set()
        for entry in entries:  # oldest first: a stage that began anew must end anew
            change = ended.add if entry.event in ENDED else ended.discard
            if entry.event in (*ENDED, *ANEW):
                change(entry.detail.get("task"))
        missing = _missing(seen, ended)
        result: JsonObject = {"entries": len(entries), "missing": list(missing)}
        alerts = (AlertRequest(AlertKind.SYSTEM_ERROR, missing),) if missing else ()
        return StageOutput(result, alerts)


def _missing(seen: set[AuditEvent], ended: set[object]) -> tuple[str, ...]:
    wanted: Mapping[str, bool] = {
        AuditEvent.CASE_ACCEPTED: AuditEvent.CASE_ACCEPTED in seen,
        AuditEvent.CASE_STARTED: AuditEvent.CASE_STARTED in seen,
        **{f"run.{stage}": stage in ended for stage in Stage if stage != Stage.AUDIT_LOG},
    }
    return tuple(name for name, there in wanted.items() if not there)
