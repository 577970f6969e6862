import sys
from typing import TextIO

from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.errors import ChannelPermanentError


class Console:
    """Prints messages for whoever watches the process.

    Args:
        stream: where to print; standard error at the time of printing when None.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, message: Message, to: Recipient) -> Receipt:
        """Print the message; see `ports.Channels`."""
        parts = [f"[{to.name}] {message.title}", message.body, message.link]
        self._print("\n".join(part for part in parts if part))
        return Receipt(None, delivered=False)

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:  # noqa: ARG002
        """Print what became of it."""
        self._print(f"[{to.name}] {message.title}\n{text}")

    def _print(self, text: str) -> None:
        try:
            print(text, file=self._stream or sys.stderr, flush=True)
        except (OSError, ValueError) as error:  # a closed terminal is read by nobody
            raise ChannelPermanentError("console: nobody can read it") from error
