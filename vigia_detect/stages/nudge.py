"""Tells people by one more channel, because somebody asks for it now."""

from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import ESCALATION_TYPES, AlertKind, AlertRequest
from vigia_detect.domain.ids import AlertId, CaseId, is_case_id
from vigia_detect.domain.notification import Channel
from vigia_detect.errors import NotFoundError, UnknownEscalationTypeError
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.escalation import Escalator
from vigia_detect.stages.relay import Relay
from vigia_detect.stages.telling import tell_by

ASKED = "asked_by_task"


class Nudge:
    """Plans notifications as the policies do: rows first, each once however often it is asked."""

    def __init__(self, *, store: Store, relay: Relay, escalator: Escalator) -> None:
        self._store = store
        self._relay = relay
        self._escalator = escalator

    def by_channel(self, alert_id: str, channel: Channel) -> int:
        """Tell those whom an open alert has told last by this channel, too.

        Returns:
            how many notifications were planned: none for who was told by it in this turn, who has
            no such contact, or when somebody has the alert.

        Raises:
            NotFoundError: there is no such alert.
        """
        with self._store.begin() as work:
            runs = _tell(work, AlertId(alert_id), channel)
            work.commit()
        self._relay.send(runs)
        return len(runs)

    def about_case(self, case_id: str, kind: str, channel: Channel) -> AlertId:
        """Open an alert about a case unless this was asked before, and use this channel, too.

        Args:
            case_id: the case.
            kind: one of `ESCALATION_TYPES`.
            channel: used besides those of the policy.

        Raises:
            UnknownEscalationTypeError: another kind.
            NotFoundError: there is no such case.
        """
        if kind not in ESCALATION_TYPES:
            known = ", ".join(ESCALATION_TYPES)
            raise UnknownEscalationTypeError(
                "escalation_type: unknown; known types: {known}", known=known
            )
        with self._store.begin() as work:
            case = work.cases.get(CaseId(case_id)) if is_case_id(case_id) else None
            if case is None:
                raise NotFoundError("There is no case {case}.", case=case_id)
            about = case.summary.id
            request = AlertRequest(AlertKind(kind), (ASKED,))
            alert_id, runs = self._escalator.open(work, about, about, request)
            runs += _tell(work, alert_id, channel)
            work.commit()
        self._relay.send(runs)
        return alert_id


def _tell(work: UnitOfWork, alert_id: AlertId, channel: Channel) -> tuple[Run, ...]:
    alert = work.alerts.lock(alert_id)
    if alert is None:
        raise NotFoundError("There is no alert {alert}.", alert=alert_id)
    return tell_by(work, alert, channel) if alert.state == AlertState.OPEN else ()
