"""What no sentence for people holds: markup, addresses, code, hidden signs, other languages."""

import re
import unicodedata

from vigia_detect.clinical.narrative.lists import small_words
from vigia_detect.clinical.narrative.stems import fold

_MARKUP = re.compile(
    r"[<\[{|\\`#*_~^@$=\]}]"  # tags, links, tables, emphasis, code
    r"|https?:|www\.|://|\b\w+\.(?:com|org|net|io|cl|es|gov|edu)\b"
    r"|&\w+;|\bdata:|\b(?:system|user|assistant|tool|role|sistema|usuario|asistente)\s*:"
    r"|[A-Za-z0-9+/]{24,}",
    re.IGNORECASE,
)
_BOUND = re.compile(r"[<=]\s*\d")  # "< 2 cm" is no tag
_WORD = re.compile(r"[a-z]+")
_SHORT = 4  # words by which a language cannot be told


def has_markup(text: str) -> bool:
    """Say whether it holds markup or signs that a reader cannot see."""
    hidden = any(unicodedata.category(sign)[0] == "C" for sign in text)
    return hidden or bool(_MARKUP.search(_BOUND.sub(" ", text)))


def is_foreign(text: str, lang: str) -> bool:
    """Say whether it is not in the language, as far as its small words tell."""
    if any(sign.isalpha() and "LATIN" not in unicodedata.name(sign, "") for sign in text):
        return True
    said = _WORD.findall(fold(text))
    counts = {each: sum(word in words for word in said) for each, words in small_words().items()}
    most = max(counts.values())
    return counts[lang] < most or (most == 0 and len(said) > _SHORT)
