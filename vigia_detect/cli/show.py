"""A case report as a person reads it."""

from typing import Any

import orjson
import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from vigia_detect.cli.code_words import in_words
from vigia_detect.cli.narrative_texts import narrative_word
from vigia_detect.cli.show_findings import finding_lines
from vigia_detect.cli.show_narrative import narrative_lines
from vigia_detect.cli.texts import say
from vigia_detect.domain.addendum import AddendumState
from vigia_detect.domain.case import Json, JsonObject
from vigia_detect.domain.findings import OVERLAY
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState
from vigia_detect.stages.report import CaseReport, NarrativeReport

STATE_STYLE = {
    CaseState.COMPLETED: "green",
    CaseState.NEEDS_REVIEW: "yellow",
    CaseState.ESCALATED: "bold red",
    CaseState.FAILED: "bold red",
}
MARKS = {"done": "✓", "failed": "✗", "running": "…", "ready": "·", "waiting": "·"}


def print_schema_json(value: Any) -> None:
    """Print one JSON document, its keys as in the generated schema."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


def print_report(
    report: CaseReport, lang: str, console: Console | None = None, *, overlay: str | None = None
) -> None:
    """Print a case for a nurse: the answer first, then why, then what is missing.

    Args:
        report: the case.
        lang: es or en.
        console: where to print; this terminal when None.
        overlay: where the picture with its findings lies; when None, the command that writes it.
    """
    out = console or Console()
    if overlay is None and OVERLAY in report.attachments():
        overlay = say(lang, "write_overlay", case_id=report.case_id)
    style = STATE_STYLE.get(report.overall_status, "")
    patient = report.patient_code or say(lang, "erased", at=report.erased_at)
    out.print(Text(f"{patient}  {report.case_id}", style="bold"))
    lines = [
        (say(lang, "status"), _status(report, lang)),
        (say(lang, "urgency"), in_words(report.urgency, lang)),
        (say(lang, "review"), _review(report, lang)),
        *_image_lines(report, lang, overlay),
        *_assessment_lines(report.assessment, lang),
        *_review_lines(report, lang),
        *_narrative_lines(report.narrative, lang),
        *_alert_lines(report, lang),
        (say(lang, "missing"), _missing(report, lang)),
        (say(lang, "stage"), _stages(report, lang)),
        (say(lang, "next"), _next(report, lang)),
    ]
    for label, text in lines:
        if text:
            shown = Text.assemble((f"{label}: ", "cyan"), text)
            shown.stylize(style if label == say(lang, "status") else "")
            out.print(Padding(shown, (0, 0, 0, 2)))
    out.print(Padding(Text(_standing(report, lang), style="dim"), (0, 0, 0, 2)))


def _standing(report: CaseReport, lang: str) -> str:
    if report.preliminary:
        return say(lang, "preliminary")
    at = (report.confirmed_at or "")[:16]
    return say(lang, "confirmed_by", by=report.confirmed_by, at=at)


def _review_lines(report: CaseReport, lang: str) -> list[tuple[str, str]]:
    return [
        (
            say(lang, "word"),
            say(
                lang,
                f"said_{one.event}",
                by=one.by,
                at=one.at[:16],
                reason=one.reason,
                classes=", ".join(f"{lesion}: {name}" for lesion, name in one.classes.items()),
            ),
        )
        for one in report.reviews
    ]


def _review(report: CaseReport, lang: str) -> str:
    if report.review_required is None:
        return say(lang, "review_unknown")
    return say(lang, "review_yes" if report.review_required else "review_no")


def _status(report: CaseReport, lang: str) -> str:
    """Return the state in words; its code is what other programs and documents call it."""
    state, why = in_words(report.overall_status, lang), in_words(report.status_code, lang)
    return f"{state}: {why} ({report.overall_status})"


def _missing(report: CaseReport, lang: str) -> str:
    return ", ".join(
        f"{in_words(name, lang)}: {in_words(why, lang)}" for name, why in report.missing.items()
    )


def _stages(report: CaseReport, lang: str) -> str:
    return "  ".join(
        f"{MARKS[stage.state]} {in_words(name, lang)}" for name, stage in report.stages.items()
    )


def _next(report: CaseReport, lang: str) -> str:
    key = f"next_{report.overall_status}"
    if report.overall_status in {CaseState.ACCEPTED, CaseState.PROCESSING}:
        key = "next_processing"
    if report.overall_status == CaseState.COMPLETED and not report.preliminary:
        key = "next_confirmed"
    return say(lang, key, case_id=report.case_id)


def _image_lines(report: CaseReport, lang: str, overlay: str | None) -> list[tuple[str, str]]:
    stage = report.stages.get(Stage.IMAGE_ANALYSIS)
    if stage is None or stage.result is None:
        return []
    return list(finding_lines(stage.result, overlay or "", lang))


def _assessment_lines(found: JsonObject | None, lang: str) -> list[tuple[str, str]]:
    if found is None:
        return []
    classes = ", ".join(
        f"{in_words(lesion['class'], lang)}, {in_words(lesion['certainty'], lang)}"
        for lesion in _list(found, "lesions")
        if isinstance(lesion, dict)
    )
    actions = "\n    ".join(
        f"{action['id']} {action['text']}"
        for action in _list(found, "actions")[:6]
        if isinstance(action, dict)
    )
    return [
        (say(lang, "class"), classes),
        (say(lang, "risk"), _risk(found.get("risk"), lang)),
        (say(lang, "rules"), " ".join(map(str, _list(found, "rules")))),
        (say(lang, "actions"), f"\n    {actions}" if actions else ""),
    ]


def _risk(risk: Json, lang: str) -> str:
    if not isinstance(risk, dict) or risk.get("scale") is None:
        return ""
    total = risk.get("total")
    score = say(lang, "no_total") if total is None else str(total)
    category = risk.get("category")
    return f"{risk['scale']} {score}" + (f" → {category}" if category else "")


def _narrative_lines(narrative: NarrativeReport, lang: str) -> list[tuple[str, str]]:
    if narrative.state == AddendumState.PENDING:
        return [(narrative_word(lang, "title"), narrative_word(lang, "pending"))]
    return narrative_lines(narrative.content or str(narrative.reason), lang)


def _alert_lines(report: CaseReport, lang: str) -> list[tuple[str, str]]:
    text = "; ".join(
        f"{in_words(alert.kind, lang)}, {in_words(alert.state, lang)}: {alert.id}"
        for alert in report.alerts
    )
    return [(say(lang, "alerts"), text or say(lang, "nothing"))]


def _list(found: JsonObject, key: str) -> list[Json]:
    value = found.get(key)
    return value if isinstance(value, list) else []
