"""Cuts text into words that can be compared: no accents, no endings, no filler."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from threading import Lock

import snowballstemmer
import yaml

_WORD = re.compile(r"[a-z0-9]+")
_LOCK = Lock()  # a stemmer keeps the word that it works on
_STEMMERS = {
    "es": snowballstemmer.stemmer("spanish"),
    "en": snowballstemmer.stemmer("english"),
}
# `stage 3`, `categoría III`, `upp III`: name and number are one word, or every 3 would be near.
_NUMBERS = {"i": "1", "ii": "2", "iii": "3", "iv": "4"} | {
    name: str(number)
    for names in ("one two three four", "uno dos tres cuatro")
    for number, name in enumerate(names.split(), 1)
}
_CLASS = re.compile(
    r"\b(grado|gr|categoria|cat|estadio|est|etapa|stage|st|grade|category|lpp|upp|hapi|pi)\.?\s+"
    rf"([1-4]|{'|'.join(_NUMBERS)})\b"
)
_LISTS = {
    name: frozenset(text.split())
    for name, text in yaml.safe_load(
        (Path(__file__).parent / "filler.yaml").read_text(encoding="utf-8")
    ).items()
}
FILLER = {lang: _LISTS[lang] for lang in ("es", "en")}
COMMON = _LISTS["common"]


def fold(text: str) -> str:
    """Return `text` in small letters without accents."""
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """Return all words of a text, folded."""
    return _WORD.findall(_CLASS.sub(_one_word, fold(text)))


def _one_word(found: re.Match[str]) -> str:
    return f"{found[1]} class{_NUMBERS.get(found[2], found[2])}"


@lru_cache(maxsize=20_000)
def stem(word: str, lang: str) -> str:
    """Return the stem of a folded word."""
    # the stemmer cuts some endings only with their accent; a second fold makes both forms equal
    with _LOCK:
        return fold(_STEMMERS[lang].stemWord(word))


def stems(text: str, lang: str) -> list[str]:
    """Return the stems of a text's words, without filler."""
    return [stem(word, lang) for word in words(text) if word not in FILLER[lang]]
