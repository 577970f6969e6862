"""Cases for narratives: results of the real stages, and a description as a model may give it."""

from dataclasses import dataclass, field

from vigia_detect.clinical import load_rules
from vigia_detect.domain.case import CaseFile, JsonObject, StageResults
from vigia_detect.domain.findings import ModelUsed, PictureFindings, Size, TissueShares, Wound
from vigia_detect.domain.ids import CaseId, Pseudonym
from vigia_detect.domain.stages import Stage
from vigia_detect.stages.image_analysis import describe
from vigia_detect.stages.medical_analysis import MedicalAnalysis
from vigia_detect.stages.triage import Triage

WOUND = PictureFindings(
    usable=True,
    problems=("no_scale",),
    wound=Wound(
        0.2,
        tissue=TissueShares(granulation=0.3, slough=0.6, uncertain=0.1),
        size=Size(5, 3, 10),
    ),
    model=ModelUsed("wound-model", "0" * 64),
)
SEEN: JsonObject = {
    "wound": "yes",
    "skin_intact": "no",
    "bed": {
        "granulation": "from_25",
        "slough": "from_50",
        "eschar": "none",
        "epithelial": "none",
        "dermis": "none",
        "purple": "cannot_tell",
    },
    "colour": "red",
    "blister": "none",
    "edges": "irregular",
    "exudate_amount": "moderate",
    "exudate_type": "serous",
    "bleeding": "no",
    "periwound_erythema": "cannot_tell",
    "macerated": "cannot_tell",
    "cavity": "no",
    "structures": [],
    "device": "no",
    "hair": "no",
    "dressing": "no",
    "problems": [],
}
LESION: JsonObject = {
    "site": "sacrum",
    "skin_loss": "full",
    "bed_tissue": [{"type": "slough", "percent": 60}, {"type": "granulation", "percent": 40}],
    "exudate_amount": "moderate",
    "edges": "irregular",
}
CONTEXT: JsonObject = {"lesions": [LESION], "vitals": {"temp_c": 37.5}}
JPEG = b"\xff\xd8 picture"


@dataclass
class Told:
    """A case with its results.

    Attributes:
        looked: how often its picture was read.
    """

    context: JsonObject = field(default_factory=lambda: dict(CONTEXT))
    picture: PictureFindings | None = WOUND
    lang: str = "es"
    patient_code: str = "HOSP-000123"
    case_id: str = "0197aaaa-bbbb-7ccc-8ddd-eeeeffff0000"
    pseudonym: str = "pseudonym-of-a-person"
    looked: int = 0

    @property
    def file(self) -> CaseFile:
        """Return the case as a stage sees it."""
        return CaseFile(
            id=CaseId(self.case_id),
            pseudonym=Pseudonym(self.pseudonym),
            patient_code=self.patient_code,
            lang=self.lang,
            context=self.context,
            options={},
            read_image=self._read,
        )

    @property
    def results(self) -> StageResults:
        """Return what the real stages say."""
        rules = load_rules()
        found: dict[Stage, JsonObject] = {}
        if self.picture is not None:
            found[Stage.IMAGE_ANALYSIS] = describe(self.picture, rules)
        for stage, body in (
            (Stage.MEDICAL_ANALYSIS, MedicalAnalysis(rules)),
            (Stage.TRIAGE, Triage(rules)),
        ):
            found[stage] = body(self.file, found).result
        return found

    def _read(self) -> bytes:
        self.looked += 1
        return JPEG
