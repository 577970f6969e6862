"""Whatever the server does ends as the table in the docs says, in time, and quotes nothing."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import make_certificate
from http_host import Told
from llm_host import GOOD, MISBEHAVIOURS, MODEL, SECRET, LlmHost, failed, llm_host, told, wrote

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.language_model import ModelReply, ModelRequest, PromptId
from vigia_detect.errors import (
    ConfigurationError,
    LanguageModelError,
    ModelAwayError,
    ModelFaultError,
    ModelInvalidError,
    ModelRefusedError,
    ModelSlowError,
)
from vigia_detect.llm_ports import ModelServer
from vigia_detect.settings import Settings

TABLE = Path(__file__).parents[3] / "docs" / "knowledge" / "language-model.md"
ROW = re.compile(r"^\| `([\w-]+)` \| .* \| `(\w+)` \|$", re.MULTILINE)
ENDS = dict(ROW.findall(TABLE.read_text(encoding="utf-8")))
TIMEOUT_S = 1.0
PROMPT = PromptId("a prompt of tests/2", "1", "0" * 64)
SCHEMA = {"type": "object"}
REQUEST = ModelRequest(PROMPT, "Be brief.", "Yes?", SCHEMA)
SEEING = ModelRequest(PROMPT, "Be brief.", "Red?", SCHEMA, picture=b"\xff\xd8 a JPEG")


def client(url: str, **settings: object) -> ModelServer:
    given = {"llm_timeout_s": TIMEOUT_S, "llm_base_url": url, **settings}
    made = Vigia(Settings.model_validate(given)).language_model
    assert made is not None
    return made


def say(host: LlmHost, request: ModelRequest = REQUEST, **settings: object) -> ModelReply:
    return client(host.url, **settings).say(request, within_s=60)


@pytest.fixture
def host() -> Iterator[LlmHost]:
    with llm_host() as made:
        yield made


@contextlib.contextmanager
def raw_host(first: bytes, *, each_s: float = 0.0) -> Iterator[str]:
    """Take one connection and send `first`, then nothing, and never read."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                for byte in first:
                    connection.send(bytes([byte]))
                    done.wait(each_s)
                done.wait()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}/v1"
        finally:
            done.set()
            thread.join()


def test_the_table_has_a_row_for_each_misbehaviour() -> None:
    assert set(ENDS) == set(MISBEHAVIOURS)
    assert set(ENDS.values()) == {"away", "server_error", "slow", "refused", "invalid"}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_it_ends_as_the_table_says(host: LlmHost, name: str) -> None:
    host.always = MISBEHAVIOURS[name]
    begun = time.monotonic()
    with pytest.raises(LanguageModelError) as caught:
        say(host)
    assert caught.value.reason == ENDS[name]
    assert time.monotonic() - begun < TIMEOUT_S + 1
    assert SECRET not in str(caught.value)
    assert len(host.asked) == (2 if ENDS[name] in {"invalid", "server_error"} else 1)


def test_nonsense_is_asked_for_once_more_and_otherwise(host: LlmHost) -> None:
    host.next = [MISBEHAVIOURS["garbage"]]
    assert say(host).content == {"answer": "yes", "certainty_percent": 70}
    first, again = host.asked
    assert (first.pop("temperature"), again.pop("temperature")) == (0.0, 0.3)
    assert first == again


def test_both_tries_share_one_deadline(host: LlmHost) -> None:
    host.next = [MISBEHAVIOURS["garbage"], MISBEHAVIOURS["hangs"]]
    begun = time.monotonic()
    with pytest.raises(ModelSlowError):
        say(host)
    assert time.monotonic() - begun < TIMEOUT_S + 1


def test_the_callers_time_counts_when_it_is_less(host: LlmHost) -> None:
    host.always = MISBEHAVIOURS["hangs"]
    begun = time.monotonic()
    with pytest.raises(ModelSlowError):
        client(host.url, llm_timeout_s=600).say(REQUEST, within_s=0.2)
    assert time.monotonic() - begun < 1.2


@pytest.mark.parametrize(
    ("scheme", "first", "each_s"),
    [
        ("http", b"", 0),
        ("https", b"", 0),
        ("http", b"HTTP/1.1 200 OK\r\nx-header: " + b"a" * 600, 0.01),
    ],
    ids=["silent", "no-handshake", "trickled-headers"],
)
def test_no_way_to_hang_is_longer_than_the_deadline(
    scheme: str, first: bytes, each_s: float
) -> None:
    begun = time.monotonic()
    with raw_host(first, each_s=each_s) as address, pytest.raises(ModelSlowError):
        client(f"{scheme}://{address}").say(REQUEST, within_s=60)
    assert time.monotonic() - begun < TIMEOUT_S + 1


def test_who_waits_no_more_for_the_name_service_has_nothing_sent(
    host: LlmHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, resolve = threading.Event(), socket.getaddrinfo

    def late(*args: Any, **options: Any) -> object:
        answers.wait(30)
        return resolve(*args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", late)
    begun = time.monotonic()
    with pytest.raises(ModelSlowError):
        client(host.url, llm_model="named").say(SEEING, within_s=0.2)
    assert time.monotonic() - begun < 1.2
    answers.set()
    for thread in threading.enumerate():
        if thread.name == "language-model":
            thread.join()
    assert host.headers == []


def test_who_hangs_is_left_alone_after_three_times(host: LlmHost) -> None:
    host.always = MISBEHAVIOURS["hangs"]
    model = client(host.url)
    for _ in range(3):
        with pytest.raises(ModelSlowError):
            model.say(REQUEST, within_s=0.1)
    begun = time.monotonic()
    with pytest.raises(ModelAwayError, match="left alone"):
        model.say(REQUEST, within_s=60)
    assert time.monotonic() - begun < TIMEOUT_S / 2
    assert len(host.asked) <= 3


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
    with pytest.raises(ModelAwayError):
        client(url).say(REQUEST, within_s=60)


def test_what_answers_is_no_http_server() -> None:
    with raw_host(b"+OK Redis " + SECRET.encode() + b"\r\n") as address:
        with pytest.raises(ModelAwayError) as caught:
            client(f"http://{address}").say(REQUEST, within_s=60)
        assert SECRET not in str(caught.value)


def test_tls_is_verified_by_the_hospitals_own_authority(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    with llm_host(tls=made.server_context()) as host:
        with pytest.raises(ModelAwayError, match="VIGIA_CA_FILE"):
            say(host)
        assert host.asked == []
        assert say(host, ca_file=made.certificate).model == MODEL


def test_tls_is_cut_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    with llm_host(MISBEHAVIOURS["trickles"], tls=made.server_context()) as host:
        begun = time.monotonic()
        with pytest.raises(ModelSlowError):
            say(host, ca_file=made.certificate)
        assert time.monotonic() - begun < TIMEOUT_S + 1


@pytest.mark.parametrize(
    "answer", [told({}, 400), failed(500, "this model is missing data required for image input")]
)
def test_a_server_without_vision(host: LlmHost, answer: Told) -> None:
    host.always = answer
    with pytest.raises(ModelRefusedError, match="VIGIA_LLM_PICTURE"):
        say(host, SEEING)
    assert len(host.asked) == 1


@pytest.mark.parametrize("request_", [REQUEST, SEEING], ids=["text", "picture"])
def test_a_fault_that_passes_costs_nothing_but_time(host: LlmHost, request_: ModelRequest) -> None:
    host.next = [MISBEHAVIOURS["fails"]]
    assert say(host, request_).content == {"answer": "yes", "certainty_percent": 70}
    assert len(host.asked) == 2


def test_a_fault_that_stays_is_named_and_not_taken_for_blindness(host: LlmHost) -> None:
    host.always = MISBEHAVIOURS["fails"]
    with pytest.raises(ModelFaultError, match="HTTP 500") as caught:
        say(host, SEEING)
    assert "VIGIA_LLM_PICTURE" not in str(caught.value)
    assert len(host.asked) == 2


def test_a_fault_is_a_fault_where_there_is_no_time_to_ask_again(host: LlmHost) -> None:
    host.always = MISBEHAVIOURS["fails"]
    with pytest.raises(ModelFaultError):
        client(host.url).say(REQUEST, within_s=0.4)
    assert len(host.asked) == 1


def test_what_the_server_cannot_read_is_asked_for_once_more(host: LlmHost) -> None:
    host.next = [MISBEHAVIOURS["cannot-read"]]
    assert say(host).content["answer"] == "yes"


@pytest.mark.parametrize("name", ["fails", "cannot-read", "bad-request"])
def test_one_request_that_always_fails_silences_no_other(host: LlmHost, name: str) -> None:
    model = client(host.url)
    for _ in range(4):
        host.next = [MISBEHAVIOURS[name]] * 2
        with pytest.raises(LanguageModelError):
            model.say(SEEING, within_s=60)
        host.next = []
        assert model.say(REQUEST, within_s=60).content


def test_nonsense_of_every_request_is_no_reason_to_leave_the_server_alone(host: LlmHost) -> None:
    host.always = MISBEHAVIOURS["cannot-read"]
    model = client(host.url)
    for _ in range(4):
        with pytest.raises(ModelInvalidError):
            model.say(REQUEST, within_s=60)


def test_a_server_that_fails_at_everything_is_left_alone(host: LlmHost) -> None:
    host.always = MISBEHAVIOURS["fails"]
    model = client(host.url)
    for _ in range(3):
        with pytest.raises(ModelFaultError):
            model.say(REQUEST, within_s=60)
    with pytest.raises(ModelFaultError, match="left alone"):
        model.say(REQUEST, within_s=60)
    assert len(host.asked) == 6


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_to_be_left_alone_is_for_as_long(host: LlmHost, status: int) -> None:
    host.next = [failed(status, **{"retry-after": "1"})]
    model = client(host.url)
    with pytest.raises(ModelAwayError, match=f"HTTP {status}"):
        model.say(REQUEST, within_s=60)
    with pytest.raises(ModelAwayError, match="left alone"):
        model.say(REQUEST, within_s=60)
    assert len(host.asked) == 1
    time.sleep(1)
    assert model.say(REQUEST, within_s=60).content


def test_a_caller_without_time_is_no_failure_of_the_server(host: LlmHost) -> None:
    model = client(host.url)
    for _ in range(4):
        with pytest.raises(ModelSlowError):
            model.say(REQUEST, within_s=0)
    assert model.say(REQUEST, within_s=60).content


def test_a_picture_that_may_not_be_shown_is_never_described(host: LlmHost) -> None:
    with pytest.raises(ModelRefusedError, match="VIGIA_LLM_PICTURE"):
        say(host, SEEING, llm_picture="never")
    assert host.asked == []
    assert say(host, llm_picture="never").content


@pytest.mark.parametrize(("place", "order"), [("before", [1, 0]), ("after", [0, 1])])
def test_the_picture_stands_where_the_setting_says(
    host: LlmHost, place: str, order: list[int]
) -> None:
    say(host, SEEING, llm_picture=place)
    (message,) = host.asked[0]["messages"]
    uri = {"url": "data:image/jpeg;base64,/9ggYSBKUEVH"}
    parts = [
        {"type": "text", "text": "Be brief.\n\nRed?"},
        {"type": "image_url", "image_url": uri},
    ]
    assert message == {"role": "user", "content": [parts[place] for place in order]}


def test_what_is_asked(host: LlmHost) -> None:
    reply = say(host, llm_api_key="a key", llm_max_tokens=77)
    assert host.asked == [
        {
            "model": MODEL,
            "messages": [{"role": "user", "content": "Be brief.\n\nYes?"}],
            "temperature": 0.0,
            "max_tokens": 77,
            "stream": False,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "a-prompt-of-tests-2", "strict": True, "schema": SCHEMA},
            },
        }
    ]
    assert {headers["authorization"] for headers in host.headers} == {"Bearer a key"}
    assert (reply.model, reply.tokens) == (MODEL, 11)
    assert 0 < reply.seconds < TIMEOUT_S


def test_the_first_listed_model_is_asked_unless_one_is_named(host: LlmHost) -> None:
    host.models = told({"data": [{"id": "one"}, {"id": "two"}]})
    say(host)
    say(host, llm_model="two")
    assert [asked["model"] for asked in host.asked] == ["one", "two"]


def test_a_server_without_models_is_refused(host: LlmHost) -> None:
    host.models = told({"data": []})
    with pytest.raises(ModelRefusedError):
        say(host)
    assert host.asked == []


def test_what_the_model_says_in_another_language_is_for_the_checks(host: LlmHost) -> None:
    host.always = wrote('{"answer": "sí, claro"}')
    assert say(host).content == {"answer": "sí, claro"}


def test_without_an_address_there_is_no_language_model() -> None:
    assert Vigia(Settings()).language_model is None


@pytest.mark.parametrize(
    "wrong", [{"llm_api_key": "a\r\nx: y"}, {"url": "http://h:99999/v1"}], ids=["key", "port"]
)
def test_what_cannot_be_used_is_said_without_quoting(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        client(wrong.pop("url", "http://127.0.0.1:9/v1"), **wrong)
    assert "x: y" not in str(caught.value)


def test_the_good_answer_is_good(host: LlmHost) -> None:
    host.next = [GOOD]
    assert say(host).content["certainty_percent"] == 70


def test_invalid_twice_is_invalid(host: LlmHost) -> None:
    host.always = wrote("")
    with pytest.raises(ModelInvalidError):
        say(host)
