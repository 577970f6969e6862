"""Signed webhooks against a real receiver that verifies signatures and fails at will."""

import base64
import ssl
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from certificates import make_certificate
from hook_host import SECRET, Receiver, hook_host
from http_host import Told, http_host
from messages import a_message, a_recipient

from vigia_detect.adapters.notify.network import trust
from vigia_detect.adapters.notify.webhook import WebhookChannel
from vigia_detect.domain.notification import Channel, Recipient
from vigia_detect.errors import ChannelPermanentError, ChannelTemporaryError


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with hook_host() as made:
        yield made


def channel(
    secret: str = SECRET, *, ca_file: Path | None = None, timeout_s: float = 10
) -> WebhookChannel:
    return WebhookChannel(secret=secret, tls=trust(ca_file), timeout_s=timeout_s)


def to(receiver: Receiver) -> Recipient:
    return a_recipient(Channel.WEBHOOK, receiver.url)


def test_the_receiver_can_verify_who_sent_it_and_tell_a_twin(receiver: Receiver) -> None:
    message = a_message()
    first = channel().send(message, to(receiver))
    again = channel().send(message, to(receiver))
    assert first == again
    assert first.provider_id == message.notification_id
    assert not first.delivered
    assert list(receiver.taken) == [message.notification_id]
    assert receiver.deliveries == 2
    event = receiver.taken[message.notification_id]
    assert event["type"] == "alert.emergency"
    assert event["data"]["alert_id"] == message.alert_id
    assert event["data"]["body"] == message.body


def test_an_update_is_an_event_of_its_own_and_the_same_one_when_said_twice(
    receiver: Receiver,
) -> None:
    message = a_message()
    for text in ("Tomada por Ana", "Tomada por Ana", "Cerrada"):
        channel().update(message, to(receiver), message.notification_id, text)
    assert message.notification_id not in receiver.taken
    assert [event["data"]["text"] for event in receiver.taken.values()] == [
        "Tomada por Ana",
        "Cerrada",
    ]


def test_a_forged_delivery_is_refused_for_good(receiver: Receiver) -> None:
    other = "whsec_" + base64.b64encode(b"some other secret").decode()
    with pytest.raises(ChannelPermanentError, match="HTTP 401"):
        channel(other).send(a_message(), to(receiver))
    assert receiver.taken == {}


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_a_server_in_trouble_may_take_it_later(receiver: Receiver, status: int) -> None:
    receiver.next = [Told(status, headers={"Retry-After": "7"})]
    message = a_message()
    with pytest.raises(ChannelTemporaryError, match=f"HTTP {status}") as raised:
        channel().send(message, to(receiver))
    assert raised.value.retry_after_s == 7
    channel().send(message, to(receiver))
    assert list(receiver.taken) == [message.notification_id]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 422])
def test_a_refusal_or_a_redirection_is_permanent(receiver: Receiver, status: int) -> None:
    receiver.next = [Told(status, headers={"Location": receiver.url})]
    with pytest.raises(ChannelPermanentError, match=f"HTTP {status}"):
        channel().send(a_message(), to(receiver))
    assert receiver.deliveries == 1  # the signed alert did not follow the redirection


def test_a_retry_date_is_read_as_seconds(receiver: Receiver) -> None:
    receiver.next = [Told(503, headers={"Retry-After": formatdate(time.time() + 30, usegmt=True)})]
    with pytest.raises(ChannelTemporaryError) as raised:
        channel().send(a_message(), to(receiver))
    assert raised.value.retry_after_s == pytest.approx(30, abs=2)


def test_a_retry_time_that_cannot_be_read_is_no_time(receiver: Receiver) -> None:
    receiver.next = [Told(503, headers={"Retry-After": "soon"})]
    with pytest.raises(ChannelTemporaryError) as raised:
        channel().send(a_message(), to(receiver))
    assert raised.value.retry_after_s is None


def test_a_silent_server_is_left_after_the_time_given(receiver: Receiver) -> None:
    receiver.next = [Told(silent_s=30)]
    began = time.monotonic()
    with pytest.raises(ChannelTemporaryError, match="TimeoutError"):
        channel(timeout_s=0.5).send(a_message(), to(receiver))
    assert time.monotonic() - began < 5


def test_nobody_there_is_temporary() -> None:
    with http_host(lambda _: Told()) as url:
        gone = url
    with pytest.raises(ChannelTemporaryError, match="ConnectionRefusedError"):
        channel().send(a_message(), a_recipient(Channel.WEBHOOK, gone))


def test_a_certificate_is_verified_and_the_hospitals_own_authority_can_be_named(
    tmp_path: Path,
) -> None:
    shown = make_certificate(tmp_path)
    made = Receiver()
    with http_host(made.answer, tls=shown.server_context()) as url:
        recipient = a_recipient(Channel.WEBHOOK, url)
        with pytest.raises(ChannelPermanentError, match="VIGIA_CA_FILE"):
            channel().send(a_message(), recipient)
        assert made.deliveries == 0
        channel(ca_file=shown.certificate).send(a_message(), recipient)
    assert len(made.taken) == 1


def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    shown = make_certificate(tmp_path, "elsewhere.example")
    asking = channel(ca_file=shown.certificate)
    with (
        http_host(lambda _: Told(), tls=shown.server_context()) as url,
        pytest.raises(ChannelPermanentError, match="certificate"),
    ):
        asking.send(a_message(), a_recipient(Channel.WEBHOOK, url))


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://host/", "host", ""])
def test_an_address_that_is_no_web_url_is_refused(address: str) -> None:
    with pytest.raises(ChannelPermanentError, match="http or https"):
        channel().send(a_message(), a_recipient(Channel.WEBHOOK, address))


def test_no_error_repeats_the_address(receiver: Receiver) -> None:
    receiver.next = [Told(500)]
    with pytest.raises(ChannelTemporaryError) as raised:
        channel().send(a_message(), a_recipient(Channel.WEBHOOK, f"{receiver.url}?key=hidden"))
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize("secret", ["whsec_x", "whsec_"])
def test_a_wrong_secret_names_its_setting(secret: str) -> None:
    with pytest.raises(ChannelPermanentError, match="VIGIA_WEBHOOK_SECRET"):
        channel(secret)


def test_an_authority_that_cannot_be_read_names_its_setting(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(ChannelPermanentError, match="VIGIA_CA_FILE"):
            trust(tmp_path / name)


def test_without_an_authority_of_its_own_the_systems_count() -> None:
    context = trust(None)
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
