"""A throw-away Vigia: a home, an empty database, and worker processes on shared servers."""

import shutil
import sys
from pathlib import Path

from contender import Servers
from workers import HERE, Workers

from vigia_detect.log import configure_logging
from vigia_detect.settings import Settings


class VigiaHome:
    """One home with a new database, on PostgreSQL or SQLite."""

    def __init__(self, servers: Servers, *, sqlite: bool) -> None:
        self._servers = servers
        self.folder = servers.folder / "vigia-home"
        self._database = None if sqlite else servers.postgres.new_database()
        self._environment = {
            "VIGIA_HOME": str(self.folder),
            "VIGIA_DATABASE_URL": self.url,
            "VIGIA_LOG_LEVEL": "warning",
            "CELERY_BROKER_URL": servers.valkey.url(3),
        }
        configure_logging("warning")
        self._workers = Workers(servers.folder)

    @property
    def settings(self) -> Settings:
        """The settings for this process; workers get the same by their environment.

        Not by this one's: Celery itself reads `CELERY_BROKER_URL`, also in other contenders.
        """
        broker = self._environment["CELERY_BROKER_URL"]  # known by its variable's name alone
        return Settings.model_validate(
            {
                "home": self.folder,
                "database_url": self.url,
                "log_level": "warning",
                "CELERY_BROKER_URL": broker,
            }
        )

    @property
    def url(self) -> str:
        """The database's URL."""
        if self._database is None:
            return f"sqlite:///{self.folder / 'vigia.db'}"
        return self._servers.postgres.url(self._database, driver="")

    @property
    def times(self) -> Path:
        """Where timed bodies write their seconds."""
        return self.folder / "times"

    def start_worker(self, bodies: str, *, audit: str = "chained") -> None:
        """Start one worker with its processes; `bodies` and `audit` as in `vigia_worker`."""
        command = [sys.executable, str(HERE / "vigia_worker.py"), str(self._servers.processes)]
        own = {"BENCH_BODIES": bodies, "BENCH_TIMES": str(self.times)}
        own["BENCH_AUDIT"] = audit
        self._workers.start(command, self._environment | own)
        self._workers.wait_ready()

    def remove(self) -> None:
        """Stop the worker, remove home and database."""
        self._workers.stop()
        shutil.rmtree(self.folder)
        if self._database is not None:
            self._servers.postgres.drop_database(self._database)
