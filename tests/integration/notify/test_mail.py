"""E-mail against a real SMTP server: encryption, refusals, silence."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from certificates import Certificate, make_certificate
from mail_host import PASSWORD, USER, MailHost, mail_host
from messages import a_message, a_recipient

from vigia_detect.adapters.notify.mail import EmailChannel, MailServer
from vigia_detect.adapters.notify.network import trust
from vigia_detect.domain.notification import Channel
from vigia_detect.errors import ChannelPermanentError, ChannelTemporaryError

ANA = a_recipient(Channel.EMAIL, "ana.soto@hospital.example")
SENDER = "Vigia <vigia@hospital.example>"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def plain() -> Iterator[MailHost]:
    with mail_host() as host:
        yield host


@pytest.fixture
def encrypted(certificate: Certificate) -> Iterator[MailHost]:
    with mail_host(certificate) as host:
        yield host


def server(host: MailHost, *, tls: str = "none", ca_file: Path | None = None) -> MailServer:
    return MailServer(
        host="localhost", port=host.port, tls=tls, context=trust(ca_file), timeout_s=10
    )


def channel(host: MailHost) -> EmailChannel:
    return EmailChannel(server(host), sender=SENDER)


def test_a_mail_is_named_after_its_notification_and_says_all_in_text_and_html(
    plain: MailHost,
) -> None:
    message = a_message(body="Evaluación <médica>\nSala UCI-2")
    receipt = channel(plain).send(message, ANA)
    (mail,) = plain.mails
    assert mail["Message-ID"] == f"<{message.notification_id}@hospital.example>"
    assert receipt.provider_id == mail["Message-ID"]
    assert not receipt.delivered
    assert mail["Subject"] == message.title
    assert mail["To"] == ANA.address
    assert mail["Importance"] == "high"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert message.body.splitlines() == text.get_content().splitlines()[:2]
    assert message.link is not None
    assert message.link in text.get_content()
    assert "Evaluación &lt;médica&gt;<br>Sala UCI-2" in html.get_content()
    assert f'<a href="{message.link}">' in html.get_content()


def test_a_mail_without_link_says_so_by_having_none(plain: MailHost) -> None:
    channel(plain).send(a_message(link=None, severity="routine"), ANA)
    (mail,) = plain.mails
    assert mail["Importance"] is None
    html = mail.get_body(("html",))
    assert html is not None
    assert "href" not in html.get_content()


def test_an_update_answers_the_first_mail(plain: MailHost) -> None:
    message = a_message()
    receipt = channel(plain).send(message, ANA)
    assert receipt.provider_id is not None
    channel(plain).update(message, ANA, receipt.provider_id, "Tomada por Luis Rey")
    first, second = plain.mails
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]
    text = second.get_body(("plain",))
    assert text is not None
    assert text.get_content().strip() == "Tomada por Luis Rey"


def test_starttls_is_verified_and_lets_us_log_in(
    encrypted: MailHost, certificate: Certificate
) -> None:
    secure = server(encrypted, tls="starttls", ca_file=certificate.certificate)
    EmailChannel(replace(secure, user=USER, password=PASSWORD), sender=SENDER).send(
        a_message(), ANA
    )
    assert encrypted.encrypted == [True]


def test_tls_from_the_first_byte(certificate: Certificate) -> None:
    with mail_host(certificate, tls="tls") as host:
        secure = server(host, tls="tls", ca_file=certificate.certificate)
        EmailChannel(secure, sender=SENDER).send(a_message(), ANA)
        assert len(host.mails) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(encrypted: MailHost) -> None:
    with pytest.raises(ChannelPermanentError, match="VIGIA_CA_FILE"):
        EmailChannel(server(encrypted, tls="starttls"), sender=SENDER).send(a_message(), ANA)
    assert encrypted.mails == []


def test_a_server_without_encryption_gets_nothing_unless_told(plain: MailHost) -> None:
    with pytest.raises(ChannelPermanentError, match="VIGIA_SMTP_"):
        EmailChannel(server(plain, tls="starttls"), sender=SENDER).send(a_message(), ANA)
    assert plain.mails == []


def test_a_wrong_password_is_permanent(encrypted: MailHost, certificate: Certificate) -> None:
    secure = server(encrypted, tls="starttls", ca_file=certificate.certificate)
    wrong = EmailChannel(replace(secure, user=USER, password="wrong"), sender=SENDER)
    with pytest.raises(ChannelPermanentError, match="SMTP 535"):
        wrong.send(a_message(), ANA)


def test_a_password_is_not_shown_to_the_network(plain: MailHost) -> None:
    with pytest.raises(ChannelPermanentError, match="VIGIA_SMTP_TLS"):
        EmailChannel(replace(server(plain), user=USER, password=PASSWORD), sender=SENDER)


@pytest.mark.parametrize("where", ["to_recipient", "to_data"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("450 4.2.1 mailbox busy", ChannelTemporaryError),
        ("421 4.3.2 closing", ChannelTemporaryError),
        ("452 4.2.2 mailbox full", ChannelTemporaryError),
        ("550 5.1.1 no such user", ChannelPermanentError),
        ("554 5.7.1 refused", ChannelPermanentError),
    ],
)
def test_the_first_digit_says_whether_another_try_can_help(
    plain: MailHost, where: str, answer: str, error: type[Exception]
) -> None:
    setattr(plain, where, answer)
    message = a_message()
    with pytest.raises(error, match=f"SMTP {answer[:3]}"):
        channel(plain).send(message, ANA)
    assert plain.mails == []
    setattr(plain, where, "")
    channel(plain).send(message, ANA)
    assert len(plain.mails) == 1


def test_no_error_repeats_the_address_or_the_servers_words(plain: MailHost) -> None:
    plain.to_recipient = "550 5.1.1 <ana.soto@hospital.example> unknown"
    with pytest.raises(ChannelPermanentError) as raised:
        channel(plain).send(a_message(), ANA)
    assert "ana" not in str(raised.value)


def test_a_silent_server_is_left_after_the_time_given(plain: MailHost) -> None:
    plain.silent_s = 30
    began = time.monotonic()
    impatient = EmailChannel(replace(server(plain), timeout_s=0.5), sender=SENDER)
    with pytest.raises(ChannelTemporaryError):
        impatient.send(a_message(), ANA)
    assert time.monotonic() - began < 5


def test_nobody_there_is_temporary() -> None:
    with mail_host() as host:
        gone = channel(host)
    with pytest.raises(ChannelTemporaryError):
        gone.send(a_message(), ANA)


@pytest.mark.parametrize("field", ["address", "title"])
def test_nothing_can_smuggle_in_a_header(plain: MailHost, field: str) -> None:
    smuggled = {field: "ana@h.example\r\nBcc: all@h.example"}
    to = a_recipient(Channel.EMAIL, smuggled.get("address", ANA.address))
    message = a_message(title=smuggled.get("title", "title"))
    with pytest.raises(ChannelPermanentError, match="not valid"):
        channel(plain).send(message, to)
    assert plain.mails == []
