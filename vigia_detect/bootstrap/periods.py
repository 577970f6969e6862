from vigia_detect.domain.retention import DAYS_PER_YEAR, DataKind, Periods
from vigia_detect.settings import Settings


def asked_periods(settings: Settings) -> Periods:
    """Return how long each kind of data is to be kept by the settings, in days."""
    years = {
        DataKind.AUDIT: settings.retention_audit_years,
        DataKind.RECORD: settings.retention_record_years,
        DataKind.IMAGES: settings.retention_images_years,
        DataKind.DETAILS: settings.retention_details_years,
    }
    return {
        **{kind: count * DAYS_PER_YEAR for kind, count in years.items()},
        DataKind.IDEMPOTENCY: settings.retention_idempotency_days,
        DataKind.NOTIFICATIONS: settings.retention_notifications_days,
    }
