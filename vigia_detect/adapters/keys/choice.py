import os

from vigia_detect.adapters.audit_key import read_signer
from vigia_detect.adapters.keys.file import FileKeeper
from vigia_detect.adapters.keys.local import EnvironmentKeeper
from vigia_detect.adapters.keys.transit import TransitKeeper
from vigia_detect.errors import ConfigurationError
from vigia_detect.key_ports import KeyKeeper
from vigia_detect.ports import Store
from vigia_detect.settings import Settings

DEFAULT_TOKENS = frozenset({"root", "myroot", "dev-root-token", "vault", "token"})
"""Tokens of Vault's development mode, as its manuals and examples set them."""


def make_keeper(settings: Settings, store: Store) -> KeyKeeper:
    """Return the keeper of key-encryption keys that the settings name.

    A key file is made only for a new database and in the usual place: a lost key must not be
    replaced in silence, and two hosts must not work with two.

    Raises:
        ConfigurationError: a setting is missing, or the key is missing or unsafe.
    """
    if settings.key_source == "file":
        may_create = settings.key_file is None and _new(store)
        return FileKeeper(settings.master_key_file, create=may_create)
    return _elsewhere(settings)


def check_keys(settings: Settings) -> None:
    """Refuse what `make_keeper` would refuse, as far as the database need not be asked.

    The key that signs the trail is looked at too; a missing one stops no case.

    Raises:
        ConfigurationError: a setting is missing, or a key that is there is unsafe or a default.
    """
    if os.path.lexists(settings.signing_key_file):
        read_signer(settings.signing_key_file, create=False)
    if settings.key_source != "file":
        _elsewhere(settings)
    elif os.path.lexists(settings.master_key_file):
        FileKeeper(settings.master_key_file)


def _elsewhere(settings: Settings) -> KeyKeeper:
    if settings.key_source == "vault":
        return _transit(settings)
    if settings.keys is None:
        raise ConfigurationError("VIGIA_KEY_SOURCE is `environment`: VIGIA_KEYS is missing.")
    return EnvironmentKeeper(settings.keys.get_secret_value())


def _new(store: Store) -> bool:
    with store.read() as work:
        return store.known_key() is None and not work.keys.system()


def _transit(settings: Settings) -> TransitKeeper:
    if not settings.vault_url or settings.vault_token is None:
        raise ConfigurationError(
            "VIGIA_KEY_SOURCE is `vault`: VIGIA_VAULT_URL or VIGIA_VAULT_TOKEN is missing."
        )
    token = settings.vault_token.get_secret_value()
    if not token.strip() or token.strip() in DEFAULT_TOKENS:
        raise ConfigurationError(
            "VIGIA_VAULT_TOKEN is a default: give Vigia a token of its own, for its key alone."
        )
    return TransitKeeper(
        settings.vault_url,
        token=token,
        name=settings.vault_key,
        mount=settings.vault_mount,
        ca_file=settings.ca_file,
    )
