"""Messages and recipients that tests of channels send about."""

import dataclasses
import uuid
from typing import Any

from vigia_detect.domain.notification import Channel, Message, Recipient


def a_message(**changes: Any) -> Message:
    """Return a message with a fresh notification id."""
    made = Message(
        notification_id=str(uuid.uuid4()),
        alert_id=str(uuid.uuid4()),
        case_id=str(uuid.uuid4()),
        kind="emergency",
        severity="emergency",
        ward="UCI-2",
        step=1,
        lang="es",
        drill=False,
        title="EMERGENCIA: atención inmediata",
        body="Evaluación médica inmediata.\nSala UCI-2",
        link="https://vigia.example/a/token",
    )
    return dataclasses.replace(made, **changes)


def a_recipient(channel: Channel, address: str) -> Recipient:
    """Return somebody who is reached by `channel` at `address`."""
    return Recipient(name="Ana Soto", role="medical_team", channel=channel, address=address)
