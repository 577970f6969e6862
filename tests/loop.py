"""The loop from an alert to an answer, on a real store, with a clock that the test moves."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.case import Run
from vigia_detect.domain.notification import Channel, Message, Receipt, Recipient
from vigia_detect.domain.policy import NOTIFICATION, Queue
from vigia_detect.errors import BrokerUnavailableError
from vigia_detect.settings import Settings

CLOCKS = {
    "alerts": ("opened_at", "began_at", "told_at", "acknowledged_at", "acted_at"),
    "notifications": ("planned_at", "accepted_at", "place_at"),
    "runs": ("not_before", "lease_until", "published_at", "started_at"),
    "gates": ("free_at", "shut_until", "emergency_until", "urgent_until", "routine_until"),
    "timers": ("due_at", "look_at", "fired_at"),
}
"""Every time on record that decides something. Moving them back is moving the clock on."""


class Broker:
    """Messages in memory: real delivery order, and it can be taken away, emptied or doubled."""

    def __init__(self) -> None:
        self.messages: deque[Run] = deque()
        self.away = False

    def publish(self, run: Run) -> None:
        if self.away:
            raise BrokerUnavailableError("away")
        self.messages.append(run)

    def depths(self) -> dict[str, int]:
        if self.away:
            raise BrokerUnavailableError("away")
        waiting = [run.queue for run in self.messages]
        return {queue.value: waiting.count(queue.value) for queue in Queue}


class Phone:
    """A channel that keeps what it was given, and can be out of order."""

    def __init__(self) -> None:
        self.sent: list[tuple[Message, Recipient]] = []
        self.updates: list[tuple[str, str]] = []
        self.failures: list[Exception] = []
        self.broken: dict[Channel, Exception] = {}

    def send(self, message: Message, to: Recipient) -> Receipt:
        if self.failures:
            raise self.failures.pop()
        if to.channel in self.broken:
            raise self.broken[to.channel]
        self.sent.append((message, to))
        return Receipt(f"p-{len(self.sent)}", delivered=False)

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:
        del message, to
        self.updates.append((provider_id, text))

    def told(self) -> list[str]:
        """Return who was told, by which channel, in order, and forget it."""
        found = [f"{to.name}/{to.channel}" for _, to in self.sent]
        self.sent.clear()
        return found


PEOPLE = """\
version: test-1
people:
  ana: {contacts: [{channel: slack, address: C1}, {channel: email, address: ana@example.org}]}
  bea: {contacts: [{channel: slack, address: C2}]}
  eva: {contacts: [{channel: email, address: eva@example.org}]}
  ops: {contacts: [{channel: webhook, address: "https://ops.example.org"}]}
roles:
  emergency: {members: [ana]}
  specialists: {members: [bea]}
  supervisor: {members: [eva]}
  medical_team: {members: [ana]}
  nursing_team: {members: [bea]}
  admin: {members: [ops]}
policies:
  emergency:
    severity: emergency
    steps:
      - {after_s: 0, roles: [emergency]}
      - {after_s: 120, roles: [specialists]}
      - {after_s: 300, roles: [supervisor]}
    accept_within_s: 10
    nobody_after_s: 600
    repeat_every_s: 300
    act_within_s: 900
    fallback: admin
"""


class Loop:
    """Alerts, deadlines and channels of one hospital; the worker is the test's own thread."""

    def __init__(self, url: str, home: Path, policies: str = PEOPLE) -> None:
        home.mkdir(exist_ok=True)
        (home / "escalation.yaml").write_text(policies)
        self.broker, self.phone = Broker(), Phone()
        self.vigia = self.process(Settings(home=home, database_url=url, lease_s=1.0))
        self.vigia.store.upgrade()

    def process(self, settings: Settings) -> Vigia:
        """Return the parts of one more process on the same database."""
        return Vigia(settings, publisher=self.broker, channels=self.phone)

    def open(self, kind: str = "emergency", *reasons: str) -> str:
        asked = self.vigia.desk.escalate(kind, case_id=None, reasons=reasons or ("asked",))
        return asked.alert_id

    def work(self) -> None:
        """Deliver every message until none is left."""
        while self.broker.messages:
            run = self.broker.messages.popleft()
            assert run.task == NOTIFICATION
            self.vigia.notifications.run(run.id, run.attempt)

    def pass_time(self, seconds: float) -> None:
        """Move the clock on, without anything being done."""
        with self.vigia.store.begin() as work:
            for table, columns in CLOCKS.items():
                moved = ", ".join(f"{name} = {name} - {seconds}" for name in columns)
                work._connection.execute(text(f"update {table} set {moved}"))  # noqa: S608
            work.commit()

    def after(self, seconds: float) -> list[str]:
        """Let time pass, let the sweeper and workers do what is due; return who was told."""
        self.pass_time(seconds)
        for _ in range(3):
            self.vigia.sweeper.sweep()
            self.work()
        return self.phone.told()

    def now_told(self) -> list[str]:
        """Do what is due now; return who was told."""
        return self.after(0)


@contextmanager
def hospital(url: str, home: Path, policies: str = PEOPLE) -> Iterator[Loop]:
    """Open a loop and close its database at the end."""
    loop = Loop(url, home, policies)
    try:
        yield loop
    finally:
        loop.vigia.close()
