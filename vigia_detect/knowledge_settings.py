"""The settings about protocol passages, their search and answers; part of `Settings`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class KnowledgeSettings(BaseSettings):
    """Whose passages there are, and how they are searched."""

    protocols: Path | None = Field(
        None,
        description="Folder with the hospital's own protocol passages (`*.md`), laid over ours; "
        "when not set, `protocols` in `VIGIA_HOME`, if it is there.",
    )
    search_database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL URL with the extension pgvector that keeps the vectors of protocol "
        "search; empty: a file in `VIGIA_HOME`, searched in the process.",
    )
    answer_cache_s: int = Field(
        1800,
        ge=0,
        le=86_400,
        description="Seconds that the answer to a protocol question is kept; 0: not at all.",
    )
