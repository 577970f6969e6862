"""Whatever else Apprise can reach, by its URLs (https://github.com/caronc/apprise/wiki)."""

import apprise

from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.errors import ChannelPermanentError, ChannelTemporaryError

_KINDS = {
    "emergency": apprise.NotifyType.FAILURE,
    "urgent": apprise.NotifyType.WARNING,
}


class AppriseChannel:
    """Sends by any Apprise URL.

    Apprise does not say why a service refused, so every refusal may be temporary; and few services
    take an idempotency key, so a message whose answer was lost can arrive twice. The notification
    id at its end tells such twins.

    Args:
        timeout_s: seconds that a service may take.
    """

    def __init__(self, *, timeout_s: float) -> None:
        # Nothing on disk, and no URL with its secrets in Apprise's own log.
        self._asset = apprise.AppriseAsset(
            storage_mode=apprise.PersistentStoreMode.MEMORY,
            secure_logging=True,
            async_mode=False,
            service_timeout=timeout_s,
        )

    def send(self, message: Message, to: Recipient) -> Receipt:
        """Send the texts; see `ports.Channels`."""
        parts = [message.body, message.link, f"({message.notification_id})"]
        self._notify(message, to, "\n".join(part for part in parts if part))
        return Receipt(None, delivered=False)

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:  # noqa: ARG002
        """Send another message: most services cannot edit one."""
        self._notify(message, to, text)

    def _notify(self, message: Message, to: Recipient, body: str) -> None:
        service = apprise.Apprise(asset=self._asset)
        if not service.add(to.address):
            raise ChannelPermanentError("apprise: the address is no URL that Apprise knows")
        accepted = service.notify(
            title=message.title,
            body=body,
            notify_type=_KINDS.get(message.severity, apprise.NotifyType.INFO),
            body_format=apprise.NotifyFormat.TEXT,
        )
        if not accepted:
            raise ChannelTemporaryError("apprise: the service did not take the message")
