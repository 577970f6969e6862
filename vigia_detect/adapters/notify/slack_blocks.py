"""How a message looks in Slack: https://docs.slack.dev/reference/block-kit/blocks."""

from collections.abc import Mapping
from types import MappingProxyType

from vigia_detect.domain.button import LABELS, Button, action_id
from vigia_detect.domain.notification import Message

HEADER_LENGTH = 150  # the header block's page
SECTION_LENGTH = 3000  # the section block's page
STYLES: Mapping[Button, dict[str, str]] = MappingProxyType({Button.ON_MY_WAY: {"style": "primary"}})

Block = dict[str, object]


def asking(message: Message) -> list[Block]:
    """Return the message with its buttons; a button answers one alert, so a bundle has none."""
    if message.bundle:
        return _told(message)
    return [*_told(message), {"type": "actions", "elements": [_button(message, a) for a in Button]}]


def answered(message: Message, text: str) -> list[Block]:
    """Return the message with what became of it in place of the buttons."""
    return [*_told(message), _section(text)]


def _told(message: Message) -> list[Block]:
    title = {"type": "plain_text", "text": message.title[:HEADER_LENGTH]}
    return [{"type": "header", "text": title}, *map(_section, _pieces(message.body))]


def _pieces(text: str) -> list[str]:
    """Cut a text between lines so that each piece fits: what Slack would cut off is not read."""
    pieces = [""]
    for line in text.splitlines():
        if pieces[-1] and len(pieces[-1]) + 1 + len(line) > SECTION_LENGTH:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]}\n{line}" if pieces[-1] else line
    return pieces


def _section(text: str) -> Block:
    # Plain text: nothing in it is read as a mention, a link or an emoji.
    plain = {"type": "plain_text", "text": text[:SECTION_LENGTH], "emoji": False}
    return {"type": "section", "text": plain}


def _button(message: Message, button: Button) -> Block:
    label = LABELS["en" if message.lang == "en" else "es"][button]
    return {
        "type": "button",
        "action_id": action_id(button),
        "text": {"type": "plain_text", "text": label},
        "value": message.alert_id,
        **STYLES.get(button, {}),
    }
