"""The words of `vigia failed`, in Spanish and English."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "none": "No hay tareas fallidas.",
        "task": "Tarea",
        "code": "Código",
        "severity": "Gravedad",
        "attempts": "Intentos",
        "failed_at": "Falló (UTC)",
        "age": "Hace",
        "case": "Caso",
        "alert": "Alerta",
        "run": "Id",
        "happened": "Qué pasó",
        "retries": "El caso se empezó de nuevo antes",
        "attempt": "intento {attempt}",
        "by": "por {by}",
        "kept_shut": "(motivo reservado a quien puede leer casos)",
        "next": "Para volver a pedirla: vigia failed retry {run_id} --by NOMBRE --reason MOTIVO",
        "retried_case": "Caso {case_id}: se repite desde {task}. Los resultados anteriores quedan "
        "guardados.",
        "retried_alert": "Alerta {alert_id}: se avisa de nuevo a la misma persona.",
        "s": "{n} s",
        "min": "{n} min",
        "h": "{n} h",
        "d": "{n} días",
    },
    "en": {
        "none": "There are no failed tasks.",
        "task": "Task",
        "code": "Code",
        "severity": "Severity",
        "attempts": "Attempts",
        "failed_at": "Failed (UTC)",
        "age": "Age",
        "case": "Case",
        "alert": "Alert",
        "run": "Id",
        "happened": "What happened",
        "retries": "The case was begun anew before",
        "attempt": "attempt {attempt}",
        "by": "by {by}",
        "kept_shut": "(reason kept for those who may read cases)",
        "next": "To ask for it again: vigia failed retry {run_id} --by NAME --reason WHY",
        "retried_case": "Case {case_id}: runs again from {task}. Earlier results are kept.",
        "retried_alert": "Alert {alert_id}: the same person is told again.",
        "s": "{n} s",
        "min": "{n} min",
        "h": "{n} h",
        "d": "{n} days",
    },
}

STEPS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def say(lang: str, key: str, **values: object) -> str:
    """Return a text in a language, with its values filled in."""
    return TEXTS[lang][key].format(**values)


def age(lang: str, seconds: float) -> str:
    """Return how long ago something was, in its largest whole unit."""
    unit, length = next(step for step in STEPS if seconds >= step[1] or step[1] == 1)
    return say(lang, unit, n=int(seconds // length))
