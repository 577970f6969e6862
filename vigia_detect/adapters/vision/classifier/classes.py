"""From folder names to class codes. What could mean two things is refused, never guessed."""

import re
import unicodedata

from vigia_detect.errors import InvalidDataSetError

STAGES = ("stage_1", "stage_2", "stage_3", "stage_4")
# The NPIAP classes in the order in which reports show them.
CLASSES = ("no_lesion_seen", *STAGES, "unstageable", "dtpi", "mucosal")
ORDERED = ("no_lesion_seen", *STAGES)  # the others have no depth that can be ranked
SEVERE = frozenset({"stage_3", "stage_4", "unstageable", "dtpi"})

_STAGE_WORDS = "stage|category|cat|estadio|categoria|etapa"
_NUMBERS = {"1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}
_STAGE = re.compile(rf"(?:{_STAGE_WORDS})_?([1-4]|iv|i{{1,3}})")
_WORDS = {
    "unstageable": ("unstageable", "unclassifiable", "inclasificable", "no_clasificable"),
    "dtpi": ("dtpi", "dti", "deep_tissue_pressure_injury", "lesion_de_tejido_profundo"),
    "mucosal": ("mucosal", "mucosa", "mucosal_pressure_injury"),
    "no_lesion_seen": ("no_lesion_seen", "no_lesion", "sin_lesion"),
}
_KNOWN = {word: code for code, words in _WORDS.items() for word in words}


def class_of(folder: str) -> str:
    """Return the class code that a folder's name means.

    Raises:
        InvalidDataSetError: the name is unknown or ambiguous; the text suggests what to write.
    """
    name = _plain(folder)
    stage = _STAGE.fullmatch(name)
    if stage:
        return f"stage_{_NUMBERS[stage[1]]}"
    if name in _KNOWN:
        return _KNOWN[name]
    raise InvalidDataSetError(f"{folder}: not a class.{_hint(name)} Known: {', '.join(CLASSES)}.")


def _plain(folder: str) -> str:
    letters = unicodedata.normalize("NFKD", folder.strip().lower())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\s_\-.]+", "_", bare).strip("_")


def _hint(name: str) -> str:
    """Suggest a name where a number alone (0- or 1-based?) or a degree of something was given."""
    number = re.search(r"(?<!\d)([1-4])(?!\d)", name)
    return f" If you mean stage {number[1]}, name the folder stage_{number[1]}." if number else ""
