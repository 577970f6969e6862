from pathlib import Path

from vigia_detect.errors import InvalidImageError

MEGABYTE = 1_000_000


def read_image_file(path: str | Path, *, max_mb: int) -> bytes:
    """Return the bytes of a picture file.

    Args:
        path: the file.
        max_mb: a larger one is not even read.

    Raises:
        InvalidImageError: it is missing, not a file, unreadable or too large.
    """
    file = Path(path)
    try:
        if not file.is_file():
            raise InvalidImageError(
                "no_file",
                es=f"imagen: {file} no existe o no es un archivo.",
                en=f"image: {file} is missing or not a file.",
            )
        if file.stat().st_size > max_mb * MEGABYTE:
            raise InvalidImageError(
                "too_large",
                es=f"imagen: {file} pesa más de {max_mb} MB; envíe una más pequeña.",
                en=f"image: {file} is larger than {max_mb} MB; send a smaller one.",
            )
        return file.read_bytes()
    except OSError as error:
        raise InvalidImageError(
            "unreadable",
            es=f"imagen: no se puede leer {file} ({error.strerror}).",
            en=f"image: {file} cannot be read ({error.strerror}).",
        ) from error
