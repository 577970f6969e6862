"""Finds in `docs/clinical/facts.md` what a passage says that it comes from."""

import re
from functools import cache
from pathlib import Path

FACTS = (Path(__file__).parents[4] / "docs" / "clinical" / "facts.md").read_text()
# Roman and class numbers are names, not quantities.
_NAMES = re.compile(r"\bstage \d|\bgrado \d|\bMINSAL 20\d\d", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![A-Za-z\d.,-])\d+(?:[.,]\d+)?")


@cache
def block(rule: str) -> str:
    """Return the part of facts.md that a rule or section id names; empty when there is none."""
    if re.fullmatch(r"[A-F]\.\d+", rule):
        found = re.search(rf"^### {re.escape(rule)} .*?(?=^##)", FACTS, re.MULTILINE | re.DOTALL)
        return found[0] if found else ""
    if re.fullmatch(r"[A-F]", rule):
        found = re.search(rf"^## {rule}\. .*?(?=^###)", FACTS, re.MULTILINE | re.DOTALL)
        return found[0] if found else ""
    if re.fullmatch(r"[A-Z]+\d\d", rule):
        return "\n".join(line for line in FACTS.splitlines() if line.startswith(f"| {rule} |"))
    defined = re.compile(rf"^\W*(?:\{{id: )?{re.escape(rule)}\b(?!-)")
    return "\n".join(line for line in FACTS.splitlines() if defined.search(line))


def numbers(text: str) -> set[float]:
    """Return the quantities in a text; 1,5 and 1.5 are the same."""
    return {float(one.replace(",", ".")) for one in _NUMBER.findall(_NAMES.sub("", text))}


def known_numbers(rules: tuple[str, ...]) -> set[float]:
    """Return the quantities in the parts of facts.md that these rules name."""
    text = "\n".join(block(rule) for rule in rules)
    # `1.5` may be read as one number, `[16,23]` as two; `30-35` is a range, not a difference
    found = re.findall(r"\d+(?:[.,]\d+)?", text) + re.findall(r"\d+", text)
    return {float(one.replace(",", ".")) for one in found}
