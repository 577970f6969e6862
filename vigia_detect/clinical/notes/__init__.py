"""Red flags and figures out of nurses' notes, in Spanish and English."""

from vigia_detect.clinical.notes.extract import extract
from vigia_detect.clinical.notes.finding import NOTE_ONLY, NoteFinding

__all__ = ["NOTE_ONLY", "NoteFinding", "extract"]
