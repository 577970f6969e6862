"""What every keeper of key-encryption keys promises: the file, and Vault over real HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from http_host import http_host
from vault_host import VaultTransit

from vigia_detect.adapters.keys.file import FileKeeper
from vigia_detect.adapters.keys.transit import TransitKeeper
from vigia_detect.errors import ConfigurationError, CorruptDataError, KeyUnavailableError
from vigia_detect.key_ports import KeyKeeper

KEY = bytes(range(32))
TOKEN = "hvs.test"


@pytest.fixture(params=["file", "vault"])
def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyKeeper]:
    if request.param == "file":
        yield FileKeeper(tmp_path / "master.key", create=True)
        return
    with http_host(VaultTransit(TOKEN).answer) as url:
        made = TransitKeeper(url, token=TOKEN, name="vigia", ca_file=None)
        assert made.versions() == ()
        assert made.create() == 1
        yield made


def test_several_versions_live_at_once(keeper: KeyKeeper) -> None:
    first = keeper.wrap(1, "p_ana", KEY)
    assert keeper.create() == 2
    second = keeper.wrap(2, "p_ana", KEY)
    assert keeper.versions() == (1, 2)
    assert keeper.unwrap(1, "p_ana", first) == keeper.unwrap(2, "p_ana", second) == KEY
    assert KEY not in first + second


def test_a_wrapping_is_bound_to_its_label(keeper: KeyKeeper) -> None:
    wrapped = keeper.wrap(1, "p_ana", KEY)
    with pytest.raises(CorruptDataError):
        keeper.unwrap(1, "p_bea", wrapped)


def test_a_changed_wrapping_is_refused(keeper: KeyKeeper) -> None:
    wrapped = bytearray(keeper.wrap(1, "p_ana", KEY))
    wrapped[-3] ^= 1
    with pytest.raises(CorruptDataError):
        keeper.unwrap(1, "p_ana", bytes(wrapped))


def test_a_destroyed_version_is_gone_and_the_others_stay(keeper: KeyKeeper) -> None:
    first = keeper.wrap(1, "p_ana", KEY)
    keeper.create()
    second = keeper.wrap(2, "p_ana", KEY)
    keeper.destroy(1)
    keeper.destroy(1)
    assert keeper.versions() == (2,)
    assert keeper.unwrap(2, "p_ana", second) == KEY
    with pytest.raises(KeyUnavailableError):
        keeper.unwrap(1, "p_ana", first)
    assert keeper.create() == 3


@pytest.fixture
def vault() -> Iterator[tuple[VaultTransit, TransitKeeper]]:
    server = VaultTransit(TOKEN)
    with http_host(server.answer) as url:
        made = TransitKeeper(url, token=TOKEN, name="vigia", ca_file=None)
        made.create()
        yield server, made


def test_a_sealed_vault_is_away_for_now(vault: tuple[VaultTransit, TransitKeeper]) -> None:
    server, made = vault
    wrapped = made.wrap(1, "a", KEY)
    server.sealed = True
    with pytest.raises(KeyUnavailableError, match="503"):
        made.unwrap(1, "a", wrapped)
    server.sealed = False
    assert made.unwrap(1, "a", wrapped) == KEY


def test_a_wrong_token_is_a_wrong_setting(vault: tuple[VaultTransit, TransitKeeper]) -> None:
    server, made = vault
    server.token = "another"
    with pytest.raises(ConfigurationError, match="VIGIA_VAULT_TOKEN") as refused:
        made.wrap(1, "a", KEY)
    assert TOKEN not in str(refused.value)


def test_a_vault_that_is_not_there_is_away() -> None:
    with http_host(VaultTransit(TOKEN).answer) as url:
        gone = TransitKeeper(url, token=TOKEN, name="vigia", ca_file=None)
    with pytest.raises(KeyUnavailableError, match="does not answer"):
        gone.versions()
