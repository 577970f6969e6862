from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, codes, mermaid, table
from vigia_detect.domain.alert_states import (
    ALERT_TABLE,
    HOPELESS,
    NOTIFICATION_TABLE,
    TOLD,
    AlertState,
    NotificationState,
)
from vigia_detect.domain.stages import ESSENTIAL, INPUTS
from vigia_detect.domain.states import (
    CASE_ENDS,
    CASE_TABLE,
    RUN_ENDS,
    RUN_TABLE,
    CaseState,
    Event,
    RunState,
    State,
    StatusCode,
)

Word = TypeVar("Word", bound=StrEnum)

CASE_MEANING: Mapping[CaseState, str] = {
    CaseState.ACCEPTED: "stored; nothing has been worked on yet",
    CaseState.PROCESSING: "a process has begun with its first stage",
    CaseState.COMPLETED: "finished; preliminary until a person confirms it",
    CaseState.NEEDS_REVIEW: "finished; a person must look",
    CaseState.ESCALATED: "finished; nobody has acted yet on an alert about it",
    CaseState.FAILED: "no result is possible; a person has been told",
}

RUN_MEANING: Mapping[RunState, str] = {
    RunState.WAITING: "some of its inputs have not ended",
    RunState.READY: "may be claimed, now or after its pause",
    RunState.RUNNING: "one process owns it until its lease ends",
    RunState.DONE: "its result is stored",
    RunState.FAILED: "out of attempts, or trying again cannot help",
}

ALERT_MEANING: Mapping[AlertState, str] = {
    AlertState.OPEN: "nobody has taken it on; its next deadline tells more people",
    AlertState.ACKNOWLEDGED: "a named person has taken it on, and must act by its next deadline",
    AlertState.ACTED: "a named person has said what is to be done is done",
    AlertState.CLOSED: "nothing is left to do",
    AlertState.SUPERSEDED: "a more urgent alert of the same case has taken its place",
}

NOTIFICATION_MEANING: Mapping[NotificationState, str] = {
    NotificationState.PENDING: "waits for its turn",
    NotificationState.SENDING: "one process is handing it over",
    NotificationState.ACCEPTED: "the provider has taken it on",
    NotificationState.DELIVERED: "the provider says that it has arrived",
    NotificationState.READ: "the provider says that it has been read",
    NotificationState.FAILED_TEMPORARY: "not taken on, or nobody knows; it is sent again",
    NotificationState.FAILED_PERMANENT: "never to be taken on; the next channel is used",
    NotificationState.SUPPRESSED: "not needed any more: somebody has answered",
}

CODE_MEANING: Mapping[StatusCode, str] = {
    StatusCode.QUEUED: "its first stages wait for a process",
    StatusCode.ANALYSING: "its stages run",
    StatusCode.RESULT_READY: "every stage ended well and no rule asks for a person",
    StatusCode.REVIEW_REQUIRED: "a rule, or triage without a clear word, asks for a person",
    StatusCode.STAGE_EXHAUSTED: "a stage gave up; the result lacks its part",
    StatusCode.ALERT_OPEN: "somebody must act on an alert",
    StatusCode.NO_RESULT: "medical analysis or triage gave up",
    StatusCode.CONFIRMED: "a named person has confirmed the result",
}

ENDING = """\
A case ends when all its runs have ended. The first line that fits decides: an essential stage
failed → `failed`; nobody has acted on an alert → `escalated`; a person has confirmed the result →
`completed`; another stage failed → `needs_review`; triage did not say that no review is needed →
`needs_review`; otherwise → `completed`. The same lines decide again whenever an alert of an ended
case opens, reopens or is acted on, and when a person confirms the result. A new decision takes
the confirmation of the one before it away."""


def diagram(
    moves: Mapping[tuple[State, Event], State], first: State, ends: frozenset[State]
) -> str:
    """Return the Mermaid state diagram of a transition table."""
    steps: list[str] = [
        f"    {source} --> {target}: {event}" for (source, event), target in moves.items()
    ]
    last: list[str] = [f"    {state} --> [*]" for state in type(first) if state in ends]
    return mermaid(["stateDiagram-v2", f"    [*] --> {first}", *steps, *last])


def flow() -> str:
    """Return the Mermaid diagram of the stages and what each waits for."""
    arrows = [f"    {source} --> {stage}" for stage in INPUTS for source in INPUTS[stage]]
    first = [f"    accepted([accepted]) --> {stage}" for stage in INPUTS if not INPUTS[stage]]
    return mermaid(["flowchart LR", *first, *arrows])


def page() -> str:
    """Return `states.md`."""
    cases = diagram(CASE_TABLE, CaseState.ACCEPTED, CASE_ENDS)
    runs = diagram(RUN_TABLE, RunState.WAITING, RUN_ENDS)
    return markdown.page(
        "States",
        "A pair of state and event that is not in its table raises; the SQL that moves rows is "
        "built from the same tables.",
        "## A case",
        cases,
        _meanings("State", CASE_MEANING, CaseState),
        _moves(CASE_TABLE),
        "## Why a case is where it is: `status_code`",
        _meanings("Code", CODE_MEANING, StatusCode),
        ENDING,
        "## The stages",
        flow(),
        f"Essential: {codes(stage for stage in INPUTS if stage in ESSENTIAL)}. When one of the "
        "others fails, a person is told and the case goes on with what is known.",
        "## A run of a stage, or of a notification",
        runs,
        _meanings("State", RUN_MEANING, RunState),
        _moves(RUN_TABLE),
        "## An alert",
        diagram(ALERT_TABLE, AlertState.OPEN, frozenset({AlertState.CLOSED})),
        _meanings("State", ALERT_MEANING, AlertState),
        _moves(ALERT_TABLE),
        "## A notification",
        diagram(NOTIFICATION_TABLE, NotificationState.PENDING, TOLD | HOPELESS),
        _meanings("State", NOTIFICATION_MEANING, NotificationState),
        _moves(NOTIFICATION_TABLE),
    )


def _meanings(heading: str, meaning: Mapping[Word, str], kind: type[Word]) -> str:
    return table([heading, "Meaning"], ((code(one), meaning[one]) for one in kind))


def _moves(moves: Mapping[tuple[State, Event], State]) -> str:
    rows = ((code(state), code(event), code(target)) for (state, event), target in moves.items())
    return table(["In state", "on event", "goes to"], rows)
