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


def taken_by(name: str, lang: str) -> str:
    """Return what the others read once somebody has answered."""
    return answer_text(Button.ON_MY_WAY, by=name, lang=lang)
