"""Turns a file that somebody sent into a picture that can be trusted."""

import hashlib
import io
import struct
import zlib

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from vigia_detect.adapters.vision.colours import to_srgb
from vigia_detect.adapters.vision.containers import Bare, orientation
from vigia_detect.adapters.vision.kinds import take_apart
from vigia_detect.adapters.vision.refusals import refusal
from vigia_detect.domain.records import Picture

MIB = 2**20
MAX_SIDE = 30_000  # JPEG, in which pictures are stored, ends at 65,500
QUALITY = 95  # with full colour resolution; what is lost is below the noise of a phone camera

# The decoders by name: no other of Pillow's can be reached by a clever first byte, and the size
# is checked here before any of them allocates it, so Pillow's own guess at a bomb is not needed.
DECODERS: dict[str, type[ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
}
# What Pillow raises on data that it cannot read; time limits and lack of memory pass through.
UNREADABLE = (
    *(OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError),
    *(EOFError, RuntimeError, struct.error, zlib.error, Image.DecompressionBombError),
)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LYING = (5, 6, 7, 8)  # of the orientations, those that change width and height
UNDECODED = 128  # the grey that the JPEG decoder leaves where data ran out


class PillowReader:
    """Reads JPEG, PNG and WebP (see `ports.PictureReader`). Safe to use from several threads."""

    def __init__(
        self, *, max_bytes: int = 25 * MIB, max_pixels: int = 50_000_000, min_side: int = 64
    ) -> None:
        """Set the limits.

        Args:
            max_bytes: of the file.
            max_pixels: width times height; reading takes up to 12 bytes of memory for each.
            min_side: width and height in pixels below which nothing can be seen.
        """
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._min_side = min_side

    def read(self, raw: bytes) -> Picture:
        """Validate and encode anew: upright, sRGB, no metadata. The same file, the same bytes.

        Raises:
            InvalidImageError: with one of the codes of `refusals.WORDS`.
        """
        return _encoded(self.upright(raw)[0])

    def upright(self, raw: bytes, enough: int | None = None) -> tuple[Image.Image, tuple[int, int]]:
        """Validate and decode: upright, sRGB.

        Args:
            raw: the file.
            enough: longer side in pixels that is enough; a JPEG is then decoded at a half, quarter
                or eighth of its size, never below this, which is much faster.

        Returns:
            the picture, and its width and height in the file's pixels, upright.

        Raises:
            InvalidImageError: with one of the codes of `refusals.WORDS`.
        """
        if not raw:
            raise refusal("empty")
        if len(raw) > self._max_bytes:
            raise refusal("too_large", mib=len(raw) / MIB, limit=self._max_bytes / MIB)
        bare = take_apart(raw)
        self._check_size(bare.width, bare.height)
        turn = orientation(bare.exif)
        image, size = self._decoded(bare, enough)
        return _turned(to_srgb(image), turn), size[::-1] if turn in LYING else size

    def _check_size(self, width: int, height: int) -> None:
        size = f"{width} x {height}"
        if width * height > self._max_pixels or max(width, height) > MAX_SIDE:
            limit = f"{self._max_pixels / 1e6:g} Mpx, {MAX_SIDE} x {MAX_SIDE}"
            raise refusal("too_many_pixels", size=size, limit=limit)
        if min(width, height) < self._min_side:
            limit = f"{self._min_side} x {self._min_side}"
            raise refusal("too_small", size=size, limit=limit)

    def _decoded(self, bare: Bare, enough: int | None) -> tuple[Image.Image, tuple[int, int]]:
        try:
            image = DECODERS[bare.kind](io.BytesIO(bare.data))
            self._check_size(*image.size)  # what this decoder will allocate
            size = image.size
            if enough is not None:
                image.draft(None, _at_least(size, enough))
            image.load()
        except UNREADABLE as error:
            raise refusal("damaged") from error
        if bare.kind == "JPEG" and _ends_undecoded(image):
            raise refusal("truncated")
        return image, size


def _ends_undecoded(image: Image.Image) -> bool:
    """Tell whether the last row is the grey of missing data.

    A JPEG whose middle was lost and whose end was kept decodes without a complaint, its lower part
    plain grey: half a wound would pass for a whole picture.
    """
    width, height = image.size
    last_row = image.crop((0, height - 1, width, height)).tobytes()
    return image.mode in {"L", "RGB"} and last_row.count(UNDECODED) == len(last_row)


def _at_least(size: tuple[int, int], enough: int) -> tuple[int, int]:
    scale = min(1.0, enough / max(size))
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _encoded(image: Image.Image) -> Picture:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY, subsampling=0)
    data = file.getvalue()
    return Picture(data, image.width, image.height, hashlib.sha256(data).hexdigest())
