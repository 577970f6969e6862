"""procrastinate: each job defers the next one in the transaction of its state row. Durable.

Run as a script, this is a worker process.
"""

import logging
import os
import sys
import uuid
from typing import Any

from contender import INSERT, STAGES, CountedCases, Servers, StepRows
from procrastinate import App, PsycopgConnector
from psycopg_pool import AsyncConnectionPool
from workers import READY, Workers

# Jobs of one process that wait for the database at the same time; tried 1 to 50.
CONCURRENCY = 2


def _pool(**options: Any) -> AsyncConnectionPool:
    # Without the round trip that asks a connection whether it is alive, which no other here does.
    del options["check"]
    return AsyncConnectionPool(**options)


def _app(url: str) -> tuple[App, list[Any]]:
    connector = PsycopgConnector(
        conninfo=url, min_size=CONCURRENCY + 2, max_size=CONCURRENCY + 2, pool_factory=_pool
    )
    app = App(connector=connector)
    tasks: list[Any] = []

    def add(index: int, stage: str) -> None:
        @app.task(name=stage)
        async def step(case_id: str) -> None:
            # The pool's connection commits at the end of the block: row and next job together.
            async with connector.pool.connection() as connection:
                await connection.execute(INSERT, (case_id, stage))
                if index + 1 < len(STAGES):
                    following = tasks[index + 1].configure(connection=connection)
                    await following.defer_async(case_id=case_id)

        tasks.append(step)

    for index, stage in enumerate(STAGES):
        add(index, stage)
    return app, tasks


class ProcrastinateJobs(CountedCases):
    """Jobs on PostgreSQL, woken by LISTEN/NOTIFY."""

    name = "procrastinate jobs, PostgreSQL"
    durable = True
    peer = True

    def start(self, servers: Servers) -> None:
        """Make a new database and start the worker processes."""
        self._servers = servers
        self._cases = []
        self._database = servers.postgres.new_database()
        url = servers.postgres.url(self._database, driver="")
        self._rows = StepRows(url)
        self._rows.create()
        self._app, self._tasks = _app(url)
        self._app.open()
        self._app.schema_manager.apply_schema()
        self._workers = Workers(servers.folder)
        for _ in range(servers.processes):
            self._workers.start([sys.executable, __file__], {"BENCH_DATABASE": url})
        self._workers.wait_ready()

    def submit(self) -> str:
        """Hand in one case."""
        case_id = str(uuid.uuid4())
        self._tasks[0].defer(case_id=case_id)
        return case_id

    def stop(self) -> None:
        """Stop the worker processes and drop the database."""
        self._workers.stop()
        self._app.close()
        self._rows.close()
        self._servers.postgres.drop_database(self._database)


def _work() -> None:
    logging.basicConfig(level=logging.WARNING)
    app, _ = _app(os.environ["BENCH_DATABASE"])
    print(READY, flush=True)
    app.run_worker(concurrency=CONCURRENCY)


if __name__ == "__main__":
    _work()
