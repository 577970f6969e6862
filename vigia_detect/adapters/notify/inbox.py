from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.log import get_logger

log = get_logger()


class Inbox:
    """The embedded default: a notification's own row is the message, and the log says so.

    People see it with `vigia alert list`. It reaches nobody who does not look: a hospital
    configures a channel that rings.
    """

    def send(self, message: Message, to: Recipient) -> Receipt:
        """Put the message where people look; see `ports.Channels`."""
        log.warning(
            "alert",
            alert_id=message.alert_id,
            case_id=message.case_id,
            kind=message.kind,
            channel=to.channel,
        )
        return Receipt(None, delivered=False)

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:
        """Do nothing: whoever looks sees the alert's state."""
