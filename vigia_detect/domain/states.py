"""What can happen to a case and to a run: two tables, `(state, event) -> state`.

A pair that is not in its table raises. The SQL that moves rows is built from the same tables
(`sources`), so the database cannot make a step that this file does not allow.
`docs/reference/states.md` is drawn from them, and from those of `alert_states`.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar


class CaseState(StrEnum):
    """Where a case stands; the coarse answer that drives logic."""

    ACCEPTED = "accepted"
    PROCESSING = "processing"
    COMPLETED = "completed"
    NEEDS_REVIEW = "needs_review"
    ESCALATED = "escalated"
    FAILED = "failed"


class CaseEvent(StrEnum):
    """What moves a case."""

    START = "start"
    FINISH = "finish"
    FINISH_FOR_REVIEW = "finish_for_review"
    FINISH_WITH_ALERT = "finish_with_alert"
    FINISH_WITHOUT_RESULT = "finish_without_result"
    ALERT_OPENED = "alert_opened"
    ALERT_ENDED = "alert_ended"
    ALERT_ENDED_FOR_REVIEW = "alert_ended_for_review"
    CONFIRM = "confirm"
    REOPEN = "reopen"


class RunState(StrEnum):
    """Where one run of one task stands."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RunEvent(StrEnum):
    """What moves a run."""

    INPUTS_ENDED = "inputs_ended"
    CLAIM = "claim"
    FINISH = "finish"
    RETRY = "retry"
    LOSE = "lose"
    EXHAUST = "exhaust"
    REOPEN = "reopen"
    WAIT_AGAIN = "wait_again"


class StatusCode(StrEnum):
    """Why a case is in its state; the fine answer that explains."""

    QUEUED = "queued"
    ANALYSING = "analysing"
    RESULT_READY = "result_ready"
    REVIEW_REQUIRED = "review_required"
    STAGE_EXHAUSTED = "stage_exhausted"
    ALERT_OPEN = "alert_open"
    NO_RESULT = "no_result"
    CONFIRMED = "confirmed"


State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)

CASE_TABLE: Mapping[tuple[CaseState, CaseEvent], CaseState] = MappingProxyType(
    {
        (CaseState.ACCEPTED, CaseEvent.START): CaseState.PROCESSING,
        (CaseState.PROCESSING, CaseEvent.FINISH): CaseState.COMPLETED,
        (CaseState.PROCESSING, CaseEvent.FINISH_FOR_REVIEW): CaseState.NEEDS_REVIEW,
        (CaseState.PROCESSING, CaseEvent.FINISH_WITH_ALERT): CaseState.ESCALATED,
        (CaseState.PROCESSING, CaseEvent.FINISH_WITHOUT_RESULT): CaseState.FAILED,
        # What an ended case waits for has changed: an alert, or a person's word on the result.
        (CaseState.COMPLETED, CaseEvent.ALERT_OPENED): CaseState.ESCALATED,
        (CaseState.NEEDS_REVIEW, CaseEvent.ALERT_OPENED): CaseState.ESCALATED,
        (CaseState.ESCALATED, CaseEvent.ALERT_ENDED): CaseState.COMPLETED,
        (CaseState.ESCALATED, CaseEvent.ALERT_ENDED_FOR_REVIEW): CaseState.NEEDS_REVIEW,
        (CaseState.NEEDS_REVIEW, CaseEvent.CONFIRM): CaseState.COMPLETED,
        # A person asks for a stage again: what it gave stays on record, its runs begin anew.
        (CaseState.COMPLETED, CaseEvent.REOPEN): CaseState.PROCESSING,
        (CaseState.NEEDS_REVIEW, CaseEvent.REOPEN): CaseState.PROCESSING,
        (CaseState.ESCALATED, CaseEvent.REOPEN): CaseState.PROCESSING,
        (CaseState.FAILED, CaseEvent.REOPEN): CaseState.PROCESSING,
    }
)

RUN_TABLE: Mapping[tuple[RunState, RunEvent], RunState] = MappingProxyType(
    {
        (RunState.WAITING, RunEvent.INPUTS_ENDED): RunState.READY,
        (RunState.READY, RunEvent.CLAIM): RunState.RUNNING,
        (RunState.RUNNING, RunEvent.FINISH): RunState.DONE,
        (RunState.RUNNING, RunEvent.RETRY): RunState.READY,
        (RunState.RUNNING, RunEvent.LOSE): RunState.READY,
        (RunState.RUNNING, RunEvent.EXHAUST): RunState.FAILED,
        (RunState.DONE, RunEvent.REOPEN): RunState.READY,
        (RunState.FAILED, RunEvent.REOPEN): RunState.READY,
        (RunState.DONE, RunEvent.WAIT_AGAIN): RunState.WAITING,
        (RunState.FAILED, RunEvent.WAIT_AGAIN): RunState.WAITING,
    }
)

CASE_ENDS = frozenset(
    {CaseState.COMPLETED, CaseState.NEEDS_REVIEW, CaseState.ESCALATED, CaseState.FAILED}
)
RUN_ENDS = frozenset({RunState.DONE, RunState.FAILED})
SETTLING = frozenset(
    {
        CaseEvent.ALERT_OPENED,
        CaseEvent.ALERT_ENDED,
        CaseEvent.ALERT_ENDED_FOR_REVIEW,
        CaseEvent.CONFIRM,
    }
)
"""They move a case that has ended from one end to another; its runs stay as they are."""


class UnknownTransitionError(ValueError):
    """The table has no such pair: a programming error, never a user's."""


def step(table: Mapping[tuple[State, Event], State], state: State, event: Event) -> State:
    """Return the state that follows.

    Raises:
        UnknownTransitionError: the table does not allow this event in this state.
    """
    try:
        return table[state, event]
    except KeyError:
        raise UnknownTransitionError(f"{event} is not possible in state {state}") from None


def move(table: Mapping[tuple[State, Event], State], event: Event) -> tuple[State, State]:
    """Return the one (source, target) pair of an event, for a compare-and-set in SQL.

    Raises:
        UnknownTransitionError: the event has no source, or more than one.
    """
    pairs = [(source, target) for (source, known), target in table.items() if known == event]
    if len(pairs) != 1:
        raise UnknownTransitionError(f"{event} has {len(pairs)} sources, not one")
    return pairs[0]
