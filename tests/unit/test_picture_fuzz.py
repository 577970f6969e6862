"""Whatever the bytes: a safe picture or a refusal, never anything else, and no warning."""

import io

from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from vigia_detect.adapters.vision.picture import PillowReader
from vigia_detect.adapters.vision.refusals import WORDS
from vigia_detect.errors import InvalidImageError
from vigia_detect.testing import draw_wound

READER = PillowReader(max_pixels=200_000)


def saved(kind: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.open(io.BytesIO(draw_wound(1, (80, 66), kind="PNG"))).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(file, kind, exif=exif, **options)
    return file.getvalue()


VALID = (
    saved("JPEG"),
    saved("JPEG", progressive=True),
    saved("JPEG", "L"),
    saved("JPEG", "CMYK"),
    saved("PNG"),
    saved("PNG", "P"),
    saved("PNG", "LA"),
    saved("WEBP"),
    saved("WEBP", "RGBA", lossless=True),
)
HEADS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"RIFF\xff\0\0\0WEBPVP8X", b"II*\0")


def holds(raw: bytes) -> None:
    try:
        picture = READER.read(raw)
    except InvalidImageError as error:
        assert error.code in WORDS  # noqa: PT017 - both outcomes are right
    else:
        image = Image.open(io.BytesIO(picture.data))
        image.load()
        assert image.size == (picture.width, picture.height)
        assert min(image.size) >= 64
        assert picture.width * picture.height <= 200_000


@given(raw=st.binary(max_size=2000))
@example(b"")
def test_random_bytes(raw: bytes) -> None:
    holds(raw)


@given(head=st.sampled_from(HEADS), rest=st.binary(max_size=1000))
def test_random_bytes_behind_a_right_beginning(head: bytes, rest: bytes) -> None:
    holds(head + rest)


@settings(max_examples=400, deadline=2000)
@given(data=st.data())
def test_valid_files_with_changed_bytes(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(VALID)))
    # half of the changes go where the structure is
    places = st.integers(0, 300) | st.integers(0, len(raw) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=12)):
        raw[place % len(raw)] = value
    holds(bytes(raw))


@settings(max_examples=300, deadline=2000)
@given(data=st.data())
def test_valid_files_with_pieces_lost_doubled_or_put_in(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(VALID))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(raw))] * 2)))
    change = data.draw(st.sampled_from(["lose", "double", "put in"]))
    put_in = {"lose": b"", "double": raw[start:end] * 2}
    holds(raw[:start] + put_in.get(change, data.draw(st.binary(max_size=60))) + raw[end:])


@settings(max_examples=200, deadline=2000)
@given(data=st.data())
def test_the_beginning_of_one_file_and_the_end_of_another(data: st.DataObject) -> None:
    one, other = data.draw(st.tuples(*[st.sampled_from(VALID)] * 2))
    cut = data.draw(st.integers(0, min(len(one), len(other))))
    holds(one[:cut] + other[cut:])


@settings(max_examples=300, deadline=2000)
@given(data=st.data())
def test_cut_files_are_never_pictures(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(VALID))
    cut = data.draw(st.integers(0, len(raw) - 1))
    try:
        READER.read(raw[:cut])
    except InvalidImageError as error:
        assert error.code in WORDS  # noqa: PT017 - the one right outcome
    else:
        raise AssertionError(cut)
