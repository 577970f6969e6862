"""One lesion as people saw, touched and measured it."""

from typing import Annotated

from pydantic import Field

from vigia_detect.clinical.inputs import codes
from vigia_detect.clinical.inputs.base import (
    Centimetres,
    Days,
    Form,
    FromList,
    Hours,
    Percent,
    Weeks,
    Whole,
)

Id = Annotated[str, Field(min_length=1, max_length=64)]
HOUR = "(1[0-2]|[1-9])"


class BedTissue(Form):
    """One kind of tissue in the wound bed."""

    type: codes.Tissue
    percent: Percent | None = None


class PushScore(Form):
    """A PUSH score of an earlier day."""

    days_ago: Annotated[int, Field(ge=0), Whole]
    score: Annotated[int, Field(ge=0, le=17), Whole]


class Lesion(Form):
    """A lesion's fields, in the groups of the case format; all of them optional."""

    id: Id | None = Field(None, description="text of 1 to 64 characters")
    site: codes.Site | None = None
    side: codes.Side | None = None
    photo_label_side: codes.Side | None = None
    mucosa: bool | None = None
    over_bony_prominence: bool | None = None
    pressure_or_shear: bool | None = None

    length_cm: Centimetres | None = None
    width_cm: Centimetres | None = None
    depth_cm: Centimetres | None = None
    undermining_cm: Centimetres | None = None
    undermining_clock: Annotated[str, Field(pattern=f"^{HOUR}-{HOUR}$")] | None = Field(
        None, description="hours of the clock, such as 3-6"
    )
    tunnel_cm: Centimetres | None = None

    skin_intact: bool | None = None
    skin_loss: codes.SkinLoss | None = None
    blister: codes.Blister | None = None
    colour: codes.Colour | None = None
    blanch_test: codes.BlanchTest | None = None
    temperature: codes.Temperature | None = None
    firmness: codes.Firmness | None = None

    bed_tissue: Annotated[tuple[BedTissue, ...], FromList] | None = None
    base_visible: bool | None = None
    visible_structures: Annotated[tuple[codes.Structure, ...], FromList] | None = None
    probe_to_bone: codes.Probe | None = None

    edges: codes.Edges | None = None
    exudate_amount: codes.ExudateAmount | None = None
    exudate_type: codes.ExudateType | None = None
    exudate_increased: bool | None = None
    odour: codes.Odour | None = None
    bleeding: codes.Bleeding | None = None

    periwound_erythema_cm: Centimetres | None = None
    erythema_advancing: bool | None = None
    periwound_warmth: bool | None = None
    periwound_oedema: bool | None = None
    induration: bool | None = None
    fluctuance: bool | None = None
    lymphangitis: bool | None = None
    crepitus: bool | None = None
    rapid_spread: bool | None = None
    haemorrhagic_bullae: bool | None = None
    dusky_spread: bool | None = None
    pain_out_of_proportion: bool | None = None
    sudden_numbness: bool | None = None
    wet_gangrene: bool | None = None
    friable: bool | None = None

    eschar_texture: codes.EscharTexture | None = None
    eschar_adherent: bool | None = None
    eschar_intact: bool | None = None

    distribution: Annotated[tuple[codes.Distribution, ...], FromList] | None = None
    macerated: bool | None = None
    satellite_papules: bool | None = None
    trauma: bool | None = None
    skin_flap: bool | None = None
    pain_0_10: Annotated[float, Field(ge=0, le=10)] | None = None
    pain_rising: bool | None = None

    distal_pulse: codes.Pulse | None = None
    limb_cold: bool | None = None
    limb_pale: bool | None = None
    perfusion_assessed: bool | None = None

    device_related: bool | None = None
    device: codes.Device | None = None
    device_hours: Hours | None = None
    device_movable: bool | None = None
    airway_or_line_danger: bool | None = None

    duration_days: Days | None = None
    previous_max_stage: codes.PreviousStage | None = None
    push_history: Annotated[tuple[PushScore, ...], FromList] | None = None
    weeks_without_progress: Weeks | None = None
    size_increased: bool | None = None
    new_breakdown: bool | None = None
    new_necrosis: bool | None = None
    new_undermining: bool | None = None
    cl_wound_diagram_total: Annotated[int, Field(ge=10, le=40), Whole] | None = None
