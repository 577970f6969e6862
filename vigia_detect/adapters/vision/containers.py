"""Takes a picture file apart before any decoder sees it.

Only what the pixels need goes on: the decoder meets no comment, EXIF, XMP, thumbnail, second
picture or trailing film, so none of it can leak, warn or be used to exhaust memory. Sizes are known
before anything is allocated, and a file that ends early is told from one that is damaged.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from vigia_detect.adapters.vision.refusals import refusal

MAX_PIECES = 10_000  # a 50-megapixel PNG in pieces of 8 KiB has about 6,000
MAX_SCANS = 100  # encoders write about 10; each costs a pass over all pixels

# the next JPEG marker: not a stuffed FF00, a restart (D0-D7) or a second start (D8)
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd8])", re.DOTALL)
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1
_LEADS = {0xE0: b"JFIF", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}  # application data pixels need
_PNG_NEEDED = {b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"IDAT", b"IEND"}


@dataclass(frozen=True, slots=True)
class Bare:
    """A picture file without what its pixels do not need.

    Attributes:
        kind: JPEG, PNG or WEBP.
        data: the file for the decoder.
        width: pixels, as the file says, before any turn.
        height: likewise.
        exif: the EXIF block, from which only the orientation is read.
    """

    kind: str
    data: bytes
    width: int
    height: int
    exif: bytes


def bare_jpeg(raw: bytes) -> Bare:
    """Keep the first picture of a JPEG or MPO file; gain maps and films behind it stay out."""
    head, exif, size, scan_at, end = [b"\xff\xd8"], b"", (0, 0), 0, 0
    for marker, body, start, end in _jpeg_segments(raw):
        if marker == _SCAN:
            scan_at = scan_at or start
        elif marker in _SIZES and len(body) >= 5:  # noqa: PLR2004 - precision, height, width
            size = (int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"))
        elif marker == _EXIF and body.startswith(b"Exif\0\0"):
            exif = exif or body[6:]
        if not scan_at and _jpeg_needed(marker, body):
            head.append(raw[start:end])
    if not scan_at:
        raise refusal("damaged")
    return Bare("JPEG", b"".join(head) + raw[scan_at:end], *size, exif)


def _jpeg_segments(raw: bytes) -> Iterator[tuple[int, bytes, int, int]]:
    """Yield marker, contents, start and end of every segment up to the end of the first picture."""
    at, scans = 2, 0
    for _ in range(MAX_PIECES):
        match = _MARKER.search(raw, at)
        if not match:
            raise refusal("truncated")
        marker, start = match[1][0], match.end() - 2
        body, at = (b"", match.end()) if marker == _END else _jpeg_body(raw, match.end())
        yield marker, body, start, at
        scans += marker == _SCAN
        if marker == _END:
            return
        if scans > MAX_SCANS:
            break
    raise refusal("damaged")


def _jpeg_body(raw: bytes, start: int) -> tuple[bytes, int]:
    """Return the contents of the segment whose length field is at `start`, and where it ends."""
    end = start + int.from_bytes(raw[start : start + 2], "big")
    if end > len(raw) or start + 2 > len(raw):
        raise refusal("truncated")
    if end < start + 2:
        raise refusal("damaged")
    return raw[start + 2 : end], end


def _jpeg_needed(marker: int, body: bytes) -> bool:
    """Tell whether pixels depend on a segment: tables and frames do, few of the others."""
    if 0xE0 <= marker <= 0xFE:  # noqa: PLR2004 - application data, extensions, comments
        return marker in _LEADS and body.startswith(_LEADS[marker])
    return True


def bare_png(raw: bytes) -> Bare:
    """Keep header, palette, transparency, colour profile and pixels of a PNG file."""
    kept, seen, exif = [raw[:8]], set(), b""
    for name, body, piece in _png_chunks(raw):
        if name == b"acTL":
            raise refusal("animated")
        if name == b"eXIf":
            exif = exif or body
        if name == b"IDAT" or (name in _PNG_NEEDED and name not in seen):
            kept.append(piece)
        seen.add(name)
    width, height = struct.unpack_from(">II", kept[1], 8)
    return Bare("PNG", b"".join(kept), width, height, exif)


def _png_chunks(raw: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield name, contents and whole piece of every chunk from IHDR to IEND."""
    at = 8
    for number in range(MAX_PIECES):
        end = at + 12 + int.from_bytes(raw[at : at + 4], "big")
        if at + 12 > len(raw) or end > len(raw):
            raise refusal("truncated")
        name = raw[at + 4 : at + 8]
        if number == 0 and (name != b"IHDR" or end - at != 25):  # noqa: PLR2004 - 12 + 13 bytes
            raise refusal("damaged")
        yield name, raw[at + 8 : end - 4], raw[at:end]
        if name == b"IEND":
            return
        at = end
    raise refusal("damaged")


def bare_webp(raw: bytes) -> Bare:
    """Check a WebP file; its decoder ignores what is not pixels, so the file stays as it is."""
    end = 8 + int.from_bytes(raw[4:8], "little")
    if end > len(raw):
        raise refusal("truncated")
    chunks: dict[bytes, bytes] = {}
    for name, body in _webp_chunks(raw[:end]):
        if name in {b"ANIM", b"ANMF"}:
            raise refusal("animated")
        chunks.setdefault(name, body)
    width, height = _webp_size(chunks)
    return Bare(
        "WEBP", raw[:end], width, height, chunks.get(b"EXIF", b"").removeprefix(b"Exif\0\0")
    )


def _webp_chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    for _ in range(MAX_PIECES):
        if at + 8 > len(raw):
            return
        length = int.from_bytes(raw[at + 4 : at + 8], "little")
        yield raw[at : at + 4], raw[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    raise refusal("damaged")


def _webp_size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    """Return the canvas by RFC 9649: extended, lossless or simple."""
    if len(extended := chunks.get(b"VP8X", b"")) >= 10:  # noqa: PLR2004 - section 2.7
        return _le(extended[4:7]) + 1, _le(extended[7:10]) + 1
    if (lossless := chunks.get(b"VP8L", b""))[:1] == b"\x2f":  # section 3.4
        bits = _le(lossless[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    simple = chunks.get(b"VP8 ", b"")
    if simple[3:6] == b"\x9d\x01\x2a":  # RFC 6386 section 9.1
        return _le(simple[6:8]) & 0x3FFF, _le(simple[8:10]) & 0x3FFF
    raise refusal("damaged")


def _le(digits: bytes) -> int:
    return int.from_bytes(digits, "little")


def orientation(exif: bytes) -> int:
    """Return EXIF tag 274 (1 to 8) of a TIFF block's first directory; 1, upright, if unreadable.

    Read by hand because this one number is all that is wanted, and a library that parses the whole
    block can be made to copy it thousands of times.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None or len(exif) < 10:  # noqa: PLR2004 - header and count
        return 1
    first = int(struct.unpack_from(order + "I", exif, 4)[0])
    entries = exif[first + 2 :]
    for at in range(0, min(len(entries) - 11, 12 * 1000), 12):
        tag, form, count, value = struct.unpack_from(order + "HHIH", entries, at)
        if tag == 0x0112:  # noqa: PLR2004 - Orientation
            return int(value) if (form, count) == (3, 1) and 1 <= value <= 8 else 1  # noqa: PLR2004
    return 1
