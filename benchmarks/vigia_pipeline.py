"""Vigia's own pipeline with empty stage bodies: everything but medicine and pictures.

Intake, encryption, claims, leases, audit entries, messages and sweepers are the real ones; only
what a stage would think about the case, and the picture itself, are left out, as with the peers.

Run as a script, this is a worker with its processes.
"""

import os
import shutil
import sys
from collections.abc import Mapping

from celery.signals import worker_process_init, worker_ready
from contender import CountedCases, Servers, StepRows
from workers import READY, Workers

from vigia_detect.bootstrap import Vigia, install
from vigia_detect.domain.case import CaseFile, StageOutput, StageResults, Verdict
from vigia_detect.domain.options import Options
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.triage import Urgency
from vigia_detect.log import configure_logging
from vigia_detect.ports import Picture
from vigia_detect.settings import Settings
from vigia_detect.stages.intake import Intake, Submission
from vigia_detect.stages.runner import StageBody
from vigia_detect.stages.vault import Vault

# What each step did, from the trail: it has no unique key, so a step done twice would show.
STEPS = (
    "SELECT runs.subject AS case_id, runs.task AS step FROM audit"
    " JOIN runs ON runs.id = audit.run_id WHERE audit.event = 'run.done'"
)
FINISHED = "SELECT count(*) FROM cases WHERE finished_at IS NOT NULL"
PATIENT = "bench-1"


def _empty(case: CaseFile, inputs: StageResults) -> StageOutput:
    del case, inputs
    return StageOutput({})


def _verdict(case: CaseFile, inputs: StageResults) -> StageOutput:
    del case, inputs
    return StageOutput({}, verdict=Verdict(Urgency.ROUTINE, review_required=False))


BODIES: Mapping[Stage, StageBody] = {stage: _empty for stage in Stage} | {Stage.TRIAGE: _verdict}


class NoPictures:
    """Stands in for reading and for storing pictures: neither takes any time."""

    def read(self, raw: bytes) -> Picture:
        """Accept anything."""
        return Picture(raw, 1, 1, "0" * 64)

    def check_room(self) -> None:
        """There is always room."""

    def put(self, ref: str, data: bytes) -> None:
        """Forget it."""

    def get(self, ref: str) -> bytes:
        """Return an empty picture: no empty body asks for one."""
        del ref
        return b""

    def delete(self, ref: str) -> None:
        """It was never there."""


class VigiaPipeline(CountedCases):
    """The pipeline on PostgreSQL or on SQLite."""

    durable = True
    peer = False

    def __init__(self, *, sqlite: bool) -> None:
        super().__init__()
        self.name = f"Vigia, {'SQLite' if sqlite else 'PostgreSQL'}"
        self._sqlite = sqlite

    def start(self, servers: Servers) -> None:
        """Make a new home and database and start a worker."""
        self._servers = servers
        self._cases = []
        self._home = servers.folder / "vigia-home"
        self._database = "" if self._sqlite else servers.postgres.new_database()
        environment = self._environment()
        configure_logging("warning")
        self._vigia = Vigia(_settings(environment), bodies=BODIES)
        self._vigia.store.upgrade()
        self._intake = make_intake(self._vigia)
        self._rows = StepRows(self._plain_url(), source=STEPS, finished=FINISHED)
        self._workers = Workers(servers.folder)
        command = [sys.executable, __file__, str(servers.processes)]
        self._workers.start(command, environment)
        self._workers.wait_ready()

    def submit(self) -> str:
        """Hand in one case."""
        return self._intake.accept(Submission(b"", PATIENT, {}, Options())).case_id

    def stop(self) -> None:
        """Stop the worker, drop the database and the home."""
        self._workers.stop()
        self._rows.close()
        self._vigia.close()
        shutil.rmtree(self._home)
        if not self._sqlite:
            self._servers.postgres.drop_database(self._database)

    def _plain_url(self) -> str:
        if self._sqlite:
            return f"sqlite:///{self._home / 'vigia.db'}"
        return self._servers.postgres.url(self._database, driver="")

    def _environment(self) -> dict[str, str]:
        return {
            "VIGIA_HOME": str(self._home),
            "VIGIA_DATABASE_URL": self._plain_url(),
            "VIGIA_LOG_LEVEL": "warning",
            "CELERY_BROKER_URL": self._servers.valkey.url(3),
        }


def make_intake(vigia: Vigia) -> Intake:
    """Return the real intake, with nothing to do about pictures."""
    nothing = NoPictures()
    return Intake(
        store=vigia.store,
        relay=vigia.relay,
        cipher=vigia.cipher,
        blobs=nothing,
        vault=Vault(vigia.cipher, nothing),
        pictures=nothing,
        rules=vigia.rules,
        alert_repeat_s=vigia.settings.alert_repeat_s,
    )


def _settings(environment: Mapping[str, str]) -> Settings:
    return Settings(
        home=environment["VIGIA_HOME"],
        database_url=environment["VIGIA_DATABASE_URL"],
        log_level=environment["VIGIA_LOG_LEVEL"],
        broker=environment["CELERY_BROKER_URL"],
    )


def _use_empty_bodies(**_: object) -> None:
    install(Vigia(bodies=BODIES))


def _say_ready(**_: object) -> None:
    print(READY, file=sys.__stdout__, flush=True)


def _work(processes: int) -> None:
    # The tasks' own start of a process comes first: it is connected by this import.
    import vigia_detect.tasks  # noqa: F401, PLC0415
    from vigia_detect.cli.worker import run_worker  # noqa: PLC0415 - reads the environment

    worker_process_init.connect(_use_empty_bodies, weak=False)
    worker_ready.connect(_say_ready, weak=False)
    run_worker(f"bench-{os.getpid()}", queues=None, concurrency=processes, log_level=None)


if __name__ == "__main__":
    _work(int(sys.argv[1]))
