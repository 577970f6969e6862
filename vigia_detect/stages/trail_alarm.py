"""Tells an administrator that checkpoints kept outside contradict the trail: it was rewritten."""

import uuid

from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.escalation import AlertKind, AlertRequest
from vigia_detect.domain.ids import alert_id
from vigia_detect.ports import Store
from vigia_detect.stages.escalation import Escalator
from vigia_detect.stages.failures import tell_once
from vigia_detect.stages.relay import Relay

SUBJECT = str(uuid.uuid5(uuid.NAMESPACE_OID, "vigia:trail"))
CONFLICT = "checkpoint_conflict"


class TrailAlarm:
    """One alert for the whole trail."""

    def __init__(self, *, store: Store, relay: Relay, escalator: Escalator) -> None:
        self._store = store
        self._relay = relay
        self._escalator = escalator

    def tell(self) -> None:
        """Open the alert, unless somebody is at it already. Raises DatabaseUnavailableError."""
        request = AlertRequest(AlertKind.SYSTEM_ERROR, (CONFLICT,))
        with self._store.begin() as work:
            told = tell_once(work, self._escalator, SUBJECT, request)
            work.commit()
        self._relay.send(told)

    def stands(self) -> bool:
        """Tell whether a conflict was seen that no person has closed yet."""
        with self._store.read() as work:
            known = work.alerts.get(alert_id(SUBJECT, AlertKind.SYSTEM_ERROR))
        return known is not None and known.state != AlertState.CLOSED
