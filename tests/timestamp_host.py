"""A real time stamping authority on loopback: OpenSSL answers, as `openssl ts` does for anybody."""

import contextlib
import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from http_host import Asked, Told, http_host

CONFIGURATION = """\
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
default_policy = 1.2.3.4.1
digests = sha256, sha512
signer_digest = sha256
ess_cert_id_alg = sha256
"""


@dataclass
class Stamper:
    """The authority: its folder, and what it has been asked."""

    folder: Path
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    next: list[Told] = field(default_factory=list)

    @property
    def ca(self) -> Path:
        """Its root certificate."""
        return self.folder / "root.pem"

    def stamp(self, request: bytes) -> bytes:
        """Return the answer to a request, both in DER."""
        (self.folder / "request").write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, check=True)
        return done.stdout

    def answer(self, asked: Asked) -> Told:
        """Answer as asked, or as a test has said."""
        assert asked.headers["content-type"] == "application/timestamp-query"
        self.asked.append(asked.body)
        if self.next:
            return self.next.pop(0)
        return Told(200, self.stamp(asked.body), {"content-type": "application/timestamp-reply"})


@contextlib.contextmanager
def timestamp_host(folder: Path) -> Iterator[Stamper]:
    """Run an authority; a machine without OpenSSL skips, but fails in CI."""
    if shutil.which("openssl") is None and not os.environ.get("CI"):
        pytest.skip("no openssl here")
    folder.mkdir()
    _certificates(folder)
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))
    stamper = Stamper(folder)
    with http_host(stamper.answer) as url:
        stamper.url = url
        yield stamper


def _certificates(folder: Path) -> None:
    """Write a root, and a certificate for time stamping alone (RFC 3161 section 2.3)."""
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = x509.BasicConstraints(ca=True, path_length=0)
    made = _builder("root", "root", root).add_extension(ca, critical=True)
    only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    leaf = _builder("tsa", "root", own).add_extension(only, critical=True)
    (folder / "root.pem").write_bytes(made.sign(root, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "tsa.pem").write_bytes(leaf.sign(root, hashes.SHA256()).public_bytes(Encoding.PEM))
    secret = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tsa.key").write_bytes(secret)


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )
