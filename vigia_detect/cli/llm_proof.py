"""What a language model's server is asked to prove itself, and how it did."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from statistics import median
from typing import Any

from vigia_detect.domain.language_model import ModelReply, ModelRequest, PromptId
from vigia_detect.errors import LanguageModelError, ModelAwayError, ModelSlowError
from vigia_detect.llm_ports import LanguageModel
from vigia_detect.phrase import Phrase
from vigia_detect.testing import draw_wound

ENOUGH = 0.8
"""Share of valid answers below which so many narratives would be missing that nobody would look
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
TEXT = (
    "A made-up square has sides of {number} cm. Is its area more than {limit} square centimetres?"
)
LIMIT = 50
PICTURE = "Is this picture nearly black?"
DARK, BRIGHT = 0.02, 1.0
PROMPT = PromptId("llm-check", "1", sha256(f"{SYSTEM}{TEXT}{PICTURE}{SCHEMA}".encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Question:
    """A request, and what whoever reads or sees it says."""

    request: ModelRequest
    answer: str


@dataclass(slots=True)
class Round:
    """Questions of one kind, and how they ended.

    Attributes:
        right: valid answers that are also true. A server that drops pictures says the same to
            each, and so is right about half of them at most.
        seconds: of each answer, valid or not.
        tokens: written in the answers of which the server says how many.
        token_s: seconds that those answers took.
        problems: why there was no valid answer, each time.
    """

    asked: int
    valid: int = 0
    right: int = 0
    seconds: list[float] = field(default_factory=list)
    tokens: int = 0
    token_s: float = 0.0
    problems: list[str] = field(default_factory=list)

    def add(self, reply: ModelReply, expected: str) -> None:
        """Take note of an answer."""
        self.seconds.append(reply.seconds)
        if reply.tokens is not None:
            self.tokens += reply.tokens
            self.token_s += reply.seconds
        if fits(reply.content):
            self.valid += 1
            self.right += reply.content["answer"] == expected
        else:
            self.problems.append(Phrase("schema"))

    @property
    def median_s(self) -> float | None:
        """Seconds of a middling answer; None without any."""
        return median(self.seconds) if self.seconds else None

    @property
    def tokens_per_s(self) -> float | None:
        """How fast it writes, reading and waiting included; None when the server does not say."""
        return self.tokens / self.token_s if self.tokens and self.token_s else None


def texts(count: int) -> list[Question]:
    """Return different questions: a server may keep what it has read."""
    return [_text(number) for number in range(3, 3 + count)]


def pictures(count: int) -> list[Question]:
    """Return one question about different drawn pictures: dark, bright, dark, ..."""
    return [_picture(seed) for seed in range(count)]


def ask(model: LanguageModel, questions: Sequence[Question], *, within_s: float) -> Round:
    """Ask one after the other; a server that is away or too slow is asked no further."""
    done = Round(asked=len(questions))
    for question in questions:
        try:
            done.add(model.say(question.request, within_s=within_s), question.answer)
        except LanguageModelError as error:
            done.problems.append(
                Phrase("{reason}: {why}", reason=Phrase.of(error.reason), why=error.phrase)
            )
            if isinstance(error, ModelAwayError | ModelSlowError):
                break
    return done


def fits(content: dict[str, Any]) -> bool:
    """Return whether an answer has the form of `SCHEMA`, which servers do not enforce wholly."""
    percent = content.get("certainty_percent")
    if set(content) != set(SCHEMA["required"]) or type(percent) is not int:
        return False
    return content["answer"] in SCHEMA["properties"]["answer"]["enum"] and percent in range(101)


def _text(number: int) -> Question:
    text = TEXT.format(number=number, limit=LIMIT)
    return Question(ModelRequest(PROMPT, SYSTEM, text, SCHEMA), _yes(number**2 > LIMIT))


def _picture(seed: int) -> Question:
    dark = seed % 2 == 0
    drawn = draw_wound(seed, light=DARK if dark else BRIGHT)
    return Question(ModelRequest(PROMPT, SYSTEM, PICTURE, SCHEMA, drawn), _yes(dark))


def _yes(said: bool) -> str:  # noqa: FBT001 - the word for it
    return "yes" if said else "no"
