import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect import errors
from vigia_detect.domain.case import Run
from vigia_detect.domain.failure import (
    CODE_LENGTH,
    Failure,
    FailureKind,
    classify,
    decide,
    error_code,
)
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.policy import NARRATIVE, NOTIFICATION, FailureSeverity, task_policies
from vigia_detect.domain.stages import Stage

POLICIES = task_policies()
SECRET = "Ana Pérez 12.345.678-9"
tasks = st.sampled_from(sorted(POLICIES))


def run(task: str, *, attempt: int = 1, earlier: int = 0, outages: int = 0) -> Run:
    return Run(RunId("r"), task, "c", attempt, "q", earlier, outages)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RuntimeError(SECRET), FailureKind.RETRYABLE),
        (MemoryError(SECRET), FailureKind.RETRYABLE),
        (errors.CorruptDataError(SECRET), FailureKind.NOT_RETRYABLE),
        (errors.ChannelPermanentError(SECRET), FailureKind.NOT_RETRYABLE),
        (errors.ConfigurationError(SECRET), FailureKind.NOT_RETRYABLE),
        (errors.StageTimedOutError(SECRET), FailureKind.SOFT_LIMIT),
        (errors.DatabaseUnavailableError(SECRET), FailureKind.DEPENDENCY_DOWN),
        (errors.BrokerUnavailableError(SECRET), FailureKind.DEPENDENCY_DOWN),
        (errors.StorageFullError(SECRET), FailureKind.DEPENDENCY_DOWN),
        (errors.ModelAwayError(SECRET), FailureKind.DEPENDENCY_DOWN),
        (errors.ModelSlowError(SECRET), FailureKind.NOT_RETRYABLE),
        (errors.ModelRefusedError(SECRET), FailureKind.NOT_RETRYABLE),
        (errors.ModelInvalidError(SECRET), FailureKind.NOT_RETRYABLE),
        (errors.ModelFaultError(SECRET), FailureKind.DEPENDENCY_DOWN),
        (errors.NoNarrativeError("away"), FailureKind.DEPENDENCY_DOWN),
        (errors.NoNarrativeError("server_error"), FailureKind.DEPENDENCY_DOWN),
        (errors.NoNarrativeError("slow"), FailureKind.NOT_RETRYABLE),
        (errors.NoNarrativeError("nothing_left"), FailureKind.NOT_RETRYABLE),
        (errors.PoisonMessageError("arguments"), FailureKind.POISON_MESSAGE),
    ],
)
def test_the_kind_is_a_property_of_the_error(error: Exception, kind: FailureKind) -> None:
    failure = classify(error)
    assert failure.kind == kind
    assert "Ana" not in failure.code


def test_every_error_of_ours_says_itself_whether_to_try_again() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    ours = [one for one in kinds if issubclass(one, errors.VigiaError)]
    assert len(ours) > 20
    for kind in ours:
        temporary = issubclass(kind, errors.ChannelTemporaryError)
        made = kind("x") if temporary else kind.__new__(kind)
        assert classify(made).retryable == kind.retryable, kind


@given(st.text(min_size=1, max_size=300))
def test_a_code_fits_its_column_and_holds_no_text(text: str) -> None:
    long = type("E" * 200, (RuntimeError,), {})
    assert len(error_code(long(text))) <= CODE_LENGTH
    assert error_code(ValueError(text)) == "ValueError"


@given(tasks, st.integers(0, 50), st.floats(0, 1, exclude_max=True))
def test_tries_are_counted_from_where_somebody_asked(task: str, earlier: int, j: float) -> None:
    failure = Failure(FailureKind.RETRYABLE, "x")
    policy, last = POLICIES[task], earlier + POLICIES[task].max_attempts
    assert decide(policy, run(task, attempt=last, earlier=earlier), failure, j).pause_s is None
    again = decide(policy, run(task, attempt=last - 1, earlier=earlier), failure, j)
    assert again.pause_s is not None
    assert again.pause_s > 0


@given(tasks)
def test_an_outage_uses_up_no_try_but_ends(task: str) -> None:
    policy, failure = POLICIES[task], classify(errors.DatabaseUnavailableError())
    attempt = outages = waited = 0
    while True:
        attempt += 1
        decision = decide(policy, run(task, attempt=attempt, outages=outages), failure, 0.5)
        if decision.pause_s is None:
            break
        waited += decision.pause_s
        outages += decision.outage
    assert outages == policy.max_outages
    assert attempt == policy.max_outages + policy.max_attempts
    if task != NOTIFICATION:
        assert 300 < waited < 1200


@given(st.floats(0, 1, exclude_max=True))
def test_a_narrative_waits_for_its_server_between_8_and_16_minutes(jitter: float) -> None:
    failure = classify(errors.NoNarrativeError("away"))
    narrative, waited_s = run(NARRATIVE), 0.0
    while (decision := decide(POLICIES[NARRATIVE], narrative, failure, jitter)).pause_s is not None:
        waited_s += decision.pause_s
        outages = narrative.outages + decision.outage
        narrative = run(NARRATIVE, attempt=narrative.attempt + 1, outages=outages)
    assert 8 * 60 <= waited_s <= 16 * 60


def test_after_an_outage_all_tries_are_left() -> None:
    failure = Failure(FailureKind.RETRYABLE, "x")
    triage = POLICIES[Stage.TRIAGE]
    tried = run(Stage.TRIAGE, attempt=18, outages=16)
    assert decide(triage, tried, failure, 0).pause_s is not None


@given(tasks, st.sampled_from(FailureKind), st.integers(1, 30))
def test_a_retry_is_a_delay_at_worst_and_giving_up_is_what_the_table_says(
    task: str, kind: FailureKind, attempt: int
) -> None:
    decision = decide(POLICIES[task], run(task, attempt=attempt), Failure(kind, "x"), 0)
    if decision.pause_s is None:
        assert decision.severity == POLICIES[task].severity
    else:
        least = min(POLICIES[task].severity.rank, FailureSeverity.MEDIUM.rank)
        assert decision.severity.rank == least


@pytest.mark.parametrize("kind", [FailureKind.NOT_RETRYABLE, FailureKind.POISON_MESSAGE])
def test_what_cannot_help_is_not_tried_again(kind: FailureKind) -> None:
    for task, policy in POLICIES.items():
        assert decide(policy, run(task), Failure(kind, "x"), 0).pause_s is None


def test_who_asks_to_be_left_alone_is() -> None:
    error = errors.ChannelTemporaryError("slow down", retry_after_s=120)
    decision = decide(POLICIES[NOTIFICATION], run(NOTIFICATION), classify(error), 0)
    assert decision.pause_s == 120
