"""`vigia up`: the whole system on one machine, in one process tree, until it is stopped."""

from collections.abc import Mapping

from vigia_detect.bootstrap import Vigia, current
from vigia_detect.cli.system import processes
from vigia_detect.cli.up_view import UpView
from vigia_detect.supervisor import RestartPolicy, Supervisor

# Work waits while a worker does: even one that dies again and again is tried every few seconds.
PATIENCE = RestartPolicy(cap_s=5.0)


def run_up() -> None:
    """Run until SIGINT or SIGTERM; then finish what runs and stop.

    Raises:
        DatabaseUnavailableError: the database does not answer.
        ConfigurationError: another system runs on this home, or a setting is wrong.
    """
    vigia = current()
    vigia.check_keys()
    vigia.store.upgrade()
    vigia.cipher.pseudonym("")  # makes the key, or says that it is missing, before any worker
    supervisor = Supervisor(processes(vigia.settings), home=vigia.settings.root, policy=PATIENCE)
    with UpView(lambda: counts(vigia), lang=vigia.settings.lang) as view:
        supervisor.run(view.show)


def counts(vigia: Vigia) -> Mapping[str, int]:
    """Return the figures below the process table. Raises DatabaseUnavailableError."""
    with vigia.store.read() as work:
        found = {f"case.{state}": count for state, count in work.cases.counts().items()}
        for (_, state), count in work.runs.counts().items():
            found[f"run.{state}"] = found.get(f"run.{state}", 0) + count
        found["alert.open"] = sum(work.alerts.open_by_kind().values())
    return found
