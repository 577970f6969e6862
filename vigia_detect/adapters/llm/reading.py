"""What came back: the model's JSON, out of the server's envelope and without its thoughts."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from vigia_detect.adapters.llm.complaints import complaint
from vigia_detect.adapters.llm.strict_json import strict_object
from vigia_detect.adapters.llm.wire import Answer
from vigia_detect.domain.case import JsonObject
from vigia_detect.errors import ModelInvalidError, ModelRefusedError

T = TypeVar("T")

MODEL_LENGTH = 200
THOUGHTS = (("<unused94>", "<unused95>"), ("<think>", "</think>"))
"""How MedGemma 1.5, and others, mark what they think before they answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model wrote, and what the server says about it."""

    content: JsonObject
    model: str | None
    tokens: int | None


def read_models(answer: Answer) -> tuple[str, ...]:
    """Return the names in an answer of `/models`, in the server's order."""
    _check_status(answer, with_picture=False)
    listed = _part(_envelope(answer).get("data"), list)
    names = (_part(one, dict).get("id") for one in listed)
    return tuple(name for name in map(_name, names) if name)


def read_said(answer: Answer, *, with_picture: bool) -> Said:
    """Return what the model wrote in an answer of `/chat/completions`.

    Raises:
        ModelAwayError: the server cannot answer now.
        ModelFaultError: something in it is broken, for now or for this request.
        ModelRefusedError: it will not answer this.
        ModelInvalidError: what was written is cut off or no JSON object.
    """
    _check_status(answer, with_picture=with_picture)
    envelope = _envelope(answer)
    choices = _part(envelope.get("choices"), list)
    choice = _part(choices[0] if choices else None, dict)
    message = _part(choice.get("message"), dict)
    _check_end(choice.get("finish_reason"), message)
    content = strict_object(without_thoughts(_part(message.get("content"), str)))
    return Said(content, _name(envelope.get("model")), _tokens(envelope.get("usage")))


def without_thoughts(text: str) -> str:
    """Return what is no thought. One that never ends goes on to the end of the text.

    What stands inside of a thought is never taken for the answer, even if it is JSON.
    """
    for begin, end in THOUGHTS:
        text = _outside(text, begin, end)
    return text


def _outside(text: str, begin: str, end: str) -> str:
    """Return what stands outside of the marks, in one pass: a model may write them without end."""
    kept: list[str] = []
    inside = False
    for part in re.split(f"({begin}|{end})", text):
        if part == end:
            kept = kept if inside else []  # the server's template had begun it
        elif part != begin and not inside:
            kept.append(part)
        inside = part == begin or (inside and part != end)
    return "".join(kept)


def _check_status(answer: Answer, *, with_picture: bool) -> None:
    if answer.status != HTTPStatus.OK:
        raise complaint(answer, with_picture=with_picture)


def _check_end(reason: object, message: JsonObject) -> None:
    if reason == "content_filter" or message.get("refusal"):
        raise ModelRefusedError("The model will not answer this.")
    if reason == "length":
        raise ModelInvalidError("The answer is cut off at VIGIA_LLM_MAX_TOKENS.")
    if reason != "stop":
        raise ModelInvalidError("The server does not say that the answer is whole.")


def _envelope(answer: Answer) -> JsonObject:
    try:
        return strict_object(answer.body.decode())
    except UnicodeDecodeError:
        raise ModelInvalidError("The answer is not UTF-8.") from None


def _part(value: object, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise ModelInvalidError("The answer has not the form that it should have.")
    return value


def _name(value: object) -> str | None:
    """Return a name that can stand in a report; None when it is something else."""
    fits = isinstance(value, str) and len(value) <= MODEL_LENGTH and value.isprintable()
    return str(value) if fits and value else None


def _tokens(usage: object) -> int | None:
    count = usage.get("completion_tokens") if isinstance(usage, dict) else None
    return count if type(count) is int and count > 0 else None
