"""The closed code lists of the input document, as the case format gives them."""

from typing import Literal

Lang = Literal["es", "en"]
Sex = Literal["female", "male", "other"]
CareSetting = Literal["ward", "icu", "ed", "operating_room", "home", "nursing_home"]
Position = Literal["supine", "lateral", "prone", "sitting"]
MentalState = Literal["alert", "drowsy", "confused", "agitated", "unresponsive"]
Incontinence = Literal["none", "urinary", "faecal", "both"]
SkinInspection = Literal["no_lesion", "lesion_found", "not_done"]

Condition = Literal[
    "diabetes", "peripheral_arterial_disease", "venous_insufficiency", "heart_disease", "copd",
    "ards", "anaemia", "hypoxia", "oedema", "malnutrition", "cachexia", "obesity",
    "kidney_disease", "liver_disease", "cancer", "immunosuppression", "spinal_cord_injury",
    "sensory_loss", "neuropathy", "stroke", "multiple_sclerosis", "dementia", "hip_fracture",
    "clostridioides_difficile", "chronic_steroids", "anticoagulant", "end_of_life", "bedbound",
    "wheelchair_user",
]  # fmt: skip

SpinalLevel = Literal[
    "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8",
    "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12",
    "L1", "L2", "L3", "L4", "L5", "S1", "S2", "S3", "S4", "S5",
]  # fmt: skip

Device = Literal[
    "nasal_cannula", "oxygen_mask", "niv_mask", "nasal_cpap", "endotracheal_tube", "tracheostomy",
    "nasogastric_tube", "urinary_catheter", "vascular_line", "ecmo_cannula", "oximeter_probe",
    "cervical_collar", "spine_board", "orthosis", "cast", "restraint", "compression_stocking",
    "other",
]  # fmt: skip

Site = Literal[
    "sacrum", "coccyx", "buttock", "gluteal_cleft", "ischium", "trochanter", "hip", "heel",
    "malleolus", "ankle", "foot_sole", "foot_dorsum", "toe", "lower_leg", "knee", "thigh",
    "perineum", "genitals", "urethral_meatus", "abdomen", "stoma", "chest", "breast", "lumbar",
    "back", "scapula", "shoulder", "elbow", "forearm", "hand", "neck", "occiput", "ear",
    "nose_bridge", "columella", "nostril", "lip", "mouth", "cheek", "chin", "forehead", "other",
]  # fmt: skip

Side = Literal["left", "right", "midline", "bilateral"]
SkinLoss = Literal["none", "partial", "full"]
Blister = Literal["none", "serum", "blood"]
Colour = Literal["normal", "pink", "red", "bright_red", "purple", "maroon", "black", "pale"]
BlanchTest = Literal["negative", "positive", "not_done"]
Temperature = Literal["same", "warmer", "cooler"]
Firmness = Literal["same", "firmer", "boggy"]
Tissue = Literal["closed", "epithelial", "dermis", "granulation", "slough", "eschar"]
Structure = Literal[
    "fat", "fascia", "muscle", "tendon", "ligament", "cartilage", "joint_capsule", "bone", "vessel"
]
Probe = Literal["positive", "negative", "not_done"]
Edges = Literal["defined", "irregular", "rolled", "epithelialising"]
ExudateAmount = Literal["none", "light", "moderate", "heavy"]
ExudateType = Literal[
    "serous", "serosanguineous", "sanguineous", "seropurulent", "purulent", "dishwater"
]
Odour = Literal["none", "foul"]
Bleeding = Literal["none", "contact", "controlled", "brisk", "pulsatile"]
EscharTexture = Literal["dry_hard", "soft", "moist"]
Distribution = Literal["single", "multiple", "diffuse", "mirrored", "in_skin_fold"]
Pulse = Literal["present", "absent"]
PreviousStage = Literal["stage_2", "stage_3", "stage_4", "unstageable", "dtpi"]

ImageProblem = Literal[
    "blur", "dark", "no_wound", "dressing_on", "several_wounds", "face", "other_person",
    "no_scale", "out_of_distribution",
]  # fmt: skip
CandidateClass = Literal[
    "stage_1", "stage_2", "stage_3", "stage_4", "unstageable", "dtpi", "mucosal",
    "no_lesion_seen", "not_a_pressure_injury_suspected",
]  # fmt: skip
