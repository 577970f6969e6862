"""From a keeper and a database to the cipher of an installation."""

import secrets
from collections.abc import Mapping

from vigia_detect.adapters.crypto import KEY_BYTES, KeyRing, subkey
from vigia_detect.adapters.keys.file import FileKeeper
from vigia_detect.domain.keys import CHECK, named, system_label, taken_apart
from vigia_detect.errors import ConfigurationError, CorruptDataError
from vigia_detect.key_ports import KeyKeeper, Keys
from vigia_detect.ports import Store

PSEUDONYM, SIGNING = "pseudonym", "signing"
NOT_OURS = (
    "The key-encryption key (master.key, VIGIA_KEYS or Vault's) is not this database's: use the "
    "one of the host that began it."
)


def open_ring(store: Store, keeper: KeyKeeper) -> KeyRing:
    """Return the cipher of this database; a new database gets its system keys.

    Raises:
        ConfigurationError: the keeper's keys are not this database's.
    """
    with store.read() as work:
        wrapped = work.keys.system()
    if not wrapped:
        wrapped = _begin(store, keeper)
    try:
        found = {name: _unwrap(keeper, name, key) for name, key in wrapped.items()}
    except CorruptDataError:
        raise ConfigurationError(NOT_OURS) from None
    return KeyRing(keeper, pseudonym_key=found[PSEUDONYM], signing_root=found[SIGNING])


def _begin(store: Store, keeper: KeyKeeper) -> dict[str, bytes]:
    """Give a database its first version and system keys; whoever comes first wins."""
    version = (keeper.versions() or (keeper.create(),))[-1]
    fresh = _as_before(store, keeper) or {
        name: secrets.token_bytes(KEY_BYTES) for name in (PSEUDONYM, SIGNING)
    }
    check = named(version, keeper.wrap(version, system_label(CHECK), CHECK.encode()))
    wrapped = {
        name: named(version, keeper.wrap(version, system_label(name), key))
        for name, key in fresh.items()
    }
    with store.begin() as work:
        if not work.keys.system():
            _store(work.keys, version, check, wrapped)
            work.commit()
    with store.read() as work:
        return work.keys.system()


def _store(keys: Keys, version: int, check: bytes, wrapped: Mapping[str, bytes]) -> None:
    keys.begin(version, check)
    for name, key in wrapped.items():
        keys.add_system(name, key)


def _as_before(store: Store, keeper: KeyKeeper) -> dict[str, bytes] | None:
    """Return the system keys of an installation that derived them from its one master key."""
    fingerprint = store.known_key()
    if fingerprint is None:
        return None
    if not isinstance(keeper, FileKeeper):
        raise ConfigurationError("This database was begun with a key file: use it once more.")
    master = keeper.oldest()
    keys = {
        PSEUDONYM: subkey(master, b"vigia pseudonym v1"),
        SIGNING: subkey(master, b"vigia signing v1"),
    }
    ring = KeyRing(keeper, pseudonym_key=keys[PSEUDONYM], signing_root=keys[SIGNING])
    if ring.pseudonym("fingerprint of the master key") != fingerprint:
        raise ConfigurationError(NOT_OURS)
    return keys


def _unwrap(keeper: KeyKeeper, name: str, key: bytes) -> bytes:
    version, wrapped = taken_apart(key)
    return keeper.unwrap(version, system_label(name), wrapped)
