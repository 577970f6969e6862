"""The settings about the language model, which describes and explains but never decides."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings


class LlmSettings(BaseSettings):
    """Which OpenAI-compatible server writes narratives, and how long it may take."""

    llm_base_url: str = Field(
        "",
        description="Address of an OpenAI-compatible server up to and including `/v1`, such as "
        "`http://127.0.0.1:8080/v1`; empty: no language model, and results say so.",
    )
    llm_model: str = Field(
        "", description="The model's name on that server; empty: the first that it lists."
    )
    llm_api_key: SecretStr | None = Field(None, description="Key for that server, if it asks.")
    llm_timeout_s: float = Field(
        300.0, ge=1.0, le=3600.0, description="Seconds that one request may take as a whole."
    )
    llm_deadline_s: float = Field(
        600.0,
        ge=1.0,
        le=7200.0,
        description="Seconds that the narrative of one case may take; then there is none.",
    )
    llm_slots: int = Field(
        1, ge=1, le=64, description="Narratives written at the same time: processes of `narrative`."
    )
    llm_picture: Literal["before", "after", "never"] = Field(
        "after",
        description="Where the picture stands in a request: before the text or after it; `never`: "
        "the server sees no pictures.",
    )
    llm_max_tokens: int = Field(
        1024, ge=64, le=32_768, description="Tokens that one answer may have."
    )

    @field_validator("llm_base_url")
    @classmethod
    def _check_llm(cls, url: str) -> str:
        """A path, query or name in it must not surprise; the text must not quote the URL."""
        scheme, _, rest = url.partition("://")
        if url and (scheme not in {"http", "https"} or not rest or "@" in rest or "?" in rest):
            raise ValueError("must be http:// or https:// and a host, without a name or a query")
        return url.rstrip("/")
