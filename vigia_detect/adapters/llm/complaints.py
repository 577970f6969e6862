"""What a server means that does not answer with HTTP 200.

Its status alone does not say: llama.cpp answers 500 to a picture when it has no projector, to what
its model wrote when it cannot read it, and to faults that pass by themselves. So those statuses are
told apart by the words of the error, as far as we know them; what we do not know is a fault.
"""

from dataclasses import dataclass
from http import HTTPStatus

from vigia_detect.adapters.llm.wire import Answer
from vigia_detect.errors import (
    LanguageModelError,
    ModelAwayError,
    ModelFaultError,
    ModelInvalidError,
    ModelRefusedError,
)
from vigia_detect.phrase import Phrase

BUSY = frozenset({408, 425, 429, 502, 503, 504})
"""RFC 9110, 8470 and 6585: come again; llama.cpp says 503 while it loads."""
ADVICE = {
    401: "check VIGIA_LLM_API_KEY",
    403: "check VIGIA_LLM_API_KEY",
    404: "check VIGIA_LLM_MODEL and VIGIA_LLM_BASE_URL",
}
NEVER = HTTPStatus.NOT_IMPLEMENTED
"""RFC 9110: the server cannot do this at all, so asking again is no use."""
READ = 10_000
"""Bytes of an error in which its words are looked for; some servers repeat the whole question."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What some server says, and what it means.

    Attributes:
        words: any of these stands in it, in small letters.
        kind: the error for callers.
        text: what is wrong, in our words: theirs may be what they were told.
        of_pictures: only said to a request with a picture.
    """

    words: tuple[str, ...]
    kind: type[LanguageModelError]
    text: Phrase
    of_pictures: bool = False


KNOWN = (
    Complaint(
        (
            "image input is not supported",  # llama.cpp
            "unsupported content part type",  # llama.cpp, by the model's template
            "missing data required for image input",  # Ollama
            "not a multimodal model",  # vLLM
            "at most 0 image",  # vLLM, where pictures are switched off
            "does not support image",  # Ollama, LM Studio
        ),
        ModelRefusedError,
        Phrase("its model has no vision (VIGIA_LLM_PICTURE=never)"),
        of_pictures=True,
    ),
    Complaint(
        (
            "does not match the expected",  # llama.cpp, of the build in our wheel
            "failed to parse input at pos",  # llama.cpp of March 2026
        ),
        ModelInvalidError,
        Phrase("it cannot read what its model wrote, perhaps cut off at VIGIA_LLM_MAX_TOKENS"),
    ),
    Complaint(
        (
            "exceeds the available context size",  # llama.cpp, of the question
            "context size has been exceeded",  # llama.cpp, while it writes
            "maximum context length",  # vLLM
        ),
        ModelRefusedError,
        Phrase("question and answer are longer than its context"),
    ),
)


def complaint(answer: Answer, *, with_picture: bool) -> LanguageModelError:
    """Return the error that an answer other than HTTP 200 is; it quotes nothing of it.

    Args:
        answer: what the server said.
        with_picture: whether it was shown one.
    """
    text = Phrase("The server says HTTP {status}", status=answer.status)
    if answer.status in BUSY:
        return ModelAwayError("{text}.", text=text, retry_after_s=answer.retry_after_s)
    if answer.status in ADVICE:
        return ModelRefusedError(
            "{text}: {advice}.", text=text, advice=Phrase(ADVICE[answer.status])
        )
    known = _known(answer.body, with_picture=with_picture)
    if known is not None:
        return known.kind(Phrase("{text}: {why}.", text=text, why=known.text))
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and answer.status != NEVER:
        return ModelFaultError("{text}: something in it failed.", text=text)
    return _refused(answer.status, text, with_picture=with_picture)


def _known(body: bytes, *, with_picture: bool) -> Complaint | None:
    said = body[:READ].decode(errors="replace").casefold()
    possible = (one for one in KNOWN if with_picture or not one.of_pictures)
    return next((one for one in possible if any(word in said for word in one.words)), None)


def _refused(status: int, text: Phrase, *, with_picture: bool) -> ModelRefusedError:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return ModelRefusedError("{text}: it points elsewhere, where nothing is sent.", text=text)
    if with_picture:
        return ModelRefusedError(
            "{text} to a picture: perhaps its model has no vision (VIGIA_LLM_PICTURE=never).",
            text=text,
        )
    return ModelRefusedError("{text}.", text=text)
