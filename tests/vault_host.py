"""A server with the HTTP interface of Vault's transit engine that really encrypts.

What it answers follows Vault's documentation of that interface: versions, associated data, the
smallest versions to decrypt and encrypt, trimming, and 400, 403, 404 and 503.
"""

import json
import os
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from http_host import Asked, Told

PATH = re.compile(r"/v1/transit/(keys|encrypt|decrypt)/([\w-]+)(?:/(rotate|config|trim))?")
CIPHERTEXT = re.compile(r"vault:v(\d+):([A-Za-z0-9+/=]+)")


class _WrongError(Exception):
    """The status to answer with."""


class VaultTransit:
    """One transit engine. Use its `answer` with `http_host`."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.keys: dict[str, dict[int, bytes]] = {}
        self.least: dict[str, dict[str, int]] = {}
        self.asked: list[str] = []
        self.sealed = False

    def answer(self, asked: Asked) -> Told:
        found = PATH.fullmatch(asked.path)
        self.asked.append(f"{asked.method} {asked.path}")
        refused = self._refused(asked)
        if found is None or refused:
            return Told(refused or 404, b'{"errors": []}')
        kind, name, deed = found.groups()
        body = json.loads(asked.body) if asked.body else {}
        try:
            doer = self._doer(asked.method, kind, deed)
            return Told(200, json.dumps({"data": doer(name, body)}).encode())
        except _WrongError as wrong:
            return Told(wrong.args[0], b'{"errors": []}')

    def _refused(self, asked: Asked) -> int:
        if self.sealed:
            return 503
        return 0 if asked.headers.get("x-vault-token") == self.token else 403

    def _doer(
        self, method: str, kind: str, deed: str | None
    ) -> Callable[[str, Mapping[str, Any]], dict[str, Any]]:
        named = {"rotate": self._rotate, "config": self._config, "trim": self._trim}
        if kind == "keys":
            if deed is not None:
                return named[deed]
            return self._read if method == "GET" else self._create
        return self._encrypt if kind == "encrypt" else self._decrypt

    def _create(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        assert body["type"] == "aes256-gcm96"
        self.keys.setdefault(name, {1: os.urandom(32)})
        self.least.setdefault(name, {"min_decryption_version": 1, "min_encryption_version": 0})
        return {}

    def _read(self, name: str, _body: Mapping[str, Any]) -> dict[str, Any]:
        versions = self._versions(name)
        least = self.least[name]["min_decryption_version"]
        shown = {str(version): int(time.time()) for version in versions if version >= least}
        return {"name": name, "keys": shown, "latest_version": max(versions), **self.least[name]}

    def _rotate(self, name: str, _body: Mapping[str, Any]) -> dict[str, Any]:
        versions = self._versions(name)
        versions[max(versions) + 1] = os.urandom(32)
        return {}

    def _config(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if any(value > max(self._versions(name)) for value in body.values()):
            raise _WrongError(400)
        self.least[name] |= dict(body)
        return {}

    def _trim(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        least, versions = body["min_available_version"], self._versions(name)
        if least > min(self.least[name].values()):
            raise _WrongError(400)
        self.keys[name] = {version: key for version, key in versions.items() if version >= least}
        return {}

    def _encrypt(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        version = body.get("key_version", 0) or max(self._versions(name))
        key, nonce = self._key(name, version), os.urandom(12)
        sealed = key.encrypt(nonce, b64decode(body["plaintext"]), _bound(body))
        return {"ciphertext": f"vault:v{version}:{b64encode(nonce + sealed).decode()}"}

    def _decrypt(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        found = CIPHERTEXT.fullmatch(body["ciphertext"])
        if found is None or int(found[1]) < self.least[name]["min_decryption_version"]:
            raise _WrongError(400)
        data = b64decode(found[2])
        try:
            plain = self._key(name, int(found[1])).decrypt(data[:12], data[12:], _bound(body))
        except InvalidTag:
            raise _WrongError(400) from None
        return {"plaintext": b64encode(plain).decode()}

    def _versions(self, name: str) -> dict[int, bytes]:
        if name not in self.keys:
            raise _WrongError(404)
        return self.keys[name]

    def _key(self, name: str, version: int) -> AESGCM:
        versions = self._versions(name)
        if version not in versions:
            raise _WrongError(400)
        return AESGCM(versions[version])


def _bound(body: Mapping[str, Any]) -> bytes:
    return b64decode(body.get("associated_data", ""))
