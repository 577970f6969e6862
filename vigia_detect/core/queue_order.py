from collections.abc import Iterable

from vigia_detect.domain.policy import Queue

_RANK = {queue.value: rank for rank, queue in enumerate(Queue)}


class QueueOrder:
    """Looks into the queues in the order of their importance, emergencies first.

    Kombu 5.6's own `priority` keeps the order of a set, which is another in every process: a
    worker could look for emergencies last (kombu 2464, repaired in 5.7).
    """

    def __init__(self) -> None:
        self._queues: list[str] = []

    def update(self, queues: Iterable[str]) -> None:
        """Take the queues that are served now."""
        self._queues = sorted(queues, key=lambda name: _RANK.get(name, len(_RANK)))

    def consume(self, count: int) -> list[str]:
        """Return `count` queues to look into, the most important one first."""
        return self._queues[:count]

    def rotate(self, last_used: str) -> str:
        """Keep the order: a queue that was just served may be served again at once."""
        return last_used
