"""The printable sheet, which needs no other part."""

from pathlib import Path
from typing import Literal


def write_stickers(path: Path, lang: Literal["es", "en"]) -> None:
    """Write the sheet of stickers to print, a PDF or PNG by the path's ending."""
    from vigia_detect.adapters.vision.sticker import write_sheet

    write_sheet(path, lang)
