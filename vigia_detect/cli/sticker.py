"""`vigia sticker`: the sheet to print; no broker or database."""

from pathlib import Path
from typing import Literal

import typer

from vigia_detect.bootstrap import write_stickers
from vigia_detect.cli.texts import say
from vigia_detect.errors import InvalidOptionError
from vigia_detect.phrase import Phrase
from vigia_detect.settings import load_settings

ENDINGS = (".pdf", ".png")


def write(path: Path, *, lang: Literal["es", "en"] | None) -> None:
    """Write the sheet and say how to print it.

    Raises:
        InvalidOptionError: another kind of file, or one that cannot be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InvalidOptionError("--out: {name} does not end in .pdf or .png", name=path.name)
    chosen = lang or load_settings().lang
    try:
        write_stickers(path, chosen)
    except OSError as error:
        raise InvalidOptionError(
            "--out: {path} cannot be written: {why}", path=path, why=Phrase.why(error)
        ) from error
    typer.echo(say(chosen, "sticker_written", path=path))
