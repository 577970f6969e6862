import heapq
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.gate import (
    SHUT_S,
    TRIP_AFTER,
    Gate,
    ask,
    failed,
    passed,
    recovered,
    wait_s,
)
from vigia_detect.domain.triage import Urgency

NOW = 1000.0


def test_routine_keeps_the_pace_and_an_emergency_goes_first() -> None:
    gate = passed(passed(Gate(), NOW, 1.0), NOW, 1.0)
    assert wait_s(gate, NOW, Urgency.ROUTINE) == 2.0
    assert wait_s(gate, NOW, Urgency.EMERGENCY) == 0.0


def test_a_channel_that_fails_again_and_again_is_shut_and_tried_once() -> None:
    gate = Gate()
    for _ in range(TRIP_AFTER - 1):
        gate = failed(gate, NOW, None)
        assert wait_s(gate, NOW, Urgency.EMERGENCY) == 0.0
    gate = failed(gate, NOW, None)
    assert wait_s(gate, NOW, Urgency.EMERGENCY) == SHUT_S
    later = NOW + SHUT_S
    assert wait_s(gate, later, Urgency.ROUTINE) == 0.0
    assert wait_s(failed(gate, later, None), later, Urgency.ROUTINE) == SHUT_S
    assert wait_s(recovered(gate), NOW, Urgency.ROUTINE) == 0.0


@given(st.floats(0.1, 600), st.sampled_from(list(Urgency)))
def test_what_a_provider_asks_for_holds_for_all(retry_after: float, urgency: Urgency) -> None:
    assert abs(wait_s(failed(Gate(), NOW, retry_after), NOW, urgency) - retry_after) < 1e-6


def test_a_server_that_does_not_answer_is_shut_at_once_and_tried_by_one() -> None:
    gate = failed(Gate(), NOW, slow=True)
    assert wait_s(gate, NOW, Urgency.EMERGENCY) == SHUT_S
    probe = ask(gate, NOW + SHUT_S, Urgency.EMERGENCY, 1.0)
    assert probe.wait_s == 0.0
    assert ask(probe.gate, NOW + SHUT_S, Urgency.EMERGENCY, 1.0).wait_s == SHUT_S
    assert ask(recovered(probe.gate), NOW + SHUT_S, Urgency.EMERGENCY, 1.0).wait_s == 0.0


def test_told_to_wait_is_no_failure() -> None:
    gate = Gate()
    for _ in range(3 * TRIP_AFTER):
        gate = failed(gate, NOW, 1.0)
    assert (gate.failures, gate.shut_until) == (0, NOW + 1.0)


def test_an_emergency_passes_those_in_line_and_the_urgent_pass_routine() -> None:
    gate, pace = passed(Gate(), NOW, 1.0), 1.0
    for _ in range(100):
        gate = ask(gate, NOW, Urgency.ROUTINE, pace).gate
    urgent = ask(gate, NOW, Urgency.URGENT, pace)
    assert urgent.place == NOW + 1.0
    assert ask(urgent.gate, NOW, Urgency.EMERGENCY, pace).wait_s == 0.0
    first = ask(urgent.gate, NOW + 1.0, Urgency.ROUTINE, pace, NOW + 1.0)
    assert first.wait_s == 1.0  # the urgent one that waits goes before


def test_a_place_is_kept_until_it_is_due() -> None:
    turn = ask(passed(Gate(), NOW, 1.0), NOW, Urgency.ROUTINE, 1.0)
    assert turn.place == NOW + 1.0
    later = ask(turn.gate, NOW + 1.0, Urgency.ROUTINE, 1.0)
    assert later.place == NOW + 2.0  # who comes new does not take it
    early = ask(later.gate, NOW + 1.5, Urgency.ROUTINE, 1.0, later.place)
    assert (early.wait_s, early.place) == (0.5, NOW + 2.0)
    assert ask(later.gate, NOW + 1.0, Urgency.ROUTINE, 1.0, turn.place).wait_s == 0.0


@pytest.mark.parametrize("away_s", [0, 300])
@pytest.mark.parametrize("emergencies", [0, 50])
def test_however_many_wait_each_asks_a_few_times_only(away_s: int, emergencies: int) -> None:
    """Simulates 2,000 messages to one address; sweeps find what is due within half a second."""
    rng, gate, asked = random.Random(4), Gate(), 0  # noqa: S311 - no secret
    passed_at: dict[Urgency, list[float]] = {Urgency.ROUTINE: [], Urgency.EMERGENCY: []}
    coming = [(rng.uniform(0, 0.5), number, Urgency.ROUTINE) for number in range(2000)]
    coming += [(rng.uniform(0, 1000), number, Urgency.EMERGENCY) for number in range(emergencies)]
    events = [(now, number, urgency, None) for now, number, urgency in coming]
    heapq.heapify(events)
    while events:
        now, number, urgency, place = heapq.heappop(events)
        if 200 < now < 200 + away_s:  # all processes are down: then all come at once
            heapq.heappush(events, (200.0 + away_s, number, urgency, place))
            continue
        turn = ask(gate, now, urgency, 1.0, place)
        gate, asked = turn.gate, asked + 1
        if turn.wait_s > 0:
            again = now + turn.wait_s + rng.uniform(0, 0.5)
            heapq.heappush(events, (again, number, urgency, turn.place))
        else:
            passed_at[urgency].append(now)
    routine = passed_at[Urgency.ROUTINE]
    assert (len(routine), len(passed_at[Urgency.EMERGENCY])) == (2000, emergencies)
    assert all(later - now > 0.999 for now, later in pairwise(routine))
    assert asked < 5 * (2000 + emergencies)
    assert routine[-1] < 1.3 * 2000 + away_s + emergencies
