"""DBOS workflows on PostgreSQL. Durable.

Two ways to keep a step's state row. `DbosSteps` takes DBOS's own checkpoint of a step as that row:
the fewest writes that DBOS can do. `DbosTransactions` writes a row of the application in the same
transaction as the checkpoint, which is the guarantee that Vigia gives.

Run as a script, this is a worker process.
"""

import os
import signal
import sys
import threading
import uuid
from collections.abc import Callable

import sqlalchemy as sa
from contender import STAGES, CountedCases, Servers, StepRows
from dbos import DBOS, DBOSClient, EnqueueOptions, SQLAlchemyDatasource
from workers import READY, Workers

QUEUE = "cases"
WORKFLOW = "medical_case"
# Workflows that may run at once, over all processes.
CONCURRENCY = 20
POLL_S = 0.01
CHECKPOINTS = "SELECT workflow_uuid AS case_id, function_name AS step FROM dbos.operation_outputs"
INSERT = sa.text("INSERT INTO step_row (case_id, step) VALUES (:case_id, :step)")

Step = Callable[[str], str]


class DbosSteps(CountedCases):
    """Workflows of five `@DBOS.step`."""

    name = "DBOS steps, PostgreSQL"
    durable = True
    peer = True
    transactions = False

    def start(self, servers: Servers) -> None:
        """Make a new database and start the worker processes."""
        self._servers = servers
        self._cases = []
        self._database = servers.postgres.new_database()
        url = servers.postgres.url(self._database, driver="")
        if self.transactions:
            rows = StepRows(url)
            rows.create()
            rows.close()
        self._workers = Workers(servers.folder)
        for number in range(servers.processes):
            self._workers.start(
                [sys.executable, __file__], self._environment(url, number, servers.processes)
            )
            # One after the other: the first one creates DBOS's tables.
            self._workers.wait_ready()
        self._rows = StepRows(url, source=None if self.transactions else CHECKPOINTS)
        self._client = DBOSClient(system_database_url=url)

    def submit(self) -> str:
        """Hand in one case."""
        case_id = str(uuid.uuid4())
        options: EnqueueOptions = {
            "queue_name": QUEUE,
            "workflow_name": WORKFLOW,
            "workflow_id": case_id,
        }
        self._client.enqueue(options, case_id)
        return case_id

    def stop(self) -> None:
        """Stop the worker processes and drop the database."""
        self._workers.stop()
        self._client.destroy()
        self._rows.close()
        self._servers.postgres.drop_database(self._database)

    def _environment(self, url: str, number: int, processes: int) -> dict[str, str]:
        return {
            "BENCH_DATABASE": url,
            "BENCH_EXECUTOR": f"worker-{number}",
            "BENCH_CONCURRENCY": str(CONCURRENCY // processes),
            "BENCH_TRANSACTIONS": "yes" if self.transactions else "",
        }


class DbosTransactions(DbosSteps):
    """Workflows of five datasource transactions."""

    name = "DBOS transactions, PostgreSQL"
    transactions = True


def _plain_step(stage: str) -> Step:
    @DBOS.step(name=stage)
    def step(case_id: str) -> str:
        return case_id

    return step


def _transaction_step(datasource: SQLAlchemyDatasource, stage: str) -> Step:
    @datasource.transaction(name=stage, isolation_level="READ COMMITTED")
    def step(case_id: str) -> str:
        datasource.sql_session().execute(INSERT, {"case_id": case_id, "step": stage})
        return case_id

    return step


def _steps(url: str, concurrency: int) -> list[Step]:
    if not os.environ["BENCH_TRANSACTIONS"]:
        return [_plain_step(stage) for stage in STAGES]
    pool = {"pool_size": concurrency, "max_overflow": 0}
    datasource = SQLAlchemyDatasource.create(url, engine_kwargs=pool)
    return [_transaction_step(datasource, stage) for stage in STAGES]


def _work() -> None:
    url, concurrency = os.environ["BENCH_DATABASE"], int(os.environ["BENCH_CONCURRENCY"])
    DBOS(
        config={
            "name": "bench",
            "system_database_url": url,
            "sys_db_pool_size": concurrency,
            "executor_id": os.environ["BENCH_EXECUTOR"],
            "log_level": "WARNING",
        }
    )
    steps = _steps(url, concurrency)

    @DBOS.workflow(name=WORKFLOW)
    def medical_case(case_id: str) -> str:
        for step in steps:
            step(case_id)
        return case_id

    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=concurrency, polling_interval_sec=POLL_S)
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    print(READY, flush=True)
    done.wait()
    DBOS.destroy()


if __name__ == "__main__":
    _work()
