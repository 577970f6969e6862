"""A whole system in a temporary folder: for demonstrations and tests."""

import contextlib
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from vigia_detect.bootstrap import Vigia, install, reset
from vigia_detect.cli.system import processes
from vigia_detect.settings import Settings, load_settings
from vigia_detect.supervisor import Supervisor


@contextlib.contextmanager
def throw_away_system() -> Iterator[Vigia]:
    """Run broker and workers beside this process, as `vigia up` does, and leave nothing behind.

    What this process asks of Vigia meanwhile, by the façade or otherwise, goes to that system,
    whatever broker and database the environment names.
    """
    with tempfile.TemporaryDirectory(prefix="vigia-") as home:
        settings = throw_away_settings(Path(home))
        vigia = prepared(settings)
        supervisor = Supervisor(processes(settings, environment(settings)), home=settings.root)
        thread = threading.Thread(target=supervisor.run, name="supervisor")
        install(vigia)
        thread.start()
        try:
            yield vigia
        finally:
            supervisor.request_stop()
            thread.join()
            reset()
            vigia.close()


def throw_away_settings(home: Path) -> Settings:
    """Return the environment's settings, but with all state in `home`.

    The hospital's people are left out: nobody may be called about a case that is none, and nobody
    has an account in a home that was just made.
    """
    chosen = {"home": home, "broker": "", "database_url": "", "key_file": None}
    chosen |= {"escalation_file": None, "heartbeat_url": "", "web_port": 0}
    chosen |= {"auth": "local", "token": None}
    return load_settings().model_copy(update=chosen)


def prepared(settings: Settings) -> Vigia:
    """Return the parts of a new home, its tables and master key made."""
    vigia = Vigia(settings)
    vigia.store.upgrade()
    vigia.cipher.pseudonym("")  # makes the key before the workers look for it
    return vigia


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables that give another process the same home."""
    return {
        "VIGIA_HOME": str(settings.root),
        "VIGIA_DATABASE_URL": "",
        "CELERY_BROKER_URL": "",
        "REDIS_URL": "",
        "VIGIA_ESCALATION_FILE": "",
        "VIGIA_HEARTBEAT_URL": "",
        "VIGIA_WEB_PORT": "0",
        "VIGIA_KEY_FILE": str(settings.master_key_file),
    }
