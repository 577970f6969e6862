"""Celery, configured from the one policy table.

Celery is transport: it carries ids to workers and is allowed to lose or double them. What each
setting guards against was measured; see `docs/decisions/0003-celery-5-6.md`.
"""

import ssl
from typing import Any

from celery import Celery

from vigia_detect.domain.policy import (
    DECISION_AUDIT,
    NARRATIVE,
    NOTIFICATION,
    QUEUES,
    Queue,
    task_policies,
)
from vigia_detect.domain.stages import Stage
from vigia_detect.embedded import EmbeddedBroker
from vigia_detect.settings import Settings, load_settings

TASK_NAMES = {
    Stage.IMAGE_ANALYSIS: "vigia_detect.tasks.medical.image_analysis_task",
    Stage.RISK_SCORE: "vigia_detect.tasks.medical.risk_score_task",
    Stage.MEDICAL_ANALYSIS: "vigia_detect.tasks.medical.medical_analysis_task",
    Stage.TRIAGE: "vigia_detect.tasks.medical.triage_task",
    Stage.AUDIT_LOG: "vigia_detect.tasks.audit.audit_log_task",
    DECISION_AUDIT: "vigia_detect.tasks.audit.medical_decision_audit_task",
    NOTIFICATION: "vigia_detect.tasks.notifications.escalation_notification_task",
    NARRATIVE: "vigia_detect.tasks.narrative.narrative_task",
}
"""Which Celery task runs which row of the policy table."""

SYSTEM_ERROR_TASK = "vigia_detect.tasks.audit.system_error_audit_task"
"""Records what is wrong with messages; it has no row of work and nothing to try again."""

ASKING_TASKS = {
    "notify_slack": "vigia_detect.tasks.notifications.notify_slack_task",
    "medical_alert_slack": "vigia_detect.tasks.notifications.medical_alert_slack_task",
}
"""Tasks by which other programs ask for something. They have no row of work, but plan rows."""

RECONNECT_MARGIN_S = 120


def medical_task_config(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return queue and limits of each Celery task, from the policy table."""
    policies = task_policies(
        medical_timeout_s=settings.medical_task_timeout,
        image_timeout_s=settings.image_analysis_timeout,
        narrative_deadline_s=settings.llm_deadline_s,
    )
    return {
        TASK_NAMES[task]: {
            "queue": QUEUES[task].value,
            "soft_time_limit": policy.soft_limit_s,
            "time_limit": policy.hard_limit_s,
            "max_retries": policy.max_attempts - 1,
        }
        for task, policy in policies.items()
    }


def configure_task_defaults(app: Celery, settings: Settings) -> Celery:
    """Set queues, routes, limits and the settings against Celery's measured faults."""
    config = medical_task_config(settings)
    records = config[TASK_NAMES[Stage.AUDIT_LOG]]
    longest = max(limits["time_limit"] for limits in config.values())
    app.conf.update(
        broker_url=settings.broker or EmbeddedBroker(settings.root).url,
        result_backend=settings.result_backend or None,
        task_ignore_result=True,
        include=["vigia_detect.tasks"],
        accept_content=["json"],
        task_serializer="json",
        result_serializer="json",
        enable_utc=True,
        task_default_queue=Queue.DEFAULT.value,
        task_create_missing_queues=True,
        worker_consumer="vigia_detect.tasks.poison:WatchfulConsumer",
        task_routes={name: {"queue": limits["queue"]} for name, limits in config.items()}
        | {SYSTEM_ERROR_TASK: {"queue": Queue.AUDIT_LOGGING.value}}
        | {name: {"queue": Queue.NOTIFICATIONS.value} for name in ASKING_TASKS.values()},
        task_annotations={
            name: {key: limits[key] for key in ("soft_time_limit", "time_limit")}
            for name, limits in {**config, SYSTEM_ERROR_TASK: records}.items()
        },
        # A killed process must not acknowledge its message, nor hold others in advance.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=settings.worker_prefetch,
        worker_max_tasks_per_child=10_000,
        # Remote control stays on: without it workers hang after the broker comes back.
        worker_enable_remote_control=True,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        task_publish_retry=False,
        broker_transport_options={
            "visibility_timeout": longest + RECONNECT_MARGIN_S,
            "unacked_restore_interval": 5,
            "queue_order_strategy": "vigia_detect.core.queue_order:QueueOrder",
            "priority_steps": [0],
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            # One more try at once, not two seconds of waiting: the sweeper sends what was not sent.
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        },
    )
    app.conf.broker_use_ssl = _tls(app.conf.broker_url, settings)
    return app


def _tls(url: str, settings: Settings) -> dict[str, Any] | None:
    """Return how the broker's certificate is checked, as far as its URL does not say it."""
    if not url.startswith("rediss:") or "ssl_cert_reqs" in url:
        return None
    chosen: dict[str, Any] = {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    if settings.ca_file is not None and "ssl_ca_certs" not in url:
        chosen["ssl_ca_certs"] = str(settings.ca_file)
    return chosen


def make_celery_app(settings: Settings) -> Celery:
    """Return a Celery application for these settings."""
    return configure_task_defaults(Celery("vigia"), settings)


_settings = load_settings()
MEDICAL_TASK_CONFIG = medical_task_config(_settings)
celery_app = make_celery_app(_settings)
