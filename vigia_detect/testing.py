"""What tests, demos and benchmarks share. No patient's picture is needed: these are drawn."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Floats = npt.NDArray[np.float32]

# sRGB tones from very light to very dark skin; engineering choice, spread over the Monk scale
SKIN = (
    (232, 204, 182),
    (225, 184, 150),
    (190, 140, 105),
    (140, 95, 68),
    (95, 62, 45),
    (58, 38, 30),
)
# granulation, slough, necrosis: red, yellow, black
TISSUE = np.array([(168, 36, 40), (196, 164, 88), (46, 34, 30)], np.float32)
SHEET = (206, 214, 216)
HALF = 0.5  # a pixel that is more wound than skin is wound
# colours of the tissues that a drawn wound can be made of
PARTS = {
    "granulation": (172, 44, 48),
    "slough": (198, 168, 96),
    "necrosis": (44, 34, 30),
    "epithelial": (232, 164, 168),
    "purple": (92, 44, 78),
}


@dataclass(frozen=True)
class DrawnWound:
    """A drawn wound and the truth about it.

    Attributes:
        rgb: picture, 0-255, shape (h, w, 3).
        mask: where the wound is, shape (h, w).
        shares: of each tissue asked for in the wound's area; they sum to 1.
    """

    rgb: npt.NDArray[np.uint8]
    mask: npt.NDArray[np.bool_]
    shares: dict[str, float]


def draw_wound(
    seed: int,
    size: tuple[int, int] = (640, 480),
    *,
    kind: str = "JPEG",
    skin: int | None = None,
    blur: float = 0,
    light: float = 1,
    parts: Sequence[str] | None = None,
) -> bytes:
    """Draw a wound on skin on a sheet and return it as a file. The same seed, the same picture.

    Args:
        seed: chooses shape, tissue and skin tone.
        size: width and height in pixels.
        kind: a format that Pillow writes, such as JPEG, PNG or WEBP.
        skin: tone from 0 (very light) to 5 (very dark); by default the seed chooses.
        blur: radius in thousandths of the longer side; 10 is badly out of focus.
        light: brightness; 1 is ordinary room light, 0.1 nearly dark, 4 overexposed.
        parts: tissues of `PARTS`; none of them is skin without a wound. By default the seed mixes
            granulation, slough and necrosis.
    """
    drawn, _ = draw_wound_and_mask(
        seed, size, kind=kind, skin=skin, blur=blur, light=light, parts=parts
    )
    return drawn


def draw_wound_and_mask(
    seed: int,
    size: tuple[int, int] = (640, 480),
    *,
    kind: str = "JPEG",
    skin: int | None = None,
    blur: float = 0,
    light: float = 1,
    parts: Sequence[str] | None = None,
) -> tuple[bytes, npt.NDArray[np.bool_]]:
    """Return what `draw_wound` draws and where its wound is, shape (height, width)."""
    rng = np.random.default_rng(seed)
    tone = int(rng.integers(len(SKIN))) if skin is None else skin
    if parts:
        drawn = draw_wound_parts(seed, parts, size=size, skin=tone)
        pixels, mask = drawn.rgb.astype(np.float32) * light, drawn.mask
    else:
        pixels, mask = _body(rng, size, SKIN[tone]), np.zeros(size[::-1], np.bool_)
        if parts is None:
            inside, tissue = _wound(rng, size)
            pixels += inside[..., None] * (tissue - pixels)
            mask = np.asarray(inside > HALF, np.bool_)
        pixels = (pixels * _lamp(rng, size)[..., None]) * light
    pixels += rng.normal(0, 2, pixels.shape).astype(np.float32)  # noise of the sensor
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur * max(size) / 1000))
    file = io.BytesIO()
    image.save(file, kind, **({"quality": 90} if kind in {"JPEG", "WEBP"} else {}))
    return file.getvalue(), mask


def draw_wound_parts(
    seed: int,
    parts: Sequence[str],
    *,
    size: tuple[int, int] = (640, 480),
    skin: int = 2,
    light: tuple[float, float, float] = (1, 1, 1),
) -> DrawnWound:
    """Draw a wound of known tissues. The same seed, the same picture.

    Args:
        seed: chooses shape, where each tissue lies and small differences of colour.
        parts: names in `PARTS`.
        size: width and height in pixels.
        skin: tone from 0 (very light) to 5 (very dark).
        light: how strong the light is in linear red, green and blue; 1 is white room light.
    """
    rng = np.random.default_rng(seed)
    pixels = _body(rng, size, SKIN[skin])
    inside, _ = _wound(rng, size)
    lie = np.stack([_clouds(rng, size, 4) for _ in parts]).argmax(0)
    colours = np.array([PARTS[part] for part in parts], np.float32)
    colours += rng.uniform(-6, 6, colours.shape).astype(np.float32)
    wet = 1 + 0.1 * _clouds(rng, size, 120)
    pixels += inside[..., None] * (colours[lie] * wet[..., None] - pixels)
    lamp = _lamp(rng, size)[..., None] * np.array(light, np.float32) ** (1 / 2.2)
    noisy = pixels * lamp + rng.normal(0, 2, pixels.shape)
    mask = np.asarray(inside > HALF, np.bool_)
    shares = {part: float((lie[mask] == place).mean()) for place, part in enumerate(parts)}
    return DrawnWound(noisy.clip(0, 255).astype(np.uint8), mask, shares)


def _clouds(rng: np.random.Generator, size: tuple[int, int], cells: int) -> Floats:
    """Return smooth noise between about -1 and 1, shape (height, width)."""
    coarse = rng.uniform(-1, 1, (cells, cells)).astype(np.float32)
    smooth = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(smooth, np.float32)


def _grid(size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return x and y of every pixel, both from -1 to 1."""
    width, height = size
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    return x.astype(np.float32), y.astype(np.float32)


def _lamp(rng: np.random.Generator, size: tuple[int, int]) -> Floats:
    """Return the light: brighter on one side, as beside a window."""
    x, y = _grid(size)
    angle = rng.uniform(0, 2 * np.pi)
    return np.asarray(1 + 0.15 * (x * np.cos(angle) + y * np.sin(angle)), np.float32)


def _body(rng: np.random.Generator, size: tuple[int, int], tone: tuple[int, int, int]) -> Floats:
    """Return skin with blotches and fine lines, and a sheet in one corner."""
    x, y = _grid(size)
    texture = 1 + 0.06 * _clouds(rng, size, 6) + 0.08 * _clouds(rng, size, 160)
    skin = texture[..., None] * np.array(tone, np.float32)
    fold = x + y + 0.1 * _clouds(rng, size, 8) > 1.2  # noqa: PLR2004 - cuts off a corner
    return np.where(fold[..., None], np.array(SHEET, np.float32), skin).astype(np.float32)


def _wound(rng: np.random.Generator, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return how much each pixel is wound (0 to 1) and the tissue's colour there."""
    x, y = _grid(size)
    (left, top), (wide, high) = rng.uniform(-0.25, 0.15, 2), rng.uniform(0.25, 0.5, 2)
    radius = ((x - left) / wide) ** 2 + ((y - top) / high) ** 2 + 0.3 * _clouds(rng, size, 9)
    inside = np.clip((1 - radius) * 40, 0, 1).astype(np.float32)
    parts = np.stack([_clouds(rng, size, 7) + bias for bias in rng.uniform(-0.6, 0.6, 3)])
    wet = 1 + 0.2 * _clouds(rng, size, 120)
    return inside, (TISSUE[parts.argmax(0)] * wet[..., None]).astype(np.float32)
