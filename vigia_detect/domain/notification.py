"""What is told to whom, on which channel: the types that the channels' adapters share."""

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """A way to reach people."""

    CONSOLE = "console"
    INBOX = "inbox"
    SLACK = "slack"
    EMAIL = "email"
    WEBHOOK = "webhook"
    APPRISE = "apprise"


OWN = frozenset({Channel.INBOX, Channel.CONSOLE})
"""They ring nowhere: they reach somebody who looks."""


@dataclass(frozen=True, slots=True)
class Message:
    """One notification's content: ids, levels and fixed texts, never patient data.

    Attributes:
        notification_id: a UUID; the idempotency key for a provider that can deduplicate.
        alert_id: the alert it is about.
        case_id: the case, if any.
        kind: an `AlertKind`.
        severity: an `Urgency`.
        ward: where the patient lies, when the hospital says so.
        step: the policy's step that tells it, from 1.
        lang: `es` or `en`.
        drill: whether this is an exercise; a channel must show it.
        title: one line for the person.
        body: the text for the person.
        link: where to acknowledge, if there is one.
        bundle: the alerts that it tells of, when they are several; none of them can be answered
            by a button then, each has a line of its own in the text.
    """

    notification_id: str
    alert_id: str
    case_id: str | None
    kind: str
    severity: str
    ward: str | None
    step: int
    lang: str
    drill: bool
    title: str
    body: str
    link: str | None
    bundle: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person or place, and how to reach it.

    Attributes:
        name: who it is, for the trail.
        role: the role in which it is told, such as `specialists`.
        channel: the way.
        address: what the channel needs: a Slack channel or user id, an e-mail address, a URL.
    """

    name: str
    role: str
    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A provider has accepted a message.

    Attributes:
        provider_id: the provider's own name for it, for a later `update`.
        delivered: whether the provider says that it has reached the person's device.
    """

    provider_id: str | None
    delivered: bool
