"""How the system stands at one moment, taken from the database, the broker and the workers."""

import time
from dataclasses import dataclass, field

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.policy import NARRATIVE
from vigia_detect.domain.states import RunState
from vigia_detect.errors import UnavailableError

UNTOLD = (NARRATIVE, RunState.FAILED)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look at the system.

    Attributes:
        database: the schema's revision, or None when the database does not answer.
        queues: messages waiting by queue, or None when the broker does not answer.
        workers: names of the workers that answered.
        cases: by state.
        runs: by state; without narratives that were given up, of which nobody is told.
        open_alerts: unacknowledged alerts by kind.
        oldest_ready_s: how long the oldest ready run has waited, in seconds.
        trail_conflict: checkpoints kept outside contradict the trail, and nobody has closed it.
    """

    taken_at: float
    database: str | None
    queues: dict[str, int] | None
    workers: tuple[str, ...]
    cases: dict[str, int] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    open_alerts: dict[str, int] = field(default_factory=dict)
    oldest_ready_s: float = 0.0
    trail_conflict: bool = False


def take_snapshot(vigia: Vigia) -> Snapshot:
    """Look at everything; what does not answer is None, never an empty value."""
    queues, workers = _broker(vigia)
    try:
        revision = vigia.store.check()
        with vigia.store.read() as work:
            runs: dict[str, int] = {}
            for (task, state), count in work.runs.counts().items():
                if (task, state) != UNTOLD:
                    runs[state] = runs.get(state, 0) + count
            return Snapshot(
                taken_at=time.time(),
                database=revision,
                queues=queues,
                workers=workers,
                cases=work.cases.counts(),
                runs=runs,
                open_alerts=work.alerts.open_by_kind(),
                oldest_ready_s=work.runs.oldest_ready_s(),
                trail_conflict=vigia.trail_alarm.stands(),
            )
    except UnavailableError:
        return Snapshot(time.time(), None, queues, workers)


def _broker(vigia: Vigia) -> tuple[dict[str, int] | None, tuple[str, ...]]:
    try:
        return vigia.publisher.depths(), vigia.publisher.workers()
    except UnavailableError:
        return None, ()
