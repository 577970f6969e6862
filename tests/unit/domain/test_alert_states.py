from itertools import product

import pytest

from vigia_detect.domain.alert_states import (
    ALERT_TABLE,
    HOPELESS,
    NOTIFICATION_TABLE,
    TOLD,
    UNFINISHED,
    AlertEvent,
    AlertState,
    NotificationEvent,
    NotificationState,
)
from vigia_detect.domain.states import UnknownTransitionError, step


@pytest.mark.parametrize(("state", "event"), list(product(AlertState, AlertEvent)))
def test_an_alert_moves_by_its_table_only(state: AlertState, event: AlertEvent) -> None:
    if (state, event) in ALERT_TABLE:
        assert step(ALERT_TABLE, state, event) in AlertState
    else:
        with pytest.raises(UnknownTransitionError):
            step(ALERT_TABLE, state, event)


def test_only_a_person_a_worse_alert_or_the_end_of_a_drill_ends_an_alert() -> None:
    ends = {
        event
        for (source, event), target in ALERT_TABLE.items()
        if source in UNFINISHED and target not in UNFINISHED
    }
    assert ends == {AlertEvent.ACT, AlertEvent.SUPERSEDE, AlertEvent.END_DRILL}


def test_every_finished_alert_can_be_asked_for_again() -> None:
    for state in set(AlertState) - {AlertState.OPEN}:
        assert step(ALERT_TABLE, state, AlertEvent.ASK_AGAIN) == AlertState.OPEN


def test_a_notification_is_sent_only_by_whoever_moved_it_to_sending() -> None:
    into = {s for (s, e), t in NOTIFICATION_TABLE.items() if t == NotificationState.SENDING}
    assert into == {NotificationState.PENDING, NotificationState.FAILED_TEMPORARY}
    accepted = {
        source for (source, _), target in NOTIFICATION_TABLE.items() if target in TOLD
    } - TOLD
    assert accepted == {NotificationState.SENDING}


def test_what_was_told_or_given_up_is_never_sent_again() -> None:
    for state in TOLD | HOPELESS:
        with pytest.raises(UnknownTransitionError):
            step(NOTIFICATION_TABLE, state, NotificationEvent.SEND)
