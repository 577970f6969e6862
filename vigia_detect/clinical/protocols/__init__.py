"""Protocol passages: what to do, in Spanish and English, each sentence with its source."""

from vigia_detect.clinical.protocols.library import Library, load_library
from vigia_detect.clinical.protocols.model import Passage, PassageText, Statement
from vigia_detect.clinical.protocols.reading import read_passage

__all__ = ["Library", "Passage", "PassageText", "Statement", "load_library", "read_passage"]
