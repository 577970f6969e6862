"""What is asked of a language model, and what comes back before anybody has checked it."""

from dataclasses import dataclass

from vigia_detect.domain.case import JsonObject


@dataclass(frozen=True, slots=True)
class PromptId:
    """Which words and form made an answer.

    Attributes:
        checksum: SHA-256, hex, over the prompt's texts and its schema together.
    """

    name: str
    version: str
    checksum: str

    def __str__(self) -> str:
        """Return it as the audit trail names it."""
        return f"{self.name} {self.version} {self.checksum}"


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request.

    Attributes:
        schema: JSON schema of the answer: integers, enums, strings and lists only.
        picture: JPEG bytes, if the model is to look at one.
    """

    prompt: PromptId
    system: str
    user: str
    schema: JsonObject
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What a model wrote.

    Attributes:
        content: a whole JSON object; whether it fits the schema is not known yet.
        model: what the server calls the model that answered.
        seconds: how long it took.
        tokens: how many were written, if the server says.
    """

    content: JsonObject
    model: str
    seconds: float
    tokens: int | None = None
