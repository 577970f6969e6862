"""What is refused, with which code, and that refusing is quick."""

import io
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from vigia_detect.adapters.vision.picture import PillowReader
from vigia_detect.adapters.vision.refusals import WORDS, refusal
from vigia_detect.errors import InvalidImageError
from vigia_detect.testing import draw_wound

READER = PillowReader()
JPEG, PNG, WEBP = (draw_wound(1, (120, 90), kind=kind) for kind in ("JPEG", "PNG", "WEBP"))
EACH_KIND = pytest.mark.parametrize("raw", [JPEG, PNG, WEBP], ids=["jpeg", "png", "webp"])


def refused(raw: bytes, reader: PillowReader = READER) -> InvalidImageError:
    with pytest.raises(InvalidImageError) as caught:
        reader.read(raw)
    return caught.value


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def test_every_refusal_is_one_sentence_in_both_languages() -> None:
    for code in WORDS:
        error = refusal(
            code, mib=1, limit=1, kind="GIF", es="haga algo", en="do a thing", size="1", mode="1"
        )
        assert error.code == code
        assert str(error) == error.text("es") != error.text("en")
        for text in (error.es, error.en):
            assert text.endswith(".")
            assert text.count(". ") == 0
            assert "{" not in text


def test_an_empty_file() -> None:
    assert refused(b"").code == "empty"


@pytest.mark.parametrize("raw", [b"hola", b"\0" * 500, b"\xff\xd8", b"\x89PNG", b"RIFF", b"P1 x"])
def test_not_a_picture(raw: bytes) -> None:
    assert refused(raw).code == "not_a_picture"


def isobmff(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + bytes(100)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (saved(Image.new("RGB", (80, 80)), "GIF"), "GIF"),
        (saved(Image.new("RGB", (80, 80)), "TIFF"), "TIFF/RAW"),
        (saved(Image.new("RGB", (80, 80)), "BMP"), "BMP"),
        (saved(Image.new("RGB", (80, 80)), "PDF"), "PDF"),
        (saved(Image.new("RGB", (80, 80)), "ICO"), "ICO"),
        (saved(Image.new("RGB", (80, 80)), "JPEG2000"), "JPEG 2000"),
        (isobmff(b"heic"), "HEIC"),
        (isobmff(b"mif1"), "HEIC"),
        (isobmff(b"avif"), "AVIF"),
        (isobmff(b"isom"), "MP4/MOV"),
        (bytes(128) + b"DICM" + bytes(100), "DICOM"),
        (b"<?xml version='1.0'?>\n<svg xmlns='x'></svg>", "SVG"),
        (b"PK\3\4" + bytes(100), "ZIP/Office"),
    ],
)
def test_other_types_are_named_with_what_to_do(raw: bytes, kind: str) -> None:
    error = refused(raw)
    assert error.code == "unsupported_type"
    assert kind in str(error)
    assert ": " in str(error)


def test_a_file_that_is_too_large() -> None:
    assert refused(JPEG, PillowReader(max_bytes=len(JPEG) - 1)).code == "too_large"
    assert PillowReader(max_bytes=len(JPEG)).read(JPEG).width == 120


@EACH_KIND
def test_too_many_pixels(raw: bytes) -> None:
    assert refused(raw, PillowReader(max_pixels=120 * 90 - 1)).code == "too_many_pixels"
    assert PillowReader(max_pixels=120 * 90).read(raw).width == 120


@pytest.mark.parametrize("size", [(63, 200), (200, 63), (1, 1), (63, 63)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_thumbnail_is_too_small(kind: str, size: tuple[int, int]) -> None:
    assert refused(saved(Image.new("RGB", size), kind)).code == "too_small"


def test_64_pixels_are_enough() -> None:
    assert READER.read(draw_wound(1, (64, 64))).width == 64


@EACH_KIND
def test_a_file_cut_anywhere_is_refused(raw: bytes) -> None:
    cuts = {*range(1, 64), *range(64, len(raw), 61), *range(len(raw) - 64, len(raw))}
    for cut in cuts:
        assert refused(raw[:cut]).code in {"truncated", "not_a_picture", "damaged"}, cut


@EACH_KIND
def test_a_file_cut_in_the_middle_is_called_incomplete(raw: bytes) -> None:
    assert refused(raw[: len(raw) // 2]).code == "truncated"


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_jpeg_that_lost_its_middle_is_refused(share: float) -> None:
    raw = draw_wound(1, (320, 240))
    scan = raw.index(b"\xff\xda") + 20
    cut = raw[: scan + int((len(raw) - scan) * share)]
    assert refused(cut.rstrip(b"\xff") + b"\xff\xd9").code == "truncated"


def test_damaged_pixels_of_a_png_are_refused() -> None:
    at = PNG.index(b"IDAT") + 100
    assert refused(PNG[:at] + b"\0\1\2\3\4" + PNG[at + 5 :]).code == "damaged"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind: str) -> None:
    frames = [Image.new("RGB", (80, 80), colour) for colour in ("red", "green", "blue")]
    raw = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    assert refused(raw).code == "animated"


def test_black_and_white_without_greys_is_refused() -> None:
    assert refused(saved(Image.new("1", (80, 80)), "PNG")).code == "unsupported_colours"


def png_bomb() -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(10**7)))
    return b"\x89PNG\r\n\x1a\n" + head + pixels + chunk(b"IEND", b"")


def jpeg_bomb() -> bytes:
    at = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:at] + struct.pack(">HH", 65_000, 65_000) + JPEG[at + 4 :]


def webp_bomb() -> bytes:
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\x3f\0" + b"\xff\x3f\0"
    body = b"WEBP" + canvas + WEBP[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def long_strip() -> bytes:
    return saved(Image.new("L", (40_000, 64)), "PNG")


@pytest.mark.parametrize("bomb", [png_bomb, jpeg_bomb, webp_bomb, long_strip])
def test_a_bomb_is_refused_before_it_is_unpacked(bomb: Callable[[], bytes]) -> None:
    raw = bomb()
    tracemalloc.start()
    began = time.perf_counter()
    assert refused(raw).code == "too_many_pixels"
    assert time.perf_counter() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 4 * len(raw) + 2**20
    tracemalloc.stop()


def exif_flood() -> bytes:
    """Return a directory of 5,000 entries that each claim the whole block."""
    entry = struct.pack("<HHII", 0x9999, 7, 60_000, 8)
    body = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 5000) + entry * 5000
    return JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + JPEG[2:]


def text_flood() -> bytes:
    at = PNG.index(b"IDAT") - 4
    return PNG[:at] + chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(10**6))) * 5000 + PNG[at:]


def segment_flood() -> bytes:
    return JPEG[:2] + b"\xff\xe1\0\x09Exif\0\0a" * 9000 + JPEG[2:]


@pytest.mark.parametrize("flood", [exif_flood, text_flood, segment_flood])
def test_a_flood_of_metadata_costs_nothing(flood: Callable[[], bytes]) -> None:
    raw = flood()
    began = time.perf_counter()
    assert READER.read(raw).width == 120
    assert time.perf_counter() - began < 1


def scan_flood() -> bytes:
    raw = saved(Image.open(io.BytesIO(JPEG)), "JPEG", progressive=True)
    last = raw.rindex(b"\xff\xda")
    return raw[:last] + raw[last:-2] * 5000 + b"\xff\xd9"


def piece_flood() -> bytes:
    at = PNG.index(b"IDAT") - 4
    return PNG[:at] + chunk(b"IDAT", b"") * 500_000 + PNG[at:]


@pytest.mark.parametrize("flood", [scan_flood, piece_flood])
def test_a_flood_of_pixel_data_is_refused(flood: Callable[[], bytes]) -> None:
    raw = flood()
    began = time.perf_counter()
    assert refused(raw).code == "damaged"
    assert time.perf_counter() - began < 1
