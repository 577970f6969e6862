"""The little Markdown that the references need."""

from collections.abc import Iterable, Sequence

WRITTEN_BY = "<!-- Written by `make docs` from the code. Do not edit. -->"


def page(title: str, *parts: str) -> str:
    """Return a whole page."""
    return "\n\n".join([f"# {title}", WRITTEN_BY, *parts]) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; a bar inside a cell does not end it."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def code(text: object) -> str:
    """Return `text` as code; nothing when it is empty."""
    return f"`{text}`" if str(text) else ""


def codes(texts: Iterable[object]) -> str:
    """Return several codes, separated by commas."""
    return ", ".join(map(code, texts))


def mermaid(lines: Iterable[str]) -> str:
    """Return a Mermaid diagram."""
    return "\n".join(["```mermaid", *lines, "```"])


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
