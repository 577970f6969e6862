"""One Celery worker in the foreground."""

import socket

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.policy import Queue
from vigia_detect.errors import InvalidOptionError
from vigia_detect.phrase import Phrase
from vigia_detect.settings import load_settings


def run_worker(
    name: str, *, queues: str | None, concurrency: int | None, log_level: str | None
) -> None:
    """Serve queues until stopped.

    SIGTERM finishes what runs; SIGQUIT hands it back.

    Raises:
        InvalidOptionError: an unknown queue; the text lists the known ones.
        ConfigurationError: a key is unsafe or a default.
    """
    from vigia_detect.core.celery_config import celery_app  # noqa: PLC0415 - heavy

    settings = load_settings()
    served = _queues(queues)
    Vigia(settings).check_keys()  # here, since in a process of the pool nobody would see it
    celery_app.worker_main(
        [
            "worker",
            f"--hostname={name}@{socket.gethostname()}",
            f"--queues={','.join(served)}",
            f"--concurrency={concurrency or settings.worker_concurrency}",
            f"--loglevel={(log_level or settings.log_level).upper()}",
            "--without-gossip",
            "--without-mingle",
        ]
    )


def _queues(given: str | None) -> list[str]:
    known = [queue.value for queue in Queue]
    if given is None:  # a case must not wait behind a language model
        return [name for name in known if name != Queue.NARRATIVE]
    asked = [name.strip() for name in given.split(",") if name.strip()]
    unknown = sorted(set(asked) - set(known))
    if unknown or not asked:
        raise InvalidOptionError(
            "queues: unknown {unknown} (known: {known})",
            unknown=", ".join(unknown) or Phrase("empty list"),
            known=", ".join(known),
        )
    # in the order of their importance, whatever the order given
    return [name for name in known if name in asked]
