"""`vigia serve` as a process, with the real escalation behind the link."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from messages import a_message, a_recipient

from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.ids import AlertId
from vigia_detect.domain.notification import Channel
from vigia_detect.settings import Settings

COMMAND = [sys.executable, "-m", "vigia_detect.cli.main", "serve"]


def environment(home: Path) -> dict[str, str]:
    known = {key: value for key, value in os.environ.items() if not key.startswith("VIGIA_")}
    return {**known, "VIGIA_HOME": str(home), "VIGIA_LANG": "en"}


@pytest.fixture
def vigia(tmp_path: Path) -> Iterator[Vigia]:
    made = Vigia(Settings(home=tmp_path / "home", public_url="https://vigia.example/"))
    made.store.upgrade()
    made.cipher.signing_key("")
    yield made
    made.close()


@pytest.fixture
def served(vigia: Vigia) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*COMMAND, f"--port={port}"]
    with subprocess.Popen(
        command, env=environment(vigia.settings.root), stderr=subprocess.PIPE
    ) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/health/live", process)
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None
        assert time.monotonic() < deadline
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return


def test_a_link_of_a_message_acknowledges_the_alert(
    vigia: Vigia, served: tuple[subprocess.Popen[bytes], str]
) -> None:
    process, url = served
    opened = vigia.desk.escalate("system_error", case_id=None, reasons=("test",))
    message = a_message(alert_id=opened.alert_id)
    to = replace(a_recipient(Channel.EMAIL, "ana@h.example"), name="Ana Soto")
    link = vigia.link_for(message, to)
    assert link is not None
    assert link.startswith("https://vigia.example/a/")
    page = url + link.removeprefix("https://vigia.example")
    asked = httpx.get(page)
    assert asked.status_code == 200
    assert "Falla de Vigia" in httpx.get(page, headers={"Accept-Language": "es"}).text
    assert all(word not in asked.text for word in ("<script", "http:", "https:", "src="))
    assert state(vigia, opened.alert_id) == (AlertState.OPEN, None)
    assert httpx.post(page, data={"answer": "on_my_way"}).status_code == 200
    assert state(vigia, opened.alert_id) == (AlertState.ACKNOWLEDGED, "Ana Soto")
    assert httpx.post(page, data={"answer": "on_my_way"}).status_code == 410
    # the embedded broker is not running, and nothing is said about why it is not ready
    assert httpx.get(f"{url}/health/ready").json() == {"status": "not_ready"}
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) in {0, -signal.SIGTERM}
    assert process.stderr is not None
    log = process.stderr.read().decode()
    assert link.rpartition("/")[2] not in log


def state(vigia: Vigia, alert_id: AlertId) -> tuple[AlertState, str | None]:
    with vigia.store.read() as work:
        alert = work.alerts.get(alert_id)
    assert alert is not None
    return alert.state, alert.acknowledged_by


def test_without_an_address_of_ours_there_is_no_link(tmp_path: Path) -> None:
    assert (
        Vigia(Settings(home=tmp_path)).link_for(a_message(), a_recipient(Channel.EMAIL, "a"))
        is None
    )


def test_a_port_that_is_taken_is_said(vigia: Vigia) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [*COMMAND, f"--port={taken.getsockname()[1]}"]
        done = subprocess.run(
            command,
            env=environment(vigia.settings.root),
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == ExitCode.CONFIGURATION
    assert b"in use" in done.stderr


def test_without_tables_it_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        COMMAND, env=environment(tmp_path), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == ExitCode.UNAVAILABLE
    assert b"vigia db upgrade" in done.stderr
