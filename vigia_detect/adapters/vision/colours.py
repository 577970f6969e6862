"""From any way of storing colours to plain sRGB, or a refusal: tissue colour is never guessed."""

import io

import numpy as np
from PIL import Image, ImageCms

from vigia_detect.adapters.vision.refusals import refusal

WHITE = (255, 255, 255)
_NATIVE = {"L": "L", "LA": "L", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}


def to_srgb(image: Image.Image) -> Image.Image:
    """Return a new RGB image in sRGB, transparent parts white, that carries nothing but pixels.

    Args:
        image: decoded, in any mode that JPEG, PNG and WebP have.

    Raises:
        InvalidImageError: `unsupported_colours` for black and white without greys, and for inks
            without a readable profile.
    """
    profile = image.info.pop("icc_profile", None)
    image = _eight_bits(image)
    if image.mode not in _NATIVE:
        raise refusal("unsupported_colours", mode=image.mode)
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    colour = image if alpha is None else image.convert(_NATIVE[image.mode])
    clean = Image.new("RGB", image.size, WHITE)
    clean.paste(_by_profile(colour, profile), mask=alpha)
    return clean


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return 16-bit greys as 8-bit ones and palettes as colours."""
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.uint32).clip(0, 0xFFFF)
        return Image.fromarray(((grey + 128) // 257).astype(np.uint8))
    if image.mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    return image


def _by_profile(colour: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the embedded profile; without a readable one, as browsers do: it is sRGB."""
    if profile:
        try:
            # a fault in the profile is found here or not at all
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            changed = ImageCms.profileToProfile(colour, source, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            changed = None
        if changed is not None:
            return changed
    if colour.mode == "CMYK":
        raise refusal("unsupported_colours", mode="CMYK")
    return colour.convert("RGB")
