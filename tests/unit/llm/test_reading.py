"""Thoughts, names, counts: what is taken from an answer and what is not."""

import json

import pytest

from vigia_detect.adapters.llm.reading import read_models, read_said, without_thoughts
from vigia_detect.adapters.llm.strict_json import strict_object
from vigia_detect.adapters.llm.wire import Answer
from vigia_detect.errors import ModelInvalidError

JSON = '{"answer": "yes"}'


@pytest.mark.parametrize(
    "text",
    [
        JSON,
        f"<unused94>thought\nHm: {{1}}<unused95>{JSON}",
        f"<think>\nperhaps no</think>\n\n{JSON}",
        f"begun by the template</think>{JSON}",
        f"<think>one</think><think>two</think>{JSON}",
        f"{JSON}<unused94>thought\nwas that right?",
    ],
)
def test_thoughts_are_taken_away(text: str) -> None:
    assert strict_object(without_thoughts(text)) == {"answer": "yes"}


def test_what_stands_in_an_unclosed_thought_is_no_answer() -> None:
    assert without_thoughts(f"<unused94>thought\n{JSON}") == ""


@pytest.mark.parametrize("text", ['{"a": "\\u0000"}', '{"a": -Infinity}', '{"a": 1} {"a": 1}', ""])
def test_what_json_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(ModelInvalidError):
        strict_object(text)


def envelope(**changes: object) -> Answer:
    choice = {"finish_reason": "stop", "message": {"content": JSON}}
    document = {"model": "m", "choices": [choice], "usage": {"completion_tokens": 5}, **changes}
    return Answer(200, json.dumps(document).encode())


def test_model_and_tokens_are_what_the_server_says() -> None:
    said = read_said(envelope(), with_picture=False)
    assert (said.content, said.model, said.tokens) == ({"answer": "yes"}, "m", 5)


@pytest.mark.parametrize("usage", [None, {}, [], {"completion_tokens": True}, {"x": 1}, "5"])
def test_unknown_tokens_are_not_zero(usage: object) -> None:
    assert read_said(envelope(usage=usage), with_picture=False).tokens is None


@pytest.mark.parametrize("name", [None, "", 5, "a\nb", "x" * 201])
def test_a_name_that_cannot_stand_in_a_report_is_none(name: object) -> None:
    assert read_said(envelope(model=name), with_picture=False).model is None


def test_models_keep_the_servers_order() -> None:
    listed = Answer(200, b'{"data": [{"id": "b"}, {"id": "a"}, {"id": 5}]}')
    assert read_models(listed) == ("b", "a")
