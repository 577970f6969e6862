import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.policy import (
    DECISION_AUDIT,
    NARRATIVE,
    NOTIFICATION,
    QUEUES,
    FailureSeverity,
    Queue,
    TaskPolicy,
    backoff_s,
    may_retry,
    queue_of,
    task_policies,
)
from vigia_detect.domain.stages import ESSENTIAL, Stage

jitters = st.floats(0, 1, exclude_max=True)
attempts = st.integers(1, 200)
policies = st.builds(
    TaskPolicy,
    soft_limit_s=st.just(1),
    hard_limit_s=st.just(2),
    max_attempts=st.integers(1, 20),
    backoff_s=st.floats(0.01, 30),
    severity=st.sampled_from(FailureSeverity),
)


@given(policies, attempts, jitters)
def test_a_pause_is_never_longer_than_its_cap_nor_less_than_half_of_what_is_due(
    policy: TaskPolicy, attempt: int, jitter: float
) -> None:
    due = min(60.0, policy.backoff_s * 2.0 ** (attempt - 1))
    assert due / 2 <= backoff_s(policy, attempt, jitter) <= due <= 60


@given(policies, attempts, jitters)
def test_pauses_do_not_shrink(policy: TaskPolicy, attempt: int, jitter: float) -> None:
    assert backoff_s(policy, attempt, jitter) <= backoff_s(policy, attempt + 1, jitter)


@given(policies, attempts, jitters, jitters)
def test_runs_that_fail_together_do_not_come_back_together(
    policy: TaskPolicy, attempt: int, one: float, other: float
) -> None:
    pauses = [backoff_s(policy, attempt, jitter) for jitter in sorted((one, other))]
    assert pauses == sorted(pauses)
    assert backoff_s(policy, attempt, 0) < backoff_s(policy, attempt, 0.5)


@given(policies)
def test_attempts_end(policy: TaskPolicy) -> None:
    tried = [n for n in range(1, 100) if may_retry(policy, n, retryable=True)]
    assert tried == list(range(1, policy.max_attempts))
    assert not any(may_retry(policy, n, retryable=False) for n in range(1, 100))


@given(st.integers(2, 3600), st.integers(2, 3600))
def test_a_task_is_asked_to_stop_before_it_is_killed(medical: int, image: int) -> None:
    for policy in task_policies(medical_timeout_s=medical, image_timeout_s=image).values():
        assert 1 <= policy.soft_limit_s < policy.hard_limit_s


def test_limits_follow_their_settings() -> None:
    table = task_policies(medical_timeout_s=100, image_timeout_s=40)
    assert table[Stage.TRIAGE].hard_limit_s == 100
    assert table[Stage.IMAGE_ANALYSIS].hard_limit_s == 40


def test_medical_tasks_have_at_most_three_attempts() -> None:
    medical = set(Stage) - {Stage.AUDIT_LOG}
    assert all(task_policies()[stage].max_attempts <= 3 for stage in medical)


def test_every_task_has_a_policy_and_a_queue() -> None:
    assert set(task_policies()) == set(QUEUES) == {*Stage, DECISION_AUDIT, NARRATIVE, NOTIFICATION}


def test_what_leaves_no_result_or_reaches_nobody_is_critical() -> None:
    table = task_policies()
    for task in (*ESSENTIAL, NOTIFICATION):
        assert table[task].severity == FailureSeverity.CRITICAL


@pytest.mark.parametrize("task", sorted(set(QUEUES) - {NARRATIVE}))
def test_all_work_of_an_emergency_has_its_own_queue(task: str) -> None:
    assert queue_of(task, emergency=True) == Queue.EMERGENCY
    assert queue_of(task, emergency=False) == QUEUES[task] != Queue.EMERGENCY


@pytest.mark.parametrize("emergency", [False, True])
def test_a_language_model_is_in_nobodys_way(*, emergency: bool) -> None:
    others = {waits for task, waits in QUEUES.items() if task != NARRATIVE}
    assert queue_of(NARRATIVE, emergency=emergency) == Queue.NARRATIVE not in others


@pytest.mark.parametrize("deadline_s", [1.0, 2.5, 600.0, 7200.0])
def test_a_narrative_has_its_whole_deadline_and_harms_nobody(deadline_s: float) -> None:
    policy = task_policies(narrative_deadline_s=deadline_s)[NARRATIVE]
    assert deadline_s + 30 <= policy.soft_limit_s <= policy.hard_limit_s - 30
    assert (policy.severity, policy.max_attempts) == (FailureSeverity.LOW, 2)
