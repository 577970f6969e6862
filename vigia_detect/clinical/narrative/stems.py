"""Text in small letters without accents, and words without their endings."""

import re
import unicodedata
from functools import lru_cache
from threading import Lock

import snowballstemmer

# "levántelo" is "levante", "usarse" is "usar"
_OBJECT = re.compile(r"(?<=[a-z]{3}[aeinr])(?:l[aeo]s?|se)$")
_LOCK = Lock()  # a stemmer keeps the word that it works on
_STEMMERS = {
    "es": snowballstemmer.stemmer("spanish"),
    "en": snowballstemmer.stemmer("english"),
}


def fold(text: str) -> str:
    """Return `text` in small letters without accents, in plain forms of its signs."""
    apart = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)
def stem(word: str, lang: str) -> str:
    """Return the stem of a folded word."""
    if lang == "es":
        word = _OBJECT.sub("", word)
    # the stemmer cuts some endings only with their accent; a second fold makes both forms equal
    with _LOCK:
        cut = fold(_STEMMERS[lang].stemWord(word))
    # "justifica" loses more than "justifican"
    return cut.removesuffix("ic") if cut.endswith("ific") else cut
