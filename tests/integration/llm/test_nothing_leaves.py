"""Nothing leaves for any other host than the configured server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from http_host import Told
from llm_host import LlmHost, llm_host
from llm_server import llm_server

SCRIPT = Path(__file__).parents[2] / "only_this_server.py"


def check_guarded(
    url: str, home: Path, *, allowed: str | None = None, **environment: str
) -> "subprocess.CompletedProcess[str]":
    known = {key: value for key, value in os.environ.items() if not key.startswith("VIGIA_")}
    asked = {"VIGIA_HOME": str(home), "VIGIA_LLM_BASE_URL": url, "VIGIA_LLM_TIMEOUT_S": "60"}
    return subprocess.run(
        [sys.executable, SCRIPT, allowed or urlsplit(url).netloc, "llm", "check", "--json"],
        env={**known, **asked, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def elsewhere() -> Iterator[LlmHost]:
    with llm_host() as host:
        yield host


def test_the_whole_check_needs_the_configured_server_only(llm_url: str, tmp_path: Path) -> None:
    done = check_guarded(llm_url, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["usable"]
    assert (found["texts"]["valid"], found["pictures"]["valid"]) == (5, 2)


def test_the_guard_bites(llm_url: str, tmp_path: Path) -> None:
    done = check_guarded(llm_url, tmp_path, allowed="127.0.0.1:9")
    assert "REFUSED socket.connect" in done.stderr
    assert done.returncode == 8


def test_a_name_other_than_the_configured_one_is_never_resolved(tmp_path: Path) -> None:
    done = check_guarded("http://model.hospital.example/v1", tmp_path, allowed="127.0.0.1:9")
    assert "REFUSED socket.getaddrinfo model.hospital.example" in done.stderr
    assert done.returncode == 8


@pytest.mark.parametrize("case", [str.lower, str.upper], ids=["lower", "upper"])
def test_a_proxy_in_the_environment_leads_nowhere(
    llm_url: str, elsewhere: LlmHost, tmp_path: Path, case: object
) -> None:
    names = map(case, ("http_proxy", "https_proxy", "all_proxy"))  # type: ignore[call-overload]
    proxies = dict.fromkeys(names, elsewhere.url)
    done = check_guarded(llm_url, tmp_path, **proxies, no_proxy="", NO_PROXY="")
    assert (done.returncode, done.stderr) == (0, "")
    assert elsewhere.headers == []


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_leads_nowhere(elsewhere: LlmHost, tmp_path: Path, status: int) -> None:
    to = {"location": f"{elsewhere.url}/chat/completions"}
    with llm_host(Told(status, headers=to)) as host:
        done = check_guarded(host.url, tmp_path)
    assert (done.returncode, done.stderr) == (8, "")
    assert elsewhere.headers == []
    assert "points elsewhere" in json.loads(done.stdout)["texts"]["problems"][0]


def test_the_key_goes_to_no_other_host(elsewhere: LlmHost, tmp_path: Path) -> None:
    with llm_host() as host:
        host.models = Told(302, headers={"location": f"{elsewhere.url}/models"})
        done = check_guarded(host.url, tmp_path, VIGIA_LLM_API_KEY="only for one")
    assert done.returncode == 8
    assert elsewhere.headers == []
    assert "only for one" not in done.stdout + done.stderr


def test_our_own_server_talks_to_nobody_and_listens_on_loopback(
    tiny_model: tuple[Path, Path], tmp_path: Path
) -> None:
    with llm_server(*tiny_model) as server:
        assert check_guarded(server.url, tmp_path).returncode == 0
        sockets = psutil.Process(server.process.pid).net_connections("inet")
    own = urlsplit(server.url).port
    assert {(one.laddr.ip, one.laddr.port) for one in sockets} == {("127.0.0.1", own)}
    assert "LISTEN" in {one.status for one in sockets}
