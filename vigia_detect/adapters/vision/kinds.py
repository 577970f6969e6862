"""What a file is, by its first bytes; its name and declared type are never asked."""

import re

from vigia_detect.adapters.vision.containers import Bare, bare_jpeg, bare_png, bare_webp
from vigia_detect.adapters.vision.refusals import refusal

_ANOTHER = (
    "envíe la foto como JPEG, PNG o WebP",
    "send the photograph as JPEG, PNG or WebP",
)
_IPHONE = (
    "en el iPhone elija Ajustes > Cámara > Formatos > Más compatible, o envíe la foto como JPEG",
    "on the iPhone choose Settings > Camera > Formats > Most Compatible, or send a JPEG",
)
_STILL = ("envíe una foto, no un video", "send a photograph, not a film")
_FROM_CAMERA = (
    "envíe la foto original de la cámara en JPEG",
    "send the camera's original photograph as JPEG",
)

UNSUPPORTED = (
    (re.compile(rb"....ftyp(hei|hev|mif1|msf1)", re.DOTALL), "HEIC", _IPHONE),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), "AVIF", _ANOTHER),
    (re.compile(rb"....ftyp|\x1a\x45\xdf\xa3|RIFF....AVI ", re.DOTALL), "MP4/MOV", _STILL),
    (re.compile(rb"GIF8"), "GIF", _ANOTHER),
    (re.compile(rb"II[*+]\0|MM\0[*+]|IIRO|IIU\0"), "TIFF/RAW", _FROM_CAMERA),
    (re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), "BMP", _ANOTHER),
    (re.compile(rb".{0,1024}%PDF-", re.DOTALL), "PDF", _FROM_CAMERA),
    (re.compile(rb".{128}DICM", re.DOTALL), "DICOM", _ANOTHER),
    (re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"), "JPEG 2000", _ANOTHER),
    (re.compile(rb"\0\0\0\x0cJXL |\xff\x0a"), "JPEG XL", _ANOTHER),
    (re.compile(rb"8BPS"), "Photoshop", _ANOTHER),
    (re.compile(rb"\0\0[\x01\x02]\0[^\0]\0"), "ICO", _ANOTHER),
    (re.compile(rb"\s*(<\?xml.{0,512})?<svg", re.DOTALL), "SVG", _FROM_CAMERA),
    (re.compile(rb"PK\x03\x04"), "ZIP/Office", _FROM_CAMERA),
)


def take_apart(raw: bytes) -> Bare:
    """Return the bare picture of a JPEG, PNG or WebP file.

    Raises:
        InvalidImageError: `unsupported_type`, `not_a_picture`, `truncated`, `damaged`, `animated`.
    """
    if raw.startswith(b"\xff\xd8\xff"):
        return bare_jpeg(raw)
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return bare_png(raw)
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return bare_webp(raw)
    for form, kind, (es, en) in UNSUPPORTED:
        if form.match(raw):
            raise refusal("unsupported_type", kind=kind, es=es, en=en)
    raise refusal("not_a_picture")
