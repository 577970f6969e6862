"""What the check of an evidence bundle says, in Spanish and English."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from vigia_detect.trail.evidence import EvidenceReport
from vigia_detect.trail.texts import time_text, verdict_text

WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "case": "Caso {case}: {entries} entradas.",
        "checkpoint": "Punto de control: {size} entradas, firmado el {time}.",
        "own_key": "ATENCIÓN: se usó la llave que viene dentro del archivo. Esto solo muestra que "
        "el archivo es coherente consigo mismo, NO quién lo hizo: quien lo falsifique puede poner "
        "su propia llave. Pida la llave pública por otro camino y use --public-key.",
        "not_compared": "Sin un punto de control guardado fuera (--checkpoint), el dueño de la "
        "base de datos y de la llave pudo haber escrito otro registro.",
        "unproved": "Contenidos que ninguna entrada atestigua (de una versión anterior): {names}.",
        "left_out": "No incluido: {name} ({why}).",
    },
    "en": {
        "case": "Case {case}: {entries} entries.",
        "checkpoint": "Checkpoint: {size} entries, signed {time}.",
        "own_key": "ATTENTION: the key inside of the file was used. This only shows that the file "
        "is consistent with itself, NOT who made it: whoever forges one can put in a key of their "
        "own. Get the public key by another way and use --public-key.",
        "not_compared": "Without a checkpoint kept elsewhere (--checkpoint), the owner of both "
        "database and key could have written another trail.",
        "unproved": "Contents that no entry attests (from an earlier version): {names}.",
        "left_out": "Not included: {name} ({why}).",
    },
}
WHY: Mapping[str, Mapping[str, str]] = {
    "es": {
        "erased": "el paciente fue borrado: su llave fue destruida",
        "not_asked": "no se pidió",
        "purged": "eliminado al cumplirse su plazo, o no está",
        "derived": "se deriva de la imagen; `vigia case --overlay` la escribe",
        "not_attested": "ninguna entrada lo atestigua",
        "address": "direcciones de personas; el registro solo las nombra",
        "other_entries": "entradas que no son de este caso ni de sus alertas",
        "damaged": "no se puede descifrar",
    },
    "en": {
        "erased": "the patient was erased: their key was destroyed",
        "not_asked": "it was not asked for",
        "purged": "deleted when its time was over, or not there",
        "derived": "follows from the picture; `vigia case --overlay` writes it",
        "not_attested": "no entry attests it",
        "address": "addresses of people; the trail only names them",
        "other_entries": "entries that are not of this case or its alerts",
        "damaged": "does not decrypt",
    },
}


def evidence_text(report: EvidenceReport, lang: str) -> str:
    """Return the report for reading."""
    words, last = WORDS[lang], report.checkpoint
    parts = [] if report.outside_key else [words["own_key"]]
    parts.append(words["case"].format(case=report.case, entries=report.entries))
    if last is not None:
        parts.append(words["checkpoint"].format(size=last.size, time=time_text(last.time)))
    parts += [] if report.compared else [words["not_compared"]]
    parts += verdict_text("integrity", report.integrity, lang)
    parts += verdict_text("completeness", report.completeness, lang)
    if report.unproved:
        parts.append(words["unproved"].format(names=", ".join(report.unproved)))
    for name, why in report.not_included.items():
        parts.append(words["left_out"].format(name=name, why=WHY[lang].get(str(why), why)))
    return "\n".join(parts)


def evidence_json(report: EvidenceReport) -> str:
    """Return the report for programs."""
    last = report.checkpoint
    document = {
        "case": report.case,
        "entries": report.entries,
        "checkpoint": None if last is None else {"size": last.size, "root": last.root.hex()},
        "outside_key": report.outside_key,
        "compared": report.compared,
        "unproved": report.unproved,
        "not_included": dict(report.not_included),
        "integrity": {"good": report.integrity.good, **asdict(report.integrity)},
        "completeness": {"good": report.completeness.good, **asdict(report.completeness)},
    }
    return json.dumps(document, indent=2)
