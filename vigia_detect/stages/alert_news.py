"""Whether a request for an alert that is there says something that it did not say before."""

from vigia_detect.domain.alert_states import ALERT_TABLE, AlertEvent
from vigia_detect.domain.escalation import AlertRequest
from vigia_detect.domain.records import StoredAlert


def has_news(alert: StoredAlert, request: AlertRequest, *, asked: bool) -> bool:
    """Tell whether an answered alert opens again; one that is open does not, whatever is asked.

    Args:
        alert: as it is.
        request: what it would be about.
        asked: somebody asks for it now, so it opens again whatever its reasons.
    """
    if (alert.state, AlertEvent.ASK_AGAIN) not in ALERT_TABLE:
        return False
    return asked or bool(new_reasons(alert, request))


def new_reasons(alert: StoredAlert, request: AlertRequest) -> tuple[str, ...]:
    """Return the reasons of a request that an alert does not have."""
    return tuple(reason for reason in request.reasons if reason not in alert.reasons)
