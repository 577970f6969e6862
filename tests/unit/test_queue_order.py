import itertools

import pytest
from kombu.utils.scheduling import cycle_by_name

from vigia_detect.core.celery_config import celery_app
from vigia_detect.core.queue_order import QueueOrder
from vigia_detect.domain.policy import Queue


@pytest.mark.parametrize("given", list(itertools.permutations(list(Queue)[:3])))
def test_emergencies_are_looked_for_first_whatever_the_order_given(given: tuple[str, ...]) -> None:
    order = QueueOrder()
    order.update(set(given))
    assert order.consume(len(given)) == list(Queue)[:3]
    order.rotate(Queue.EMERGENCY)
    assert order.consume(len(given)) == list(Queue)[:3]


def test_a_queue_that_is_not_ours_comes_last() -> None:
    order = QueueOrder()
    order.update(["theirs", Queue.DEFAULT.value])
    assert order.consume(2) == [Queue.DEFAULT, "theirs"]


def test_celery_uses_it() -> None:
    chosen = celery_app.conf.broker_transport_options["queue_order_strategy"]
    assert cycle_by_name(chosen) is QueueOrder
