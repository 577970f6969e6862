"""Which client stands behind the port of the language model, and our own server of one."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vigia_detect.adapters.llm.local import LocalModel
    from vigia_detect.llm_ports import ModelServer
    from vigia_detect.settings import Settings


def make_language_model(settings: "Settings") -> "ModelServer":
    """Return the client of the server that the settings name."""
    from vigia_detect.adapters.llm.chat import ChatModel
    from vigia_detect.adapters.llm.wire import Wire

    return ChatModel(
        Wire(settings.llm_base_url, key=_key(settings), ca_file=settings.ca_file),
        model=settings.llm_model,
        timeout_s=settings.llm_timeout_s,
        picture=settings.llm_picture,
        max_tokens=settings.llm_max_tokens,
    )


def serve_model(
    settings: "Settings", model: Path, *, mmproj: Path | None, host: str, port: int
) -> "LocalModel":
    """Return a server of our own, with the settings' slots and key, that answers already."""
    from vigia_detect.adapters.llm.local import LocalModel

    return LocalModel(
        model, mmproj=mmproj, host=host, port=port, slots=settings.llm_slots, key=_key(settings)
    )


def _key(settings: "Settings") -> str | None:
    return settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
