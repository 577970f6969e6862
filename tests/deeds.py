"""Where answers end in tests of who may give one: a list, in place of the escalation."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import Answer
from vigia_detect.domain.ids import AlertId, run_id
from vigia_detect.domain.policy import NOTIFICATION, Queue
from vigia_detect.errors import StorageFullError, UnauthorisedAnswerError
from vigia_detect.ports import UnitOfWork

ALERT = AlertId("5b1f63f5-8c2e-4c5e-9a51-0d6a4f0c7e11")
RUN = Run(run_id(ALERT, "1"), NOTIFICATION, ALERT, 0, Queue.EMERGENCY)


@dataclass
class Deeds:
    """Writes down what happens to alerts, and has a clock that the test moves."""

    done: list[tuple[AlertEvent, str, str, str]] = field(default_factory=list)
    published: list[Run] = field(default_factory=list)
    now: float = 1_800_000_000.0
    broken: bool = False
    barred: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def take(
        self, work: UnitOfWork, alert_id: AlertId, answer: Answer
    ) -> tuple[bool, tuple[Run, ...]]:
        if self.broken:
            raise StorageFullError
        assert work.cases.counts() == {}  # it is in a transaction that can be used
        deed = (answer.event, str(alert_id), answer.by, answer.how)
        changed = deed not in self.done
        self.done.append(deed)
        return changed, (RUN,)

    def permit(self, person: str, how: str, alert_id: AlertId) -> None:
        self.asked.append((person, how, alert_id))
        if person in self.barred:
            raise UnauthorisedAnswerError(person)

    def publish(self, runs: Sequence[Run]) -> None:
        self.published += runs

    def clock(self) -> float:
        return self.now
