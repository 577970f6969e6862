"""An OpenAI-compatible server that misbehaves as a test tells it to.

`MISBEHAVIOURS` has a name for each way; docs/knowledge/language-model.md says how each ends.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from http_host import Asked, Told, http_host

MODEL = "host-model"
FOR_EVER_S = 3600.0
SECRET = "Juana Pérez 1941"
"""Stands in what the server says; no error text may repeat it."""


def wrote(text: str, *, finish: str | None = "stop", **message: Any) -> Told:
    """Return the answer of a server whose model wrote `text`."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant"} | message}
    choice["message"]["content"] = text
    usage = {"prompt_tokens": 7, "completion_tokens": 11, "total_tokens": 18}
    return told({"model": MODEL, "choices": [choice], "usage": usage})


def told(document: object, status: int = 200) -> Told:
    """Return a JSON document as an answer."""
    return Told(status, json.dumps(document).encode(), {"content-type": "application/json"})


def failed(status: int, message: str = "cannot", **headers: str) -> Told:
    """Return an error as servers write them: with what was asked in it."""
    found = told({"error": {"code": status, "message": f"{message}: {SECRET}"}}, status)
    return replace(found, headers={**found.headers, **headers})


GOOD = wrote('{"answer": "yes", "certainty_percent": 70}')
MISBEHAVIOURS: Mapping[str, Told] = {
    "hangs": Told(silent_s=FOR_EVER_S),
    "trickles": Told(200, GOOD.body, each_s=0.2),
    "fails": failed(500),
    "cannot-read": failed(500, "output that does not match the expected peg-native format"),
    "too-long": failed(500, "Context size has been exceeded."),
    "cannot-at-all": failed(501),
    "loads": failed(503),
    "too-many": failed(429),
    "wrong-key": failed(401),
    "no-such-model": failed(404),
    "bad-request": failed(400),
    "redirects": Told(307, headers={"location": "http://127.0.0.1:9/v1/chat/completions"}),
    "garbage": Told(200, b"<html>\xff" + SECRET.encode()),
    "no-envelope": told({"answer": SECRET}),
    "no-choices": told({"model": MODEL, "choices": []}),
    "huge": Told(200, b" " * 3_000_000),
    "broken-off": Told(200, GOOD.body, {"content-length": "5000"}),
    "cut-off": wrote('{"answer": "yes", "certain', finish="length"),
    "cut-off-unsaid": wrote('{"answer": "yes", "certain'),
    "no-end": wrote('{"answer": "yes"}', finish=None),
    "no-object": wrote('["yes", 70]'),
    "words-around": wrote('Sure! {"answer": "yes", "certainty_percent": 70}'),
    "twice": wrote('{"answer": "no", "answer": "yes", "certainty_percent": 70}'),
    "not-a-number": wrote('{"answer": "yes", "certainty_percent": NaN}'),
    "endless-number": wrote('{"answer": "yes", "certainty_percent": 1e999}'),
    "deep": wrote('{"answer": ' + "[" * 200_000),
    "half-a-letter": wrote('{"answer": "\\ud800", "certainty_percent": 70}'),
    "refuses-in-words": wrote("I cannot help with medical pictures."),
    "refuses": wrote("", refusal="I cannot help with that."),
    "filtered": wrote("", finish="content_filter"),
    "unclosed-thought": wrote('<unused94>thought\nPerhaps {"answer": "no"}'),
    "many-thoughts": wrote("<unused94>" * 150_000),
    "unclosed-think": wrote('<think>{"answer": "no", "certainty_percent": 1}'),
}


class LlmHost:
    """Answers with `next`, one a request, and then with `always`; keeps what was asked."""

    def __init__(self, always: Told) -> None:
        self.url = ""
        self.always = always
        self.next: list[Told] = []
        self.models: Told = told({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        self.asked: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []

    def answer(self, asked: Asked) -> Told:
        self.headers.append(asked.headers)
        if asked.path == "/v1/models" and asked.method == "GET":
            return self.models
        if asked.path != "/v1/chat/completions" or asked.method != "POST":
            return failed(404)
        self.asked.append(json.loads(asked.body))
        return self.next.pop(0) if self.next else self.always


@contextlib.contextmanager
def llm_host(always: Told = GOOD, **options: Any) -> Iterator[LlmHost]:
    """Serve until the block ends; `url` goes up to and including `/v1`."""
    host = LlmHost(always)
    with http_host(host.answer, **options) as url:
        host.url = f"{url}v1"
        yield host
