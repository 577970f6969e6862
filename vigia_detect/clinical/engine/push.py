"""PUSH of a lesion today, and how it moves."""

from dataclasses import dataclass

from vigia_detect.clinical.inputs.lesion import Lesion
from vigia_detect.clinical.scales import Scales
from vigia_detect.clinical.wound_scales import push_score, push_trend
from vigia_detect.domain.trend import Trend


@dataclass(frozen=True, slots=True)
class Push:
    """PUSH today and its course.

    Attributes:
        score: lowest and highest score that the findings allow, None when it cannot be scored;
            they differ where dermis may be scored either way.
        trend: whether it rises, falls or stalls.
    """

    score: tuple[int, int] | None
    trend: Trend


def push_of(lesion: Lesion, scales: Scales, *, is_open: bool, is_closed: bool) -> Push:
    """Return PUSH of a lesion; never imputed, and none for intact skin that was not a wound."""
    score = (0, 0) if is_closed else _of_open(lesion, scales) if is_open else None
    history = [(past.days_ago, past.score) for past in lesion.push_history or ()]
    return Push(score, push_trend(history, score if history else None, scales))


def _of_open(lesion: Lesion, scales: Scales) -> tuple[int, int] | None:
    if lesion.bed_tissue is None:
        return None
    tissues = [part.type for part in lesion.bed_tissue if part.percent != 0]
    score = push_score(lesion.length_cm, lesion.width_cm, lesion.exudate_amount, tissues, scales)
    return (score, score) if isinstance(score, int) else score
