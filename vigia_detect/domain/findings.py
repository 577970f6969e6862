"""What was found in one picture: facts about pixels, before any class is thought of.

None always means "not known" or "not looked for", never "not there".
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import fsum, isfinite
from typing import Self

from vigia_detect.domain.case import Json, JsonObject
from vigia_detect.domain.json_values import list_or_empty, number, numbers, object_or_empty

ROUNDING = 1e-3

OVERLAY = "overlay"
"""Name of the attachment that is the picture with its findings drawn on it."""


class Tissue(StrEnum):
    """Kinds of tissue that a wound bed shows in a picture."""

    GRANULATION = "granulation"
    SLOUGH = "slough"
    NECROSIS = "necrosis"
    EPITHELIAL = "epithelial"
    PURPLE = "purple"


class SkinColour(StrEnum):
    """Changes of colour on skin that is not open."""

    RED = "red"
    PURPLE = "purple"


@dataclass(frozen=True, slots=True)
class TissueShares:
    """Shares of the wound's area, each 0-1; together they make 1.

    Attributes:
        uncertain: what could not be told; it belongs to any tissue, or to none of them.
    """

    granulation: float = 0.0
    slough: float = 0.0
    necrosis: float = 0.0
    epithelial: float = 0.0
    purple: float = 0.0
    uncertain: float = 0.0

    def __post_init__(self) -> None:
        """Raises ValueError when the shares are none."""
        shares = tuple(asdict(self).values())
        if not all(0 <= share <= 1 for share in shares) or abs(fsum(shares) - 1) > ROUNDING:
            raise ValueError(f"shares of tissue must be 0-1 and make 1: {shares}")

    def of(self, tissue: Tissue) -> float:
        """Return the share of one tissue."""
        share: float = getattr(self, tissue.value)
        return share


@dataclass(frozen=True, slots=True)
class Size:
    """Measures by a scale that lies in the plane of the wound.

    Attributes:
        length_cm: the longest extent of the wound.
        width_cm: its extent across the length.
        area_cm2: the area of the outline.
        tilt_deg: angle between camera axis and the scale's normal that was corrected; None when
            the scale does not tell it.
    """

    length_cm: float
    width_cm: float
    area_cm2: float
    tilt_deg: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError when a measure is not a positive number."""
        if not all(isfinite(one) and one > 0 for one in (self.length_cm, self.width_cm)):
            raise ValueError("a wound's length and width must be above 0 cm")
        if not (isfinite(self.area_cm2) and self.area_cm2 > 0):
            raise ValueError("a wound's area must be above 0 cm2")


@dataclass(frozen=True, slots=True)
class Wound:
    """The wound in a picture.

    Attributes:
        area_share: its part of the picture, above 0 to 1.
        components: of how many separate areas it is made.
        tissue: None when the tissue was not looked at.
        size: None without a scale in the picture.
        skin_tone: group of the skin around it, as the measuring adapter names it.
    """

    area_share: float
    components: int = 1
    tissue: TissueShares | None = None
    size: Size | None = None
    skin_tone: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a wound that is no part of a picture."""
        if not 0 < self.area_share <= 1 or self.components < 1:
            raise ValueError("a wound has 1 or more areas and some part of the picture")

    @classmethod
    def from_json(cls, found: JsonObject) -> Self:
        """Return the wound that `asdict` wrote. Raises ValueError, KeyError or TypeError."""
        tissue, size = found.get("tissue"), found.get("size")
        tone = found.get("skin_tone")
        return cls(
            area_share=number(found["area_share"]),
            components=int(number(found["components"])),
            tissue=TissueShares(**numbers(tissue)) if isinstance(tissue, dict) else None,
            size=_size(size) if isinstance(size, dict) else None,
            skin_tone=None if tone is None else str(tone),
        )


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """The model that made the findings: its name and version, and its file's checksum."""

    id: str
    checksum: str


@dataclass(frozen=True, slots=True)
class ClassPrediction:
    """What a hospital's own classifier says of a picture.

    Attributes:
        probabilities: calibrated probability by class, summing to at most 1.
        candidates: its conformal set of classes.
    """

    probabilities: Mapping[str, float]
    candidates: tuple[str, ...]
    model: ModelUsed


@dataclass(frozen=True, slots=True)
class PictureFindings:
    """All that was found in a picture.

    Attributes:
        usable: whether the picture can be judged at all.
        problems: what is wrong with it, in codes of the case format.
        wound: None when none was found or, without `model`, none was looked for.
        intact_skin: colours seen on skin that is not open; None when not looked for.
        model: None when no wound model has looked.
        prediction: None when no classifier of the hospital's own is installed.
        quality: figures and reasons of the quality checks.
    """

    usable: bool
    problems: tuple[str, ...] = ()
    wound: Wound | None = None
    intact_skin: tuple[SkinColour, ...] | None = None
    model: ModelUsed | None = None
    prediction: ClassPrediction | None = None
    quality: JsonObject = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """Return the case format's `image_analysis` form; what it does not know is beside."""
        wound = None if self.wound is None else asdict(self.wound)
        skin = self.intact_skin
        colours: Json = None if skin is None else [colour.value for colour in skin]
        return {
            "usable": self.usable,
            "problems": list(self.problems),
            "findings": {"wound": wound, "intact_skin": colours},
            "model": None if self.model is None else asdict(self.model),
            "prediction": None if self.prediction is None else _prediction_json(self.prediction),
            "quality": self.quality,
        }

    @classmethod
    def from_json(cls, found: JsonObject) -> Self:
        """Return what `to_json` wrote.

        Raises:
            ValueError, KeyError or TypeError: it is something else.
        """
        inner = object_or_empty(found.get("findings"))
        wound, skin = inner.get("wound"), inner.get("intact_skin")
        model, said = found.get("model"), found.get("prediction")
        return cls(
            usable=found["usable"] is True,
            problems=tuple(str(problem) for problem in list_or_empty(found["problems"])),
            wound=Wound.from_json(wound) if isinstance(wound, dict) else None,
            intact_skin=None
            if skin is None
            else tuple(SkinColour(str(s)) for s in list_or_empty(skin)),
            model=_model(model) if isinstance(model, dict) else None,
            prediction=_prediction(said) if isinstance(said, dict) else None,
            quality=object_or_empty(found.get("quality")),
        )


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an analyser hands over.

    Attributes:
        overlay: the picture with the findings drawn on it, as PNG; None when there is none.
    """

    findings: PictureFindings
    overlay: bytes | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """What looking at one file gave, outside of any case.

    Attributes:
        mask: the wound in white on black, PNG of one channel, in the picture's upright size.
    """

    findings: PictureFindings
    mask: bytes


def _prediction_json(said: ClassPrediction) -> JsonObject:
    return {
        "probabilities": dict(said.probabilities),
        "candidates": list(said.candidates),
        "model": asdict(said.model),
    }


def _prediction(said: JsonObject) -> ClassPrediction:
    return ClassPrediction(
        probabilities=numbers(object_or_empty(said["probabilities"])),
        candidates=tuple(str(class_) for class_ in list_or_empty(said["candidates"])),
        model=_model(object_or_empty(said["model"])),
    )


def _model(found: JsonObject) -> ModelUsed:
    return ModelUsed(id=str(found["id"]), checksum=str(found["checksum"]))


def _size(found: JsonObject) -> Size:
    measures = {name: number(found[name]) for name in ("length_cm", "width_cm", "area_cm2")}
    tilt = found.get("tilt_deg")
    return Size(**measures, tilt_deg=None if tilt is None else number(tilt))
