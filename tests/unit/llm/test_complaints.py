"""Errors in servers' own words, as they were measured or reported, and what each is taken for."""

import json

import pytest

from vigia_detect.adapters.llm.complaints import complaint
from vigia_detect.adapters.llm.wire import Answer
from vigia_detect.errors import (
    ModelAwayError,
    ModelFaultError,
    ModelInvalidError,
    ModelRefusedError,
)

SECRET = "Juana Pérez 1941"
BLIND = {
    "llama.cpp": (
        500,
        {
            "code": 500,
            "message": "image input is not supported - hint: if this is unexpected, you may need "
            "to provide the mmproj",
            "type": "server_error",
        },
    ),
    "llama.cpp-template": (500, {"message": 'Unsupported content part type: "image_url"; mess'}),
    "ollama": (
        500,
        {
            "message": "Failed to create new sequence: failed to process inputs: this model is "
            "missing data required for image input"
        },
    ),
    "vllm": (400, {"message": "some/model is not a multimodal model None", "code": 400}),
    "vllm-off": (400, {"message": "At most 0 image(s) may be provided in one prompt."}),
    "lm-studio": (400, {"message": "Model does not support images. Please use a model that does."}),
}
PEG = "The model produced output that does not match the expected peg-native format"


def error(status: int, message: object) -> Answer:
    return Answer(status, json.dumps({"error": message}).encode())


@pytest.mark.parametrize("name", BLIND)
def test_a_server_without_vision_is_known_by_its_words(name: str) -> None:
    found = complaint(error(*BLIND[name]), with_picture=True)
    assert isinstance(found, ModelRefusedError)
    assert "its model has no vision" in str(found)


@pytest.mark.parametrize("name", [name for name, (status, _) in BLIND.items() if status == 500])
def test_the_same_words_mean_nothing_where_no_picture_was_shown(name: str) -> None:
    assert isinstance(complaint(error(*BLIND[name]), with_picture=False), ModelFaultError)


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff<html>", b"Internal Server Error"], ids=repr)
@pytest.mark.parametrize("status", [500, 507, 520])
def test_a_fault_that_nobody_knows_is_never_a_matter_of_vision(status: int, body: bytes) -> None:
    found = complaint(Answer(status, body), with_picture=True)
    assert isinstance(found, ModelFaultError)
    assert "VISION" not in str(found).upper()


@pytest.mark.parametrize("status", [400, 415, 422, 501])
def test_a_picture_that_is_refused_may_be_a_matter_of_vision(status: int) -> None:
    found = complaint(Answer(status, b"{}"), with_picture=True)
    assert isinstance(found, ModelRefusedError)
    assert "perhaps its model has no vision (VIGIA_LLM_PICTURE=never)" in str(found)


@pytest.mark.parametrize("message", [PEG, "Failed to parse input at pos 8: "])
@pytest.mark.parametrize("with_picture", [False, True])
def test_what_a_server_cannot_read_is_its_models_nonsense(
    message: str, *, with_picture: bool
) -> None:
    found = complaint(error(500, {"message": message}), with_picture=with_picture)
    assert isinstance(found, ModelInvalidError)
    assert "VIGIA_LLM_MAX_TOKENS" in str(found)


def test_a_context_that_is_too_small_is_not_taken_for_blindness() -> None:
    words = "request (9100 tokens) exceeds the available context size (8192 tokens)"
    found = complaint(error(400, {"message": words}), with_picture=True)
    assert isinstance(found, ModelRefusedError)
    assert "longer than its context" in str(found)
    assert "vision" not in str(found)


@pytest.mark.parametrize("status", [408, 425, 429, 502, 503, 504])
def test_who_is_busy_is_away_whatever_it_says(status: int) -> None:
    body = json.dumps({"error": BLIND["llama.cpp"][1]}).encode()
    found = complaint(Answer(status, body, 7.0), with_picture=True)
    assert isinstance(found, ModelAwayError)
    assert found.retry_after_s == 7.0


@pytest.mark.parametrize("status", [307, 400, 401, 404, 429, 500, 501])
@pytest.mark.parametrize("with_picture", [False, True])
def test_no_error_repeats_what_the_server_says(status: int, *, with_picture: bool) -> None:
    for words in (PEG, "image input is not supported", "cannot"):
        found = complaint(error(status, f"{words} {SECRET}"), with_picture=with_picture)
        assert SECRET not in str(found)
