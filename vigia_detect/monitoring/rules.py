"""What a snapshot means: healthy, warning or critical, and why."""

from dataclasses import dataclass
from enum import StrEnum

from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.policy import Queue
from vigia_detect.monitoring.snapshot import Snapshot

LATE_S = 30.0
"""A ready run that nobody took for this long means that too few workers serve its queue."""

VERY_LATE_S = 300.0
BACKLOG = 1000


class Health(StrEnum):
    """How the system is."""

    HEALTHY = "healthy"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        code: stable name, for programs.
        text: what it is and what to do.
    """

    health: Health
    code: str
    text: str


def judge(snapshot: Snapshot) -> tuple[Health, tuple[Finding, ...]]:
    """Return the worst health and every reason for it."""
    findings = tuple(_findings(snapshot))
    order = list(Health)
    worst = max((finding.health for finding in findings), key=order.index, default=Health.HEALTHY)
    return worst, findings


def _findings(snapshot: Snapshot) -> list[Finding]:
    warning, critical = Health.WARNING, Health.CRITICAL
    # nobody waits for what a language model is to write
    waiting = {name: n for name, n in (snapshot.queues or {}).items() if name != Queue.NARRATIVE}
    checks = [
        (
            snapshot.database is None,
            critical,
            "database_down",
            "The database does not answer: no case can be accepted. Run `vigia doctor`.",
        ),
        (
            snapshot.queues is None,
            critical,
            "broker_down",
            "The broker does not answer: accepted cases wait. Start it; nothing is lost.",
        ),
        (
            snapshot.queues is not None and not snapshot.workers,
            critical,
            "no_workers",
            "No worker answers: accepted cases wait. Start `vigia up` or `vigia worker`.",
        ),
        (
            waiting.get(Queue.EMERGENCY, 0) > 0 and snapshot.oldest_ready_s > LATE_S,
            critical,
            "emergency_waits",
            "An emergency waits: start a worker for the queue `emergency`.",
        ),
        (
            snapshot.oldest_ready_s > VERY_LATE_S,
            critical,
            "work_very_late",
            f"A run has waited for {snapshot.oldest_ready_s:.0f} s: start more workers.",
        ),
        (
            LATE_S < snapshot.oldest_ready_s <= VERY_LATE_S,
            warning,
            "work_late",
            f"A run has waited for {snapshot.oldest_ready_s:.0f} s.",
        ),
        (
            sum(waiting.values()) > BACKLOG,
            warning,
            "backlog",
            f"{sum(waiting.values())} messages wait.",
        ),
        (
            snapshot.trail_conflict,
            critical,
            "checkpoint_conflict",
            "Checkpoints kept outside contradict the audit trail: run `vigia audit verify`.",
        ),
        (
            snapshot.open_alerts.get(AlertKind.SYSTEM_ERROR, 0) > 0,
            warning,
            "system_alerts_open",
            "System alerts are open: see `vigia alert list`.",
        ),
    ]
    return [Finding(health, code, text) for found, health, code, text in checks if found]
