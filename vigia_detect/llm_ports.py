"""The seam of the language model: one request, one answer that still must be checked."""

from typing import Protocol

from vigia_detect.domain.language_model import ModelReply, ModelRequest


class LanguageModel(Protocol):
    """Writes JSON by a schema. What it writes is never believed: callers check every part."""

    def say(self, request: ModelRequest, *, within_s: float) -> ModelReply:
        """Return what the model wrote.

        Args:
            request: texts, schema and perhaps a picture.
            within_s: seconds that the whole answer may take, retries included.

        Raises:
            ModelAwayError: the server does not answer, or has failed so often that it is left
                alone for a while.
            ModelFaultError: the server failed at this and again when it was asked once more, or is
                left alone after many such failures.
            ModelSlowError: the answer was not whole in time.
            ModelRefusedError: the server or the model will not answer this.
            ModelInvalidError: what it wrote is no whole JSON object.
        """

    def close(self) -> None:
        """Close the connections."""


class ModelServer(LanguageModel, Protocol):
    """A language model whose server says what it has; for proving it."""

    def models(self, *, within_s: float) -> tuple[str, ...]:
        """Return the names of the models that the server lists, in its order.

        Raises:
            LanguageModelError: as `say` does.
        """
