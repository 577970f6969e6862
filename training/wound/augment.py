"""Vary what a camera and a ward vary: distance, angle, light, colour, skin tone, background.

The pictures at hand show feet. What must also work is a sacrum, a hip or a heel on any skin. So
wounds are shown close up and turned any way, skin is made darker and lighter, the surroundings are
replaced, and wounds are laid on a plain field of skin without toes or heel to lean on.
"""

import cv2
import numpy as np
from numpy.random import Generator

Array = np.ndarray
RULER_COLOURS = ((200, 40, 40), (40, 160, 60), (40, 70, 190), (230, 200, 40), (20, 20, 20))


def sample(
    rng: Generator, image: Array, mask: Array, side: int, scenery: list[Array]
) -> tuple[Array, Array]:
    """Return one varied crop: RGB uint8 (side, side, 3) and mask uint8 0/1 (side, side)."""
    has_wound = mask.any()
    if has_wound and rng.random() < 0.12:
        image, mask = on_plain_skin(rng, image, mask)
    elif has_wound and scenery and rng.random() < 0.15:
        image = other_background(rng, image, mask, scenery)
    image, mask = crop(rng, image, mask, side)
    if rng.random() < 0.4:
        image = other_skin_tone(rng, image, mask)
    if rng.random() < 0.12:
        image, mask = with_label(rng, image, mask)
    return light(rng, image), mask


def crop(rng: Generator, image: Array, mask: Array, side: int) -> tuple[Array, Array]:
    """Turn, scale, mirror and cut, mostly near a wound."""
    height, width = mask.shape
    rows, columns = np.nonzero(mask)
    if len(rows) and rng.random() < 0.75:
        pick = rng.integers(len(rows))
        centre = np.array([columns[pick], rows[pick]], float) + rng.normal(0, side / 6, 2)
    else:
        centre = rng.uniform(0.15, 0.85, 2) * (width, height)
    scale = float(np.exp(rng.uniform(np.log(0.6), np.log(2.2)))) * side / 320
    angle = rng.normal(0, 25) if rng.random() < 0.6 else rng.uniform(-180, 180)
    move = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), angle, scale)
    if rng.random() < 0.5:
        move[0] *= -1
        move[0, 2] += 2 * centre[0]
    move[:, :2] += rng.normal(0, 0.05, (2, 2)) * scale
    move[:, 2] += side / 2 - centre
    border = (cv2.BORDER_CONSTANT, cv2.BORDER_REFLECT_101)[int(rng.random() < 0.3)]
    size = (side, side)
    image = cv2.warpAffine(image, move, size, flags=cv2.INTER_AREA, borderMode=border)
    mask = cv2.warpAffine(mask, move, size, flags=cv2.INTER_NEAREST, borderMode=border)
    return image, mask


def likely_skin(image: Array) -> Array:
    """Return a rough 0/1 map of skin: warm hues in YCrCb, any lightness."""
    y, cr, cb = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb))
    found = (cr > 132) & (cr < 185) & (cb > 75) & (cb < 132) & (y > 25)
    return cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))


def other_background(rng: Generator, image: Array, mask: Array, scenery: list[Array]) -> Array:
    """Keep the skin around the wound, replace the rest by another scene."""
    keep = cv2.dilate(mask, np.ones((25, 25), np.uint8)) | likely_skin(image)
    soft = cv2.GaussianBlur(keep.astype(np.float32), (0, 0), 3)[..., None]
    scene = cut(rng, scenery, mask.shape[0], mask.shape[1])
    return (image * soft + scene * (1 - soft)).astype(np.uint8)


def on_plain_skin(rng: Generator, image: Array, mask: Array) -> tuple[Array, Array]:
    """Lay the wound with its rim on a field of skin in the colour of that rim."""
    near = cv2.dilate(mask, np.ones((17, 17), np.uint8))
    ring = cv2.dilate(mask, np.ones((31, 31), np.uint8)) - near
    pixels = image[(ring > 0) & (image.sum(2) > 60)]
    if len(pixels) < 50:
        return image, mask
    height, width = mask.shape
    field = np.empty((height, width, 3), np.float32)
    field[:] = np.median(pixels, 0)
    coarse = rng.normal(0, 9, (8, 8)).astype(np.float32)
    middle = rng.normal(0, 5, (48, 48)).astype(np.float32)
    shade = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    shade += cv2.resize(middle, (width, height), interpolation=cv2.INTER_CUBIC)
    field += shade[..., None] + rng.normal(0, 3, (height, width, 1))
    soft = cv2.GaussianBlur(near.astype(np.float32), (0, 0), 5)[..., None]
    return np.clip(image * soft + field * (1 - soft), 0, 255).astype(np.uint8), mask


def other_skin_tone(rng: Generator, image: Array, mask: Array) -> Array:
    """Change the lightness and warmth of what is not wound, as other skins have them."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    outside = 1 - 0.75 * cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 4)
    factor = rng.uniform(0.3, 1.15)
    lab[..., 0] *= 1 + (factor - 1) * outside
    lab[..., 1] += rng.normal(0, 5) * outside
    lab[..., 2] += rng.normal(0, 6) * outside
    return cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)


def with_label(rng: Generator, image: Array, mask: Array) -> tuple[Array, Array]:
    """Lay a paper label with coloured patches in the picture: never a wound."""
    side = mask.shape[0]
    width, height = (int(v) for v in rng.integers(side // 8, side // 3, 2))
    left, top = (int(v) for v in rng.integers(0, side - side // 3, 2))
    if mask[top : top + height, left : left + width].any():
        return image, mask
    image = image.copy()
    cv2.rectangle(image, (left, top), (left + width, top + height), (235, 235, 230), -1)
    for colour in rng.permutation(RULER_COLOURS):
        x, y = left + int(rng.integers(width)), top + int(rng.integers(height))
        end = (min(x + width // 4, left + width), min(y + height // 4, top + height))
        cv2.rectangle(image, (x, y), end, tuple(int(v) for v in colour), -1)
    return image, mask


def light(rng: Generator, image: Array) -> Array:
    """Vary exposure, colour of the light, its fall-off, sharpness, noise and compression."""
    height, width = image.shape[:2]
    x = (image.astype(np.float32) / 255) ** np.exp(rng.normal(0, 0.25))
    x *= np.exp(rng.normal(0, 0.18)) * np.exp(rng.normal(0, 0.07, 3))
    if rng.random() < 0.4:
        slope = rng.uniform(-0.35, 0.35, 2)
        ramp = np.linspace(-1, 1, height)[:, None] * slope[0] + np.linspace(-1, 1, width) * slope[1]
        x *= 1 + ramp[..., None]
    if rng.random() < 0.3:
        grey = x.mean(2, keepdims=True)
        x = grey + (x - grey) * rng.uniform(0.5, 1.4)
    if rng.random() < 0.2:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.5, 1.8))
    if rng.random() < 0.3:
        x += rng.normal(0, rng.uniform(0.005, 0.04), x.shape)
    out = (np.clip(x, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))]
        out = cv2.imdecode(cv2.imencode(".jpg", out, quality)[1], cv2.IMREAD_COLOR)
    return out


def cut(rng: Generator, scenery: list[Array], height: int, width: int) -> Array:
    """Return a random piece of a random scene in the asked size."""
    scene = scenery[int(rng.integers(len(scenery)))]
    share = rng.uniform(0.3, 1.0)
    rows, columns = (max(8, int(n * share)) for n in scene.shape[:2])
    top = int(rng.integers(scene.shape[0] - rows + 1))
    left = int(rng.integers(scene.shape[1] - columns + 1))
    piece = scene[top : top + rows, left : left + columns]
    return cv2.resize(piece, (width, height), interpolation=cv2.INTER_AREA)


def without_wound(rng: Generator, side: int, scenery: list[Array]) -> Array:
    """Return a picture of no wound: a scene, a page of text, noise, one colour, bare skin."""
    kind = rng.choice(["scene", "text", "noise", "plain", "skin"], p=[0.5, 0.15, 0.1, 0.1, 0.15])
    if kind == "scene" and scenery:
        return cut(rng, scenery, side, side)
    if kind == "text":
        page = np.full((side, side, 3), rng.integers(150, 256, 3), np.uint8)
        ink = tuple(int(v) for v in rng.integers(0, 120, 3))
        for y in range(10, side, int(rng.integers(12, 40))):
            text = "".join(rng.choice(list("abcdefghijkl mnopqrs tuvw xyz.,"), 60))
            size = float(rng.uniform(0.3, 1.0))
            cv2.putText(page, text, (int(rng.integers(-30, 20)), y), 0, size, ink, 1 + (size > 0.7))
        return page
    if kind == "noise":
        small = rng.integers(0, 256, (int(rng.integers(4, side)),) * 2 + (3,)).astype(np.uint8)
        return cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
    if kind == "plain":
        return np.full((side, side, 3), rng.integers(0, 256, 3), np.uint8)
    tone = np.array([224, 172, 140]) * rng.uniform(0.25, 1.1) + rng.normal(0, 10, 3)
    shade = cv2.resize(rng.normal(0, 12, (6, 6)), (side, side), interpolation=cv2.INTER_CUBIC)
    skin = tone + shade[..., None] + rng.normal(0, 3, (side, side, 1))
    return np.clip(skin, 0, 255).astype(np.uint8)
