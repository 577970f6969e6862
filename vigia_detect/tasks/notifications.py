"""Notifications as Celery tasks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from celery.exceptions import Reject, SoftTimeLimitExceeded

from vigia_detect.bootstrap import current
from vigia_detect.core.celery_config import ASKING_TASKS, TASK_NAMES, celery_app
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.notification import Channel
from vigia_detect.domain.policy import NOTIFICATION
from vigia_detect.errors import UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.tasks.base import RunTask

AGAIN_S = 1.0

log = get_logger()


@celery_app.task(name=TASK_NAMES[NOTIFICATION], base=RunTask)
def escalation_notification_task(run_id: str, attempt: int) -> None:
    """Hand one notification to its channel."""
    try:
        current().notifications.run(RunId(run_id), attempt, timeout=SoftTimeLimitExceeded)
    except UnavailableError as error:
        log.warning("task_dropped", run_id=run_id, attempt=attempt, exc_info=error)


@celery_app.task(name=ASKING_TASKS["notify_slack"])
def notify_slack_task(alert_id: str) -> None:
    """Tell by Slack, too, those whom an open alert has told last.

    What is sent are the alert's own notifications: rows, sent again until Slack accepts them and
    never twice in a turn, however often this runs.

    Args:
        alert_id: the alert; a message carries nothing else, least of all a text.

    Raises:
        NotFoundError: there is no such alert.
    """
    with _kept():
        current().nudge.by_channel(alert_id, Channel.SLACK)


@celery_app.task(name=ASKING_TASKS["medical_alert_slack"])
def medical_alert_slack_task(case_id: str, escalation_type: str = "emergency") -> None:
    """Open an alert about a case, which tells by its policy, and by Slack besides.

    One that is open or was answered since it was asked for like this is not opened again.

    Args:
        case_id: the case.
        escalation_type: human_review, specialist_review, emergency, system_error, high_risk.

    Raises:
        NotFoundError: there is no such case.
        UnknownEscalationTypeError: another type.
    """
    with _kept():
        current().nudge.about_case(case_id, escalation_type, Channel.SLACK)


@contextmanager
def _kept() -> Iterator[None]:
    """Give the message back when the database is away: nothing else knows what it asks for."""
    try:
        yield
    except UnavailableError as error:
        log.warning("task_given_back", exc_info=error)
        time.sleep(AGAIN_S)
        raise Reject(reason=type(error).__name__, requeue=True) from error
