"""The settings about keys and about how long data is kept; part of `Settings`."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class KeepingSettings(BaseSettings):
    """Where keys are, and periods of retention. No period can be shortened for existing data."""

    key_source: Literal["file", "environment", "vault"] = Field(
        "file",
        description="Who holds the key-encryption keys: `VIGIA_KEY_FILE`, `VIGIA_KEYS`, or "
        "HashiCorp Vault's transit engine.",
    )
    key_file: Path | None = Field(
        None,
        description="File with the key-encryption keys, mode 0600; empty: `keys/master.key` in "
        "`VIGIA_HOME`, made on first use.",
    )
    keys: SecretStr | None = Field(
        None,
        description="Key-encryption keys by version, such as `1:BASE64,2:BASE64`; each has 32 "
        "random bytes.",
    )
    vault_url: str = Field(
        "", description="Vault's address: https, or http on this machine (an agent)."
    )
    vault_token: SecretStr | None = Field(
        None,
        description="Vault token that may read, rotate, configure and trim the key, and encrypt "
        "and decrypt with it.",
    )
    vault_key: str = Field("vigia", description="Name of the key in Vault's transit engine.")
    vault_mount: str = Field("transit", description="Where the transit engine is mounted.")

    timestamp_url: str = Field(
        "",
        description="Address of a time stamping authority (RFC 3161) that attests when checkpoints "
        "of the audit trail were there, at most once a minute; empty: none is asked.",
    )
    timestamp_ca: Path | None = Field(
        None, description="PEM file with that authority's root certificates; needed with it."
    )

    retention_audit_years: int = Field(
        7, ge=7, le=200, description="Years for which audit entries are kept at least."
    )
    retention_record_years: int = Field(
        15,
        ge=1,
        le=200,
        description="Years after a patient's last entry for which the clinical record is kept "
        "(Chile, Ley 20.584 art. 13: 15). No `VIGIA_RETENTION_*` can be shortened later.",
    )
    retention_images_years: int = Field(
        15,
        ge=1,
        le=200,
        description="Years for which a case's picture is kept; in Chile it is part of the record.",
    )
    retention_details_years: int = Field(
        15,
        ge=1,
        le=200,
        description="Years for which is kept what was measured on a case's picture, drawn on it, "
        "or written about it by a language model; in Chile it is part of the record.",
    )
    retention_idempotency_days: int = Field(
        90,
        ge=1,
        le=36_500,
        description="Days for which the same idempotency key gives the same case.",
    )
    retention_notifications_days: int = Field(
        730,
        ge=1,
        le=36_500,
        description="Days for which the addresses to which notifications went are kept.",
    )

    @field_validator("vault_url")
    @classmethod
    def _check_vault(cls, url: str) -> str:
        """A token must not cross a network in the clear. The text must not quote the URL."""
        try:
            host, scheme = urlsplit(url).hostname, urlsplit(url).scheme
        except ValueError:
            host, scheme = None, ""
        if url and not (host and (scheme == "https" or (scheme == "http" and host in LOOPBACK))):
            raise ValueError("must be https, or http to this machine")
        return url
