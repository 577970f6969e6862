"""When no provider accepts a notification: the person's next contact, or the next people."""

from vigia_detect.clinical.escalation import read_plan
from vigia_detect.domain.alert_states import HOPELESS, TOLD, AlertState, NotificationState
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation_policy import moves_on
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.records import StoredNotification
from vigia_detect.ports import UnitOfWork
from vigia_detect.stages.telling import contact, plan_sending, progress_of, tell


def next_channel(work: UnitOfWork, run_id: RunId) -> tuple[Run, ...]:
    """Use the person's next contact, as no provider has accepted this one.

    When nobody of the turn can be reached at all, the next step is told at once.
    """
    one = work.notifications.get(run_id)
    alert = work.alerts.lock(one.alert_id) if one else None
    one = work.notifications.get(run_id)  # as it is now that the alert is held
    if one is None or alert is None or alert.state != AlertState.OPEN or one.state in TOLD:
        return ()
    plan, turn = read_plan(alert.plan), work.notifications.of_alert(alert.id, turn=one.turn)
    following = contact(
        plan, alert, one.to.name, one.to.role, one.rank + 1, turn=one.turn, step=one.step
    )
    # Where all contacts are told at once, the next one may have failed before this one did.
    if following is not None and following.id not in {other.id for other in turn}:
        return plan_sending(work, alert, plan, [following])
    if one.turn != alert.turn or not moves_on(progress_of(alert)) or hope(work, turn):
        return ()
    return tell(work, alert)[1]


def hope(work: UnitOfWork, turn: list[StoredNotification]) -> bool:
    """Tell whether somebody of a turn has been told, or still may be in time."""
    waiting = work.timers.armed([one.id for one in turn])
    return any(
        one.state in TOLD
        or (one.state not in HOPELESS and one.id in waiting)
        # Nobody has tried it: our own queue is long, and telling more people would not shorten it.
        or (one.state == NotificationState.PENDING and one.place_at is None)
        for one in turn
    )
