"""What every language model does: a real llama.cpp server's, and the scripted one."""

import json
import threading
import time
from http import HTTPStatus
from pathlib import Path

import pytest
import requests
from json_schema import problems
from llm_server import llm_server

from vigia_detect.adapters.llm.complaints import complaint
from vigia_detect.adapters.llm.question import question
from vigia_detect.adapters.llm.scripted import ScriptedModel
from vigia_detect.adapters.llm.wire import Wire
from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.llm_proof import PROMPT, SCHEMA, SYSTEM, fits, pictures, texts
from vigia_detect.domain.language_model import ModelRequest
from vigia_detect.errors import (
    LanguageModelError,
    ModelAwayError,
    ModelInvalidError,
    ModelRefusedError,
    ModelSlowError,
)
from vigia_detect.llm_ports import ModelServer
from vigia_detect.settings import Settings

# more than a thousand letters, in parts: llama.cpp answers HTTP 400 to a minLength of 3000
PARTS = {f"part_{number}": {"type": "string", "minLength": 250} for number in range(5)}
LONG = {
    "type": "object",
    "properties": PARTS,
    "required": list(PARTS),
    "additionalProperties": False,
}
WITHIN_S = 60.0
GOOD = {"answer": "no", "certainty_percent": 3}


def client(url: str, **settings: object) -> ModelServer:
    given = {"llm_base_url": url, "llm_timeout_s": WITHIN_S, **settings}
    made = Vigia(Settings.model_validate(given)).language_model
    assert made is not None
    return made


@pytest.fixture(params=["scripted", "llama.cpp"])
def model(request: pytest.FixtureRequest) -> ModelServer:
    if request.param == "scripted":
        return ScriptedModel([GOOD] * 20, name="tiny")
    return client(request.getfixturevalue("llm_url"))


@pytest.fixture
def real(llm_url: str) -> ModelServer:
    return client(llm_url)


@pytest.mark.parametrize("make", [texts, pictures], ids=["text", "picture"])
def test_an_answer_is_an_object_by_the_schema(model: ModelServer, make: object) -> None:
    for asked in make(3):  # type: ignore[operator]
        reply = model.say(asked.request, within_s=WITHIN_S)
        assert fits(reply.content), reply.content
        assert reply.model == "tiny"
        assert 0 <= reply.seconds < WITHIN_S
        assert reply.tokens is None or reply.tokens > 0


def test_its_server_lists_it(model: ModelServer) -> None:
    assert model.models(within_s=WITHIN_S) == ("tiny",)


def test_without_time_it_is_slow(model: ModelServer) -> None:
    with pytest.raises(ModelSlowError):
        model.say(texts(1)[0].request, within_s=0)
    with pytest.raises(ModelSlowError):
        model.models(within_s=-1)


def test_it_is_closed_as_often_as_one_likes(model: ModelServer) -> None:
    model.close()
    model.close()


def test_a_script_that_has_ended_is_away_and_errors_are_raised() -> None:
    model = ScriptedModel([ModelRefusedError("no"), lambda asked: {"said": asked.user}])
    request = texts(1)[0].request
    with pytest.raises(ModelRefusedError):
        model.say(request, within_s=1)
    assert model.say(request, within_s=1).content == {"said": request.user}
    with pytest.raises(ModelAwayError):
        model.say(request, within_s=1)
    assert model.asked == [request] * 3


def test_the_picture_reaches_the_model(llm_url: str) -> None:
    """The server counts a picture's tokens: it is looked at, not passed over."""
    counted = []
    for request in (texts(1)[0].request, pictures(1)[0].request):
        body = question(request, model="tiny", picture_first=False, max_tokens=100, temperature=0)
        answer = requests.post(f"{llm_url}/chat/completions", data=body, timeout=WITHIN_S).json()
        counted.append(answer["usage"]["prompt_tokens"] - len(request.user))
    assert counted[1] > counted[0]


@pytest.mark.parametrize("place", ["before", "after"])
def test_either_place_of_the_picture_works(llm_url: str, place: str) -> None:
    reply = client(llm_url, llm_picture=place).say(pictures(1)[0].request, within_s=WITHIN_S)
    assert fits(reply.content)


def test_schemas_of_enums_integers_and_lists_are_kept(real: ModelServer) -> None:
    schema = {
        "type": "object",
        "properties": {
            "tissues": {"type": "array", "maxItems": 3, "items": {"enum": ["slough", "eschar"]}},
            "percent": {"type": "integer", "minimum": 0, "maximum": 100},
            "why": {"type": "string", "maxLength": 60},
            "sure": {"type": "boolean"},
        },
        "required": ["tissues", "percent", "why", "sure"],
        "additionalProperties": False,
    }
    for number in range(5):
        asked = ModelRequest(PROMPT, SYSTEM, f"Número {number}", schema)
        reply = real.say(asked, within_s=WITHIN_S)
        assert problems(json.loads(json.dumps(reply.content)), schema) == []


def test_an_answer_that_is_cut_off_is_invalid(llm_url: str) -> None:
    """Asked once more, llama.cpp itself often cannot read it: HTTP 500, as the next test shows."""
    model = client(llm_url, llm_max_tokens=64)
    for number in range(5):
        asked = ModelRequest(PROMPT, SYSTEM, f"Write {number}.", LONG)
        with pytest.raises(ModelInvalidError, match="VIGIA_LLM_MAX_TOKENS"):
            model.say(asked, within_s=WITHIN_S)


def test_what_the_server_itself_cannot_read_is_known_by_its_words(llm_url: str) -> None:
    wire, found = Wire(llm_url, ca_file=None), set()
    for number in range(40):
        asked = ModelRequest(PROMPT, SYSTEM, f"Write {number}.", LONG)
        options = {"model": "tiny", "picture_first": False, "max_tokens": 128}
        body = question(asked, temperature=1.0, **options)  # type: ignore[arg-type]
        answer = wire.ask("/chat/completions", body, within_s=WITHIN_S)
        if answer.status != HTTPStatus.OK:
            found.add((answer.status, type(complaint(answer, with_picture=False))))
    assert found == {(HTTPStatus.INTERNAL_SERVER_ERROR, ModelInvalidError)}


def test_a_damaged_picture_is_refused(real: ModelServer) -> None:
    asked = ModelRequest(PROMPT, SYSTEM, "Look.", SCHEMA, picture=b"no JPEG")
    with pytest.raises(ModelRefusedError):
        real.say(asked, within_s=WITHIN_S)


def test_a_server_without_vision_refuses_pictures(tiny_model: tuple[Path, Path]) -> None:
    with llm_server(tiny_model[0]) as server:
        blind = client(server.url)
        with pytest.raises(ModelRefusedError, match="its model has no vision"):
            blind.say(pictures(1)[0].request, within_s=WITHIN_S)
        assert fits(blind.say(texts(1)[0].request, within_s=WITHIN_S).content)


def test_the_key_is_asked_for(tiny_model: tuple[Path, Path]) -> None:
    with llm_server(*tiny_model, VIGIA_LLM_API_KEY="right") as server:
        with pytest.raises(ModelRefusedError, match="VIGIA_LLM_API_KEY"):
            client(server.url, llm_api_key="wrong").say(texts(1)[0].request, within_s=WITHIN_S)
        assert fits(
            client(server.url, llm_api_key="right")
            .say(texts(1)[0].request, within_s=WITHIN_S)
            .content
        )


def test_a_server_killed_while_it_writes_is_away(tiny_model: tuple[Path, Path]) -> None:
    asked = ModelRequest(PROMPT, SYSTEM, "Write.", LONG)
    with llm_server(*tiny_model) as server:
        killer = threading.Timer(0.2, server.process.kill)
        killer.start()
        model = client(server.url, llm_max_tokens=4000)
        with pytest.raises(LanguageModelError) as caught:
            model.say(asked, within_s=WITHIN_S)
        killer.join()
        assert isinstance(caught.value, ModelAwayError)
        with pytest.raises(ModelAwayError):
            model.say(asked, within_s=WITHIN_S)


def test_when_the_time_is_over_the_server_is_free_for_others(real: ModelServer) -> None:
    """The one slot is not kept by an answer for which nobody waits."""
    asked = ModelRequest(PROMPT, SYSTEM, "Write without end.", LONG)
    with pytest.raises(ModelSlowError):
        real.say(asked, within_s=0.1)
    begun = time.monotonic()
    assert fits(real.say(texts(1)[0].request, within_s=WITHIN_S).content)
    assert time.monotonic() - begun < WITHIN_S / 2


def test_what_was_asked_stands_in_no_log(tiny_model: tuple[Path, Path]) -> None:
    note = "Juana Pérez 1941"
    with llm_server(*tiny_model) as server:
        model = client(server.url, llm_max_tokens=64)
        model.say(ModelRequest(PROMPT, SYSTEM, note, SCHEMA), within_s=WITHIN_S)
        with pytest.raises(ModelRefusedError):
            model.say(ModelRequest(PROMPT, SYSTEM, note, SCHEMA, picture=b"no"), within_s=WITHIN_S)
        with pytest.raises(ModelInvalidError):
            model.say(ModelRequest(PROMPT, SYSTEM, note, LONG), within_s=WITHIN_S)
        assert "Juana" not in server.logged()
