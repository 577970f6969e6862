"""Cuts text into words that can be compared: no accents, no endings, no filler."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[a-z0-9]+")
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
    r"\b(grado|categoria|estadio|etapa|stage|grade|category|lpp|upp|hapi|pi)\s+"
    rf"([1-4]|{'|'.join(_NUMBERS)})\b"
)
FILLER = {
    "es": frozenset(
        "a al algo ante aqui asi aun aunque cada como con contra cual cuales cuando cuanto cuantos "
        "cuanta cuantas de del desde donde dos el ella ellos en entre era eres es esa ese eso esta "
        "este esto estan estoy fue ha hace hacer hago haya hay he la las le les lo los mas me mi "
        "mis muy nada ni no nos o otra otro para pero por porque que quien se sea ser si sin sobre "
        "solo son soy su sus tambien te tengo tiene tienen todo todos tu un una unas uno unos va "
        "y ya yo debo puedo puede sirve hora dia favor doctor doctora tia".split()
    ),
    "en": frozenset(
        "a about after all also am an and any are as at be been before being but by can could did "
        "do does doing done for from get give go got had has have he her here him his how i if in "
        "into is it its just me my no not of off on or our out over own really she should so some "
        "than that the their them then there these they this those to too up us was we were what "
        "when where which while who why will with would you your please need".split()
    ),
}


# Words that say nothing about which passage is meant.
COMMON = frozenset(
    "lesion lesiones presion herida heridas ulcera ulceras paciente pacientes pcte persona pressure "
    "injury injuries wound wounds ulcer sore sores patient patients pt person".split()
)


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
    return fold(_STEMMERS[lang].stemWord(word))


def stems(text: str, lang: str) -> list[str]:
    """Return the stems of a text's words, without filler."""
    return [stem(word, lang) for word in words(text) if word not in FILLER[lang]]
