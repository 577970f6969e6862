"""The scripts and examples that users' documents name, run as documented, with real processes."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import databases
import pytest
from json_schema import problems

from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.throwaway import environment, throw_away_settings
from vigia_detect.docs.case_report import schema
from vigia_detect.domain.policy import Queue
from vigia_detect.embedded import EmbeddedBroker
from vigia_detect.settings import Settings
from vigia_detect.testing import draw_wound

ROOT = Path(__file__).parents[2]
LOGS = ROOT / "logs" / "celery"
NAME = f"test-{os.getpid()}"
ENOUGH_S = 60


@pytest.fixture
def home() -> Iterator[Settings]:
    """A home with a running broker, its tables and its key; no worker."""
    # Not pytest's tmp_path: a unix socket's path must stay under 104 characters.
    with tempfile.TemporaryDirectory(prefix="vigia-") as folder:
        settings = throw_away_settings(Path(folder))
        databases.sqlite(settings.root / "vigia.db")
        vigia = Vigia(settings)
        vigia.cipher.pseudonym("")  # makes the key
        vigia.close()
        broker = EmbeddedBroker(settings.root)
        broker.start()
        yield settings
        broker.stop()


@pytest.fixture(autouse=True)
def _no_log_stays() -> Iterator[None]:
    yield
    (LOGS / f"worker_{NAME}.log").unlink(missing_ok=True)


def variables(settings: Settings) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **environment(settings), "PATH": path, "VIGIA_LANG": "en"}


def run(*command: str | Path, settings: Settings) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        list(map(str, command)),
        env=variables(settings),
        check=False,
        capture_output=True,
        text=True,
        timeout=ENOUGH_S,
    )


def look(settings: Settings) -> tuple[int, dict[str, Any]]:
    script = ROOT / "scripts" / "celery_monitor.py"
    done = run(sys.executable, script, "--once", "--json", settings=settings)
    return done.returncode, json.loads(done.stdout)


@contextmanager
def worker(settings: Settings, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = [ROOT / "scripts" / "start_celery_worker.sh", NAME, *arguments]
    process = subprocess.Popen(command, env=variables(settings), start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for_worker(settings: Settings) -> dict[str, Any]:
    deadline = time.monotonic() + ENOUGH_S
    while True:
        _, found = look(settings)
        if any(name.startswith(f"{NAME}@") for name in found["workers"]):
            return found
        assert time.monotonic() < deadline, "the worker did not come up"


def test_the_worker_script_serves_a_case_and_ends_in_good_order(
    home: Settings, tmp_path: Path
) -> None:
    picture = tmp_path / "wound.jpg"
    picture.write_bytes(draw_wound(1))
    with worker(home, "info", "2") as process:
        assert wait_for_worker(home)["overall_status"] == "healthy"
        arguments = ("submit", picture, "--patient-code", "PAC-1", "--wait", "--json")
        vigia = Path(sys.executable).with_name("vigia")
        submitted = run(vigia, *map(str, arguments), settings=home)
        assert submitted.returncode == 0, submitted.stderr
        report = json.loads(submitted.stdout)
        assert problems(report, schema()) == []
        assert report["patient_code"] == "PAC-1"
        assert {stage["state"] for stage in report["stages"].values()} == {"done"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENOUGH_S) == 0
    log = (LOGS / f"worker_{NAME}.log").read_text()
    assert "stage_done" in log
    assert "PAC-1" not in log


def test_the_worker_script_takes_level_concurrency_and_queues(home: Settings) -> None:
    with worker(home, "warning", "1", "emergency,default") as process:
        wait_for_worker(home)
        children = subprocess.run(
            ["pgrep", "--parent", str(process.pid)], check=True, capture_output=True, text=True
        )
        assert len(children.stdout.split()) == 1
        vigia = Vigia(home)
        inspected = vigia.publisher._app.control.inspect(timeout=1).active_queues()
        vigia.close()
        [queues] = inspected.values()
        assert {queue["name"] for queue in queues} == {Queue.EMERGENCY, Queue.DEFAULT}


@pytest.mark.parametrize("name", ["../evil", "a b", "a/b"])
def test_the_worker_script_refuses_a_name_that_is_a_path(home: Settings, name: str) -> None:
    done = run(ROOT / "scripts" / "start_celery_worker.sh", name, settings=home)
    assert done.returncode == 2
    assert done.stderr.startswith("name: ")


def test_the_worker_script_refuses_an_unknown_queue(home: Settings) -> None:
    script = ROOT / "scripts" / "start_celery_worker.sh"
    done = run(script, NAME, "info", "1", "medical_prority", settings=home)
    assert done.returncode == 2
    log = (LOGS / f"worker_{NAME}.log").read_text()
    assert "medical_prority" in log
    assert "medical_priority" in log


def test_the_monitor_tells_that_nobody_works(home: Settings) -> None:
    code, found = look(home)
    assert (code, found["overall_status"]) == (8, "critical")
    assert [finding["code"] for finding in found["findings"]] == ["no_workers"]
    assert found["queues"] == dict.fromkeys(Queue, 0)
    assert found["database"]


def test_the_monitor_tells_that_the_broker_is_away(home: Settings) -> None:
    EmbeddedBroker(home.root).stop()
    code, found = look(home)
    assert (code, found["overall_status"]) == (8, "critical")
    assert [finding["code"] for finding in found["findings"]] == ["broker_down"]
    assert found["queues"] is None


def test_the_monitor_tells_that_the_database_is_away(home: Settings) -> None:
    for file in home.root.glob("vigia.db*"):
        file.unlink()
    code, found = look(home)
    assert (code, found["overall_status"]) == (8, "critical")
    assert "database_down" in [finding["code"] for finding in found["findings"]]
    assert found["database"] is None


def test_the_monitor_looks_again_and_again_until_it_is_stopped(home: Settings) -> None:
    command = [sys.executable, ROOT / "scripts" / "celery_monitor.py", "--interval", "0.1"]
    process = subprocess.Popen(
        [*command, "--json"], env=variables(home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    with process.stdout as lines:
        looks = [json.loads(lines.readline()) for _ in range(2)]
    process.terminate()
    process.wait(ENOUGH_S)
    assert looks[0]["taken_at"] < looks[1]["taken_at"]


def test_the_monitor_prints_a_table_for_people(home: Settings) -> None:
    done = run(sys.executable, ROOT / "scripts" / "celery_monitor.py", "--once", settings=home)
    assert done.returncode == 8
    assert "overall_status: critical" in done.stdout
    assert "queue: emergency" in done.stdout


def test_the_quick_example_shows_cache_search_and_analysis(home: Settings) -> None:
    example = ROOT / "examples" / "redis_integration_demo.py"
    done = run(sys.executable, example, "--quick", settings=home)
    assert done.returncode == 0, done.stderr
    assert "heel-eschar-stable" in done.stdout
    assert done.stdout.index("no estaba") < done.stdout.index("acierto,")
    assert "cifrados" in done.stdout
    assert "LEGIBLES" not in done.stdout
    assert "aciertos: 1 de 2" in done.stdout
    assert "image_processing: 1" in done.stdout
    assert "triage: " in done.stdout


def test_the_async_example_shows_a_result(home: Settings) -> None:
    example = ROOT / "examples" / "redis_integration_demo.py"
    done = run(sys.executable, example, "--async", settings=home)
    assert done.returncode == 0, done.stderr
    assert "5 de 5 tareas" in done.stdout


def test_the_simple_test_runs_as_a_script_and_under_pytest(home: Settings) -> None:
    simple = ROOT / "test_async_simple.py"
    done = run(sys.executable, simple, settings=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("done, attempts: 1") == 5
    tested = run(sys.executable, "-m", "pytest", "-q", simple, settings=home)
    assert tested.returncode == 0, tested.stdout
    assert "1 passed" in tested.stdout
