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


@dataclass(frozen=True)
class Scenery:
    """A flat piece of skin with a wound and a sticker on it, and a camera above.

    Attributes:
        wound_mm: the wound's middle, x to the right and y to the feet, from the sticker's top left.
        radii_mm: half of its width and length.
        bumps: 0 for an ellipse, 0.3 for a very uneven outline.
        distance_mm: from the camera to the middle of the picture.
        focal: in longer sides of the picture.
        tilt: of the camera, degrees.
        axis: direction about which it is tilted, degrees.
        turn: about the line of sight, degrees.
        blur: radius in pixels.
        noise: standard deviation, of 255.
        light: strength in linear red, green and blue.
    """

    wound_mm: tuple[float, float] = (42, 80)
    radii_mm: tuple[float, float] = (20, 28)
    bumps: float = 0
    distance_mm: float = 300
    focal: float = 0.75
    tilt: float = 0
    axis: float = 0
    turn: float = 0
    blur: float = 0.6
    noise: float = 3
    light: tuple[float, float, float] = (1, 1, 1)


@dataclass(frozen=True)
class Photographed:
    """A photograph of a `Scenery` and the truth about the wound.

    Attributes:
        rgb: picture, 0-255, shape (h, w, 3).
        mask: where the wound is, shape (h, w).
        area_cm2: its area.
        length_cm: from its point nearest to the head to the one nearest to the feet.
        width_cm: across.
    """

    rgb: npt.NDArray[np.uint8]
    mask: npt.NDArray[np.bool_]
    area_cm2: float
    length_cm: float
    width_cm: float


PLANE_MM = (400, 320)  # the piece of skin
PLANE_SCALE = 4  # its pixels a millimetre
STICKER_AT = (158, 80)  # left and top of the sticker on it


def photograph(
    scenery: Scenery,
    sticker: Image.Image,
    sticker_mm: tuple[float, float],
    size: tuple[int, int] = (1024, 768),
    seed: int = 0,
) -> Photographed:
    """Photograph a flat wound beside a sticker.

    Args:
        scenery: what lies there, and the camera.
        sticker: picture of it.
        sticker_mm: its width and height.
        size: of the photograph in pixels.
        seed: chooses the wound's outline, texture and noise.
    """
    rng = np.random.default_rng(seed)
    wound = _flat_wound(rng, scenery)
    flat_size = (wound.shape[1], wound.shape[0])
    flat = _body(rng, flat_size, SKIN[2])
    flat[wound] = TISSUE[0]
    board = Image.fromarray(flat.clip(0, 255).astype(np.uint8))
    inner = (round(sticker_mm[0] * PLANE_SCALE), round(sticker_mm[1] * PLANE_SCALE))
    corner = (STICKER_AT[0] * PLANE_SCALE, STICKER_AT[1] * PLANE_SCALE)
    board.paste(sticker.resize(inner, Image.Resampling.LANCZOS), corner)
    rgb = np.asarray(_seen(board, scenery, size), np.float32)
    rgb = rgb * np.array(scenery.light, np.float32) ** (1 / 2.2)
    noisy = rgb + rng.normal(0, scenery.noise, rgb.shape)
    mask = np.asarray(_seen(Image.fromarray(wound.astype(np.uint8) * 255), scenery, size)) > 127  # noqa: PLR2004
    rows, columns = np.flatnonzero(wound.any(axis=1)), np.flatnonzero(wound.any(axis=0))
    return Photographed(
        noisy.clip(0, 255).astype(np.uint8),
        mask,
        float(wound.sum()) / PLANE_SCALE**2 / 100,
        float(rows[-1] - rows[0] + 1) / PLANE_SCALE / 10,
        float(columns[-1] - columns[0] + 1) / PLANE_SCALE / 10,
    )


def _flat_wound(rng: np.random.Generator, scenery: Scenery) -> npt.NDArray[np.bool_]:
    """Return the wound on the piece of skin, seen from straight above."""
    width, height = PLANE_MM[0] * PLANE_SCALE, PLANE_MM[1] * PLANE_SCALE
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    across = (x / PLANE_SCALE - STICKER_AT[0] - scenery.wound_mm[0]) / scenery.radii_mm[0]
    along = (y / PLANE_SCALE - STICKER_AT[1] - scenery.wound_mm[1]) / scenery.radii_mm[1]
    angle = np.arctan2(along, across)
    waves = zip(rng.uniform(-1, 1, 4), rng.uniform(0, 2 * np.pi, 4), strict=True)
    uneven = sum(a * np.sin((n + 2) * angle + p) for n, (a, p) in enumerate(waves))
    radius = 1 + scenery.bumps * np.asarray(uneven) / 3
    return np.asarray(across**2 + along**2 < radius**2, np.bool_)


def _seen(board: Image.Image, scenery: Scenery, size: tuple[int, int]) -> Image.Image:
    """Return what the camera sees; twice as fine first, as a sensor adds up light."""
    fine = (2 * size[0], 2 * size[1])
    back = np.linalg.inv(_camera(scenery, fine))
    back /= back[2, 2]
    kind = Image.Transform.PERSPECTIVE
    seen = board.transform(fine, kind, back.ravel()[:8].tolist(), Image.Resampling.BICUBIC)
    soft = seen.filter(ImageFilter.GaussianBlur(2 * scenery.blur)) if board.mode == "RGB" else seen
    return soft.resize(size, Image.Resampling.BOX)


def _camera(scenery: Scenery, size: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Return the homography from the piece of skin, in its pixels, to the photograph."""
    focal = scenery.focal * max(size)
    lens = np.array([(focal, 0, size[0] / 2), (0, focal, size[1] / 2), (0, 0, 1.0)])
    turn = _about((0, 0, 1), scenery.turn)
    axis = (np.cos(np.radians(scenery.axis)), np.sin(np.radians(scenery.axis)), 0.0)
    turn = turn @ _about(axis, scenery.tilt)
    aim = (STICKER_AT[0] + 42, STICKER_AT[1] + (22 + scenery.wound_mm[1]) / 2)
    place = np.diag([1 / PLANE_SCALE, 1 / PLANE_SCALE, 1.0])
    place[:2, 2] = (-aim[0], -aim[1])
    shift = np.array((0, 0, scenery.distance_mm))
    return np.asarray(lens @ np.column_stack([turn[:, 0], turn[:, 1], shift]) @ place)


def _about(axis: tuple[float, ...], degrees: float) -> npt.NDArray[np.float64]:
    """Return a rotation about an axis of length 1 (Rodrigues)."""
    x, y, z = axis
    cross = np.array([(0, -z, y), (z, 0, -x), (-y, x, 0.0)])
    angle = np.radians(degrees)
    turned = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return np.asarray(turned, np.float64)


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
