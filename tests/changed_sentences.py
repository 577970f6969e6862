"""True sentences made wrong: what a language model gets wrong, done on purpose."""

import re
from collections.abc import Iterator
from itertools import combinations

Change = tuple[str, str]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_CLASS = re.compile(r"\b(?P<kind>categoría|stage) (?P<number>III|II|IV|I|1|2|3|4)\b")
_OTHER_CLASS = {
    "I": "IV",
    "II": "III",
    "III": "I",
    "IV": "II",
    "1": "4",
    "2": "3",
    "3": "1",
    "4": "2",
}
_DRUGS = {"es": "vancomicina", "en": "vancomycin"}
# each is replaced by the other; all forms stand there as the passages write them
_SWAPS = {
    "side": {"es": [("izquierd", "derech")], "en": [("left", "right")]},
    "population": {
        "es": [
            ("adulto", "niño"),
            ("niño", "neonato"),
            ("neonato", "adulto"),
            ("Recién nacido", "Adulto"),
            ("menores", "mayores"),
            ("lactantes", "ancianos"),
            ("personas mayores", "niños"),
            ("demencia", "diabetes"),
            ("diabetes", "demencia"),
            ("ventilados", "lactantes"),
        ],
        "en": [
            ("adult", "child"),
            ("Adult", "Child"),
            ("child", "adult"),
            ("newborn", "adult"),
            ("Newborn", "Adult"),
            ("young", "elderly"),
            ("infants", "elderly"),
            ("old people", "children"),
            ("diabetes", "dementia"),
            ("dementia", "diabetes"),
        ],
    },
    "opposite": {
        "es": [
            ("alto", "bajo"),
            ("bajo", "alto"),
            ("moderado", "bajo"),
            ("profund", "superficial"),
            ("Superficial", "Profunda"),
            ("seca", "húmeda"),
            ("parcial", "total"),
            ("más", "menos"),
            ("menos", "más"),
            ("antes", "después"),
            ("después", "antes"),
            ("visible", "oculto"),
            ("al menos", "a lo más"),
            ("urgente", "rutinario"),
            ("inmediato", "la semana siguiente"),
            ("mismo día", "mes siguiente"),
        ],
        "en": [
            ("high", "low"),
            ("High", "Low"),
            ("low", "high"),
            ("moderate", "low"),
            ("deep", "shallow"),
            ("Shallow", "Deep"),
            ("dry", "wet"),
            ("Partial", "Total"),
            ("more", "fewer"),
            ("fewer", "more"),
            ("lower", "higher"),
            ("before", "after"),
            ("after", "before"),
            ("at least", "at most"),
            ("urgent", "routine"),
            ("at once", "next week"),
            ("same day", "next month"),
        ],
    },
}
_DENIED = {
    "es": re.compile(r"\b(no|No|nunca|sin|Sin) (?=(?:se |la |lo |las )?(\w+))"),
    "en": re.compile(r"\b(not|Not|never|without|No|no) (?=(\w+))"),
}


def changed(text: str, lang: str) -> Iterator[Change]:
    """Yield kind and text of wrong sentences made from a true one."""
    yield from (("number", one) for one in _numbers(text))
    yield from (("numbers swapped", one) for one in _swapped(text))
    yield from (("class", one) for one in _classes(text))
    yield from (("drug", one) for one in _drugs(text, lang))
    yield from (("denied no more", one) for one in _denied(text, lang))
    yield "denied", _denial(text, lang)
    for kind, swaps in _SWAPS.items():
        for old, new in swaps[lang]:
            if re.search(rf"\b{old}", text):
                yield kind, re.sub(rf"\b{old}", new, text, count=1)


def _numbers(text: str) -> Iterator[str]:
    for found in _NUMBER.finditer(text):
        for wrong in (f"{float(found[0].replace(',', '.')) * 10 + 1:g}", "1000"):
            yield text[: found.start()] + wrong + text[found.end() :]


def _swapped(text: str) -> Iterator[str]:
    found = list(_NUMBER.finditer(text))
    for one, two in combinations(found, 2):
        between = text[one.end() : two.start()]
        if one[0] != two[0] and between != " or stage ":  # that says the same
            yield text[: one.start()] + two[0] + between + one[0] + text[two.end() :]


def _classes(text: str) -> Iterator[str]:
    for found in _CLASS.finditer(text):
        start, end = found.span("number")
        yield text[:start] + _OTHER_CLASS[found["number"]] + text[end:]


def _drugs(text: str, lang: str) -> Iterator[str]:
    words = text.rstrip(".").split(" ")
    yield f"{text.rstrip('.')} {'con' if lang == 'es' else 'with'} {_DRUGS[lang]}."
    middle = len(words) // 2
    yield " ".join((*words[:middle], _DRUGS[lang], *words[middle:])) + "."


def _denied(text: str, lang: str) -> Iterator[str]:
    for found in _DENIED[lang].finditer(text):
        yield text[: found.start()] + text[found.end() :]


def _denial(text: str, lang: str) -> str:
    denial = "No" if lang == "es" else "Do not"
    return f"{denial} {text[0].lower()}{text[1:]}"
