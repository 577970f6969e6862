"""The whole look at a picture: can it be used, where is the wound, what covers it, how large."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from vigia_detect.adapters.vision.constancy import Patches
from vigia_detect.adapters.vision.marker import RefusedError, find_plane
from vigia_detect.adapters.vision.overlay import draw_overlay
from vigia_detect.adapters.vision.overlay_words import size_lines, words
from vigia_detect.adapters.vision.own_classifier import OwnClassifier
from vigia_detect.adapters.vision.picture import PillowReader
from vigia_detect.adapters.vision.quality import QualityChecker
from vigia_detect.adapters.vision.scene import LONGER_SIDE, Scene, load_scene, scene_of
from vigia_detect.adapters.vision.segmenter import Floats, Mask, Pixels, Segmenter, bundled
from vigia_detect.adapters.vision.size import Measured, measure_size
from vigia_detect.adapters.vision.sticker import read_patches
from vigia_detect.adapters.vision.tissue import Bed, find_tissue
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.findings import (
    Analysis,
    ClassPrediction,
    Inspection,
    ModelUsed,
    PictureFindings,
    Size,
    SkinColour,
    TissueShares,
    Wound,
)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a scene gave.

    Attributes:
        probability: of wound at each pixel, shape (h, w).
        mask: where the wound is, shape (h, w).
        quality: as of `QualityChecker.examine`.
        bed: None when the picture cannot be used or shows no wound.
        measured: likewise.
        prediction: likewise, and when no classifier of the hospital's own is in use.
    """

    scene: Scene
    probability: Floats
    mask: Mask
    quality: JsonObject
    bed: Bed | None = None
    measured: Measured | None = None
    prediction: ClassPrediction | None = None


class WoundFinder:
    """See `ports.ImageAnalyser` and `ports.PictureInspector`. One network a process."""

    def __init__(
        self,
        reader: PillowReader,
        own: OwnClassifier,
        network: Callable[[], Segmenter] = bundled,
    ) -> None:
        """Set up without the network: one that is damaged fails the look at a picture alone.

        Args:
            reader: of files.
            own: the hospital's classifier, if one is in use.
            network: loads it, or returns the one that was loaded.
        """
        self._reader = reader
        self._own = own
        self._network = network
        self._checker = QualityChecker()

    @property
    def _segmenter(self) -> Segmenter:
        return self._network()

    def analyse(self, jpeg: bytes, lang: str) -> Analysis:
        """Return the findings in a stored picture.

        Raises:
            CorruptDataError: it is none.
            InvalidModelError: the network is missing or damaged.
        """
        look = self._look(load_scene(jpeg))
        return Analysis(self._findings(look), self._overlay(look, lang))

    def inspect(self, raw: bytes) -> Inspection:
        """Return the findings in a file that somebody has, and the wound as a mask.

        Raises:
            InvalidImageError: it is no picture that Vigia takes.
            InvalidModelError: the network is missing or damaged.
        """
        image, size = self._reader.upright(raw, enough=LONGER_SIDE)
        look = self._look(scene_of(image, size))
        return Inspection(self._findings(look), self._mask_png(look, size))

    def _look(self, scene: Scene) -> Look:
        probability = self._segmenter.probability(scene.rgb)
        mask = self._segmenter.mask(probability)
        quality = self._checker.examine(scene, mask)
        if quality["usable"] is not True or not mask.any():
            return Look(scene, probability, mask, quality)
        return Look(
            scene,
            probability,
            mask,
            quality,
            bed=find_tissue(scene.rgb, mask, _card(scene.rgb)),
            measured=measure_size(scene.rgb, mask),
            prediction=self._own.predict(scene.rgb, mask),
        )

    def _overlay(self, look: Look, lang: str) -> bytes | None:
        if look.bed is None:
            return None
        size = None if look.measured is None else look.measured.size
        return draw_overlay(
            look.scene.rgb,
            look.mask,
            look.bed.labels,
            words(look.bed, look.measured, self._segmenter.file.id, lang),
            None if size is None else size_lines(size, lang),
        )

    def _findings(self, look: Look) -> PictureFindings:
        problems = look.quality["problems"]
        return PictureFindings(
            usable=look.quality["usable"] is True,
            problems=tuple(map(str, problems if isinstance(problems, list) else ())),
            wound=None if look.bed is None else _wound(look.mask, look.bed, look.measured),
            intact_skin=_discoloured(look.quality),
            model=ModelUsed(self._segmenter.file.id, self._segmenter.file.checksum),
            prediction=look.prediction,
            quality=_object(look.quality) | _scale(look.measured),
        )

    def _mask_png(self, look: Look, size: tuple[int, int]) -> bytes:
        """Return the wound in the file's own pixels: white on black, one channel."""
        inside = look.mask
        if inside.shape != size[::-1]:
            finer = cv2.resize(look.probability, size) >= self._segmenter.file.threshold
            near = cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8))
            inside = finer & (cv2.resize(near, size, interpolation=cv2.INTER_NEAREST) > 0)
        white = np.asarray(inside, np.uint8) * 255
        _, png = cv2.imencode(".png", white)
        return png.tobytes()


def _wound(mask: Mask, bed: Bed, measured: Measured | None) -> Wound:
    count, _ = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    return Wound(
        area_share=round(float(mask.mean()), 6),
        components=count - 1,
        tissue=_shares(bed.shares),
        size=_size(measured),
        skin_tone=bed.skin.tone,
    )


def _card(rgb: Pixels) -> Patches | None:
    """Return the sticker's patches of known colour, when there is one to be trusted."""
    try:
        return read_patches(rgb, find_plane(rgb))
    except RefusedError:
        return None


def _discoloured(quality: JsonObject) -> tuple[SkinColour, ...] | None:
    """Return the colours that intact skin may have; None: not looked for beside a wound.

    The gate sees that an area differs from the rest of the skin, not whether it is red or purple,
    which photographs of dark skin hardly show (facts.md A.4): both stay possible.
    """
    inner = quality["quality"]
    reasons = inner.get("reasons") if isinstance(inner, dict) else None
    found = reasons if isinstance(reasons, list) else []
    codes = {one.get("code") for one in found if isinstance(one, dict)}
    return (SkinColour.RED, SkinColour.PURPLE) if "discoloured_skin" in codes else None


def _shares(found: Mapping[str, float]) -> TissueShares:
    """Round so that the parts still make 1: what rounding leaves is uncertain."""
    rounded = {name: math.floor(share * 1000) / 1000 for name, share in found.items()}
    return TissueShares(**rounded, uncertain=round(1 - math.fsum(rounded.values()), 3))


def _size(measured: Measured | None) -> Size | None:
    if measured is None or measured.size is None:
        return None
    size = measured.size
    return Size(
        length_cm=round(size.length_cm, 2),
        width_cm=round(size.width_cm, 2),
        area_cm2=round(size.area_cm2, 2),
        tilt_deg=round(size.tilt, 1),
    )


def _scale(measured: Measured | None) -> JsonObject:
    return {} if measured is None else {"no_size_because": measured.reason}


def _object(found: JsonObject) -> JsonObject:
    quality = found["quality"]
    return quality if isinstance(quality, dict) else {}
