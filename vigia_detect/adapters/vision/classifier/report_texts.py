"""Words of the report, in Spanish and English."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "title": "Clasificador propio: informe",
        "note": "Resultados preliminares: apoyan, no reemplazan, la evaluación clínica. Cada "
        "imagen se evaluó con modelos que no la vieron, ni a sus copias ni a otras del mismo "
        "paciente.",
        "prior": "En otro hospital las clases pueden ser más o menos frecuentes que en estas "
        "imágenes: las probabilidades cambian con ello. Revalide antes de usarlo allí.",
        "severe_note": "Clases graves: stage_3, stage_4, unstageable, dtpi. La sensibilidad cuenta "
        "las que se propusieron como graves o se dejaron a una persona.",
        "pictures": "Imágenes",
        "classes": "Imágenes por clase",
        "made": "Creado (UTC)",
        "licence": "Licencia",
        "figure": "Medida",
        "value": "Valor",
        "interval": "IC 95 %",
        "accuracy": "Exactitud",
        "macro_f1": "F1 macro",
        "quadratic_kappa": "Kappa cuadrático",
        "within_one": "A lo más una clase de diferencia",
        "coverage": "Conjuntos con la clase verdadera",
        "mean_candidates": "Clases por conjunto, en promedio",
        "severe_sensitivity": "Sensibilidad para clases graves",
        "abstained": "Se dejan a una persona",
        "log_loss": "Pérdida logarítmica",
        "calibration_error": "Error de calibración",
        "unknown": "no se sabe",
        "confusion": "Confusión",
        "truth": "verdad",
        "found": "propuesta",
        "reliability": "Calibración",
        "confidence": "probabilidad dada",
        "right": "proporción correcta",
        "subgroups": "Resultados por grupo",
        "subgroup": "Grupo",
    },
    "en": {
        "title": "Own classifier: report",
        "note": "Preliminary results: they support, and do not replace, clinical judgement. Each "
        "picture was judged by models that had not seen it, its copies or its patient.",
        "prior": "In another hospital classes may be more or less common than among these "
        "pictures, and probabilities change with it. Validate again before use there.",
        "severe_note": "Severe classes: stage_3, stage_4, unstageable, dtpi. Sensitivity counts "
        "those proposed as severe or left to a person.",
        "pictures": "Pictures",
        "classes": "Pictures by class",
        "made": "Made (UTC)",
        "licence": "Licence",
        "figure": "Figure",
        "value": "Value",
        "interval": "95 % CI",
        "accuracy": "Accuracy",
        "macro_f1": "Macro F1",
        "quadratic_kappa": "Quadratic kappa",
        "within_one": "At most one class away",
        "coverage": "Sets with the true class",
        "mean_candidates": "Classes in a set, on average",
        "severe_sensitivity": "Sensitivity for severe classes",
        "abstained": "Left to a person",
        "log_loss": "Log loss",
        "calibration_error": "Calibration error",
        "unknown": "unknown",
        "confusion": "Confusion",
        "truth": "truth",
        "found": "proposal",
        "reliability": "Calibration",
        "confidence": "probability given",
        "right": "share right",
        "subgroups": "Results by group",
        "subgroup": "Group",
    },
}
