"""Messages that are none of ours, put on the real broker under real workers."""

import json
from typing import Any

from acceptance.system import System, running, wait_until
from kombu import Connection

from vigia_detect.adapters.celery_publisher import CeleryPublisher
from vigia_detect.core.celery_config import TASK_NAMES
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.policy import Queue
from vigia_detect.domain.stages import Stage
from vigia_detect.stages.failures import MESSAGES

SECRET = "Ana Pérez"
QUEUE = Queue.MEDICAL_PRIORITY.value
RISK = TASK_NAMES[Stage.RISK_SCORE]


def test_poison_is_dropped_on_record_told_once_and_holds_up_nobody() -> None:
    with running() as system:
        poison(system)
        cases = [system.submit(number) for number in range(3)]
        system.wait_all(cases, timeout_s=60)
        wait_until(lambda: len(dropped(system)) >= 6, 30)
        assert sorted(dropped(system)) == [
            *["arguments"] * 3,
            *["unknown_task"] * 2,
            "unreadable",
        ]
        told = [one for one in system.vigia.desk.alerts(limit=9) if one.subject == MESSAGES]
        assert [alert.kind for alert in told] == [AlertKind.SYSTEM_ERROR]
        assert SECRET not in str(told)
        assert set(system.vigia.publisher.depths().values()) == {0}


def test_what_is_no_message_at_all_costs_no_case() -> None:
    with running() as system:
        with connection(system) as broker:
            broker.default_channel.client.lpush(QUEUE, SECRET)
        cases = [system.submit(number) for number in range(3)]
        system.wait_all(cases, timeout_s=60)


def poison(system: System) -> None:
    """Put six messages on a queue that no part of ours would send."""
    publisher = system.vigia.publisher
    assert isinstance(publisher, CeleryPublisher)
    send = publisher._app.send_task
    send(RISK, args=(), queue=QUEUE)
    send(RISK, args=(SECRET, 1), queue=QUEUE)
    send(RISK, kwargs={"patient": SECRET, "attempt": 0}, queue=QUEUE)
    send("somebody.elses.task", args=(SECRET,), queue=QUEUE)
    with connection(system) as broker:
        raw(broker, {"task": "somebody.elses"}, SECRET)
        raw(broker, {}, SECRET)


def connection(system: System) -> Connection:
    return Connection(system.broker.url)


def raw(broker: Connection, headers: dict[str, Any], body: str) -> None:
    producer = broker.Producer(serializer="json")
    producer.publish(json.dumps(body), routing_key=QUEUE, exchange="", headers=headers)


def dropped(system: System) -> list[object]:
    with system.vigia.store.read() as work:
        found = work.audit.of_subject(MESSAGES)
    return [e.detail["code"] for _, e in found if e.event == AuditEvent.MESSAGE_DROPPED]
