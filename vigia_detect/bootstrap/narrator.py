"""Who writes narratives."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vigia_detect.bootstrap.asking import AskingParts
    from vigia_detect.stages.narrator import Narrator


def make_narrator(parts: "AskingParts") -> "Narrator | None":
    """Return what writes narratives; None when there is no language model."""
    if parts.language_model is None:
        return None
    from vigia_detect.stages.narrator import Narrator

    return Narrator(
        parts.language_model,
        parts.rules,
        parts.protocols,
        parts.passage_search,
        pictures=parts.settings.llm_picture != "never",
    )
