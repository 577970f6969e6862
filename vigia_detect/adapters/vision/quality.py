"""Tells a photograph that can be judged from one to take again, in the case format.

What was not looked for is listed as not assessed, never as absent; and what was looked for as far
as a simple method can is listed as partly assessed: not found does not mean not there.
"""

from dataclasses import asdict

from vigia_detect.adapters.vision.gate import Seen, judge, look
from vigia_detect.adapters.vision.reasons import Reason
from vigia_detect.adapters.vision.scene import Mask, Scene
from vigia_detect.adapters.vision.thresholds import Thresholds
from vigia_detect.domain.case import Json, JsonObject

NEEDS_A_WOUND_MODEL = ("no_wound", "dressing_on", "several_wounds")
NEVER = ("other_person", "no_scale", "intact_skin")
PARTLY = ("face", "text", "dressing_on", "discoloured_skin")


class QualityChecker:
    """Checks focus, light, colour and what is in view."""

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self._thresholds = thresholds or Thresholds()

    def examine(self, scene: Scene, wound: Mask | None) -> JsonObject:
        """Return `usable` and `problems` of the case format, and `quality` with the figures.

        `usable: true` says only that none of these checks found a fault that stops the analysis;
        `problems` also holds the warnings that have a code in the case format.

        Args:
            scene: the picture.
            wound: where a model saw wound, in the scene's size; None when none looked.
        """
        seen = look(scene, wound)
        reasons = judge(seen, self._thresholds)
        problems: list[Json] = [*dict.fromkeys(r.problem for r in reasons if r.problem)]
        return {
            "usable": not any(reason.stops for reason in reasons),
            "problems": problems,
            "quality": self._quality(seen, reasons),
        }

    def _quality(self, seen: Seen, reasons: list[Reason]) -> JsonObject:
        missing = NEVER if seen.searched else (*NEEDS_A_WOUND_MODEL, *NEVER)
        partly = [name for name in PARTLY if seen.searched or name in {"face", "text"}]
        figures = asdict(seen)
        light = figures.pop("light")
        return {
            "measures": {**light, **figures},
            "thresholds": asdict(self._thresholds),
            "reasons": [asdict(reason) for reason in reasons],
            "not_assessed": list(missing),
            "partly_assessed": list(partly),
        }
