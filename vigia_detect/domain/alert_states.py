"""What can happen to an alert and to a notification: two tables, `(state, event) -> state`.

They are read like those of `states`: a pair that is not in its table raises, and the SQL that
moves rows asks the same tables.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ACTED = "acted"
    CLOSED = "closed"
    SUPERSEDED = "superseded"


class AlertEvent(StrEnum):
    """What moves an alert."""

    ESCALATE = "escalate"
    ACKNOWLEDGE = "acknowledge"
    DECLINE = "decline"
    ACT = "act"
    CLOSE = "close"
    NOT_ACTED = "not_acted"
    ASK_AGAIN = "ask_again"
    SUPERSEDE = "supersede"
    END_DRILL = "end_drill"


ALERT_TABLE: Mapping[tuple[AlertState, AlertEvent], AlertState] = MappingProxyType(
    {
        (AlertState.OPEN, AlertEvent.ESCALATE): AlertState.OPEN,
        (AlertState.OPEN, AlertEvent.DECLINE): AlertState.OPEN,
        (AlertState.OPEN, AlertEvent.ACKNOWLEDGE): AlertState.ACKNOWLEDGED,
        (AlertState.OPEN, AlertEvent.ACT): AlertState.ACTED,
        (AlertState.OPEN, AlertEvent.SUPERSEDE): AlertState.SUPERSEDED,
        (AlertState.ACKNOWLEDGED, AlertEvent.ACT): AlertState.ACTED,
        (AlertState.ACKNOWLEDGED, AlertEvent.DECLINE): AlertState.OPEN,
        (AlertState.ACKNOWLEDGED, AlertEvent.NOT_ACTED): AlertState.OPEN,
        (AlertState.ACKNOWLEDGED, AlertEvent.ASK_AGAIN): AlertState.OPEN,
        (AlertState.ACTED, AlertEvent.CLOSE): AlertState.CLOSED,
        (AlertState.ACTED, AlertEvent.ASK_AGAIN): AlertState.OPEN,
        (AlertState.CLOSED, AlertEvent.ASK_AGAIN): AlertState.OPEN,
        (AlertState.SUPERSEDED, AlertEvent.ASK_AGAIN): AlertState.OPEN,
        # Only an exercise ends without anybody having acted: there is no patient.
        (AlertState.OPEN, AlertEvent.END_DRILL): AlertState.CLOSED,
        (AlertState.ACKNOWLEDGED, AlertEvent.END_DRILL): AlertState.CLOSED,
        (AlertState.ACTED, AlertEvent.END_DRILL): AlertState.CLOSED,
    }
)

UNFINISHED = frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED})
"""In these states an alert always has a next deadline: nobody has yet said that they acted."""


class NotificationState(StrEnum):
    """Where one notification of one person on one channel stands."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    FAILED_TEMPORARY = "failed_temporary"
    FAILED_PERMANENT = "failed_permanent"
    SUPPRESSED = "suppressed"


class NotificationEvent(StrEnum):
    """What moves a notification."""

    SEND = "send"
    ACCEPT = "accept"
    DELIVER = "deliver"
    READ = "read"
    FAIL = "fail"
    WAIT = "wait"
    LOSE = "lose"
    REFUSE = "refuse"
    SUPPRESS = "suppress"


NOTIFICATION_TABLE: Mapping[tuple[NotificationState, NotificationEvent], NotificationState] = (
    MappingProxyType(
        {
            (NotificationState.PENDING, NotificationEvent.SEND): NotificationState.SENDING,
            (NotificationState.PENDING, NotificationEvent.SUPPRESS): NotificationState.SUPPRESSED,
            (NotificationState.SENDING, NotificationEvent.ACCEPT): NotificationState.ACCEPTED,
            (NotificationState.SENDING, NotificationEvent.DELIVER): NotificationState.DELIVERED,
            (NotificationState.SENDING, NotificationEvent.FAIL): (
                NotificationState.FAILED_TEMPORARY
            ),
            # The provider asks to be left alone for a while: that is no failure of this message.
            (NotificationState.SENDING, NotificationEvent.WAIT): (
                NotificationState.FAILED_TEMPORARY
            ),
            # The process died between sending and noting it: nobody knows, so it is sent again.
            (NotificationState.SENDING, NotificationEvent.LOSE): (
                NotificationState.FAILED_TEMPORARY
            ),
            (NotificationState.SENDING, NotificationEvent.REFUSE): (
                NotificationState.FAILED_PERMANENT
            ),
            (NotificationState.FAILED_TEMPORARY, NotificationEvent.SEND): (
                NotificationState.SENDING
            ),
            (NotificationState.FAILED_TEMPORARY, NotificationEvent.SUPPRESS): (
                NotificationState.SUPPRESSED
            ),
            (NotificationState.ACCEPTED, NotificationEvent.DELIVER): NotificationState.DELIVERED,
            (NotificationState.ACCEPTED, NotificationEvent.READ): NotificationState.READ,
            (NotificationState.DELIVERED, NotificationEvent.READ): NotificationState.READ,
        }
    )
)

TOLD = frozenset({NotificationState.ACCEPTED, NotificationState.DELIVERED, NotificationState.READ})
"""A provider has taken it on."""

HOPELESS = frozenset({NotificationState.FAILED_PERMANENT, NotificationState.SUPPRESSED})
"""It will never be sent."""


class Outcome(StrEnum):
    """How one attempt to send ended; `uncertain` when its process died before it could say.

    One that was told to wait is not counted against the number of attempts.
    """

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    TOLD_TO_WAIT = "told_to_wait"
    PERMANENT = "permanent"
    UNCERTAIN = "uncertain"
