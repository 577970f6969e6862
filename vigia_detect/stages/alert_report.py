from collections.abc import Sequence

from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.alert_times import KindTimes, times
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.ports import Store

DAY_S = 86_400.0


def alert_times(store: Store, *, days: float) -> tuple[KindTimes, ...]:
    """Return how fast alerts of the last days were told, taken on and acted on, by kind."""
    with store.read() as work:
        since = work.now() - days * DAY_S
        accepted = work.notifications.acceptance(since)
        taken = work.audit.of_event(AuditEvent.ALERT_ACKNOWLEDGED, since)
        acted = work.audit.of_event(AuditEvent.ALERT_ACTED, since)
        found = [work.alerts.get(known) for known in work.alerts.unfinished()]
    patients = [alert for alert in found if alert is not None and not alert.drill]
    unfinished = [alert.kind for alert in patients]
    waiting = [alert.kind for alert in patients if alert.state == AlertState.OPEN]
    return tuple(
        KindTimes(
            kind,
            times([seconds for one, seconds in accepted if one == kind]),
            times(_latencies(taken, kind) + [None] * waiting.count(kind)),
            times(_latencies(acted, kind) + [None] * unfinished.count(kind)),
            unfinished.count(kind),
        )
        for kind in AlertKind
    )


def _latencies(entries: Sequence[AuditEntry], kind: AlertKind) -> list[float | None]:
    return [
        float(str(entry.detail["latency_s"]))
        for entry in entries
        if entry.detail["kind"] == kind and not entry.detail["drill"]
    ]
