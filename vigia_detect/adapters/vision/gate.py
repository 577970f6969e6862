"""The quality gate: can this picture be analysed, and if not, what should the nurse do?

Two steps: `look` measures, `judge` compares with thresholds. The wound comes from a model and is
not believed alone: on a picture without skin, or where it looks like its surroundings, it is
refused. Doubt asks for another picture; nothing here says that skin is healthy.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from vigia_detect.adapters.vision.dressing import dressing
from vigia_detect.adapters.vision.faces import faces
from vigia_detect.adapters.vision.marks import Marks, marks, tissue
from vigia_detect.adapters.vision.measures import Measures, measure
from vigia_detect.adapters.vision.reasons import REASONS, Reason
from vigia_detect.adapters.vision.scene import Mask, Scene
from vigia_detect.adapters.vision.skin import discoloured, skin
from vigia_detect.adapters.vision.text import line_strength
from vigia_detect.adapters.vision.thresholds import Thresholds
from vigia_detect.adapters.vision.views import Surface, shrunk_mask, surface, views


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured in a picture.

    Attributes:
        light: sharpness, light, colour and size.
        searched: whether anybody looked for a wound.
        wound: what was marked as wound, or None when nothing was.
        skin: share of the frame that may be skin, 0 to 1.
        tissue: share of the frame with the colours of tissue, 0 to 1.
        dressing: share of the frame under what looks like a dressing.
        discoloured: share of the skin in its largest area that is redder than the rest.
        faces: number found.
        text: strength of the likeliest line of text.
    """

    light: Measures
    searched: bool
    wound: Marks | None
    skin: float
    tissue: float
    dressing: float
    discoloured: float
    faces: int
    text: float


def check(scene: Scene, wound: Mask | None, limits: Thresholds | None = None) -> list[Reason]:
    """Return all that speaks against a picture or is to be minded in it, stops first.

    Args:
        scene: the picture.
        wound: where a model saw wound, shape of `scene.rgb` without colours; None: nobody looked.
        limits: by default the measured ones.
    """
    return judge(look(scene, wound), limits or Thresholds())


def look(scene: Scene, wound: Mask | None) -> Seen:
    """Measure a picture. Arguments as of `check`."""
    fine, coarse = views(scene)
    found = surface(coarse)
    mask = np.zeros(found.a.shape, np.bool_) if wound is None else shrunk_mask(wound, found.a)
    where = skin(found)
    visible = max(int(np.count_nonzero(found.inside)), 1)
    return Seen(
        light=measure(scene),
        searched=wound is not None,
        wound=marks(found, mask) if mask.any() else None,
        skin=_share(where, visible),
        tissue=_share(tissue(found), visible),
        dressing=dressing(found, where),
        discoloured=_discoloured(found, where, mask),
        faces=faces(cv2.cvtColor(coarse, cv2.COLOR_RGB2GRAY).astype(np.uint8)),
        text=round(line_strength(cv2.cvtColor(fine, cv2.COLOR_RGB2GRAY).astype(np.uint8)), 3),
    )


def judge(seen: Seen, limits: Thresholds) -> list[Reason]:
    """Compare with the limits. What cannot be seen for want of light or focus is not judged."""
    codes = list(_faults(seen.light, limits))
    if not codes:
        codes += _contents(seen, limits)
    codes += [code for code, there in _private(seen, limits).items() if there]
    return sorted((REASONS[code] for code in codes), key=lambda reason: not reason.stops)


def _faults(found: Measures, limit: Thresholds) -> Iterator[str]:
    dark = found.mean < limit.min_mean and found.light_part < limit.min_light_part
    tests = {
        "out_of_focus": found.focus < limit.min_focus,
        "too_coarse": min(found.width, found.height) < limit.min_side,
        "too_dark": dark,
        "burnt_out": found.burnt > limit.max_burnt,
        "no_colour": found.colour < limit.min_colour and not dark,
        "coloured_light": found.cast > limit.max_cast and not dark,
    }
    return (code for code, failed in tests.items() if failed)


def _contents(seen: Seen, limit: Thresholds) -> Iterator[str]:
    covered = seen.dressing > limit.min_dressing
    if not _is_of_a_patient(seen, limit):
        yield "no_skin"
    elif seen.wound is not None:
        if not _looks_like_wound(seen.wound, limit):
            yield "unlike_wound"
        if seen.wound.count > 1:
            yield "several_wounds"
        if covered:
            yield "dressing_beside"
    elif seen.searched:
        yield "dressing_on" if covered else "no_wound"
        if seen.discoloured > limit.min_discoloured:
            yield "discoloured_skin"


def _is_of_a_patient(seen: Seen, limit: Thresholds) -> bool:
    """Tell whether there is skin, or wound so close that it fills the frame."""
    if seen.skin >= limit.min_skin:
        return True
    if seen.wound is None:
        return not seen.searched and seen.tissue >= limit.fills_frame
    return seen.wound.share >= limit.fills_frame and seen.wound.red >= limit.min_red


def _looks_like_wound(wound: Marks, limit: Thresholds) -> bool:
    """Tell whether a mark has tissue's colours and differs from what is around, if anything is."""
    if wound.tissue < limit.min_tissue:
        return False
    if wound.stands_out is None or _at_least(wound.strange, limit.min_strange):
        return True
    small = wound.share < limit.large_mark
    return wound.stands_out >= limit.min_stands_out and (
        small or _at_least(wound.edge, limit.min_edge)
    )


def _at_least(figure: float | None, limit: float) -> bool:
    return figure is not None and figure >= limit


def _private(seen: Seen, limit: Thresholds) -> dict[str, bool]:
    return {"face": seen.faces > 0, "text": seen.text > limit.min_text}


def _share(where: Mask, visible: int) -> float:
    return round(min(float(np.count_nonzero(where)) / visible, 1), 4)


def _discoloured(found: Surface, where: Mask, wound: Mask) -> float:
    return round(discoloured(found, where & ~wound), 4)
