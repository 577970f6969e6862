"""What each observer of a case says: people, their note, the picture, a model, the rules.

The limits here are engineering choices: they only decide when a person is asked.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from vigia_detect.clinical.inputs.lesion import BedTissue, Lesion
from vigia_detect.clinical.narrative.case_words import Both, bed_words, both, value_word
from vigia_detect.clinical.narrative.forms import CANNOT_TELL, Description, TissueBands
from vigia_detect.clinical.narrative.view import ANYTHING, Origin, Span, View
from vigia_detect.clinical.output import Lesion as Assessed
from vigia_detect.clinical.output import NoteRead
from vigia_detect.clinical.photo_data import PhotoModel
from vigia_detect.clinical.rule_set import RuleSet
from vigia_detect.domain.findings import PictureFindings, TissueShares, Wound

BANDS: Final[Mapping[str, Span]] = {
    "none": Span(0, 0),
    "below_25": Span(0, 25),
    "from_25": Span(25, 50),
    "from_50": Span(50, 75),
    "from_75": Span(75, 100),
}
NONE: Final = Span(0, 0)
ESTIMATE: Final = 10.0
"""Percentage points that a person's estimate may be off."""
OPEN: Final = ("granulation", "slough", "eschar")
OPEN_FROM: Final = 25.0
"""Percent of open tissue from which a measured wound is taken for open."""
OWN_NAMES: Final = {"necrosis": "eschar"}
BOTH_PINK: Final = ("epithelial", "dermis")
CODES: Final = ("colour", "blister", "edges", "exudate_amount", "exudate_type")
SHALLOW: Final = frozenset({"stage_1", "stage_2", "no_lesion_seen"})
STRUCTURES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(SHALLOW, ()),
    "stage_3": ("fat",),  # facts.md A.1: what lies deeper is stage 4
}


def described(seen: Description) -> View:
    """Return what a language model saw."""
    if seen.wound != "yes":
        return View(Origin.DESCRIBED, codes=_told({"wound": seen.wound, "dressing": seen.dressing}))
    fields = ("wound", "skin_intact", "bleeding", "periwound_erythema", "macerated", "device")
    beside = ("dressing", "cavity", "hair")
    codes = _told({name: getattr(seen, name) for name in (*fields, *beside, *CODES)})
    if codes.get("exudate_amount") == "none":
        codes.pop("exudate_type", None)
    return View(
        Origin.DESCRIBED,
        shares=dict(_bands(seen.bed)),
        codes=codes,
        structures=tuple(seen.structures),
    )


def measured(found: PictureFindings) -> View:
    """Return what Vigia's own analysis found in the picture."""
    codes = {"dressing": "yes"} if "dressing_on" in found.problems else {}
    if not found.usable or found.model is None:
        return View(Origin.MEASURED, codes=codes)
    if found.wound is None:
        nothing = {} if found.intact_skin else {"wound": "no"}
        return View(Origin.MEASURED, codes=codes | nothing)
    shares = dict(_measured_shares(found.wound.tissue))
    if sum(shares[name].low for name in OPEN if name in shares) >= OPEN_FROM:
        codes["skin_intact"] = "no"
    return View(
        Origin.MEASURED,
        shares=shares,
        codes=codes | {"wound": "yes"},
        sizes=_measured_sizes(found.wound),
    )


def recorded(lesion: Lesion | None, skin_inspection: str | None, devices: int | None) -> View:
    """Return what people recorded of the lesion in fields.

    Args:
        lesion: the pictured one; None when none is listed.
        skin_inspection: as the case has it.
        devices: how many are listed; None: nobody said.
    """
    codes = {"device": "no"} if devices == 0 else {}
    if lesion is None:
        clear = {"wound": "no"} if skin_inspection == "no_lesion" else {}
        return View(Origin.RECORDED, codes=codes | clear)
    given = lesion.model_dump(include={*CODES, "skin_intact", "macerated", "bleeding",
                                       "periwound_erythema_cm"})  # fmt: skip
    shallow = lesion.skin_loss in {"none", "partial"}
    sizes = {"length_cm": lesion.length_cm, "width_cm": lesion.width_cm}
    return View(
        Origin.RECORDED,
        shares=dict(_recorded_shares(lesion.bed_tissue, shallow=shallow)),
        codes=codes | {"wound": "yes"} | dict(_codes(given)),
        sizes={name: size for name, size in sizes.items() if size},
        structures=lesion.visible_structures if not shallow else lesion.visible_structures or (),
        whole=shallow or lesion.visible_structures is not None,
        says=_behind(lesion, shallow=shallow),
    )


def noted(said: Iterable[NoteRead]) -> View:
    """Return what the notes say of the only lesion."""
    fields = {one.field.partition("].")[2]: one.value for one in said}
    known = {name: value for name, value in fields.items() if name in _NOTE_FIELDS}
    return View(Origin.NOTE, codes=dict(_codes(known)))


def ruled(lesion: Assessed, table: PhotoModel, rules: RuleSet) -> View:
    """Return what cannot be seen if the proposed class is right (facts.md A.1, A.2)."""
    class_ = lesion.class_
    shares = {
        OWN_NAMES.get(name, name): NONE
        for name in ("granulation", "slough", "necrosis", "purple")
        if class_ in table.rows[name].never
    }
    codes = {"stage_1": {"skin_intact": "yes"}, "no_lesion_seen": {"wound": "no"}}
    text = rules.classes.classes[class_]
    return View(
        Origin.RULES,
        shares=shares,
        codes=codes.get(class_, {}),
        structures=STRUCTURES.get(class_),
        whole=class_ in STRUCTURES,
        says={ANYTHING: (text.es, text.en)},
    )


_NOTE_FIELDS = frozenset({*CODES, "skin_intact", "macerated", "bleeding"})


def _told(codes: Mapping[str, str]) -> dict[str, str]:
    return {name: code for name, code in codes.items() if code != CANNOT_TELL}


def _bands(bed: TissueBands) -> Iterator[tuple[str, Span]]:
    for name in (*OPEN, "purple"):
        if (band := BANDS.get(getattr(bed, name))) is not None:
            yield name, band
    pink = [BANDS.get(getattr(bed, name)) for name in BOTH_PINK]
    spans = [span for span in pink if span is not None]
    if len(spans) == len(BOTH_PINK):
        low, high = sum(one.low for one in spans), sum(one.high for one in spans)
        yield "epithelial", Span(min(low, 100), min(high, 100))


def _measured_shares(tissue: TissueShares | None) -> Iterator[tuple[str, Span]]:
    if tissue is not None:
        for name in ("granulation", "slough", "necrosis", "epithelial", "purple"):
            low: float = getattr(tissue, name)
            yield OWN_NAMES.get(name, name), Span(low * 100, (low + tissue.uncertain) * 100)


def _measured_sizes(wound: Wound) -> dict[str, float]:
    if wound.size is None:
        return {}
    return {"length_cm": wound.size.length_cm, "width_cm": wound.size.width_cm}


def _recorded_shares(
    bed: tuple[BedTissue, ...] | None, *, shallow: bool
) -> Iterator[tuple[str, Span]]:
    """Yield shares; a given list is complete, and partial loss has none of the open tissues."""
    if bed is None:
        yield from ((name, NONE) for name in OPEN if shallow)
        return
    listed = {one.type: one.percent for one in bed}
    if "closed" in listed:
        return
    for name in OPEN:
        yield name, _estimate(listed[name]) if name in listed else NONE
    if not listed.keys() & {*BOTH_PINK}:
        yield "epithelial", NONE


def _behind(lesion: Lesion, *, shallow: bool) -> dict[str, Both]:
    """Return what people said from which a share or an empty list of structures follows."""
    found: dict[str, Both] = {}
    if shallow:
        loss = both("lesion.skin_loss", lambda lang: value_word(lesion.skin_loss, lang))
        found = dict.fromkeys(("structures", *(f"share.{name}" for name in OPEN)), loss)
    if lesion.visible_structures is not None:
        found.pop("structures", None)
    if lesion.bed_tissue is not None:
        bed = both("lesion.bed_tissue", partial(bed_words, lesion.bed_tissue))
        found |= {f"share.{name}": bed for name in (*OPEN, "epithelial")}
    return found


def _estimate(percent: float | None) -> Span:
    if percent is None:
        return Span(1, 100)
    return Span(max(percent - ESTIMATE, 0), min(percent + ESTIMATE, 100))


def _codes(given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if value is None:
            continue
        if name == "periwound_erythema_cm":
            yield "periwound_erythema", "yes" if value else "no"
        elif name == "bleeding":
            yield name, "no" if value == "none" else "yes"
        else:
            yield name, {True: "yes", False: "no"}.get(value, str(value))  # type: ignore[call-overload]
