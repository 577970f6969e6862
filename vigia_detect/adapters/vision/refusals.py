"""Why a picture is refused, in words a nurse can act on. The codes are stable."""

from vigia_detect.errors import InvalidImageError

WORDS = {
    "empty": (
        "La imagen está vacía: vuelva a adjuntar la foto.",
        "The image is empty: attach the photograph again.",
    ),
    "too_large": (
        "La imagen pesa {mib:.1f} MiB y el máximo es {limit:.1f}: envíela en calidad normal.",
        "The image has {mib:.1f} MiB and the limit is {limit:.1f}: send it in normal quality.",
    ),
    "not_a_picture": (
        "El archivo no es una imagen: envíe una foto JPEG, PNG o WebP.",
        "The file is not a picture: send a JPEG, PNG or WebP photograph.",
    ),
    "unsupported_type": (
        "No se aceptan archivos {kind}: {es}.",
        "{kind} files are not accepted: {en}.",
    ),
    "damaged": (
        "La imagen está dañada y no se puede leer completa: vuelva a enviarla o tome otra foto.",
        "The image is damaged and cannot be read in full: send it again or take another.",
    ),
    "truncated": (
        "La imagen llegó incompleta: vuelva a enviarla.",
        "The image arrived incomplete: send it again.",
    ),
    "too_many_pixels": (
        "La imagen tiene demasiados píxeles ({size}; máximo {limit}): use menor resolución.",
        "The image has too many pixels ({size}; at most {limit}): use a lower resolution.",
    ),
    "too_small": (
        "La imagen es muy chica ({size}; mínimo {limit}): envíe la original, no una miniatura.",
        "The image is too small ({size}; at least {limit}): send the original, not a thumbnail.",
    ),
    "animated": (
        "La imagen es animada: envíe una foto fija.",
        "The image is animated: send a still photograph.",
    ),
    "unsupported_colours": (
        "No se pueden leer con seguridad los colores ({mode}): envíe la foto original.",
        "The colours cannot be read safely ({mode}): send the camera's original photograph.",
    ),
}


def refusal(code: str, **values: object) -> InvalidImageError:
    """Return the error for a code of `WORDS`, with its sentences filled in."""
    es, en = WORDS[code]
    return InvalidImageError(code, es=es.format(**values), en=en.format(**values))
