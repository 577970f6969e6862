"""SIGKILL right before and right after every commit of the loop; another process goes on."""

import json
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from acceptance.dying_store import DyingStore, Side, in_a_process
from hook_host import SECRET, Receiver, hook_host
from loop import Loop
from pydantic import SecretStr

from vigia_detect.adapters.db.engine import make_engine
from vigia_detect.adapters.db.tables import metadata
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.alert_states import UNFINISHED, AlertEvent, AlertState
from vigia_detect.domain.escalation import AlertKind, Answer
from vigia_detect.domain.records import StoredAlert
from vigia_detect.settings import Settings

POLICIES = """\
version: commits-1
people:
  ana: {contacts: [{channel: webhook, address: "HOOKana"}]}
  bea: {contacts: [{channel: webhook, address: "HOOKbea"}]}
roles:
  emergency: {members: [ana]}
  specialists: {members: [bea]}
  supervisor: {members: [bea]}
  medical_team: {members: [bea]}
  nursing_team: {members: [bea]}
  admin: {members: [bea]}
policies:
  emergency:
    severity: emergency
    steps: [{after_s: 0, roles: [emergency]}, {after_s: 120, roles: [specialists]}]
    accept_within_s: 10
    nobody_after_s: 600
    repeat_every_s: 300
    act_within_s: 900
    fallback: admin
"""
BOUNDARIES = {
    "Desk.escalate",  # opened
    "NotificationRunner.run",  # claimed, and the attempt begun
    "NotificationRunner._accepted",
    "note",  # the channel's gate
    "Sweeper._fire",  # the next step, and the reopening
    "Desk.answer",  # acknowledged, acted, closed
    "NotificationRunner._update",  # the others read who has it
}
LATE_S = 5.0
SIDES: tuple[Side, Side] = ("before", "after")
TOLD_QUERY = "select id, state from notifications"
UNENDED_QUERY = "select count(*) from notification_attempts where outcome is null"
UNCERTAIN_QUERY = "select notification_id from notification_attempts where outcome = 'uncertain'"


@dataclass
class Home:
    folder: Path
    url: str


class Homes:
    """Makes homes of their own, all as the first one was made, one after the other.

    Args:
        root: an empty folder.
        hooks: where people are told.
        url: of an empty database that all share; SQLite in each home when empty.
    """

    def __init__(self, root: Path, hooks: Receiver, url: str) -> None:
        self._root, self._url = root, url
        self._first = self._place("first")
        self._first.folder.mkdir()
        policies = POLICIES.replace("HOOK", hooks.url)
        (self._first.folder / "escalation.yaml").write_text(policies)
        Reached(self._first).vigia.close()

    def make(self, name: str) -> Home:
        home = self._place(name)
        shutil.copytree(self._first.folder, home.folder)
        if self._url:
            engine = make_engine(self._url, relaxed=True)
            with engine.begin() as connection:
                for table in reversed(metadata.sorted_tables):
                    connection.execute(table.delete())
            engine.dispose()
        return home

    def _place(self, name: str) -> Home:
        folder = self._root / name
        return Home(folder, self._url or f"sqlite:///{folder / 'vigia.db'}")


class Reached(Loop):
    """A loop whose people have webhooks on a real server, and whose process may be killed."""

    def __init__(self, home: Home, at: int = 0, side: Side = "before") -> None:
        self.at, self.side = at, side
        policies = (home.folder / "escalation.yaml").read_text()
        super().__init__(home.url, home.folder, policies)

    def process(self, settings: Settings) -> Vigia:
        chosen = settings.model_copy(update={"webhook_secret": SecretStr(SECRET)})
        vigia = Vigia(chosen, publisher=self.broker)
        vigia.__dict__["store"] = DyingStore(settings.sql_url, self.at, self.side)
        return vigia

    def answer(self, *events: AlertEvent) -> None:
        for event in events:
            self.vigia.desk.answer(self.alert().id, Answer(event, "ana", "test"))
            self.work()

    def alert(self) -> StoredAlert:
        alerts = self.vigia.desk.alerts(limit=10)
        return next(one for one in alerts if one.kind == AlertKind.EMERGENCY)

    def tick(self, seconds: float = 0.0) -> None:
        """Do what is due after some time, and see that nothing due is left."""
        self.pass_time(seconds)
        for _ in range(2):
            self.vigia.sweeper.sweep()
            self.work()
        found = self.vigia.watchdog.examine()
        assert found.late_s <= LATE_S
        assert found.without_deadline == ()


def live(home: Home, at: int, side: Side) -> None:
    """Go through the whole loop, or as far as the kill lets us."""
    loop = Reached(home, at, side)
    loop.open()
    loop.tick()  # ana is told
    loop.tick(120)  # nobody answers: bea is told
    loop.answer(AlertEvent.ACKNOWLEDGE)
    loop.tick(900)  # nobody acts: it is open again
    loop.answer(AlertEvent.ACKNOWLEDGE, AlertEvent.ACT, AlertEvent.CLOSE)
    loop.tick()
    assert isinstance(loop.vigia.store, DyingStore)
    (home.folder / "commits.json").write_text(json.dumps(loop.vigia.store.committed))
    loop.vigia.close()


def go_on(home: Home) -> None:
    """Be the process that is left, and then the people: the alert gets to its end."""
    loop = Reached(home)
    if not loop.vigia.desk.alerts(limit=1):
        loop.open()  # whoever asked was told that it failed, and asks again
    for _ in range(3):
        loop.tick(0.5)  # the lease of the dead process runs out
    next_step_fires(loop)
    loop.answer(AlertEvent.ACKNOWLEDGE, AlertEvent.ACT, AlertEvent.CLOSE)
    loop.tick(1.0)
    assert loop.alert().state == AlertState.CLOSED
    loop.vigia.close()


def next_step_fires(loop: Reached) -> None:
    """See that the alert's next deadline is there and fires in time."""
    before = loop.alert()
    if before.state not in UNFINISHED:
        return
    with loop.vigia.store.read() as work:
        due = "select min(due_at) from timers where subject = :id and fired_at is null"
        due_at = work._connection.execute(sa.text(due), {"id": before.id}).scalar_one()
        left_s = due_at - work.now()
    loop.tick(left_s + LATE_S / 10)
    assert loop.alert().turn > before.turn


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_whatever_commit_a_process_dies_at_the_loop_goes_on(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else ""
    with hook_host() as hooks:
        homes = Homes(tmp_path, hooks, url)
        whole = homes.make("whole")
        began = time.monotonic()
        live(whole, 0, "before")  # in this process: what it imports is there in all its forks
        commits = json.loads((whole.folder / "commits.json").read_text())
        assert set(commits) >= BOUNDARIES
        check(whole, hooks, "no kill")
        resent = 0
        for number, name in enumerate(commits, 1):
            for side in SIDES:
                case = f"{side} commit {number}, {name}"
                home = homes.make(f"{side}{number}")
                killed = in_a_process(lambda h=home, n=number, s=side: live(h, n, s))
                assert killed == -signal.SIGKILL, case
                assert in_a_process(lambda h=home: go_on(h)) == 0, case
                resent += check(home, hooks, case)
        sys.stderr.write(
            f"\n{2 * len(commits)} kills at {len(commits)} commits, "
            f"{resent} messages sent again, {time.monotonic() - began:.0f} s\n"
        )
    assert resent > 0  # some were killed after the sending


def check(home: Home, hooks: Receiver, case: str) -> int:
    """See that each told person was told once; return how many messages were sent again."""
    engine = make_engine(home.url, relaxed=False)
    with engine.connect() as connection:
        told = {row[0]: row[1] for row in connection.execute(sa.text(TOLD_QUERY))}
        unended = connection.execute(sa.text(UNENDED_QUERY)).scalar_one()
        uncertain = {row[0] for row in connection.execute(sa.text(UNCERTAIN_QUERY))}
    engine.dispose()
    sent = {known: times for known, times in hooks.times.items() if known in told}
    assert {known for known, state in told.items() if state == "accepted"} == set(sent), case
    assert unended == 0, case
    again = {known for known, times in sent.items() if times > 1}
    assert again <= uncertain, case  # it is on record that we did not know
    assert sum(sent.values()) - len(sent) <= 1, case
    return len(again)
