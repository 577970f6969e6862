"""What is sent: one chat request in the form that OpenAI-compatible servers share."""

import json
import re
from base64 import b64encode

from vigia_detect.domain.case import Json, JsonObject
from vigia_detect.domain.language_model import ModelRequest

NOT_IN_A_NAME = re.compile(r"[^a-zA-Z0-9_-]")
NAME_LENGTH = 64


def question(
    request: ModelRequest, *, model: str, picture_first: bool, max_tokens: int, temperature: float
) -> bytes:
    """Return the body of a request to `/chat/completions`.

    There is one message, the user's: Gemma knows no system turn, and servers disagree about what
    to do with one. Its own instructions come first.
    """
    asked: JsonObject = {
        "model": model,
        "messages": [{"role": "user", "content": _content(request, picture_first=picture_first)}],
        "temperature": temperature,
        "max_tokens": max_tokens,
        "stream": False,
        "response_format": {"type": "json_schema", "json_schema": _form(request)},
    }
    return json.dumps(asked).encode()


def _form(request: ModelRequest) -> JsonObject:
    name = NOT_IN_A_NAME.sub("-", request.prompt.name)[:NAME_LENGTH]
    return {"name": name or "answer", "strict": True, "schema": request.schema}


def _content(request: ModelRequest, *, picture_first: bool) -> Json:
    text = "\n\n".join(part for part in (request.system, request.user) if part)
    if request.picture is None:
        return text  # plain: some servers of text models know no lists
    # in the request itself: a server that is given an address would fetch it
    uri = "data:image/jpeg;base64," + b64encode(request.picture).decode("ascii")
    parts: list[Json] = [
        {"type": "text", "text": text},
        {"type": "image_url", "image_url": {"url": uri}},
    ]
    return parts[::-1] if picture_first else parts
