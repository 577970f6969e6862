from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.gate import SHUT_S, TRIP_AFTER, Gate, failed, passed, recovered, wait_s
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
