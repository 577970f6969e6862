"""Scale items as a person scored them; a blank item is missing and the total is then unknown."""

from typing import Annotated

from pydantic import Field

from vigia_detect.clinical.inputs.base import Form, Whole

Level0To2 = Annotated[int, Field(ge=0, le=2), Whole]
Level0To3 = Annotated[int, Field(ge=0, le=3), Whole]
Level1To3 = Annotated[int, Field(ge=1, le=3), Whole]
Level1To4 = Annotated[int, Field(ge=1, le=4), Whole]
Level1To5 = Annotated[int, Field(ge=1, le=5), Whole]
Level0To8 = Annotated[int, Field(ge=0, le=8), Whole]


class Braden(Form):
    """Braden, adults."""

    sensory: Level1To4 | None = None
    moisture: Level1To4 | None = None
    activity: Level1To4 | None = None
    mobility: Level1To4 | None = None
    nutrition: Level1To4 | None = None
    friction_shear: Level1To3 | None = None


class BradenQ(Form):
    """Braden Q, children; friction and shear has four levels here."""

    mobility: Level1To4 | None = None
    activity: Level1To4 | None = None
    sensory: Level1To4 | None = None
    moisture: Level1To4 | None = None
    friction_shear: Level1To4 | None = None
    nutrition: Level1To4 | None = None
    tissue_perfusion: Level1To4 | None = None


class BradenQD(Form):
    """Braden QD, children with devices; higher is worse."""

    mobility: Level0To2 | None = None
    sensory: Level0To2 | None = None
    friction_shear: Level0To2 | None = None
    nutrition: Level0To2 | None = None
    tissue_perfusion: Level0To2 | None = None
    device_protection: Level0To2 | None = None
    devices: Level0To8 | None = None


class Nsras(Form):
    """NSRAS, newborns, in its Spanish direction: lower is worse."""

    general_condition: Level1To4 | None = None
    mental_state: Level1To4 | None = None
    mobility: Level1To4 | None = None
    activity: Level1To4 | None = None
    nutrition: Level1To4 | None = None
    moisture: Level1To4 | None = None


class Norton(Form):
    """Norton."""

    physical_condition: Level1To4 | None = None
    mental_state: Level1To4 | None = None
    activity: Level1To4 | None = None
    mobility: Level1To4 | None = None
    incontinence: Level1To4 | None = None


class Emina(Form):
    """EMINA; higher is worse."""

    mental_state: Level0To3 | None = None
    mobility: Level0To3 | None = None
    incontinence: Level0To3 | None = None
    nutrition: Level0To3 | None = None
    activity: Level0To3 | None = None


class Elpo(Form):
    """ELPO, adults on the operating table; higher is worse."""

    position: Level1To5 | None = None
    time: Level1To5 | None = None
    anaesthesia: Level1To5 | None = None
    support_surface: Level1To5 | None = None
    limbs: Level1To5 | None = None
    comorbidity: Level1To5 | None = None
    age: Level1To5 | None = None


class Scales(Form):
    """All risk scales that may have been filled in."""

    braden: Braden | None = None
    braden_q: BradenQ | None = None
    braden_qd: BradenQD | None = None
    nsras: Nsras | None = None
    norton: Norton | None = None
    emina: Emina | None = None
    elpo: Elpo | None = None
