"""`vigia up` keeps what takes answers alive, too, when people can answer by link or button."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from slack_socket import until

from vigia_detect.cli.system import processes
from vigia_detect.cli.worker import _queues
from vigia_detect.domain.policy import Queue
from vigia_detect.settings import Settings
from vigia_detect.supervisor.status import read_status

CLI = [sys.executable, "-m", "vigia_detect.cli.main"]


def names(**settings: object) -> list[str]:
    return [spec.name for spec in processes(Settings.model_validate({"home": "h", **settings}))]


@pytest.mark.parametrize(
    ("settings", "serves"),
    [
        ({}, False),
        ({"public_url": "https://vigia.example"}, True),
        ({"slack_signing_secret": "s"}, True),
        ({"slack_app_token": "xapp-1"}, True),
        ({"public_url": "https://vigia.example", "web_port": 0}, False),
    ],
)
def test_it_serves_when_somebody_could_answer(settings: dict[str, object], *, serves: bool) -> None:
    assert ("web" in names(**settings)) == serves


def test_what_a_language_model_writes_has_a_worker_of_its_own_where_there_is_one() -> None:
    assert "narrative" not in names()
    asked = Settings.model_validate({"llm_base_url": "http://127.0.0.1:1/v1", "llm_slots": 3})
    serving = [spec for spec in processes(asked) if Queue.NARRATIVE in spec.serves]
    assert [(spec.name, spec.serves) for spec in serving] == [("narrative", (Queue.NARRATIVE,))]
    assert "--concurrency=3" in serving[0].argv


def test_a_worker_that_is_told_no_queues_waits_for_no_language_model() -> None:
    assert set(_queues(None)) == set(Queue) - {Queue.NARRATIVE}
    assert _queues("narrative") == [Queue.NARRATIVE]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        **os.environ,
        "VIGIA_HOME": str(tmp_path / "home"),
        "VIGIA_LANG": "en",
        "VIGIA_WEB_PORT": str(port),
        "VIGIA_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


@pytest.fixture
def running(env: dict[str, str]) -> Iterator[str]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*CLI, "up"], env=env, stdout=quiet, stderr=quiet) as up:
        try:
            until(lambda: ready(env["VIGIA_PUBLIC_URL"]), 90)
            yield env["VIGIA_PUBLIC_URL"]
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(60)


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def web(env: dict[str, str]) -> dict[str, str]:
    done = subprocess.run(
        [*CLI, "doctor", "--json"], env=env, capture_output=True, text=True, check=False
    )
    (check,) = [one for one in json.loads(done.stdout)["checks"] if one["name"] == "web"]
    return {**check}


def test_it_is_supervised_and_doctor_sees_it(env: dict[str, str], running: str) -> None:
    assert web(env)["status"] == "ok"
    status = read_status(Path(env["VIGIA_HOME"]))
    assert status is not None
    (member,) = [one for one in status.processes if one.name == "web"]
    assert member.serves == (f"127.0.0.1:{env['VIGIA_WEB_PORT']}",)
    assert member.pid is not None
    psutil.Process(member.pid).kill()
    until(lambda: not ready(running))
    until(lambda: ready(running), 60)


def test_doctor_says_when_it_is_not_there(env: dict[str, str]) -> None:
    check = web(env)
    assert check["status"] == "warning"
    assert "vigia up" in check["detail"]
