"""Which client stands behind the port of the language model."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vigia_detect.llm_ports import ModelServer
    from vigia_detect.settings import Settings


def make_language_model(settings: "Settings") -> "ModelServer":
    """Return the client of the server that the settings name."""
    from vigia_detect.adapters.llm.chat import ChatModel
    from vigia_detect.adapters.llm.wire import Wire

    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    return ChatModel(
        Wire(settings.llm_base_url, key=key, ca_file=settings.ca_file),
        model=settings.llm_model,
        timeout_s=settings.llm_timeout_s,
        picture=settings.llm_picture,
        max_tokens=settings.llm_max_tokens,
    )
