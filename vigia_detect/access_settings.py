"""The settings about who may do what; part of `Settings`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class AccessSettings(BaseSettings):
    """How people and programs show who they are, and the hospital's own permissions."""

    auth: Literal["local", "required"] = Field(
        "local",
        description="`local`: the user of this machine who owns `VIGIA_HOME` may do everything "
        "without a login; `required`: everybody logs in or shows a token.",
    )
    permissions_file: Path | None = Field(
        None,
        description="Cedar file with the hospital's own permissions over ours; empty: "
        "`permissions.cedar` in `VIGIA_HOME`, if it is there.",
    )
    token: SecretStr | None = Field(
        None, description="Token that commands and the façade show; empty: that of `vigia login`."
    )
    session_s: float = Field(
        43_200.0,
        ge=60.0,
        le=86_400.0,
        description="Seconds for which a login is good; the default is a shift of 12 hours.",
    )
    oidc_issuer: str = Field(
        "",
        description="Address of the hospital's identity provider (OpenID Connect), such as "
        "`https://id.hospital.cl/realms/h`; empty: passwords only.",
    )
    oidc_client_id: str = Field("", description="What that provider calls Vigia.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="Vigia's secret at that provider; empty for a public client."
    )
