"""What becomes of a good picture: colours, turns, and nothing else that was in the file."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from vigia_detect.adapters.vision.picture import PillowReader
from vigia_detect.domain.records import Picture
from vigia_detect.errors import InvalidImageError
from vigia_detect.picture_ports import PictureReader
from vigia_detect.testing import draw_wound

READER: PictureReader = PillowReader()
WOUND = Image.open(io.BytesIO(draw_wound(1, (120, 90), kind="PNG")))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture.data))).astype(int)


def far(one: np.ndarray, other: Image.Image) -> float:
    return float(np.abs(one - np.asarray(other.convert("RGB")).astype(int)).mean())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_comes_back_as_the_same_picture(kind: str) -> None:
    picture = READER.read(saved(WOUND, kind, quality=95))
    assert (picture.width, picture.height) == (120, 90)
    assert far(pixels(picture), WOUND) < 4


def test_the_output_is_jpeg_with_full_colour_and_its_digest() -> None:
    picture = READER.read(saved(WOUND, "PNG"))
    image = Image.open(io.BytesIO(picture.data))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (120, 90))
    assert [layer[1:3] for layer in image.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]
    assert picture.sha256 == hashlib.sha256(picture.data).hexdigest()


def test_the_same_file_gives_the_same_bytes() -> None:
    raw = draw_wound(2, (200, 150))
    assert READER.read(raw) == PillowReader().read(raw)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_the_picture_is_turned_upright(kind: str, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    raw = saved(WOUND, kind, exif=exif.tobytes(), quality=95)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(raw)))
    picture = READER.read(raw)
    assert (picture.width, picture.height) == upright.size
    assert far(pixels(picture), upright) < 4


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("value", [0, 9, 65535])
def test_a_turn_that_does_not_exist_leaves_the_picture_as_it_is(order: str, value: int) -> None:
    mark = b"II*\0" if order == "<" else b"MM\0*"
    exif = mark + struct.pack(order + "IHHHIH", 8, 1, 0x0112, 3, 1, value) + bytes(6)
    assert READER.read(saved(WOUND, "JPEG", exif=b"Exif\0\0" + exif)).width == 120


NAME = "Juana Soto Pérez 12.345.678-9"


def exif_with_name() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = NAME
    exif.get_ifd(0x8825)[2] = (33.0, 26.0, 16.0)
    exif.get_ifd(0x8769)[0x9286] = NAME.encode()
    return exif.tobytes()


def jpeg_with_name() -> bytes:
    """Plant the name in every place a JPEG has, also behind its end."""
    raw = saved(
        *(WOUND, "JPEG"),
        quality=95,
        exif=exif_with_name(),
        xmp=f"<x>{NAME}</x>".encode(),
        comment=NAME.encode(),
        icc_profile=SRGB.replace(b"sRGB built-in", NAME.encode()[:13]),
    )
    extra = f"Photoshop 3.0\0{NAME}".encode()
    planted = b"\xff\xed" + struct.pack(">H", len(extra) + 2) + extra
    return raw[:2] + planted + raw[2:] + NAME.encode() + draw_wound(5, (64, 64))


def png_with_name() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", NAME)
    info.add_itxt("Título", NAME, zip=False)
    info.add_text("Comment", NAME * 50, zip=True)
    return saved(WOUND, "PNG", pnginfo=info, exif=exif_with_name()) + NAME.encode()


def webp_with_name() -> bytes:
    return saved(WOUND, "WEBP", exif=exif_with_name(), xmp=f"<x>{NAME}</x>".encode())


@pytest.mark.parametrize("plant", [jpeg_with_name, png_with_name, webp_with_name])
def test_nothing_of_the_files_own_data_is_left(plant: Callable[[], bytes]) -> None:
    raw = plant()
    assert NAME.encode() in raw
    data = READER.read(raw).data
    for part in ("Juana", "Soto", "12.345", "Exif", "xpacket", "ICC_PROFILE", "GPS", "Photoshop"):
        assert part.encode() not in data
        assert part.encode("utf-16-le") not in data
    image = Image.open(io.BytesIO(data))
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
    assert [name for name, _ in image.applist] == ["APP0"]  # type: ignore[attr-defined]
    assert len(image.getexif()) == 0
    assert data.endswith(b"\xff\xd9")


def test_what_is_hidden_under_transparency_does_not_survive() -> None:
    image = WOUND.convert("RGBA")
    image.paste((10, 20, 200, 0), (0, 0, 60, 90))
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True})):
        found = pixels(READER.read(saved(image, kind, **options)))
        assert found[:, :56].min() >= 250
        assert far(found[:, 64:], WOUND.crop((64, 0, 120, 90))) < 4


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA"])
def test_other_ways_of_storing_colours_are_converted(mode: str) -> None:
    image = WOUND.convert(mode)
    assert far(pixels(READER.read(saved(image, "PNG"))), image) < 4


def test_a_palette_with_transparency_is_converted() -> None:
    image = WOUND.quantize(16)
    raw = saved(image, "PNG", transparency=bytes([0]) + b"\xff" * 15)
    found = pixels(READER.read(raw))
    clear = np.asarray(image) == 0
    assert found[clear].mean() > 200


def test_a_grey_jpeg_is_read() -> None:
    assert far(pixels(READER.read(saved(WOUND.convert("L"), "JPEG"))), WOUND.convert("L")) < 4


def test_sixteen_bit_greys_keep_their_brightness() -> None:
    grey = np.asarray(WOUND.convert("L")).astype(np.uint16) * 257
    found = pixels(READER.read(saved(Image.fromarray(grey), "PNG")))
    assert far(found, WOUND.convert("L")) < 4


def png(width: int, height: int, bits: int, colour: int, rows: bytes, *more: bytes) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    extra = b"".join(chunk(piece[:4], piece[4:]) for piece in more)
    body = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + head + extra + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("key", [b"", b"tRNS" + struct.pack(">HHH", 65535, 1000, 7)])
def test_sixteen_bit_colours_keep_their_brightness(key: bytes) -> None:
    values = np.asarray(WOUND).astype(">u2") * 257
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    found = pixels(READER.read(png(120, 90, 16, 2, rows, *([key] if key else []))))
    assert far(found, WOUND) < 4


def red_is_blue() -> bytes:
    """Return a profile whose red and blue are exchanged: what is ignored would be seen."""
    return SRGB.replace(b"rXYZ", b"....").replace(b"bXYZ", b"rXYZ").replace(b"....", b"bXYZ")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_colour_profile_is_applied_before_it_is_dropped(kind: str) -> None:
    raw = saved(WOUND, kind, quality=95, icc_profile=red_is_blue())
    assert far(pixels(READER.read(raw))[..., ::-1], WOUND) < 5


@pytest.mark.parametrize(
    "profile",
    [b"broken", SRGB[:200], SRGB[:-500], b"\0" * 5000],
    ids=["broken", "head", "cut", "empty"],  # the profile holds the time of its making
)
def test_an_unreadable_profile_counts_as_srgb(profile: bytes) -> None:
    assert far(pixels(READER.read(saved(WOUND, "PNG", icc_profile=profile))), WOUND) < 4


def ink_profile() -> bytes:
    """Return the least CMYK profile: black ink darkens, and any other ink darkens by a third."""
    ramp = bytes(range(256))
    corners = [(c, m, y, k) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)]
    grid = b"".join(bytes([0 if k else 255 - 85 * (c + m + y), 128, 128]) for c, m, y, k in corners)
    unit = struct.pack(">9i", *(65536, 0, 0, 0, 65536, 0, 0, 0, 65536))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + unit + ramp * 4 + grid + ramp * 3
    head = struct.pack(
        ">I4sI4s4s4s", 144 + len(table), b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab "
    )
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">III", 0xF6D6, 0x10000, 0xD32D)
    tags = struct.pack(">I4sII", 1, b"A2B0", 144, len(table))
    return head.ljust(128, b"\0") + tags + table


def test_inks_are_read_by_their_profile_and_never_guessed() -> None:
    inks = Image.new("CMYK", (80, 80))
    inks.paste((0, 0, 0, 255), (0, 0, 40, 80))
    found = pixels(READER.read(saved(inks, "JPEG", icc_profile=ink_profile())))
    assert found[:, :32].max() < 20
    assert found[:, 48:].min() > 235
    for profile in (None, b"broken", SRGB):
        with pytest.raises(InvalidImageError) as caught:
            READER.read(saved(inks, "JPEG", icc_profile=profile))
        assert caught.value.code == "unsupported_colours"


def test_the_first_picture_of_a_phones_file_of_several_is_taken() -> None:
    gain_map = Image.new("L", (60, 45))
    raw = saved(WOUND, "MPO", save_all=True, append_images=[gain_map], quality=95)
    assert Image.open(io.BytesIO(raw)).format == "MPO"
    picture = READER.read(raw)
    assert (picture.width, picture.height) == (120, 90)
    assert far(pixels(picture), WOUND) < 4


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_blocks": 2}])
def test_all_ordinary_jpegs_are_read(options: dict[str, object]) -> None:
    assert far(pixels(READER.read(saved(WOUND, "JPEG", quality=95, **options))), WOUND) < 4
