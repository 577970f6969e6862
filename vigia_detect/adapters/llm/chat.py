"""A language model behind an OpenAI-compatible server."""

import time
from typing import Literal

from vigia_detect.adapters.llm.breaker import Breaker
from vigia_detect.adapters.llm.question import question
from vigia_detect.adapters.llm.reading import read_models, read_said
from vigia_detect.adapters.llm.wire import SLOW, Wire
from vigia_detect.domain.language_model import ModelReply, ModelRequest
from vigia_detect.errors import (
    ModelFaultError,
    ModelInvalidError,
    ModelRefusedError,
    ModelSlowError,
)

FIRST, AGAIN = 0.0, 0.3
"""Temperatures: asked again at 0, a model repeats its nonsense word by word; engineering choice."""

FAULT_PAUSE_S = 0.5
"""Before a server that failed at a request gets it once more, in seconds; engineering choice. What
takes longer to pass is for whoever comes again later."""


class ChatModel:
    """One server (see `llm_ports.ModelServer`).

    Args:
        wire: the way to it.
        model: its model's name; empty: the first that it lists.
        timeout_s: seconds that one `say` may take, whatever its caller allows.
        picture: where the picture stands, or that none is ever sent.
        max_tokens: tokens that one answer may have.
        breaker: leaves it alone for a while when it fails.
    """

    def __init__(
        self,
        wire: Wire,
        *,
        model: str,
        timeout_s: float,
        picture: Literal["before", "after", "never"],
        max_tokens: int,
        breaker: Breaker | None = None,
    ) -> None:
        self._wire = wire
        self._model = model
        self._timeout_s = timeout_s
        self._picture = picture
        self._max_tokens = max_tokens
        self._breaker = breaker or Breaker()

    def say(self, request: ModelRequest, *, within_s: float) -> ModelReply:
        """Return what the model wrote; after nonsense or a fault once more, in the same time.

        Raises:
            ModelSlowError: also without any time, which is no failure of the server's.
            ModelRefusedError: also when there is a picture and the server is to see none: a
                description of what nobody has seen would be made up.
        """
        if request.picture is not None and self._picture == "never":
            raise ModelRefusedError("The server is shown no pictures (VIGIA_LLM_PICTURE=never).")
        if within_s <= 0:
            raise ModelSlowError(SLOW)
        deadline = time.monotonic() + min(within_s, self._timeout_s)
        with self._breaker.passing():
            return self._in_two_tries(request, deadline)

    def models(self, *, within_s: float) -> tuple[str, ...]:
        """Return the names of the models that the server lists."""
        return read_models(self._wire.ask("/models", within_s=min(within_s, self._timeout_s)))

    def close(self) -> None:
        """Do nothing: each request has a connection of its own, closed with it."""

    def _in_two_tries(self, request: ModelRequest, deadline: float) -> ModelReply:
        try:
            return self._once(request, FIRST, deadline)
        except ModelInvalidError:
            pass
        except ModelFaultError:
            if deadline - time.monotonic() <= FAULT_PAUSE_S:
                raise  # it failed, whatever a try without time would say
            time.sleep(FAULT_PAUSE_S)
        return self._once(request, AGAIN, deadline)

    def _once(self, request: ModelRequest, temperature: float, deadline: float) -> ModelReply:
        model = self._model or self._first(deadline)
        body = question(
            request,
            model=model,
            picture_first=self._picture == "before",
            max_tokens=self._max_tokens,
            temperature=temperature,
        )
        begun = time.monotonic()
        answer = self._wire.ask("/chat/completions", body, within_s=deadline - begun)
        said = read_said(answer, with_picture=request.picture is not None)
        return ModelReply(said.content, said.model or model, time.monotonic() - begun, said.tokens)

    def _first(self, deadline: float) -> str:
        """Return the first model, asked for each time: another may have been loaded since."""
        listed = self.models(within_s=deadline - time.monotonic())
        if not listed:
            raise ModelRefusedError("The server lists no model.")
        return listed[0]
