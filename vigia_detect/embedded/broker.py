"""Starting, finding and stopping the embedded broker.

The server holds a lock on its data for as long as it lives: it inherits the open lock file. So
"is one alive?" has one answer, whatever became of its parent, its socket or its pid file, and of
two that start at once one wins and the other attaches. Losing all of its data loses no case.
"""

import contextlib
import errno
import os
import signal
import time
from pathlib import Path
from typing import Any, cast

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from vigia_detect.embedded.place import Place, clear_errors
from vigia_detect.embedded.server import binary, configuration
from vigia_detect.errors import (
    BrokerUnavailableError,
    ConfigurationError,
    StorageFullError,
    VigiaError,
)
from vigia_detect.files import last_line, rotate, write_atomically
from vigia_detect.phrase import Phrase
from vigia_detect.processes import OwnProcess, spawn

POLL_S = 0.02
ANSWER_S = 1.0


class EmbeddedBroker:
    """The one broker of a home. Any number of these objects, in any process, mean the same one.

    Args:
        home: `VIGIA_HOME`.
        port: also listen on this loopback port, with a generated password. None (the default):
            on no port at all, only on a socket that no other user can open.
    """

    def __init__(self, home: Path, *, port: int | None = None) -> None:
        self._place = Place(home)
        self._port = port
        self._process: OwnProcess | None = None

    @property
    def log_file(self) -> Path:
        """Where the server writes its log."""
        return self._place.log_file

    @property
    def url(self) -> str:
        """The address as Celery wants it. It may hold a password: never log it.

        Raises:
            ConfigurationError: the home cannot be used.
        """
        if self._port is None:
            return f"redis+socket://{self._place.socket()}"
        return f"redis://:{self._place.password()}@127.0.0.1:{self._port}/0"

    def client(self, timeout_s: float = 5.0) -> redis.Redis:
        """Return a new client; the caller closes it. It connects at its first command."""
        return redis.Redis(
            unix_socket_path=str(self._place.socket()),
            password=None if self._port is None else self._place.password(),
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            # The library would sleep and try again for seconds; who asks decides that.
            retry=Retry(NoBackoff(), 0),
        )

    def start(self, deadline_s: float = 10.0) -> OwnProcess:
        """Start the server, or attach to the live one; return once it answers.

        Raises:
            BrokerUnavailableError: it does not answer within `deadline_s` seconds.
            ConfigurationError: it cannot start as it is set up, or runs with another port.
            StorageFullError: no room is left for its files.
        """
        deadline = time.monotonic() + deadline_s
        with clear_errors():
            self._place.make()
            while (process := self._launch_or_attach(deadline)) is None:
                self._give_up_after(deadline)
        self._process = process
        return process

    def stop(self, timeout_s: float = 10.0) -> bool:
        """Stop the live server, whoever started it; kill it after `timeout_s` seconds.

        Returns:
            whether there was one.
        """
        process = self._live()
        if process is None:
            return False
        process.signal(signal.SIGTERM)
        if not process.wait(timeout_s):
            process.kill()
            process.wait(timeout_s)
        process.reap()
        return True

    def ping(self) -> bool:
        """Tell whether it answers, within a second.

        Raises:
            ConfigurationError: it runs with a port and this object knows of none.
        """
        return self._answer() is not None

    def _launch_or_attach(self, deadline: float) -> OwnProcess | None:
        with self._place.lock() as lock:
            return self._attach() if lock is None else self._launch(lock, deadline)

    def _launch(self, lock: int, deadline: float) -> OwnProcess:
        write_atomically(self._place.config_file, configuration(self._place, self._port))
        rotate(self.log_file)
        log_start = self.log_file.stat().st_size if self.log_file.exists() else 0
        process = spawn(
            [binary(), str(self._place.config_file)],
            log_file=self.log_file,
            cwd=self._place.data,
            keep_fds=[lock],
        )
        try:
            self._await_answer(process, deadline, log_start)
        except BaseException:  # also Ctrl-C: no server is left behind, the error goes on
            process.kill()
            process.reap()
            raise
        return process

    def _await_answer(self, process: OwnProcess, deadline: float, log_start: int) -> None:
        # The number is compared: something older could still sit on the socket.
        while (self._answer() or {}).get("process_id") != process.pid:
            if not process.alive():
                raise self._death(process.reap(), last_line(self.log_file, log_start))
            self._give_up_after(deadline)

    def _attach(self) -> OwnProcess | None:
        """Return the live server if it answers."""
        info = self._answer()
        if info is None:
            return None
        if info["tcp_port"] != (self._port or 0):
            raise ConfigurationError(
                "the embedded broker already runs with port {found}, not {wanted}; stop it first",
                found=info["tcp_port"] or Phrase("none"),
                wanted=self._port or Phrase("none"),
            )
        return self._hold(info["process_id"])

    def _live(self) -> OwnProcess | None:
        """Return the live server even if it does not answer any more."""
        if not self._place.data.is_dir():
            return None
        with clear_errors(), self._place.lock() as lock:
            if lock is not None:
                return None  # nobody holds the data, so the pid file, if any, is a dead one's
        with contextlib.suppress(ConfigurationError):
            if (info := self._answer()) is not None:
                return self._hold(info["process_id"])
        return self._hold(self._place.recorded_pid())

    def _hold(self, pid: int | None) -> OwnProcess | None:
        if self._process is not None and self._process.pid == pid and self._process.alive():
            return self._process
        with contextlib.suppress(psutil.Error):
            # A pid file can lie; never signal what is no such server.
            if pid is not None and Path(psutil.Process(pid).exe()).name == "valkey-server":
                return OwnProcess(pid)
        return None

    def _answer(self) -> dict[str, Any] | None:
        """Return what the server says of itself; None when it does not answer, or still loads."""
        client = self.client(ANSWER_S)
        try:
            client.ping()
            return cast("dict[str, Any]", client.info("server"))
        except redis.AuthenticationError:
            raise ConfigurationError(
                "the embedded broker runs with a port and a password; stop it first"
            ) from None
        except redis.RedisError:
            return None
        finally:
            client.close()

    def _give_up_after(self, deadline: float) -> None:
        if time.monotonic() < deadline:
            time.sleep(POLL_S)
            return
        raise BrokerUnavailableError(
            "the embedded broker (process {pid}) is alive "
            "but does not answer; its log {log_file} ends with: {line}",
            pid=self._place.recorded_pid() or Phrase("unknown"),
            log_file=self.log_file,
            line=last_line(self.log_file),
        )

    def _death(self, exit_code: int | None, line: str) -> VigiaError:
        text = Phrase(
            "the embedded broker could not start; its log {log_file} ends with: {line}",
            log_file=self.log_file,
            line=line,
        )
        if os.strerror(errno.ENOSPC) in line:
            return StorageFullError(text)
        killed = exit_code is not None and exit_code < 0
        return BrokerUnavailableError(text) if killed else ConfigurationError(text)
