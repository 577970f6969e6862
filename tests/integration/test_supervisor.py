"""The supervisor, with real processes that die, hang and leave children behind."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from vigia_detect.embedded import EmbeddedBroker
from vigia_detect.errors import BrokerUnavailableError, ConfigurationError
from vigia_detect.processes import OwnProcess
from vigia_detect.supervisor import (
    ProcessSpec,
    ProcessState,
    ProcessStatus,
    RestartPolicy,
    Snapshot,
    Supervisor,
    read_status,
)

QUICK = RestartPolicy(first_s=0.05, cap_s=0.4, healthy_s=60.0, crash_loop_after=3)

SLEEP = "import time; time.sleep(60)"
# Says when it ended, in the order of ending.
POLITE = """
import signal, sys, time
def leave(*_):
    time.sleep(float(sys.argv[2]))
    with open(sys.argv[1], "a") as file: file.write(sys.argv[3] + "\\n")
    raise SystemExit
signal.signal(signal.SIGTERM, leave)
print("ready", flush=True)
time.sleep(60)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGQUIT, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def spec(name: str, code: str, *args: str, **more: object) -> ProcessSpec:
    options = {"stop_timeout_s": 5.0, "quit_timeout_s": 0.2, **more}
    return ProcessSpec(name, (sys.executable, "-c", code, *args), **options)  # type: ignore[arg-type]


def wait_for(true: Callable[[], object], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextlib.contextmanager
def running(home: Path, *specs: ProcessSpec, policy: RestartPolicy = QUICK) -> Iterator[Supervisor]:
    supervisor = Supervisor(specs, home=home, policy=policy)
    thread = threading.Thread(target=supervisor.run, daemon=True)
    thread.start()
    try:
        yield supervisor
    finally:
        supervisor.request_stop()
        thread.join(10)
        assert not thread.is_alive()


def one(supervisor: Supervisor, name: str) -> ProcessStatus:
    return next(p for p in supervisor.status().processes if p.name == name)


def pid_of(supervisor: Supervisor, name: str) -> int:
    wait_for(lambda: one(supervisor, name).pid)
    pid = one(supervisor, name).pid
    assert pid is not None
    return pid


def said(home: Path, name: str, text: str) -> bool:
    path = home / "logs" / f"{name}.log"
    return path.exists() and text in path.read_text()


def test_what_is_killed_is_started_again(tmp_path: Path) -> None:
    with running(tmp_path, spec("w", SLEEP)) as supervisor:
        first = pid_of(supervisor, "w")
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: one(supervisor, "w").pid not in (first, None))
        status = one(supervisor, "w")
    assert (status.state, status.restarts, status.last_exit) == (ProcessState.RUNNING, 1, -9)


def test_what_a_dead_process_left_behind_is_ended_before_the_restart(tmp_path: Path) -> None:
    with running(tmp_path, spec("w", PARENT)) as supervisor:
        pid = pid_of(supervisor, "w")
        log = tmp_path / "logs" / "w.log"
        wait_for(lambda: log.exists() and log.read_text().endswith("\n"))
        orphan = int(log.read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: one(supervisor, "w").pid not in (pid, None))
        assert gone(orphan)


def test_a_crash_loop_slows_down_and_is_reported_but_never_given_up(tmp_path: Path) -> None:
    code = "import time; print(time.time(), flush=True); raise SystemExit(3)"
    log = tmp_path / "logs" / "w.log"
    with running(tmp_path, spec("w", code)) as supervisor:
        wait_for(lambda: log.exists() and len(log.read_text().split()) >= 6)
        status = one(supervisor, "w")
    starts = [float(word) for word in log.read_text().split()]
    gaps = [later - sooner for sooner, later in itertools.pairwise(starts)]
    assert status.crash_loop
    assert status.last_exit == 3
    assert gaps[3] > max(0.3, gaps[0])


def test_what_others_kill_is_back_soon_however_often(tmp_path: Path) -> None:
    policy = RestartPolicy(first_s=0.05, cap_s=60.0, healthy_s=60.0)
    with running(tmp_path, spec("w", SLEEP), policy=policy) as supervisor:
        for restarts in range(1, 13):  # the twelfth would wait for 102 s had it failed by itself
            os.kill(pid_of(supervisor, "w"), signal.SIGKILL)
            wait_for(lambda: one(supervisor, "w").restarts == restarts)  # noqa: B023 - used at once
        assert one(supervisor, "w").crash_loop


def test_a_long_life_makes_deaths_forgotten(tmp_path: Path) -> None:
    policy = RestartPolicy(first_s=0.01, cap_s=0.01, healthy_s=0.5, crash_loop_after=1)
    with running(tmp_path, spec("w", SLEEP), policy=policy) as supervisor:
        os.kill(pid_of(supervisor, "w"), signal.SIGKILL)
        wait_for(lambda: one(supervisor, "w").crash_loop)
        wait_for(lambda: not one(supervisor, "w").crash_loop)
        assert one(supervisor, "w").state is ProcessState.RUNNING


def test_a_command_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    with running(tmp_path, ProcessSpec("w", ("/no/such/program",))) as supervisor:
        wait_for(lambda: one(supervisor, "w").problem)
        assert "/no/such/program" in one(supervisor, "w").problem


def test_all_finish_what_they_do_and_the_foundation_ends_last(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    specs = (
        spec("slow", POLITE, str(ends), "0.3", "slow"),
        spec("base", POLITE, str(ends), "0", "base", foundation=True),
        spec("fast", POLITE, str(ends), "0", "fast"),
    )
    with running(tmp_path, *specs):
        wait_for(lambda: all(said(tmp_path, s.name, "ready") for s in specs))
    assert ends.read_text().split() == ["fast", "slow", "base"]


def test_nothing_starts_before_its_foundation(tmp_path: Path) -> None:
    tries: list[float] = []

    def launch() -> OwnProcess:
        tries.append(time.monotonic())
        raise BrokerUnavailableError("not yet")

    specs = (ProcessSpec("base", launch=launch, foundation=True), spec("w", SLEEP))
    with running(tmp_path, *specs) as supervisor:
        wait_for(lambda: len(tries) >= 3)
        assert one(supervisor, "base").problem == "not yet"
        assert one(supervisor, "w").state is ProcessState.PENDING


def test_what_ignores_every_request_is_killed_with_all_it_started(tmp_path: Path) -> None:
    with running(tmp_path, spec("w", DEAF, stop_timeout_s=0.2)) as supervisor:
        pid = pid_of(supervisor, "w")
        wait_for(lambda: said(tmp_path, "w", "ready"))
        began = time.monotonic()
    assert gone(pid)
    assert 0.4 <= time.monotonic() - began < 3
    assert one(supervisor, "w").last_exit == -signal.SIGKILL


def test_asking_again_makes_it_faster(tmp_path: Path) -> None:
    with running(tmp_path, spec("w", DEAF, stop_timeout_s=60, quit_timeout_s=60)) as supervisor:
        wait_for(lambda: said(tmp_path, "w", "ready"))
        supervisor.request_stop()
        wait_for(lambda: one(supervisor, "w").state is ProcessState.STOPPING)
        supervisor.request_stop()
    assert one(supervisor, "w").state is ProcessState.STOPPED


def test_others_can_read_how_it_stands(tmp_path: Path) -> None:
    assert read_status(tmp_path) is None
    with running(tmp_path, spec("w", SLEEP, serves=("a", "b"))) as supervisor:
        pid = pid_of(supervisor, "w")

        def seen() -> ProcessStatus | None:
            snapshot = read_status(tmp_path)
            found = snapshot.processes[0] if snapshot and snapshot.current() else None
            return found if found and found.rss_bytes else None

        wait_for(seen)
        status = seen()
        assert status is not None
        assert (status.name, status.pid, status.serves) == ("w", pid, ("a", "b"))
        assert status.rss_bytes is not None
        assert status.rss_bytes > 1_000_000
    last = read_status(tmp_path)
    assert isinstance(last, Snapshot)
    assert last.stopping
    assert last.processes[0].state is ProcessState.STOPPED


def test_one_home_has_one_supervisor(tmp_path: Path) -> None:
    with running(tmp_path, spec("w", SLEEP)) as supervisor:
        pid_of(supervisor, "w")
        with pytest.raises(ConfigurationError, match="another supervisor"):
            Supervisor([spec("v", SLEEP)], home=tmp_path).run()


def test_a_home_that_is_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        Supervisor([spec("w", SLEEP)], home=tmp_path / "home").run()


def test_two_processes_cannot_have_one_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="one name"):
        Supervisor([spec("w", SLEEP), spec("w", SLEEP)], home=tmp_path)


def test_a_log_that_grew_too_large_makes_room_at_a_start(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "w.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * 5_000_000)
    with running(tmp_path, spec("w", POLITE, os.devnull, "0", "w")):
        wait_for(lambda: said(tmp_path, "w", "ready"))
    assert log.stat().st_size < 1000
    assert log.with_name("w.log.1").stat().st_size == 5_000_000


def test_a_watcher_that_fails_ends_everything(tmp_path: Path) -> None:
    seen: list[int] = []

    def watch(snapshot: Snapshot) -> None:
        seen.extend(p.pid for p in snapshot.processes if p.pid)
        raise RuntimeError("the view is broken")

    with pytest.raises(RuntimeError, match="broken"):
        Supervisor([spec("w", SLEEP)], home=tmp_path, policy=QUICK).run(watch)
    assert seen
    assert all(gone(pid) for pid in seen)


def test_the_broker_is_kept_alive_with_its_data(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path)
    base = ProcessSpec("broker", launch=broker.start, foundation=True, log_file=broker.log_file)
    with running(tmp_path, base) as supervisor:
        first = pid_of(supervisor, "broker")
        with broker.client() as client:
            client.set("a", "1")
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: one(supervisor, "broker").pid not in (first, None))
        with broker.client() as client:
            assert client.get("a") == b"1"
    assert not broker.ping()


# A whole supervisor in a process of its own, to be signalled.
PROGRAM = """
import sys
from pathlib import Path
from vigia_detect.embedded import EmbeddedBroker
from vigia_detect.supervisor import ProcessSpec, RestartPolicy, Supervisor
home, *codes = sys.argv[1:]
broker = EmbeddedBroker(Path(home))
Supervisor(
    [
        ProcessSpec("broker", launch=broker.start, foundation=True, log_file=broker.log_file),
        *(
            ProcessSpec(f"w{n}", (sys.executable, "-c", code), stop_timeout_s=0.5)
            for n, code in enumerate(codes)
        ),
    ],
    home=Path(home),
).run()
"""


@contextlib.contextmanager
def program(home: Path, *codes: str) -> Iterator[tuple[subprocess.Popen[bytes], Snapshot]]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(home), *codes])
    try:
        wait_for(lambda: (s := read_status(home)) and all(p.pid for p in s.processes), 10)
        snapshot = read_status(home)
        assert snapshot is not None
        assert snapshot.pid == process.pid
        yield process, snapshot
    finally:
        process.kill()
        process.wait()
        EmbeddedBroker(home).stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_cleanly(tmp_path: Path, number: int) -> None:
    with program(tmp_path, SLEEP) as (process, snapshot):
        process.send_signal(number)
        assert process.wait(5) == 0
        assert all(gone(p.pid or 0) for p in snapshot.processes)


def test_workers_do_not_outlive_a_killed_supervisor_but_the_broker_does(tmp_path: Path) -> None:
    with program(tmp_path, SLEEP, DEAF, PARENT) as (process, snapshot):
        wait_for(lambda: said(tmp_path, "w1", "ready") and said(tmp_path, "w2", "\n"))
        grandchild = int((tmp_path / "logs" / "w2.log").read_text())
        process.kill()
        process.wait()
        broker, *workers = (p.pid or 0 for p in snapshot.processes)
        wait_for(lambda: all(gone(pid) for pid in (*workers, grandchild)))
        assert not gone(broker)
        assert EmbeddedBroker(tmp_path).ping()
        assert not snapshot.current()


def guards_of(pid: int) -> set[int]:
    found = set()
    for child in psutil.Process(pid).children():
        with contextlib.suppress(psutil.Error):  # a zombie has no command line
            if child.cmdline()[-2].endswith("guard.py"):
                found.add(child.pid)
    return found


def test_a_killed_guard_is_replaced(tmp_path: Path) -> None:
    with program(tmp_path, SLEEP) as (process, snapshot):
        (first,) = guards_of(process.pid)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: guards_of(process.pid) - {first})
        process.kill()
        process.wait()
        wait_for(lambda: gone(snapshot.processes[1].pid or 0))
