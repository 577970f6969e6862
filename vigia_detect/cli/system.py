"""The processes of a whole system on one machine."""

import sys
from collections.abc import Mapping

from vigia_detect.domain.policy import Queue
from vigia_detect.embedded import EmbeddedBroker
from vigia_detect.settings import Settings
from vigia_detect.supervisor import ProcessSpec

MEDICAL = (Queue.EMERGENCY, Queue.MEDICAL_PRIORITY, Queue.IMAGE_PROCESSING)
NARRATIVES = (Queue.NARRATIVE,)
RECORDS = (Queue.NOTIFICATIONS, Queue.AUDIT_LOGGING, Queue.DEFAULT)


def processes(
    settings: Settings, environment: Mapping[str, str] | None = None
) -> list[ProcessSpec]:
    """Return the broker (when it is the embedded one), the workers and what serves answers.

    `reserved` serves emergencies alone, so that no routine work can be in front of one. `records`
    has its own process, since a busy medical queue would otherwise starve the queues after it.
    `narrative` waits for a language model, if there is one, so that nothing else does.
    """
    environment = environment or {}
    specs = [
        _worker("medical", MEDICAL, settings.worker_concurrency, environment),
        _worker("reserved", (Queue.EMERGENCY,), 1, environment),
        _worker("records", RECORDS, 1, environment),
    ]
    if settings.llm_base_url:
        specs.append(_worker("narrative", NARRATIVES, settings.llm_slots, environment))
    if settings.serves_web:
        specs.append(_web(settings, environment))
    if settings.embedded_broker:
        broker = EmbeddedBroker(settings.root)
        specs.insert(
            0,
            ProcessSpec(
                name="broker", launch=broker.start, foundation=True, log_file=broker.log_file
            ),
        )
    return specs


def _web(settings: Settings, environment: Mapping[str, str]) -> ProcessSpec:
    """Return what takes answers by links and Slack's buttons; it has no say in who is told."""
    return ProcessSpec(
        name="web",
        argv=(sys.executable, "-m", "vigia_detect.cli.main", "serve"),
        env=environment,
        serves=(f"{settings.web_host}:{settings.web_port}",),
    )


def _worker(
    name: str, queues: tuple[Queue, ...], concurrency: int, environment: Mapping[str, str]
) -> ProcessSpec:
    return ProcessSpec(
        name=name,
        argv=(
            sys.executable,
            "-m",
            "vigia_detect.cli.main",
            "worker",
            f"--name={name}",
            f"--queues={','.join(queues)}",
            f"--concurrency={concurrency}",
        ),
        env=environment,
        serves=queues,
    )
