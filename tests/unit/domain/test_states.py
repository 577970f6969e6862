from collections.abc import Mapping
from itertools import product

import pytest

from vigia_detect.domain.audit import RUN_AUDIT
from vigia_detect.domain.states import (
    CASE_ENDS,
    CASE_TABLE,
    RUN_ENDS,
    RUN_TABLE,
    SETTLING,
    CaseEvent,
    CaseState,
    RunEvent,
    RunState,
    UnknownTransitionError,
    move,
    step,
)

ANEW = {CaseEvent.REOPEN, RunEvent.REOPEN, RunEvent.WAIT_AGAIN}

Table = Mapping[tuple[str, str], str]

tables = pytest.mark.parametrize(
    ("table", "states", "events", "first", "ends"),
    [
        (CASE_TABLE, CaseState, CaseEvent, CaseState.ACCEPTED, CASE_ENDS),
        (RUN_TABLE, RunState, RunEvent, RunState.WAITING, RUN_ENDS),
    ],
    ids=["case", "run"],
)


@tables
def test_a_pair_that_is_not_in_the_table_raises(
    table: Table, states: type, events: type, first: str, ends: frozenset[str]
) -> None:
    del first, ends
    unknown = [pair for pair in product(states, events) if pair not in table]
    assert unknown
    for state, event in unknown:
        with pytest.raises(UnknownTransitionError, match=f"{event} .* {state}"):
            step(table, state, event)


@tables
def test_every_state_is_reachable_from_the_first(
    table: Table, states: type, events: type, first: str, ends: frozenset[str]
) -> None:
    del events, ends
    reached, border = {first}, {first}
    while border:
        border = {to for (source, _), to in table.items() if source in border} - reached
        reached |= border
    assert reached == set(states)


@tables
def test_only_a_person_leads_out_of_the_ends_and_every_other_state_has_a_way_on(
    table: Table, states: type, events: type, first: str, ends: frozenset[str]
) -> None:
    del events, first
    usual = {source for source, event in table if event not in ANEW | SETTLING}
    assert usual == set(states) - ends
    assert {source for source, event in table if event in ANEW} == ends


def test_a_case_that_has_ended_settles_in_another_end_only() -> None:
    for (source, event), target in CASE_TABLE.items():
        if event in SETTLING:
            assert {source, target} <= CASE_ENDS - {CaseState.FAILED}
            assert source != target


@tables
def test_every_event_but_those_that_begin_anew_is_one_compare_and_set(
    table: Table, states: type, events: type, first: str, ends: frozenset[str]
) -> None:
    del states, first, ends
    for event in set(events) - ANEW - SETTLING:
        source, target = move(table, event)
        assert step(table, source, event) == target


def test_an_event_with_no_source_or_several_is_no_compare_and_set() -> None:
    twice = {
        (RunState.READY, RunEvent.CLAIM): RunState.RUNNING,
        (RunState.WAITING, RunEvent.CLAIM): RunState.RUNNING,
    }
    with pytest.raises(UnknownTransitionError, match="2 sources"):
        move(twice, RunEvent.CLAIM)
    with pytest.raises(UnknownTransitionError, match="0 sources"):
        move(twice, RunEvent.LOSE)


def test_every_move_of_a_run_leaves_its_own_audit_event() -> None:
    assert set(RUN_AUDIT) == set(RunEvent)
    assert len(set(RUN_AUDIT.values())) == len(RunEvent)
