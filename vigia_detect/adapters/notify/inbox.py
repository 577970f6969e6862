from vigia_detect.domain.notification import Channel, Message, Receipt, Recipient
from vigia_detect.errors import ChannelPermanentError
from vigia_detect.log import get_logger

log = get_logger()

OWN = (Channel.INBOX, Channel.CONSOLE)


class Inbox:
    """The embedded default: a notification's own row is the message, and the log says so.

    People see it with `vigia alert list`. It reaches nobody who does not look: a hospital
    configures a channel that rings.
    """

    def send(self, message: Message, to: Recipient) -> Receipt:
        """Put the message where people look. Raises ChannelPermanentError for other channels."""
        if to.channel not in OWN:
            raise ChannelPermanentError(f"The channel {to.channel} is not set up.")
        log.warning(
            "alert",
            alert_id=message.alert_id,
            case_id=message.case_id,
            kind=message.kind,
            channel=to.channel,
        )
        return Receipt(None, delivered=False)

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:
        """Nothing is to be edited: whoever looks sees the alert's state."""
