"""Key-encryption keys that this machine holds: in the environment, or in a file (`file.py`)."""

import base64
import binascii
import itertools
from collections.abc import Mapping

from vigia_detect.adapters.crypto import KEY_BYTES, decrypt, encrypt, wrapping_key
from vigia_detect.errors import ConfigurationError, KeyUnavailableError
from vigia_detect.phrase import Phrase

MAKE_ONE = "Make one with `openssl rand -base64 32`."


class EnvironmentKeeper:
    """Keys from `VIGIA_KEYS`, such as `1:BASE64,2:BASE64` (see `key_ports.KeyKeeper`).

    A process sees the versions that it was started with; new ones come with a restart.
    """

    def __init__(self, text: str) -> None:
        self._keys = parse_keys(text.replace(",", "\n").replace(":", " "), "VIGIA_KEYS")

    def versions(self) -> tuple[int, ...]:
        """Return the versions that are there, in order."""
        return tuple(sorted(self._keys))

    def create(self) -> int:
        """Say how a new version is made: a program cannot change its parent's environment."""
        new = max(self._keys) + 1
        raise ConfigurationError(
            "VIGIA_KEYS has no newer version: add `{new}:KEY` in every process, restart them one "
            "by one, and rotate again. {advice}",
            new=new,
            advice=Phrase(MAKE_ONE),
        )

    def wrap(self, version: int, label: str, key: bytes) -> bytes:
        """Encrypt a key, bound to `label`."""
        return wrap(self._keys, version, label, key)

    def unwrap(self, version: int, label: str, wrapped: bytes) -> bytes:
        """Return what `wrap` was given."""
        return unwrap(self._keys, version, label, wrapped)

    def destroy(self, version: int) -> None:
        """Say what is left to do, while the version is there."""
        if version in self._keys:
            raise ConfigurationError(
                "Version {version} is not used any more: remove it from VIGIA_KEYS everywhere, "
                "and from where that is written.",
                version=version,
            )


def wrap(keys: Mapping[int, bytes], version: int, label: str, key: bytes) -> bytes:
    """Encrypt a key under one version. Raises KeyUnavailableError."""
    return encrypt(wrapping_key(_one(keys, version)), label, key)


def unwrap(keys: Mapping[int, bytes], version: int, label: str, wrapped: bytes) -> bytes:
    """Return what `wrap` was given. Raises KeyUnavailableError, CorruptDataError."""
    return decrypt(wrapping_key(_one(keys, version)), label, wrapped)


def _one(keys: Mapping[int, bytes], version: int) -> bytes:
    if version not in keys:
        raise KeyUnavailableError(
            "Version {version} of the key-encryption key is not here: this host lacks it, or it "
            "was destroyed.",
            version=version,
        )
    return keys[version]


def parse_keys(text: str, where: str) -> dict[int, bytes]:
    """Read keys by version, one `VERSION BASE64` a line.

    Args:
        text: never quoted in an error.
        where: what the error is to name.

    Raises:
        ConfigurationError: a line is wrong, or a key is a default and not random.
    """
    pairs = [line.split() for line in text.splitlines() if line.strip()]
    try:
        keys = {int(version): base64.b64decode(key, validate=True) for version, key in pairs}
    except (ValueError, binascii.Error):
        keys = {}
    if not keys or len(keys) != len(pairs) or min(keys) < 1:
        raise ConfigurationError(
            "{where}: needs a version and a key in base64, one or more.", where=where
        )
    for key in keys.values():
        check_key(key, where)
    return keys


def check_key(key: bytes, where: str) -> None:
    """Refuse a key that nobody has drawn at random. Raises ConfigurationError."""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            "{where}: the key does not have {count} bytes: restore it from its backup; with "
            "any other key what is stored cannot be read.",
            where=where,
            count=KEY_BYTES,
        )
    if _looks_default(key):
        raise ConfigurationError(
            "{where}: this is a default or a typed text, not a random key. {advice}",
            where=where,
            advice=Phrase(MAKE_ONE),
        )


def _looks_default(key: bytes) -> bool:
    """Tell whether a key repeats itself, counts, or is text; a random one never is (1 in 10^13)."""
    steps = {(b - a) % 256 for a, b in itertools.pairwise(key)}
    text = all(32 <= byte < 127 for byte in key)  # noqa: PLR2004 - printable ASCII
    return text or len(steps) == 1 or len(set(key)) < KEY_BYTES // 2
