"""A language model that says what it is told to: for tests, and for trying out without one."""

from collections.abc import Callable, Iterable
from copy import deepcopy

from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.language_model import ModelReply, ModelRequest
from vigia_detect.errors import LanguageModelError, ModelAwayError, ModelSlowError

Line = JsonObject | LanguageModelError | Callable[[ModelRequest], JsonObject]


class ScriptedModel:
    """Answers with one line of its script a request (see `llm_ports.ModelServer`).

    Args:
        lines: objects to answer with, errors to raise, or functions of the request; after the
            last one it is away.
        name: what it calls itself.
    """

    def __init__(self, lines: Iterable[Line] = (), *, name: str = "scripted") -> None:
        self._lines = iter(lines)
        self._name = name
        self.asked: list[ModelRequest] = []

    def say(self, request: ModelRequest, *, within_s: float) -> ModelReply:
        """Return or raise the next line."""
        if within_s <= 0:
            raise ModelSlowError("There was no time.")
        self.asked.append(request)
        line = next(self._lines, None)
        if line is None:
            raise ModelAwayError("The script has ended.")
        if isinstance(line, LanguageModelError):
            raise line
        content = line(request) if callable(line) else deepcopy(line)
        return ModelReply(content, self._name, seconds=0.0)

    def models(self, *, within_s: float) -> tuple[str, ...]:
        """Return its name."""
        if within_s <= 0:
            raise ModelSlowError("There was no time.")
        return (self._name,)

    def close(self) -> None:
        """Do nothing."""
