"""Several routine messages for one person as one: a list of cases, no patient data."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from vigia_detect.domain.alert_texts import DRILL
from vigia_detect.domain.notification import Message

BUNDLE = 20
"""The most in one message; engineering choice, about a screen of a telephone."""

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "title": "{count} avisos de rutina de las horas de silencio",
        "body": "No son urgentes: véalos en este turno y responda cada uno.",
        "case": "Caso",
        "alert": "Alerta",
    },
    "en": {
        "title": "{count} routine messages from quiet hours",
        "body": "They are not urgent: see to them in this shift and answer each.",
        "case": "Case",
        "alert": "Alert",
    },
}


def bundle_id(notification_ids: Iterable[str]) -> str:
    """Return the id of the message that tells these together.

    The same ones have the same id, by which a provider can drop a twin; with one more or less it
    is another message, which must not be dropped.
    """
    return str(uuid.uuid5(uuid.NAMESPACE_OID, " ".join(sorted(notification_ids))))


def join(known: str | None, messages: Sequence[Message]) -> Message:
    """Return one message that tells what several tell.

    Args:
        known: its id, of `bundle_id`; None for a single message, which stays as it is.
        messages: for the same person by the same channel, none of several being urgent.
    """
    first = messages[0]
    if known is None:
        return first
    texts = TEXTS[first.lang]
    lines = [texts["body"], *(line for one in messages for line in _lines(one, texts))]
    return replace(
        first,
        notification_id=known,
        case_id=None,
        ward=None,
        title=f"{DRILL} " * first.drill + texts["title"].format(count=len(messages)),
        body="\n".join(lines),
        link=None,
        bundle=tuple(one.alert_id for one in messages),
    )


def _lines(message: Message, texts: Mapping[str, str]) -> Iterator[str]:
    yield f"• {message.title}"
    if message.case_id:
        yield f"  {texts['case']}: {message.case_id}"
    yield f"  {texts['alert']}: {message.alert_id}"
    if message.link:
        yield f"  {message.link}"
