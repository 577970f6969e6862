"""Leaves a server alone that has failed again and again, so that nobody waits for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vigia_detect.errors import (
    LanguageModelError,
    ModelAwayError,
    ModelFaultError,
    ModelInvalidError,
    ModelRefusedError,
)
from vigia_detect.phrase import Phrase

FAILURES = 3
REST_S = 60.0
LONGEST_REST_S = 600.0
"""How many failures in a row, how long a rest, and how long a rest that the server itself asks for,
in seconds: engineering choices."""


class Breaker:
    """Closed, everybody passes; open, nobody; after a rest one may try, and decides for all.

    A failure is whatever says that the server cannot serve: no answer, none in time, busy, or a
    fault that came again. A refusal or nonsense is none: the server is there. Between failures of
    one request that it cannot bear, others are answered; when none is, the server is sick. One that
    asks to be left alone for a while, is, at once. Each process has a breaker of its own.
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
        self._why: type[LanguageModelError] = ModelAwayError

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Ask the server in the block; how it ends is taken note of.

        Raises:
            ModelAwayError: the server is being left alone.
            ModelFaultError: likewise, after faults of its own.
        """
        self._enter()
        try:
            yield
        except (ModelRefusedError, ModelInvalidError):
            self._answered()
            raise
        except BaseException as error:  # also a time limit of the worker's: no answer came
            self._failed(error)
            raise
        else:
            self._answered()

    def _enter(self) -> None:
        with self._lock:
            if self._failures < self._limit:
                return
            if self._trying or self._clock() < self._again_at:
                raise self._why(
                    Phrase("The server failed or asked for it: it is left alone for now.")
                )
            self._trying = True

    def _answered(self) -> None:
        with self._lock:
            self._failures, self._trying = 0, False

    def _failed(self, error: BaseException) -> None:
        asked_s = error.retry_after_s if isinstance(error, ModelAwayError) else None
        rest_s = self._rest_s if asked_s is None else min(asked_s, LONGEST_REST_S)
        with self._lock:
            self._failures = self._failures + 1 if asked_s is None else self._limit
            self._again_at = self._clock() + rest_s
            self._why = ModelFaultError if isinstance(error, ModelFaultError) else ModelAwayError
            self._trying = False
