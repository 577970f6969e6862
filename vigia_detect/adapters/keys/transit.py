"""Key-encryption keys in HashiCorp Vault's (or OpenBao's) transit engine, over its HTTP API.

The keys never leave Vault: it wraps and unwraps. A data key is unwrapped once a process.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from vigia_detect.adapters.tls import trust
from vigia_detect.errors import ConfigurationError, CorruptDataError, KeyUnavailableError
from vigia_detect.phrase import Phrase

TIMEOUT_S = 5.0
AWAY = "Vault does not answer ({why}): data keys cannot be unwrapped until it does."


class TransitKeeper:
    """One named key of a transit engine (see `key_ports.KeyKeeper`).

    Args:
        url: Vault's address.
        token: may read, rotate, configure and trim the key, and encrypt and decrypt with it.
        name: of the key.
        mount: where the engine is mounted.
        ca_file: PEM certificates trusted besides the system's, if any.
    """

    def __init__(
        self, url: str, *, token: str, name: str, mount: str = "transit", ca_file: Path | None
    ) -> None:
        self._base = f"{url.rstrip('/')}/v1/{quote(mount)}"
        self._token = token
        self._name = quote(name, safe="")
        self._trust = trust(ca_file) if url.startswith("https:") else None

    def versions(self) -> tuple[int, ...]:
        """Return the versions that are there, in order; none when the key is not made yet."""
        try:
            found = self._ask("GET", f"keys/{self._name}")
        except _RefusedError as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return ()
            raise refused.plain() from None
        return tuple(sorted(int(version) for version in found["keys"]))

    def create(self) -> int:
        """Make the next version and return it."""
        rotate = "/rotate" if self.versions() else ""
        self._do(f"keys/{self._name}{rotate}", {} if rotate else {"type": "aes256-gcm96"})
        return self.versions()[-1]

    def wrap(self, version: int, label: str, key: bytes) -> bytes:
        """Encrypt a key, bound to `label`."""
        asked = {**_bound(label), "plaintext": b64encode(key).decode(), "key_version": version}
        answer = self._do(f"encrypt/{self._name}", asked)
        return str(answer["ciphertext"]).encode()

    def unwrap(self, version: int, label: str, wrapped: bytes) -> bytes:
        """Return what `wrap` was given."""
        try:
            asked = {**_bound(label), "ciphertext": wrapped.decode("ascii")}
            return b64decode(self._ask("POST", f"decrypt/{self._name}", asked)["plaintext"])
        except UnicodeDecodeError:
            raise CorruptDataError("A wrapped key is not in Vault's form.") from None
        except _RefusedError as refused:
            if refused.status != HTTPStatus.BAD_REQUEST:
                raise refused.plain() from None
        if version not in self.versions():
            raise KeyUnavailableError(
                "Vault has no version {version} of this key.", version=version
            )
        raise CorruptDataError(
            "Stored data does not decrypt: it was changed, moved or made under another key."
        )

    def destroy(self, version: int) -> None:
        """Remove a version for ever, and with it all older ones: Vault trims from below."""
        if version in self.versions():
            oldest = version + 1
            kept = {"min_decryption_version": oldest, "min_encryption_version": oldest}
            self._do(f"keys/{self._name}/config", kept)
            self._do(f"keys/{self._name}/trim", {"min_available_version": oldest})

    def _do(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        try:
            return self._ask("POST", path, body)
        except _RefusedError as refused:
            raise refused.plain() from None

    def _ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        request = Request(  # noqa: S310 - settings allow http(s) only
            f"{self._base}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-Vault-Token": self._token, "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urlopen(request, timeout=TIMEOUT_S, context=self._trust) as answer:  # noqa: S310
                content = answer.read()
        except HTTPError as error:
            error.close()
            raise _RefusedError(error.code) from None
        except (URLError, OSError) as error:
            raise KeyUnavailableError(AWAY, why=type(error).__name__) from None
        return dict(json.loads(content).get("data") or {}) if content else {}


class _RefusedError(Exception):
    """Vault answered with an error. Its text may quote what was asked, so it is not kept."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status

    def plain(self) -> ConfigurationError | KeyUnavailableError:
        """Return what this means to whoever set Vigia up."""
        away = self.status in {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS}
        if away or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return KeyUnavailableError(AWAY, why=Phrase("HTTP {status}", status=self.status))
        return ConfigurationError(
            "Vault refuses (HTTP {status}): check VIGIA_VAULT_TOKEN, its policy, "
            "VIGIA_VAULT_MOUNT and VIGIA_VAULT_KEY.",
            status=self.status,
        )


def _bound(label: str) -> dict[str, str]:
    """Return what binds a wrapping to its place, as additional authenticated data."""
    return {"associated_data": b64encode(label.encode()).decode()}
