"""Several questions to a language model within one deadline."""

import time
from collections.abc import Callable, Mapping

from vigia_detect.clinical.narrative.prompt import FormT, Prompt
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.errors import LanguageModelError
from vigia_detect.llm_ports import LanguageModel


class Asking:
    """Asks one question after another and remembers which had no answer, and why.

    The time that is left is shared by the questions that are left, so that one that hangs takes
    none of the others' time.

    Attributes:
        missing: by the prompt's name, in the order of asking.
        made_by: the model, and each prompt that was answered.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        questions: int,
        within_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._left = questions
        self._clock = clock
        self._begun = clock()
        self._deadline = self._begun + within_s
        self.missing: dict[str, NoNarrativeReason] = {}
        self.made_by: dict[str, str] = {}

    @property
    def seconds(self) -> float:
        """How long it has been."""
        return self._clock() - self._begun

    def skip(self) -> None:
        """Leave a question out; its time goes to the others."""
        self._left -= 1

    def ask(
        self,
        question: Prompt[FormT],
        lang: str,
        parts: Mapping[str, str],
        *,
        picture: bytes | None = None,
    ) -> FormT | None:
        """Return the answer, or None when there is none that can be used."""
        share = max(self._deadline - self._clock(), 0) / max(self._left, 1)
        self._left -= 1
        try:
            reply = self._model.say(question.request(lang, parts, picture=picture), within_s=share)
            answer = question.read(reply.content)
        except LanguageModelError as error:
            self.missing[question.id.name] = NoNarrativeReason(error.reason)
            return None
        # named as evidence bundles look for it
        self.made_by |= {"model": reply.model, f"prompt_{question.id.name}": str(question.id)}
        return answer
