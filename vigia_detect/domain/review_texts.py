"""Why a case waits for a person, in Spanish and English; a rule's own words come with the rule."""

from collections.abc import Mapping
from types import MappingProxyType

from vigia_detect.domain.stages import Stage

UNREADABLE = "unreadable"
IMAGE_UNUSABLE = "image_unusable"
NO_CLASS = "no_class"
TO_CONFIRM = "to_confirm"

WHY: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        f"{Stage.IMAGE_ANALYSIS}_failed": {
            "es": "Falló el análisis de la imagen: no se sabe qué muestra.",
            "en": "The analysis of the picture failed: what it shows is not known.",
        },
        f"{Stage.RISK_SCORE}_failed": {
            "es": "Falló el cálculo del riesgo: no se conoce.",
            "en": "The risk score failed: it is not known.",
        },
        f"{Stage.MEDICAL_ANALYSIS}_failed": {
            "es": "Fallaron las reglas clínicas: no hay resultado automático.",
            "en": "The clinical rules failed: there is no automatic result.",
        },
        f"{Stage.TRIAGE}_failed": {
            "es": "Falló el triage: la urgencia puede ser mayor que la mostrada.",
            "en": "Triage failed: the urgency may be higher than what is shown.",
        },
        f"{Stage.AUDIT_LOG}_failed": {
            "es": "Falló la comprobación del registro del caso.",
            "en": "The check of the case's trail failed.",
        },
        UNREADABLE: {
            "es": "El resultado guardado no se puede descifrar.",
            "en": "The stored result does not decrypt.",
        },
        IMAGE_UNUSABLE: {
            "es": "La imagen no se puede usar: tome otra o evalúe al lado de la cama.",
            "en": "The picture cannot be used: take another or assess at the bedside.",
        },
        NO_CLASS: {
            "es": "No se propone una clase: evalúe al lado de la cama.",
            "en": "No class is proposed: assess at the bedside.",
        },
        TO_CONFIRM: {
            "es": "La clase es una propuesta: una persona debe confirmarla.",
            "en": "The class is a proposal: a person must confirm it.",
        },
    }
)
