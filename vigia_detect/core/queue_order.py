from kombu.utils.scheduling import priority_cycle

from vigia_detect.domain.policy import Queue

_RANK = {queue.value: rank for rank, queue in enumerate(Queue)}


class QueueOrder(priority_cycle):
    """Looks into the queues in the order of their importance, emergencies first.

    Kombu 5.6's own `priority` keeps the order of a set, which is another in every process: a
    worker could look for emergencies last (kombu 2464, repaired in 5.7).
    """

    def consume(self, n: int) -> list[str]:
        """Return the queues to look into, the most important one first."""
        return sorted(self.items[:n], key=lambda name: _RANK.get(name, len(_RANK)))
