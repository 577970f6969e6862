"""How a person may answer an alert."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Answer(StrEnum):
    """What a button says. The names are part of signed links and of Slack's buttons."""

    ON_MY_WAY = "on_my_way"
    IN_PROGRESS = "in_progress"
    NOT_MINE = "not_mine"


LABELS: Mapping[str, Mapping[Answer, str]] = MappingProxyType(
    {
        "es": {
            Answer.ON_MY_WAY: "Voy",
            Answer.IN_PROGRESS: "En curso",
            Answer.NOT_MINE: "No es mío",
        },
        "en": {
            Answer.ON_MY_WAY: "On my way",
            Answer.IN_PROGRESS: "In progress",
            Answer.NOT_MINE: "Not mine",
        },
    }
)
"""The words on the buttons, by language."""
