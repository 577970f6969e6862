"""`vigia vision`: looks at pictures in files; no case, broker or database."""

import errno
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track

from vigia_detect.bootstrap import Vigia, current
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.cli.show_findings import finding_lines
from vigia_detect.cli.texts import say
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.findings import Inspection
from vigia_detect.errors import InvalidImageError, InvalidOptionError
from vigia_detect.phrase import Phrase
from vigia_detect.stages.image_analysis import describe

READABLE = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp"})
# photographs that Vigia refuses with advice; passing them over would lose a patient's picture
REFUSED = frozenset({".heic", ".heif", ".avif", ".gif", ".bmp", ".tif", ".tiff", ".dng"})
KINDS = READABLE | REFUSED


def look(paths: list[Path], *, masks: Path | None, as_json: bool) -> None:
    """Print what is found in each picture; a file that is none does not stop the others.

    Raises:
        InvalidOptionError: nothing to look at, or no place for the masks: two would have one name,
            one would replace a picture, or the folder cannot be written.
        SystemExit: with `INVALID_INPUT` when some file could not be looked at.
    """
    pictures = _pictures(paths)
    if masks is not None:
        _check_names(pictures)
        _check_place(masks, pictures)
    vigia = current()
    said = [
        _looked_at(vigia, path, masks)
        for path in track(pictures, console=Console(stderr=True), transient=True, description="")
    ]
    if as_json:
        sys.stdout.write(json.dumps({"pictures": said}, ensure_ascii=False, indent=1) + "\n")
    else:
        for one in said:
            _print(one, vigia.settings.lang)
    if any("error" in one for one in said):
        raise SystemExit(ExitCode.INVALID_INPUT)


def _pictures(paths: list[Path]) -> list[Path]:
    """Return the files, and the pictures in the folders by name."""
    found = list(dict.fromkeys(picture for path in paths for picture in _in(path)))
    if not found:
        raise InvalidOptionError("PATH: no JPEG, PNG or WebP pictures there.")
    return found


def _in(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (one for one in sorted(path.iterdir()) if one.suffix.lower() in KINDS)
    else:
        yield path


def _check_names(pictures: list[Path]) -> None:
    stem, count = Counter(path.stem for path in pictures).most_common(1)[0]
    if count > 1:
        raise InvalidOptionError(
            "--masks: {count} pictures are called {stem}; their masks would overwrite each other. "
            "Look at one folder at a time.",
            count=count,
            stem=stem,
        )


def _check_place(masks: Path, pictures: list[Path]) -> None:
    """Make the folder, unless a mask in it would replace the photograph that it belongs to."""
    try:
        masks.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidOptionError(
            "--masks: {masks} cannot be made ({why}).", masks=masks, why=Phrase.why(error)
        ) from error
    places = {(masks / f"{picture.stem}.png").resolve() for picture in pictures}
    lost = [str(picture) for picture in pictures if picture.resolve() in places]
    if lost:
        raise InvalidOptionError(
            "--masks: the mask would replace the picture {picture}. Choose another folder.",
            picture=lost[0],
        )


def _looked_at(vigia: Vigia, path: Path, masks: Path | None) -> JsonObject:
    try:
        inspection = vigia.inspector.inspect(_bytes(path))
    except InvalidImageError as error:
        return {"path": str(path), "error": {"code": error.code, "es": error.es, "en": error.en}}
    found = describe(inspection.findings, vigia.rules)
    mask = None if masks is None else _write(masks / f"{path.stem}.png", inspection)
    return {"path": str(path), "mask": mask} | found


def _bytes(path: Path) -> bytes:
    try:
        return _opened(path)
    except OSError as error:
        raise InvalidImageError(
            "unreadable",
            es=f"No se puede leer {path.name} ({error.strerror}): revise la ruta y los permisos.",
            en=f"{path.name} cannot be read ({error.strerror}): check the path and permissions.",
        ) from error


def _opened(path: Path) -> bytes:
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return path.read_bytes()


def _write(path: Path, inspection: Inspection) -> str:
    path.write_bytes(inspection.mask)
    return str(path)


def _print(one: JsonObject, lang: str) -> None:
    console = Console(soft_wrap=True, highlight=False)
    console.print(str(one["path"]), style="bold", markup=False)
    error = one.get("error")
    if isinstance(error, dict):
        console.print(f"  {say(lang, 'InvalidImageError')}: {error[lang]}", markup=False)
        return
    for label, text in finding_lines(one, "", lang):
        console.print(f"  {label}: {text}", markup=False)
