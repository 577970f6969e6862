"""What a worker process does besides tasks: it opens its own connections, and sweeps.

Only the pool's processes touch the database. Their parent never does, so a process that it forks
inherits no connection.
"""

import logging
import threading
from collections.abc import Callable

from celery.signals import (
    setup_logging,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
)

from vigia_detect.bootstrap import Vigia, current, install, installed
from vigia_detect.core.celery_config import celery_app
from vigia_detect.log import configure_logging, route_standard_logging
from vigia_detect.settings import load_settings

_stop = threading.Event()


@setup_logging.connect
def start_logging(loglevel: int | None = None, **_: object) -> None:
    """Put Vigia's structured log in the place of Celery's, at the level the worker was given."""
    level = logging.getLevelName(loglevel) if loglevel else load_settings().log_level
    configure_logging(level)
    route_standard_logging(level)


@worker_init.connect
def load_before_forking(**_: object) -> None:
    """Load what every process of the pool needs, so that a new one works at once."""
    _serving().preload()


@worker_process_init.connect
def start_sweeping(**_: object) -> None:
    """Give the new process its own parts and start its sweeper, watchdog and chainer."""
    if not installed():
        install(_serving())
    vigia = current()
    _stop.clear()
    sweeper, watchdog, stamping = vigia.sweeper, vigia.watchdog, vigia.stamping
    works: list[tuple[str, Callable[..., None], tuple[object, ...]]] = [
        ("sweeper", sweeper.run_forever, (vigia.settings.sweep_s, _stop)),
        ("watchdog", watchdog.run_forever, (_stop,)),
        ("failures", vigia.failure_watch.run_forever, (_stop,)),
        ("chainer", vigia.chainer.run_forever, (_stop,)),
    ]
    if stamping is not None:
        works.append(("stamping", stamping.run_forever, (_stop,)))
    for name, work, args in works:
        threading.Thread(target=work, args=args, name=name, daemon=True).start()


@worker_process_shutdown.connect
def stop_sweeping(**_: object) -> None:
    """Stop the sweeper of a process that ends in good order."""
    _stop.set()


def _serving() -> Vigia:
    return Vigia(queues=frozenset(celery_app.amqp.queues.consume_from))
