"""The report's drawings, as SVG that stands in the page."""

from collections.abc import Mapping
from html import escape

CELL, EDGE = 72, 130
SIDE, FRAME = 320, 56
INK, BLUE, GREY = "#1b2733", "#2b6c99", "#8797a5"


def confusion(table: list[list[int]], classes: tuple[str, ...], words: Mapping[str, str]) -> str:
    """Return the confusion table: rows the truth, shaded by share of the row."""
    size = EDGE + CELL * len(classes)
    parts = [
        _text(EDGE + CELL * (i + 0.5), EDGE - 14, code, angle=-35, anchor="start")
        + _text(EDGE - 10, EDGE + CELL * (i + 0.5), code, anchor="end")
        for i, code in enumerate(classes)
    ]
    for row, counts in enumerate(table):
        for column, count in enumerate(counts):
            parts.append(_cell(row, column, count, count / max(sum(counts), 1)))
    title = f"{words['confusion']}: {words['truth']} / {words['found']}"
    corner = _text(8, EDGE - 14, f"{words['truth']} ↓  {words['found']} →", anchor="start")
    return _svg(size + 60, size + 10, title, [corner, *parts])


def reliability(bins: list[tuple[float, float, int]], words: Mapping[str, str]) -> str:
    """Return the reliability diagram: on the line, probabilities mean what they say."""
    line = f'x1="{FRAME}" y1="{20 + SIDE}" x2="{FRAME + SIDE}" y2="20" stroke="{GREY}"'
    parts = [
        f'<rect x="{FRAME}" y="20" width="{SIDE}" height="{SIDE}" fill="none" stroke="{GREY}"/>',
        f'<line {line} stroke-dasharray="6 4"/>',
    ]
    for tick in (0.0, 0.5, 1.0):
        parts.append(_text(FRAME + tick * SIDE, 40 + SIDE, f"{tick:g}"))
        parts.append(_text(FRAME - 10, 20 + (1 - tick) * SIDE, f"{tick:g}", anchor="end"))
    most = max((count for _, _, count in bins), default=1)
    for sure, right, count in bins:
        x, y, radius = FRAME + sure * SIDE, 20 + (1 - right) * SIDE, 4 + 10 * (count / most) ** 0.5
        note = f"<title>n = {count}</title>"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{BLUE}" '
            f'fill-opacity="0.75">{note}</circle>'
        )
    parts.append(_text(FRAME + SIDE / 2, 62 + SIDE, words["confidence"]))
    parts.append(_text(14, 20 + SIDE / 2, words["right"], angle=-90))
    return _svg(SIDE + 2 * FRAME, SIDE + 76, words["reliability"], parts)


def _cell(row: int, column: int, count: int, share: float) -> str:
    x, y = EDGE + CELL * column, EDGE + CELL * row
    ink = "#ffffff" if share > 0.5 else INK  # noqa: PLR2004 - readable on its shade
    box = (
        f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{BLUE}" '
        f'fill-opacity="{share:.2f}" stroke="{GREY}"/>'
    )
    return box + _text(x + CELL / 2, y + CELL / 2, str(count), colour=ink)


def _text(
    x: float, y: float, text: str, *, angle: int = 0, anchor: str = "middle", colour: str = INK
) -> str:
    turn = f' transform="rotate({angle} {x:.1f} {y:.1f})"' if angle else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" dominant-baseline="middle" '
        f'font-size="14" fill="{colour}"{turn}>{escape(text)}</text>'
    )


def _svg(width: int, height: int, title: str, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" font-family="system-ui,sans-serif"><title>{escape(title)}</title>'
        + "".join(parts)
        + "</svg>"
    )
