"""Key rings for tests that need no file."""

from vigia_detect.adapters.crypto import KeyRing, subkey
from vigia_detect.adapters.keys.local import unwrap, wrap
from vigia_detect.key_ports import KeyKeeper


class HandKeeper:
    """Keys that a test gives by hand, in memory."""

    def __init__(self, keys: dict[int, bytes]) -> None:
        self.keys = dict(keys)

    def versions(self) -> tuple[int, ...]:
        return tuple(sorted(self.keys))

    def create(self) -> int:
        version = max(self.keys, default=0) + 1
        self.keys[version] = bytes([version]) * 32
        return version

    def wrap(self, version: int, label: str, key: bytes) -> bytes:
        return wrap(self.keys, version, label, key)

    def unwrap(self, version: int, label: str, wrapped: bytes) -> bytes:
        return unwrap(self.keys, version, label, wrapped)

    def destroy(self, version: int) -> None:
        self.keys.pop(version, None)


def ring(secret: bytes, keeper: KeyKeeper | None = None) -> KeyRing:
    """Return a ring whose keys all follow from one secret."""
    return KeyRing(
        keeper or HandKeeper({1: secret}),
        pseudonym_key=subkey(secret, b"p"),
        signing_root=subkey(secret, b"s"),
    )
