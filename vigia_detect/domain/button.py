"""The buttons with which a person answers an alert."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Button(StrEnum):
    """What a button says. The names are part of signed links and of Slack's buttons."""

    ON_MY_WAY = "on_my_way"
    IN_PROGRESS = "in_progress"
    NOT_MINE = "not_mine"


LABELS: Mapping[str, Mapping[Button, str]] = MappingProxyType(
    {
        "es": {
            Button.ON_MY_WAY: "Voy",
            Button.IN_PROGRESS: "En curso",
            Button.NOT_MINE: "No es mío",
        },
        "en": {
            Button.ON_MY_WAY: "On my way",
            Button.IN_PROGRESS: "In progress",
            Button.NOT_MINE: "Not mine",
        },
    }
)
"""The words on the buttons, by language."""

ACTION_PREFIX = "vigia."


def action_id(button: Button) -> str:
    """Return the name under which a channel sends this button back."""
    return f"{ACTION_PREFIX}{button}"


def pressed(name: str) -> Button | None:
    """Return the button that `action_id` named so, or None."""
    return next((button for button in Button if action_id(button) == name), None)
