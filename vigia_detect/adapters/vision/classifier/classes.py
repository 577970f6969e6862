"""From folder names to class codes. What could mean two things is refused, never guessed."""

import re
import unicodedata

from vigia_detect.errors import InvalidDataSetError
from vigia_detect.phrase import Phrase

STAGES = ("stage_1", "stage_2", "stage_3", "stage_4")
# The NPIAP classes in the order in which reports show them.
CLASSES = ("no_lesion_seen", *STAGES, "unstageable", "dtpi", "mucosal")
ORDERED = ("no_lesion_seen", *STAGES)  # the others have no depth that can be ranked
SEVERE = frozenset({"stage_3", "stage_4", "unstageable", "dtpi"})

_STAGE_WORDS = "stage|category|cat|estadio|categoria|etapa"
_NUMBERS = {"1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}
_STAGE = re.compile(rf"(?:{_STAGE_WORDS})_?([1-4]|iv|i{{1,3}})")
# "LPP categoría I", "Stage 1 pressure injury": what all of them are says nothing of which
_ABOUT = re.compile(r"^(?:lpp|upp|pi|pu|pressure_(?:injury|ulcer))_|_pressure_(?:injury|ulcer)$")
# beside the words of collections, the names that Vigia itself shows (clinical/data/classes.yaml)
_WORDS = {
    "unstageable": ("unstageable", "unclassifiable", "inclasificable", "no_clasificable"),
    "dtpi": (
        *("dtpi", "dti", "sdti", "deep_tissue", "deep_tissue_injury"),
        *("suspected_deep_tissue_injury", "en_tejidos_profundos", "tejidos_profundos"),
        *("lesion_de_tejido_profundo", "lesion_de_tejidos_profundos"),
    ),
    "mucosal": ("mucosal", "mucosa", "mucosal_membrane", "en_membrana_mucosa", "membrana_mucosa"),
    "no_lesion_seen": ("no_lesion_seen", "no_lesion", "sin_lesion", "sin_lesion_visible"),
}
_KNOWN = {word: code for code, words in _WORDS.items() for word in words}


def class_of(folder: str) -> str:
    """Return the class code that a folder's name means.

    Raises:
        InvalidDataSetError: the name is unknown or ambiguous; the text suggests what to write.
    """
    code = code_of(folder)
    if code is None:
        hint = _hint(_plain(folder))
        raise InvalidDataSetError(
            "{folder}: not a class.{hint} Known: {known}.",
            folder=folder,
            hint=hint,
            known=", ".join(CLASSES),
        )
    return code


def code_of(folder: str) -> str | None:
    """Return the class code that a folder's name means; None when it means none for sure."""
    name = _ABOUT.sub("", _plain(folder))
    stage = _STAGE.fullmatch(name)
    return f"stage_{_NUMBERS[stage[1]]}" if stage else _KNOWN.get(name)


def _plain(folder: str) -> str:
    letters = unicodedata.normalize("NFKD", folder.strip().lower())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\s_\-.]+", "_", bare).strip("_")


def _hint(name: str) -> Phrase:
    """Suggest a name where a number alone (0- or 1-based?) or a degree of something was given."""
    number = re.search(r"(?<!\d)([1-4])(?!\d)", name)
    if not number:
        return Phrase("")
    return Phrase(" If you mean stage {number}, name the folder stage_{number}.", number=number[1])
