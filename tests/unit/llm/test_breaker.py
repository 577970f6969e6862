"""A server that fails again and again is left alone, tried by one, and trusted again."""

from contextlib import suppress

import pytest

from vigia_detect.adapters.llm.breaker import FAILURES, LONGEST_REST_S, REST_S, Breaker
from vigia_detect.errors import (
    LanguageModelError,
    ModelAwayError,
    ModelFaultError,
    ModelInvalidError,
    ModelRefusedError,
    ModelSlowError,
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock=clock)


def end_with(breaker: Breaker, *errors: BaseException) -> None:
    for error in errors:
        with suppress(type(error)), breaker.passing():
            raise error


def passes(breaker: Breaker) -> bool:
    try:
        with breaker.passing():
            return True
    except LanguageModelError:
        return False


@pytest.mark.parametrize(
    "kind", [ModelAwayError, ModelFaultError, ModelSlowError, KeyboardInterrupt, OSError]
)
def test_failures_in_a_row_open_it(breaker: Breaker, kind: type[BaseException]) -> None:
    end_with(breaker, *[kind()] * FAILURES)
    assert not passes(breaker)


def test_fewer_failures_do_not(breaker: Breaker) -> None:
    end_with(breaker, *[ModelSlowError()] * (FAILURES - 1))
    assert passes(breaker)
    end_with(breaker, *[ModelSlowError()] * (FAILURES - 1))
    assert passes(breaker)


@pytest.mark.parametrize("kind", [ModelRefusedError, ModelInvalidError])
def test_a_server_that_says_nonsense_is_there(
    breaker: Breaker, kind: type[LanguageModelError]
) -> None:
    end_with(breaker, ModelAwayError(), ModelAwayError(), kind(), ModelAwayError())
    assert passes(breaker)


def test_after_a_rest_one_may_try_and_the_others_wait(breaker: Breaker, clock: Clock) -> None:
    end_with(breaker, *[ModelAwayError()] * FAILURES)
    clock.now = REST_S - 0.01
    assert not passes(breaker)
    clock.now = REST_S
    with breaker.passing():
        assert not passes(breaker)
    assert passes(breaker)


def test_a_failed_trial_is_another_rest(breaker: Breaker, clock: Clock) -> None:
    end_with(breaker, *[ModelAwayError()] * FAILURES)
    clock.now = REST_S
    end_with(breaker, ModelSlowError())
    assert not passes(breaker)
    clock.now = 2 * REST_S
    assert passes(breaker)
    assert passes(breaker)


def test_one_request_that_always_fails_silences_nobody(breaker: Breaker) -> None:
    for _ in range(2 * FAILURES):
        end_with(breaker, ModelFaultError())
        assert passes(breaker)


@pytest.mark.parametrize(
    ("asked_s", "rest_s"), [(7.0, 7.0), (0.0, 0.0), (float("inf"), LONGEST_REST_S)]
)
def test_who_asks_to_be_left_alone_is_at_once_but_not_for_ever(
    breaker: Breaker, clock: Clock, asked_s: float, rest_s: float
) -> None:
    end_with(breaker, ModelAwayError(retry_after_s=asked_s))
    if rest_s:
        clock.now = rest_s - 0.01
        assert not passes(breaker)
    clock.now = rest_s
    assert passes(breaker)


def test_busy_without_a_time_is_a_failure_like_others(breaker: Breaker) -> None:
    end_with(breaker, *[ModelAwayError()] * (FAILURES - 1))
    assert passes(breaker)


@pytest.mark.parametrize(
    ("last", "why"),
    [
        (ModelFaultError, ModelFaultError),
        (ModelSlowError, ModelAwayError),
        (OSError, ModelAwayError),
    ],
)
def test_who_is_turned_away_hears_what_was_wrong(
    breaker: Breaker, last: type[Exception], why: type[LanguageModelError]
) -> None:
    end_with(breaker, *[ModelAwayError()] * (FAILURES - 1), last())
    with pytest.raises(LanguageModelError, match="left alone") as caught, breaker.passing():
        pass
    assert type(caught.value) is why
