"""What a notification says; see `domain.alert_texts` for the words."""

from vigia_detect.domain import alert_texts
from vigia_detect.domain.alert_texts import Telling, answer_text
from vigia_detect.domain.button import Button
from vigia_detect.domain.escalation_policy import Plan
from vigia_detect.domain.notification import Message
from vigia_detect.domain.records import StoredAlert, StoredNotification


def compose(
    alert: StoredAlert, one: StoredNotification, plan: Plan, *, link: str | None
) -> Message:
    """Return what is said to one recipient: ids and levels, nothing of what is encrypted."""
    telling = Telling(
        notification_id=one.id,
        alert_id=alert.id,
        case_id=alert.case_id,
        kind=alert.kind,
        severity=plan.policy.severity,
        step=one.step,
        drill=alert.drill,
    )
    return alert_texts.compose(telling, lang=plan.lang, link=link)


def outcome(alert: StoredAlert, lang: str) -> str:
    """Return what the others read in the place of the buttons once there is nothing to answer."""
    if alert.acknowledged_by is None:
        return alert_texts.drill_over(lang)
    return answer_text(Button.ON_MY_WAY, by=alert.acknowledged_by, lang=lang)
