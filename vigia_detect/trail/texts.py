"""What the verifier says, in Spanish and English."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from vigia_detect.trail.findings import Finding, Problem, Verdict
from vigia_detect.trail.verify import Report

PROBLEMS: Mapping[str, Mapping[Problem, str]] = {
    "es": {
        Problem.MALFORMED: "línea que no se puede leer",
        Problem.WRONG_LOG: "no es el registro de esta llave",
        Problem.CHANGED: "entrada cambiada o insertada",
        Problem.LOST: "entrada borrada de la base de datos",
        Problem.REMOVED: "entradas quitadas",
        Problem.OUT_OF_ORDER: "entrada fuera de su lugar o repetida",
        Problem.BAD_CHECKPOINT: "punto de control no válido",
        Problem.BAD_STAMP: "sello de tiempo no válido",
        Problem.CHECKPOINT_REMOVED: "falta un punto de control",
        Problem.REWRITTEN: "registro reescrito: no es el que se firmó",
        Problem.CUT: "final cortado: faltan entradas que un punto de control promete",
        Problem.NOT_COVERED: "entradas encadenadas sin punto de control",
        Problem.FILE_CHANGED: "el archivo fue cambiado o está cortado",
        Problem.NOT_PROVED: "entrada que el punto de control no demuestra",
        Problem.FOREIGN: "entrada o estado de otro caso",
        Problem.PART_CHANGED: "parte cambiada, quitada o agregada",
        Problem.BAD_SEAL: "el sello no corresponde: el archivo fue cambiado o no es de esta llave",
        Problem.DIFFERS: "el contenido no es el que las entradas atestiguan",
        Problem.MISSING_CONTENT: "falta un contenido y no se dice por qué",
        Problem.NO_ENTRY: "falta la entrada",
        Problem.NO_REASON: "entrada sin un estado que la explique",
    },
    "en": {
        Problem.MALFORMED: "line that cannot be read",
        Problem.WRONG_LOG: "not the trail of this key",
        Problem.CHANGED: "entry changed or inserted",
        Problem.LOST: "entry deleted from the database",
        Problem.REMOVED: "entries removed",
        Problem.OUT_OF_ORDER: "entry out of its place or repeated",
        Problem.BAD_CHECKPOINT: "invalid checkpoint",
        Problem.BAD_STAMP: "invalid time stamp",
        Problem.CHECKPOINT_REMOVED: "a checkpoint is missing",
        Problem.REWRITTEN: "trail rewritten: it is not what was signed",
        Problem.CUT: "end cut off: entries that a checkpoint promises are missing",
        Problem.NOT_COVERED: "chained entries without a checkpoint",
        Problem.FILE_CHANGED: "the file was changed or cut",
        Problem.NOT_PROVED: "entry that the checkpoint does not prove",
        Problem.FOREIGN: "entry or state of another case",
        Problem.PART_CHANGED: "part changed, removed or added",
        Problem.BAD_SEAL: "the seal does not fit: the file was changed, or is not of this key",
        Problem.DIFFERS: "the content is not what the entries attest",
        Problem.MISSING_CONTENT: "a content is missing, and it is not said why",
        Problem.NO_ENTRY: "the entry is missing",
        Problem.NO_REASON: "entry without a state that explains it",
    },
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "integrity": "Integridad",
        "completeness": "Completitud",
        "good": "bien",
        "bad": "FALLA",
        "entries": "{entries} entradas encadenadas, {pending} aún sin encadenar.",
        "checkpoint": "Último punto de control: {size} entradas, firmado el {time}.",
        "no_checkpoint": "No hay ningún punto de control válido.",
        "stamped": "Una autoridad de sellado atestigua que el punto de control de {size} entradas "
        "existía el {time}.",
        "stamps": "Sellos de tiempo sin revisar: {stamps} (use --timestamp-ca).",
        "at": "entradas {first} a {last}",
        "line": "línea {line}",
        "more": "y {more} más",
    },
    "en": {
        "integrity": "Integrity",
        "completeness": "Completeness",
        "good": "good",
        "bad": "FAILED",
        "entries": "{entries} chained entries, {pending} not chained yet.",
        "checkpoint": "Last checkpoint: {size} entries, signed {time}.",
        "no_checkpoint": "There is no valid checkpoint.",
        "stamped": "A time stamping authority attests that the checkpoint over {size} entries "
        "was there at {time}.",
        "stamps": "Time stamps not checked: {stamps} (use --timestamp-ca).",
        "at": "entries {first} to {last}",
        "line": "line {line}",
        "more": "and {more} more",
    },
}


def report_text(report: Report, lang: str) -> str:
    """Return the report for reading."""
    words, last = WORDS[lang], report.checkpoint
    parts = [words["entries"].format(entries=report.entries, pending=report.pending)]
    if last is None:
        parts.append(words["no_checkpoint"])
    else:
        parts.append(words["checkpoint"].format(size=last.size, time=time_text(last.time)))
    if report.stamped is not None:
        stamped = report.stamped
        parts.append(words["stamped"].format(size=stamped.size, time=time_text(stamped.time)))
    elif report.stamps:
        parts.append(words["stamps"].format(stamps=report.stamps))
    parts += verdict_text("integrity", report.integrity, lang)
    parts += verdict_text("completeness", report.completeness, lang)
    return "\n".join(parts)


def report_json(report: Report) -> str:
    """Return the report for programs."""
    last = report.checkpoint
    document = {
        "entries": report.entries,
        "pending": report.pending,
        "checkpoint": None if last is None else {"size": last.size, "root": last.root.hex()},
        "stamped": None if report.stamped is None else asdict(report.stamped),
        "stamps": report.stamps,
        "integrity": {"good": report.integrity.good, **asdict(report.integrity)},
        "completeness": {"good": report.completeness.good, **asdict(report.completeness)},
    }
    return json.dumps(document, indent=2)


def time_text(seconds: int) -> str:
    """Return Unix seconds for reading; as they are when no calendar has them."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def verdict_text(name: str, verdict: Verdict, lang: str) -> list[str]:
    """Return the lines of one verdict."""
    words = WORDS[lang]
    parts = [f"{words[name]}: {words['good' if verdict.good else 'bad']}"]
    parts += [f"  - {_finding(one, lang)}" for one in verdict.findings]
    return parts + ([f"  - {words['more'].format(more=verdict.more)}"] if verdict.more else [])


def _finding(one: Finding, lang: str) -> str:
    words, where = WORDS[lang], []
    if one.first is not None:
        where.append(words["at"].format(first=one.first, last=one.last))
    if one.line is not None:
        where.append(words["line"].format(line=one.line))
    text = PROBLEMS[lang][one.problem]
    text += f" ({', '.join(where)})" if where else ""
    return f"{text}: {_harmless(one.about)}" if one.about else text


def _harmless(about: str) -> str:
    """Return words of the export without signs that could draw a verdict of their own."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in about)
