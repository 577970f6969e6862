"""The embedded broker, with the real server: it starts once, keeps its data, and stops."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import redis

from vigia_detect.embedded import EmbeddedBroker
from vigia_detect.embedded.place import MAX_SOCKET_PATH_BYTES
from vigia_detect.errors import BrokerUnavailableError, ConfigurationError
from vigia_detect.processes import OwnProcess, spawn


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    yield folder
    EmbeddedBroker(folder).stop(timeout_s=2)


@pytest.fixture
def broker(home: Path) -> EmbeddedBroker:
    return EmbeddedBroker(home)


def servers_of(home: Path) -> list[int]:
    """Return the processes whose working folder is this home's data."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "valkey-server" and process.cwd() == str(home / "valkey"):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def write(broker: EmbeddedBroker, key: str, value: str) -> None:
    with broker.client() as client:
        client.set(key, value)


def read(broker: EmbeddedBroker, key: str) -> object:
    with broker.client() as client:
        return client.get(key)


def in_another_process(home: Path, code: str) -> str:
    script = f"from pathlib import Path\nfrom vigia_detect.embedded import EmbeddedBroker\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", script, str(home)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


START_AND_DIE = """
import os, signal, sys
print(EmbeddedBroker(Path(sys.argv[1])).start().pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def start_from_a_parent_that_is_killed(home: Path) -> int:
    script = (
        "from pathlib import Path\n"
        "from vigia_detect.embedded import EmbeddedBroker\n" + START_AND_DIE
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE, check=False
    )
    assert done.returncode == -signal.SIGKILL
    return int(done.stdout)


def test_it_starts_and_answers_on_its_socket_only(broker: EmbeddedBroker, home: Path) -> None:
    assert not broker.ping()
    process = broker.start()
    assert broker.ping()
    assert broker.url == f"redis+socket://{home}/run/broker.sock"
    assert psutil.Process(process.pid).net_connections("inet") == []


def test_celery_can_use_its_address(broker: EmbeddedBroker) -> None:
    from kombu import Connection  # noqa: PLC0415

    broker.start()
    with Connection(broker.url) as connection:
        queue = connection.SimpleQueue("q")
        queue.put({"id": 1})
        message = queue.get(timeout=2)
        message.ack()
        queue.close()
    assert message.payload == {"id": 1}


def test_it_keeps_data_as_the_queue_needs_it(broker: EmbeddedBroker) -> None:
    broker.start()
    with broker.client() as client:
        settings = client.config_get("appendonly", "appendfsync", "maxmemory-policy", "save")
    assert settings == {
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
    }


def test_nobody_else_can_read_its_files(broker: EmbeddedBroker, home: Path) -> None:
    broker.start()
    write(broker, "a", "1")
    for path in [home / "run", home / "valkey", *home.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_what_was_written_survives_a_kill(broker: EmbeddedBroker) -> None:
    process = broker.start()
    write(broker, "case", "kept")
    process.signal(signal.SIGKILL)
    assert process.wait(2)
    assert process.reap() == -signal.SIGKILL
    assert not broker.ping()
    assert broker.start().pid != process.pid
    assert read(broker, "case") == b"kept"


def test_a_half_written_last_record_does_not_keep_it_down(
    broker: EmbeddedBroker, home: Path
) -> None:
    broker.start()
    write(broker, "first", "kept")
    write(broker, "second", "x" * 1000)
    broker.stop()
    log = next((home / "valkey").rglob("*.incr.aof"))
    os.truncate(log, log.stat().st_size - 500)
    broker.start()
    assert read(broker, "first") == b"kept"
    assert read(broker, "second") is None


def test_it_outlives_a_killed_parent_and_is_attached_to(broker: EmbeddedBroker, home: Path) -> None:
    pid = start_from_a_parent_that_is_killed(home)
    write(broker, "a", "1")
    assert broker.start().pid == pid
    assert read(broker, "a") == b"1"
    assert servers_of(home) == [pid]


def test_of_many_that_start_at_once_one_wins(home: Path) -> None:
    brokers = [EmbeddedBroker(home) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        pids = {process.pid for process in pool.map(EmbeddedBroker.start, brokers)}
    assert len(pids) == 1
    assert servers_of(home) == list(pids)


def test_two_processes_that_start_at_once_share_one(home: Path) -> None:
    code = "import sys\nprint(EmbeddedBroker(Path(sys.argv[1])).start().pid)"
    with ThreadPoolExecutor(2) as pool:
        pids = set(pool.map(lambda _: in_another_process(home, code), range(2)))
    assert len(pids) == 1
    assert servers_of(home) == [int(pid) for pid in pids]


def test_it_stops(broker: EmbeddedBroker, home: Path) -> None:
    process = broker.start()
    assert broker.stop()
    assert not process.alive()
    assert servers_of(home) == []
    assert not broker.stop()


def test_any_process_can_stop_it(broker: EmbeddedBroker, home: Path) -> None:
    pid = start_from_a_parent_that_is_killed(home)
    assert broker.stop()
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def bystander(tmp_path: Path) -> Iterator[OwnProcess]:
    process = spawn(
        [sys.executable, "-c", "import time; time.sleep(60)"], log_file=tmp_path / "log"
    )
    yield process
    process.kill()
    process.reap()


def test_a_stale_pid_file_harms_nobody(
    broker: EmbeddedBroker, home: Path, bystander: OwnProcess
) -> None:
    (home / "run").mkdir(parents=True)
    (home / "valkey").mkdir()
    (home / "run" / "broker.pid").write_text(str(bystander.pid))
    assert not broker.stop()
    broker.start()
    broker.stop()
    assert bystander.alive()


def test_a_lying_pid_file_harms_nobody_even_when_the_server_hangs(
    broker: EmbeddedBroker, home: Path, bystander: OwnProcess
) -> None:
    process = broker.start()
    process.signal(signal.SIGSTOP)
    (home / "run" / "broker.pid").write_text(str(bystander.pid))
    assert not EmbeddedBroker(home).stop()
    assert bystander.alive()
    process.kill()
    process.wait(2)
    process.reap()


def test_a_server_that_hangs_is_reported_not_doubled_and_can_be_stopped(
    broker: EmbeddedBroker, home: Path
) -> None:
    process = broker.start()
    process.signal(signal.SIGSTOP)
    with pytest.raises(BrokerUnavailableError, match=rf"process {process.pid}.*does not answer"):
        EmbeddedBroker(home).start(deadline_s=0.2)
    assert servers_of(home) == [process.pid]
    assert broker.stop(timeout_s=0.2)
    assert not process.alive()


def test_a_home_too_deep_for_a_socket_gets_a_short_private_folder(tmp_path: Path) -> None:
    home = tmp_path / ("d" * 60) / ("e" * 60)
    broker = EmbeddedBroker(home)
    broker.start()
    try:
        path = Path(broker.url.removeprefix("redis+socket://"))
        assert len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert (home / "run" / "socket-dir").read_text() == str(path.parent)
        assert EmbeddedBroker(home).url == broker.url
        assert EmbeddedBroker(home).ping()
    finally:
        broker.stop()
    path.parent.rmdir()  # as a cleaner of old temporary files would
    again = Path(EmbeddedBroker(home).url.removeprefix("redis+socket://")).parent
    assert stat.S_IMODE(again.stat().st_mode) == 0o700
    again.rmdir()


def test_a_recorded_socket_folder_that_others_can_enter_is_not_trusted(tmp_path: Path) -> None:
    home = tmp_path / ("d" * 60) / ("e" * 60)
    (home / "run").mkdir(parents=True)
    open_folder = tmp_path / "open"
    open_folder.mkdir(mode=0o755)
    (home / "run" / "socket-dir").write_text(str(open_folder))
    folder = Path(EmbeddedBroker(home).url.removeprefix("redis+socket://")).parent
    assert folder != open_folder
    folder.rmdir()


def test_a_home_with_blanks_and_quotes_works(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / 'el "hogar" ñ')
    broker.start()
    try:
        assert broker.ping()
    finally:
        broker.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_port_is_on_loopback_and_asks_for_the_password(home: Path) -> None:
    port = free_port()
    broker = EmbeddedBroker(home, port=port)
    process = broker.start()
    try:
        listens = psutil.Process(process.pid).net_connections("inet")
        assert {(c.laddr.ip, c.laddr.port) for c in listens} == {("127.0.0.1", port)}
        with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis.from_url(broker.url) as friend:
            assert friend.ping()
        assert EmbeddedBroker(home, port=port).url == broker.url
        assert (home / "run" / "broker.password").stat().st_mode & 0o077 == 0
    finally:
        broker.stop()


def test_a_broker_that_runs_otherwise_is_not_taken_for_the_one_asked_for(
    broker: EmbeddedBroker, home: Path
) -> None:
    broker.start()
    with pytest.raises(ConfigurationError, match=r"stop it first"):
        EmbeddedBroker(home, port=free_port()).start()
    broker.stop()
    with_port = EmbeddedBroker(home, port=free_port())
    with_port.start()
    with pytest.raises(ConfigurationError, match=r"stop it first"):
        EmbeddedBroker(home).start()
    assert EmbeddedBroker(home).stop()


def test_a_port_that_is_taken_is_named_with_the_servers_own_words(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        began = time.monotonic()
        with pytest.raises(ConfigurationError, match=r"could not start.*listen"):
            EmbeddedBroker(home, port=port).start()
        assert time.monotonic() - began < 5


def test_a_home_that_is_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(ConfigurationError, match=r"cannot be used"):
        EmbeddedBroker(tmp_path / "home").start()
