"""A real SMTP server on loopback that refuses, stalls and encrypts as a test says."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from certificates import Certificate

USER, PASSWORD = "vigia", "correct horse"


@dataclass
class MailHost:
    """What the server has taken and what it says next; an empty answer means yes."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    to_recipient: str = ""
    to_data: str = ""
    silent_s: float = 0

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if not self.to_recipient:
            envelope.rcpt_tos.append(address)
        return self.to_recipient or "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.silent_s)
        if not self.to_data:
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=default))
            self.encrypted.append(session.ssl is not None)
        return self.to_data or "250 OK"


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any
) -> Any:
    known = isinstance(data, LoginPassword) and data == LoginPassword(
        USER.encode(), PASSWORD.encode()
    )
    return AuthResult(success=known, handled=False)


class _AnyPort(Controller):
    """Binds a free port and finds out which before it looks whether it answers."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def mail_host(
    certificate: Certificate | None = None, *, tls: str = "starttls"
) -> Iterator[MailHost]:
    """Serve until the block ends.

    Args:
        certificate: shown to clients; none: the server knows no encryption.
        tls: `starttls`, which is then required, or `tls` from the first byte.
    """
    host = MailHost()
    options: dict[str, Any] = {}
    if certificate is not None:
        context = certificate.server_context()
        options = {"authenticator": _authenticate, "auth_require_tls": tls == "starttls"}
        if tls == "tls":
            options["ssl_context"] = context
        else:
            options |= {"tls_context": context, "require_starttls": True}
    controller = _AnyPort(host, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        host.port = controller.port
        yield host
    finally:
        controller.stop()
