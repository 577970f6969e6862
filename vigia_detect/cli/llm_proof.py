"""What a language model's server is asked to prove itself, and how it did."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from statistics import median
from typing import Any

from vigia_detect.domain.language_model import ModelReply, ModelRequest, PromptId
from vigia_detect.errors import LanguageModelError, ModelAwayError, ModelSlowError
from vigia_detect.llm_ports import LanguageModel
from vigia_detect.testing import draw_wound

ENOUGH = 0.8
"""Share of valid texts below which so many narratives would be missing that nobody would look
for them; engineering choice."""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "answer": {"enum": ["yes", "no", "unclear"]},
        "certainty_percent": {"type": "integer", "minimum": 0, "maximum": 100},
    },
    "required": ["answer", "certainty_percent"],
    "additionalProperties": False,
}
SYSTEM = (
    "You answer with one JSON object and nothing else. It has two keys: `answer`, which is "
    '"yes", "no" or "unclear", and `certainty_percent`, a whole number from 0 to 100.'
)
TEXT = "A made-up square has sides of {number} cm. Is its area more than 50 square centimetres?"
PICTURE = "Does this drawing show something red?"
PROMPT = PromptId("llm-check", "1", sha256(f"{SYSTEM}{TEXT}{PICTURE}{SCHEMA}".encode()).hexdigest())


@dataclass(slots=True)
class Round:
    """Questions of one kind, and how they ended.

    Attributes:
        seconds: of each answer, valid or not.
        tokens: written in the answers of which the server says how many.
        token_s: seconds that those answers took.
        problems: why there was no valid answer, each time.
    """

    asked: int
    valid: int = 0
    seconds: list[float] = field(default_factory=list)
    tokens: int = 0
    token_s: float = 0.0
    problems: list[str] = field(default_factory=list)

    def add(self, reply: ModelReply) -> None:
        """Take note of an answer."""
        self.seconds.append(reply.seconds)
        if reply.tokens is not None:
            self.tokens += reply.tokens
            self.token_s += reply.seconds
        if fits(reply.content):
            self.valid += 1
        else:
            self.problems.append("schema")

    @property
    def median_s(self) -> float | None:
        """Seconds of a middling answer; None without any."""
        return median(self.seconds) if self.seconds else None

    @property
    def tokens_per_s(self) -> float | None:
        """How fast it writes, reading and waiting included; None when the server does not say."""
        return self.tokens / self.token_s if self.tokens and self.token_s else None


def texts(count: int) -> list[ModelRequest]:
    """Return different questions: a server may keep what it has read."""
    made = (TEXT.format(number=number) for number in range(3, 3 + count))
    return [ModelRequest(PROMPT, SYSTEM, text, SCHEMA) for text in made]


def pictures(count: int) -> list[ModelRequest]:
    """Return questions about different drawn pictures."""
    drawn = (draw_wound(seed) for seed in range(count))
    return [ModelRequest(PROMPT, SYSTEM, PICTURE, SCHEMA, picture) for picture in drawn]


def ask(model: LanguageModel, requests: Iterable[ModelRequest], *, within_s: float) -> Round:
    """Ask one after the other; a server that is away or too slow is asked no further."""
    waiting = list(requests)
    done = Round(asked=len(waiting))
    for request in waiting:
        try:
            done.add(model.say(request, within_s=within_s))
        except LanguageModelError as error:
            done.problems.append(f"{error.reason}: {error}")
            if isinstance(error, ModelAwayError | ModelSlowError):
                break
    return done


def fits(content: dict[str, Any]) -> bool:
    """Return whether an answer has the form of `SCHEMA`, which servers do not enforce wholly."""
    percent = content.get("certainty_percent")
    if set(content) != set(SCHEMA["required"]) or type(percent) is not int:
        return False
    return content["answer"] in SCHEMA["properties"]["answer"]["enum"] and percent in range(101)
