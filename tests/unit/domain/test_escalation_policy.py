"""The policy's arithmetic, with a clock that is moved by hand."""

from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.escalation_policy import (
    Policy,
    Progress,
    Step,
    advance,
    moves_on,
    next_deadline,
)
from vigia_detect.domain.triage import Urgency

BEGAN = 1_000_000.0


def policy(gaps: list[float], *, nobody: float = 60.0, every: float = 30.0) -> Policy:
    marks = [sum(gaps[:number]) for number in range(len(gaps) + 1)]
    steps = tuple(Step(after, (f"role{after}",)) for after in marks)
    return Policy(Urgency.EMERGENCY, steps, 10.0, marks[-1] + nobody, every, 900.0, "role0")


policies = st.builds(
    policy,
    st.lists(st.floats(1, 7200), max_size=5),
    nobody=st.floats(1, 7200),
    every=st.floats(1, 7200),
)
EMERGENCY = policy([120.0, 180.0], nobody=300.0, every=300.0)


def told_at(one: Policy, until: float) -> list[tuple[float, tuple[str, ...]]]:
    """Fire each deadline when it is due; return what was told when, from the opening."""
    progress, told = Progress(BEGAN, BEGAN), []
    while (due := next_deadline(one, progress)) <= BEGAN + until:
        progress, steps = advance(one, progress, due)
        told.append((due - BEGAN, tuple(role for step in steps for role in step.roles)))
    return told


def test_an_emergency_goes_on_at_the_times_of_its_policy() -> None:
    everybody = ("role0", "role120.0", "role300.0")
    assert told_at(EMERGENCY, 1200) == [
        (0, ("role0",)),
        (120, ("role120.0",)),
        (300, ("role300.0",)),
        (600, everybody),
        (900, everybody),
        (1200, everybody),
    ]


@given(policies, st.lists(st.tuples(st.booleans(), st.floats(0, 10_000)), max_size=20))
def test_an_open_alert_always_has_a_next_deadline(
    one: Policy, turns: list[tuple[bool, float]]
) -> None:
    progress = Progress(BEGAN, BEGAN)
    for declined, late in turns:
        due = next_deadline(one, progress)
        assert due <= progress.told_at + max(one.nobody_after_s, one.repeat_every_s)
        now = max(progress.told_at, due - late if declined else due + late)
        progress, steps = advance(one, progress, now)
        assert steps
        assert next_deadline(one, progress) < float("inf")


@given(policies, st.lists(st.floats(0, 10_000), min_size=1, max_size=8))
def test_a_late_system_never_puts_a_later_step_off(one: Policy, delays: list[float]) -> None:
    progress = Progress(BEGAN, BEGAN)
    for number, late in enumerate(delays):
        if number < len(one.steps):
            assert next_deadline(one, progress) <= BEGAN + one.steps[number].after_s + 1e-6
        progress, _ = advance(one, progress, max(progress.told_at, BEGAN + late))


@given(policies)
def test_steps_are_told_in_order_and_then_all(one: Policy) -> None:
    progress, told = Progress(BEGAN, BEGAN), []
    for _ in one.steps:
        assert moves_on(progress)
        progress, steps = advance(one, progress, progress.told_at)
        told += steps
    assert tuple(told) == one.steps
    assert moves_on(progress)
    progress, steps = advance(one, progress, progress.told_at)
    assert steps == one.steps
    assert not moves_on(progress)


def test_a_decline_moves_on_at_once_and_keeps_the_distance_to_the_step_after() -> None:
    progress, _ = advance(EMERGENCY, Progress(BEGAN, BEGAN), BEGAN)
    progress, (second,) = advance(EMERGENCY, progress, BEGAN + 20)
    assert second.after_s == 120
    assert next_deadline(EMERGENCY, progress) == BEGAN + 20 + 180
