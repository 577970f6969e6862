"""The Celery tasks: thin, ids only. Importing this package registers all of them."""

from vigia_detect.tasks import audit, medical, narrative, notifications, process

__all__ = ["audit", "medical", "narrative", "notifications", "process"]
