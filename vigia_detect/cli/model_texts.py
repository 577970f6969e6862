"""What `vigia model` says, in Spanish and English."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "reading_pictures": "Leyendo imágenes",
        "judging": "Evaluando con imágenes apartadas",
        "trained": "Modelo {model_id} en {place}; informe: {report}",
        "installed": "Modelo {model_id} instalado. Para usarlo: vigia model use {model_id}",
        "in_use": "En uso: {model_id}. Cada resultado lleva el nombre del modelo.",
        "none_in_use": "Ningún clasificador propio en uso.",
        "no_models": "No hay modelos instalados.",
        "model": "Modelo",
        "active": "En uso",
        "classes": "Clases",
        "accuracy": "Exactitud",
        "macro_f1": "F1 macro",
        "quadratic_kappa": "Kappa cuadrático",
        "within_one": "A lo más una clase de diferencia",
        "coverage": "Conjuntos con la clase verdadera",
        "severe_sensitivity": "Sensibilidad para clases graves",
        "figure": "Medida",
        "value": "Valor",
        "interval": "IC 95 %",
        "problem": "Problema",
        "pictures_judged": "{count} imágenes evaluadas con {model_id}",
        "unknown_figure": "no se sabe",
    },
    "en": {
        "reading_pictures": "Reading pictures",
        "judging": "Judging by pictures held back",
        "trained": "Model {model_id} in {place}; report: {report}",
        "installed": "Model {model_id} installed. To use it: vigia model use {model_id}",
        "in_use": "In use: {model_id}. Each result carries the model's name.",
        "none_in_use": "No classifier of one's own in use.",
        "no_models": "No models are installed.",
        "model": "Model",
        "active": "In use",
        "classes": "Classes",
        "accuracy": "Accuracy",
        "macro_f1": "Macro F1",
        "quadratic_kappa": "Quadratic kappa",
        "within_one": "At most one class away",
        "coverage": "Sets with the true class",
        "severe_sensitivity": "Sensitivity for severe classes",
        "figure": "Figure",
        "value": "Value",
        "interval": "95 % CI",
        "problem": "Problem",
        "pictures_judged": "{count} pictures judged by {model_id}",
        "unknown_figure": "unknown",
    },
}


def say(lang: str, key: str, **values: object) -> str:
    """Return a text in a language, with its values filled in."""
    return TEXTS[lang][key].format(**values)
