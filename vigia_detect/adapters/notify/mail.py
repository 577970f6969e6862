"""E-mail by SMTP, over TLS unless the operator says otherwise."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

from vigia_detect.adapters.notify.network import network_errors
from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.errors import (
    ChannelAwayError,
    ChannelError,
    ChannelPermanentError,
    ChannelTemporaryError,
)
from vigia_detect.phrase import Phrase

NAME = "email"
PERMANENT = 500  # RFC 5321 section 4.2.1: 4yz may go through later, 5yz will not
IMPORTANT = frozenset({"emergency", "urgent"})


@dataclass(frozen=True, slots=True)
class MailServer:
    """The hospital's mail server.

    Attributes:
        tls: `starttls`, `tls` (from the first byte) or `none`.
        context: which certificates are trusted.
        timeout_s: seconds that it may be silent.
    """

    host: str
    port: int
    tls: str
    context: ssl.SSLContext
    timeout_s: float
    user: str = ""
    password: str = ""


class EmailChannel:
    """Sends each notification as one mail whose Message-ID is the notification's id."""

    def __init__(self, server: MailServer, *, sender: str) -> None:
        if server.user and server.tls == "none":
            raise ChannelPermanentError(
                "VIGIA_SMTP_TLS=none would show VIGIA_SMTP_PASSWORD to the network."
            )
        self._server = server
        self._sender = sender
        self._domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"

    def send(self, message: Message, to: Recipient) -> Receipt:
        """Send the mail; see `ports.Channels`."""
        identity = self._message_id(message)
        parts = [message.body, message.link]
        with network_errors(NAME), _refusals():
            mail = self._mail(message, to, [part for part in parts if part], link=message.link)
            mail["Message-ID"] = identity
            self._transmit(mail)
        return Receipt(identity, delivered=False)

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:
        """Reply to the mail with what became of it: a mail cannot be edited."""
        with network_errors(NAME), _refusals():
            mail = self._mail(message, to, [text], link=None)
            mail["In-Reply-To"] = provider_id
            mail["References"] = provider_id
            self._transmit(mail)

    def _message_id(self, message: Message) -> str:
        return f"<{message.notification_id}@{self._domain}>"

    def _mail(
        self, message: Message, to: Recipient, parts: list[str], *, link: str | None
    ) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        try:
            mail["From"], mail["To"] = self._sender, to.address
            mail["Subject"] = message.title
        except ValueError as error:  # a line break would begin a header of its own
            raise ChannelPermanentError("email: the address or title is not valid") from error
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
        if message.severity in IMPORTANT:
            mail["Importance"] = "high"  # RFC 4021 section 2.1.54
        mail.set_content("\n\n".join(parts))
        mail.add_alternative(_html(message, parts, link), subtype="html")
        return mail

    def _transmit(self, mail: EmailMessage) -> None:
        smtp = self._connect()
        try:
            if self._server.tls == "starttls":
                smtp.starttls(context=self._server.context)
            if self._server.user:
                smtp.login(self._server.user, self._server.password)
            smtp.send_message(mail)
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()  # the mail is accepted, however the farewell goes
        finally:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.tls == "tls":
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_s, context=server.context
            )
        return smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)


def _html(message: Message, parts: list[str], link: str | None) -> str:
    def shown(part: str) -> str:
        text = "<br>".join(escape(line) for line in part.splitlines())
        return f'<a href="{escape(part)}">{text}</a>' if part == link else text

    paragraphs = "".join(f"<p>{shown(part)}</p>" for part in parts)
    title = escape(message.title)
    return f'<html lang="{message.lang}"><body><h2>{title}</h2>{paragraphs}</body></html>'


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the mail server refuses into the two channel errors."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _typed(Phrase("recipient refused"), max(codes)) from error
    except smtplib.SMTPResponseException as error:
        raise _typed(type(error).__name__, error.smtp_code) from error
    except smtplib.SMTPNotSupportedError as error:
        raise ChannelPermanentError("email: the server lacks what VIGIA_SMTP_* asks for") from error
    except smtplib.SMTPServerDisconnected as error:
        slow = isinstance(error.__context__, TimeoutError)
        raise ChannelAwayError("email: SMTPServerDisconnected", slow=slow) from error
    except smtplib.SMTPException as error:
        raise ChannelTemporaryError("email: {kind}", kind=type(error).__name__) from error


def _typed(what: str, code: int) -> ChannelError:
    text = Phrase("email: {what}, SMTP {code}", what=what, code=code)
    return ChannelPermanentError(text) if code >= PERMANENT else ChannelTemporaryError(text)
