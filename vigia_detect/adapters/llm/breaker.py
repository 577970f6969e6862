"""Leaves a server alone that has failed again and again, so that nobody waits for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vigia_detect.errors import ModelAwayError, ModelInvalidError, ModelRefusedError

FAILURES = 3
REST_S = 60.0
"""How many failures in a row, and how long a rest, in seconds: engineering choices."""


class Breaker:
    """Closed, everybody passes; open, nobody; after a rest one may try, and decides for all.

    No answer in time is a failure like no answer at all. A refusal or nonsense is none: the
    server is there. Each process has a breaker of its own.
    """

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        rest_s: float = REST_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._rest_s = rest_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._again_at = 0.0
        self._trying = False

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Ask the server in the block; how it ends is taken note of.

        Raises:
            ModelAwayError: the server is being left alone.
        """
        self._enter()
        try:
            yield
        except (ModelRefusedError, ModelInvalidError):
            self._answered()
            raise
        except BaseException:  # also a time limit of the worker's: no answer came
            self._failed()
            raise
        else:
            self._answered()

    def _enter(self) -> None:
        with self._lock:
            if self._failures < self._limit:
                return
            if self._trying or self._clock() < self._again_at:
                raise ModelAwayError(
                    "The server failed {failures} times in a row and is left alone for now.",
                    failures=self._failures,
                )
            self._trying = True

    def _answered(self) -> None:
        with self._lock:
            self._failures, self._trying = 0, False

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._again_at = self._clock() + self._rest_s
            self._trying = False
