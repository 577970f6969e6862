"""A broker with TLS and password: a real Valkey server, behind what ends TLS."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import servers
from certificates import Certificate, make_certificate
from tls_proxy import tls_proxy

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.policy import Queue
from vigia_detect.errors import BrokerUnavailableError
from vigia_detect.settings import Settings

PASSWORD = "una-frase-geheim-4711"


@dataclass(frozen=True)
class Broker:
    port: int
    ca: Path

    def url(self, *, password: str = PASSWORD, host: str = "localhost", more: str = "") -> str:
        return f"rediss://:{password}@{host}:{self.port}/0{more}"


@contextlib.contextmanager
def broker(certificate: Certificate) -> Iterator[Broker]:
    with servers.valkey() as valkey:
        with contextlib.closing(valkey.client()) as client:
            client.config_set("requirepass", PASSWORD)
        with tls_proxy(valkey.socket, certificate.server_context()) as port:
            yield Broker(port, certificate.certificate)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Broker]:
    with broker(make_certificate(tmp_path)) as made:
        yield made


def depths(
    monkeypatch: pytest.MonkeyPatch, home: Path, url: str, ca: Path | None = None
) -> dict[str, int]:
    """Ask the broker as any process of Vigia does, by its settings."""
    monkeypatch.setenv("CELERY_BROKER_URL", url)
    vigia = Vigia(Settings(home=home, ca_file=ca))
    found = vigia.publisher.depths()
    vigia.close()
    return found


def test_the_hospitals_authority_is_trusted_by_its_setting_or_by_the_url(
    here: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = dict.fromkeys(Queue, 0)
    assert depths(monkeypatch, tmp_path, here.url(), here.ca) == nothing
    asked = f"?ssl_cert_reqs=required&ssl_ca_certs={here.ca}"
    assert depths(monkeypatch, tmp_path, here.url(more=asked)) == nothing


def test_a_certificate_that_nobody_vouches_for_is_refused(
    here: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BrokerUnavailableError, match="VIGIA_CA_FILE") as error:
        depths(monkeypatch, tmp_path, here.url())
    assert PASSWORD not in str(error.value)


def test_a_certificate_of_another_host_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with broker(make_certificate(tmp_path, "other.example")) as there:
        for more in ("", f"?ssl_cert_reqs=required&ssl_ca_certs={there.ca}"):
            with pytest.raises(BrokerUnavailableError, match="certificate is not trusted"):
                depths(monkeypatch, tmp_path, there.url(more=more), there.ca)


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_named_and_not_quoted(
    here: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    with pytest.raises(BrokerUnavailableError, match="refuses our password") as error:
        depths(monkeypatch, tmp_path, here.url(password=password), here.ca)
    assert "wrong" not in str(error.value)
