"""The report for people: one file that needs nothing else, not even a network."""

from collections.abc import Iterable, Mapping
from html import escape

from vigia_detect.adapters.vision.classifier.drawings import confusion, reliability
from vigia_detect.adapters.vision.classifier.facts import Facts
from vigia_detect.adapters.vision.classifier.figures import Figure, Figures, Subgroup
from vigia_detect.adapters.vision.classifier.report_texts import TEXTS

WITH_INTERVAL = (
    *("accuracy", "macro_f1", "quadratic_kappa", "within_one"),
    *("coverage", "severe_sensitivity"),
)
PLAIN = ("mean_candidates", "abstained", "log_loss", "calibration_error")
STYLE = """\
body{font:16px/1.5 system-ui,sans-serif;color:#1b2733;max-width:56rem;margin:2rem auto;
padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}
td,th{padding:.3rem .8rem;border-bottom:1px solid #cfd8e0;text-align:left}
td+td,th+th{text-align:right}svg{max-width:100%;height:auto}
.note{background:#eef4f8;padding:.6rem 1rem;border-left:4px solid #2b6c99}"""


def page(facts: Facts, found: Figures, lang: str) -> str:
    """Return the report as one HTML document.

    Args:
        facts: what the model's manifest says.
        found: its results on pictures held back.
        lang: `es` or `en`.
    """
    words = TEXTS[lang]
    parts = [
        f"<h1>{words['title']}: {escape(facts.name)}</h1>",
        *(f'<p class="note">{words[key]}</p>' for key in ("note", "severe_note", "prior")),
        _about(facts, found, words),
        _table([words["figure"], words["value"], words["interval"]], _figures(found, words)),
        f"<h2>{words['confusion']}</h2>",
        confusion(found.confusion, facts.classes, words),
        f"<h2>{words['reliability']}</h2>",
        reliability(found.reliability, words),
        f"<h2>{words['subgroups']}</h2>",
        _table(_headings(words), [_row(part, words) for part in found.subgroups]),
    ]
    head = f'<meta charset="utf-8"><title>{words["title"]}</title><style>{STYLE}</style>'
    body = "\n".join(parts)
    start = f'<!doctype html>\n<html lang="{lang}"><head>{head}</head>'
    return f"{start}\n<body>\n{body}\n</body></html>\n"


def _about(facts: Facts, found: Figures, words: Mapping[str, str]) -> str:
    counts = ", ".join(f"{code} {count}" for code, count in facts.pictures.items())
    rows = [
        [words["pictures"], str(found.pictures)],
        [words["classes"], counts],
        [words["made"], facts.created],
        [words["licence"], facts.licence or words["unknown"]],
    ]
    return _table([], rows)


def _figures(found: Figures, words: Mapping[str, str]) -> Iterable[list[str]]:
    for name in WITH_INTERVAL:
        figure: Figure = getattr(found, name)
        yield [words[name], _value(figure.value, words), _interval(figure)]
    for name in PLAIN:
        yield [words[name], _value(getattr(found, name), words), ""]


def _interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.2f} - {figure.high:.2f}"


def _value(value: float | None, words: Mapping[str, str]) -> str:
    return words["unknown"] if value is None else f"{value:.2f}"


def _headings(words: Mapping[str, str]) -> list[str]:
    names = ("subgroup", "pictures", "accuracy", "within_one", "severe_sensitivity")
    return [words[name] for name in names]


def _row(part: Subgroup, words: Mapping[str, str]) -> list[str]:
    values = (part.accuracy, part.within_one, part.severe_sensitivity)
    return [part.name, str(part.pictures), *(_value(value, words) for value in values)]


def _table(headings: list[str], rows: Iterable[list[str]]) -> str:
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    if headings:
        lines.insert(0, "".join(f"<th>{escape(cell)}</th>" for cell in headings))
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"
