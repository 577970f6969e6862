"""`vigia up`: the whole system on one machine, in one process tree, until it is stopped."""

from collections.abc import Mapping

from vigia_detect.bootstrap import Vigia, current
from vigia_detect.cli.system import processes
from vigia_detect.cli.up_view import UpView
from vigia_detect.errors import UnavailableError
from vigia_detect.supervisor import Supervisor


def run_up() -> None:
    """Run until SIGINT or SIGTERM; then finish what runs and stop.

    Raises:
        DatabaseUnavailableError: the database does not answer.
        ConfigurationError: another system runs on this home, or a setting is wrong.
    """
    vigia = current()
    vigia.store.upgrade()
    supervisor = Supervisor(processes(vigia.settings), home=vigia.settings.root)
    with UpView(lang=vigia.settings.lang, counts=lambda: counts(vigia)) as view:
        supervisor.run(view.show)


def counts(vigia: Vigia) -> Mapping[str, int]:
    """Return the figures below the process table; none when the database is away."""
    try:
        with vigia.store.read() as work:
            found = dict(work.cases.counts())
            alerts = work.alerts.open_by_kind()
    except UnavailableError:
        return {}
    found |= {f"alert: {kind}": count for kind, count in alerts.items()}
    return found
