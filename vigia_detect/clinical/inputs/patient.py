"""What people observed: the `patient_context` of the input document."""

from typing import Annotated

from pydantic import Field

from vigia_detect.clinical.inputs import codes
from vigia_detect.clinical.inputs.base import Days, Form, FromList, Hours, Whole
from vigia_detect.clinical.inputs.lesion import Lesion
from vigia_detect.clinical.inputs.scale_items import Scales


class Demographics(Form):
    """Who the person is."""

    age_years: Annotated[float, Field(ge=0, le=120)] | None = None
    gestational_age_weeks: Annotated[float, Field(ge=22, le=44)] | None = None
    age_days: Annotated[float, Field(ge=0, le=28)] | None = None
    sex: codes.Sex | None = None
    skin_tone_monk: Annotated[int, Field(ge=1, le=10), Whole] | None = None
    bmi_kg_m2: Annotated[float, Field(ge=8, le=90)] | None = None


class Setting(Form):
    """Where the person is cared for, and how."""

    care_setting: codes.CareSetting | None = None
    prevention_plan_written: bool | None = None
    prevention_plan_followed: bool | None = None
    hours_on_stretcher: Hours | None = None
    surgery_hours_last_72h: Hours | None = None
    icu_days: Days | None = None
    position: codes.Position | None = None
    hours_in_position: Hours | None = None


class Vitals(Form):
    """Vital signs, each in the unit of its name."""

    temp_c: Annotated[float, Field(ge=25, le=45)] | None = None
    heart_rate_bpm: Annotated[float, Field(ge=10, le=300)] | None = None
    resp_rate_per_min: Annotated[float, Field(ge=2, le=120)] | None = None
    sbp_mmhg: Annotated[float, Field(ge=30, le=300)] | None = None
    dbp_mmhg: Annotated[float, Field(ge=10, le=200)] | None = None
    map_mmhg: Annotated[float, Field(ge=15, le=220)] | None = None
    baseline_sbp_mmhg: Annotated[float, Field(ge=50, le=250)] | None = None
    spo2_percent: Annotated[float, Field(ge=30, le=100)] | None = None
    gcs: Annotated[int, Field(ge=3, le=15), Whole] | None = None
    mental_state: codes.MentalState | None = None
    mental_state_new: bool | None = None
    early_warning_trigger: bool | None = None


class Symptoms(Form):
    """What the person feels or shows beside the lesion."""

    severe_headache: bool | None = None
    facial_flushing: bool | None = None
    sweating_above_injury: bool | None = None
    chills: bool | None = None
    mottled_skin: bool | None = None
    incontinence: codes.Incontinence | None = None


class Labs(Form):
    """Laboratory values, each in the unit of its name."""

    albumin_g_dl: Annotated[float, Field(ge=0.5, le=7)] | None = None
    haemoglobin_g_dl: Annotated[float, Field(ge=2, le=25)] | None = None
    crp_mg_l: Annotated[float, Field(ge=0, le=700)] | None = None
    esr_mm_h: Annotated[float, Field(ge=0, le=150)] | None = None
    lactate_mmol_l: Annotated[float, Field(ge=0, le=30)] | None = None
    glucose_mg_dl: Annotated[float, Field(ge=10, le=1500)] | None = None
    surface_swab_positive: bool | None = None


class Supports(Form):
    """Organ support and devices; a given list of devices is complete."""

    vasopressor: bool | None = None
    vasopressor_new: bool | None = None
    mechanical_ventilation: bool | None = None
    mechanical_ventilation_days: Days | None = None
    devices: Annotated[tuple[codes.Device, ...], FromList] | None = None


class PatientContext(Form):
    """Everything that people observed. Missing is unknown, never false, zero or normal."""

    demographics: Demographics | None = None
    setting: Setting | None = None
    conditions: Annotated[tuple[codes.Condition, ...], FromList] | None = None
    spinal_injury_level: codes.SpinalLevel | None = None
    vitals: Vitals | None = None
    symptoms: Symptoms | None = None
    labs: Labs | None = None
    supports: Supports | None = None
    scales: Scales | None = None
    skin_inspection: codes.SkinInspection | None = None
    lesions: Annotated[tuple[Lesion, ...], FromList] | None = None
    notes: str | None = None
    asked_not_obtained: Annotated[tuple[str, ...], FromList] | None = None
