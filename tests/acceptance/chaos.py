"""Kills what runs, at random, as a bad day would."""

import contextlib
import random
import threading
import time
from types import TracebackType
from typing import Self

import psutil
import redis
from acceptance.system import BROKER, System

BEATS_A_START = 4  # so that a beat is a second where workers need four to come up


class Chaos:
    """At every beat one worker process dies; besides, the broker dies twice and forgets once.

    A beat is a second, or longer where processes start slowly: on a busy machine those that die
    every second are never there long enough to do anything, and nothing is tested.

    A worker process is chosen by its place in the layout. While that place is empty, because what
    was there died and is not back, a child of any worker dies instead.

    Args:
        system: its victim.
        seed: chooses who dies, so that a run can be repeated.
        plan: number of the beat -> what befalls the broker then.
    """

    def __init__(self, system: System, seed: int, plan: dict[int, str]) -> None:
        self._system = system
        self._names = system.worker_names()
        # A parent and its children, each as likely to die as any other.
        self._places = [(n, i) for n in self._names for i in range(len(system.tree(n)))]
        self._random = random.Random(seed)  # noqa: S311 - not a secret
        self._plan = plan
        self._beat_s = max(1.0, system.start_s / BEATS_A_START)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos")
        self.parents_killed = 0
        self.children_killed = 0
        self.broker_killed = 0
        self.flushed = 0
        self.errors: list[Exception] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        began, beat = time.monotonic(), 0
        while not self._done.wait(max(0.0, began + (beat + 1) * self._beat_s - time.monotonic())):
            beat += 1
            try:
                self._kill_a_worker()
                self._hurt_the_broker(self._plan.get(beat, ""))
            except Exception as error:  # noqa: BLE001 - the test looks at them
                self.errors.append(error)

    def _kill_a_worker(self) -> None:
        name, place = self._random.choice(self._places)
        tree = self._system.tree(name)
        if place < len(tree):
            victim = tree[place]
        else:
            victims = [child for one in self._names for child in self._system.tree(one)[1:]]
            if not victims:
                return  # all have just started; to kill a start again and again tests nothing
            victim, place = self._random.choice(victims), 1
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
            self.parents_killed += place == 0
            self.children_killed += place > 0

    def _hurt_the_broker(self, what: str) -> None:
        if what == "kill" and (pid := self._system.pid(BROKER)) is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
                self.broker_killed += 1
        if what == "flush":
            with contextlib.closing(self._system.broker.client()) as client:
                try:
                    client.flushall()
                    self.flushed += 1
                except redis.ConnectionError:
                    self._plan[max(self._plan) + 1] = "flush"
