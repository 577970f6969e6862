"""`vigia llm`: what an administrator sees of a good server and of a bad one."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from command import Command
from llm_host import GOOD, MISBEHAVIOURS, MODEL, LlmHost, failed, llm_host, wrote
from llm_server import llm_server

from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.doctor import examine
from vigia_detect.cli.llm_texts import TEXTS
from vigia_detect.settings import Settings


@pytest.fixture
def vigia(tmp_path: Path) -> Command:
    return Command(tmp_path / "home", lang="es", words=("llm",))


@pytest.fixture
def host() -> Iterator[LlmHost]:
    with llm_host() as made:
        yield made


def check(vigia: Command, host: LlmHost, *words: str, **environment: str) -> tuple[int, str]:
    done = vigia("check", *words, **{"VIGIA_LLM_BASE_URL": host.url, **environment})
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_every_text_is_in_both_languages() -> None:
    assert set(TEXTS["es"]) == set(TEXTS["en"])


def test_a_good_server_is_usable(vigia: Command, host: LlmHost) -> None:
    code, said = check(vigia, host)
    assert code == 0
    assert "Textos: 5 de 5 válidos" in said
    assert "Imágenes: 2 de 2 válidas" in said
    assert "nunca decide" in said
    code, said = check(vigia, host, "--tries", "2", "--pictures", "3", VIGIA_LANG="en")
    assert "Texts: 2 of 2 valid" in said
    assert "Pictures: 3 of 3 valid" in said
    assert "never decides" in said


def test_a_server_that_drops_pictures_says_the_same_to_each(vigia: Command, host: LlmHost) -> None:
    code, said = check(vigia, host, "--tries", "1")
    assert "1 de 2 ciertos" in said
    assert "Quizá no ve las imágenes" in said
    seen = wrote('{"answer": "no", "certainty_percent": 70}')
    host.next = [GOOD, GOOD, seen]
    code, said = check(vigia, host, "--tries", "1")
    assert (code, "2 de 2 ciertos" in said, "Quizá" in said) == (0, True, False)


def test_each_question_is_another_one(vigia: Command, host: LlmHost) -> None:
    check(vigia, host, "--tries", "4", "--pictures", "2")
    assert len({json.dumps(asked["messages"]) for asked in host.asked}) == 6


def test_validity_is_counted(vigia: Command, host: LlmHost) -> None:
    wrong = wrote('{"answer": "perhaps", "certainty_percent": 70}')
    over = wrote('{"answer": "yes", "certainty_percent": 101}')
    host.next = [wrong, over]
    code, said = check(vigia, host, "--json")
    found = json.loads(said)
    assert (code, found["usable"]) == (8, False)
    assert (found["texts"]["valid"], found["texts"]["asked"]) == (3, 5)
    assert found["texts"]["problems"] == ["schema", "schema"]
    host.next = [wrong]
    assert check(vigia, host)[0] == 0  # four of five are enough


def test_what_is_not_known_is_not_zero(vigia: Command, host: LlmHost) -> None:
    host.always = MISBEHAVIOURS["wrong-key"]
    code, said = check(vigia, host, "--json")
    found = json.loads(said)
    assert code == 8
    assert (found["texts"]["median_s"], found["texts"]["tokens_per_s"]) == (None, None)
    assert "VIGIA_LLM_API_KEY" in found["texts"]["problems"][0]


def test_a_server_that_hangs_is_asked_once(vigia: Command, host: LlmHost) -> None:
    host.always = MISBEHAVIOURS["hangs"]
    code, said = check(vigia, host, VIGIA_LLM_TIMEOUT_S="1")
    assert code == 8
    assert "sin narrativa" in said
    assert len(host.asked) == 2  # a text and a picture


def test_without_vision_it_is_not_usable_until_pictures_are_switched_off(
    vigia: Command, host: LlmHost
) -> None:
    blind = failed(500, "image input is not supported")
    host.next = [host.always, blind]  # the second picture is answered
    code, said = check(vigia, host, "--tries", "1")
    assert code == 8
    assert "VIGIA_LLM_PICTURE=never" in said
    code, said = check(vigia, host, VIGIA_LLM_PICTURE="never")
    assert code == 0
    assert "no se le muestra ninguna" in said


def test_a_server_that_fails_at_pictures_is_not_called_blind(vigia: Command, host: LlmHost) -> None:
    host.next = [host.always, *[MISBEHAVIOURS["fails"]] * 4]
    code, said = check(vigia, host, "--tries", "1")
    assert code == 8
    assert "HTTP 500" in said
    assert "VIGIA_LLM_PICTURE" not in said


def test_a_model_that_is_not_listed(vigia: Command, host: LlmHost) -> None:
    code, said = check(vigia, host, VIGIA_LLM_MODEL="another")
    assert code == 8
    assert "VIGIA_LLM_MODEL" in said
    assert host.asked == []


def test_nobody_there(vigia: Command) -> None:
    done = vigia.apart("check", "--json", VIGIA_LLM_BASE_URL="http://127.0.0.1:9/v1")
    assert done.returncode == 8
    assert "ConnectionRefused" in json.loads(done.stdout)["problem"]


def test_none_configured(vigia: Command) -> None:
    done = vigia("check")
    assert done.returncode == 5
    assert "VIGIA_LLM_BASE_URL" in done.stderr


def test_it_serves_until_it_is_told_to_stop(tiny_model: tuple[Path, Path]) -> None:
    with llm_server(*tiny_model, VIGIA_LLM_SLOTS="3") as server:
        props = requests.get(f"{server.url.removesuffix('/v1')}/props", timeout=30).json()
        assert props["total_slots"] == 3
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(30) == 0


def test_no_page_and_no_other_origin(llm_url: str) -> None:
    origin = {"Origin": "http://a.example"}
    models = requests.get(f"{llm_url}/models", headers=origin, timeout=30)
    assert models.ok
    assert models.headers.get("access-control-allow-origin", "") == ""
    assert requests.get(llm_url.removesuffix("v1"), timeout=30).status_code == 404


def test_without_the_extra_it_says_how_to_install_it(
    tiny_model: tuple[Path, Path], tmp_path: Path
) -> None:
    code = (
        "import sys; sys.modules['xllamacpp'] = None; "
        "from vigia_detect.cli.main import main; "
        f"sys.argv = ['vigia', 'llm', 'serve', {str(tiny_model[0])!r}]; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "VIGIA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 5
    assert "pip install 'vigia-detect[llm]'" in done.stderr


def test_others_reach_it_with_a_key_only(vigia: Command, tiny_model: tuple[Path, Path]) -> None:
    done = vigia.apart("serve", str(tiny_model[0]), "--host", "0.0.0.0")  # noqa: S104
    assert done.returncode == 2
    assert "VIGIA_LLM_API_KEY" in done.stderr


def test_a_file_that_is_missing_or_no_model(vigia: Command, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    assert vigia.apart("serve", str(tmp_path / "none.gguf")).returncode == 2
    (tmp_path / "bad.gguf").write_bytes(b"GGUF but no more")
    done = vigia.apart("serve", str(tmp_path / "bad.gguf"), "--port", "0")
    assert done.returncode == 2
    assert "bad.gguf" in done.stderr


def test_doctor_names_its_models_and_does_not_mind_that_it_is_away(
    host: LlmHost, tmp_path: Path
) -> None:
    urls = (host.url, "http://127.0.0.1:9/v1", "")
    every = [examine(Vigia(Settings(home=tmp_path, llm_base_url=url))) for url in urls]
    found = [
        next((one.status, one.detail) for one in checks if one.name == "language_model")
        for checks in every
    ]
    assert found == [
        ("ok", MODEL),
        ("warning", "The server does not answer: ConnectionRefusedError."),
        ("ok", "ninguno: los casos van sin narrativa"),
    ]
