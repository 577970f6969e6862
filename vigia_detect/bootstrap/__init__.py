"""Puts the parts together. Nothing else knows which adapter stands behind which port."""

from vigia_detect.bootstrap.parts import Vigia
from vigia_detect.bootstrap.process import current, install, installed, reset
from vigia_detect.bootstrap.stickers import write_stickers

__all__ = ["Vigia", "current", "install", "installed", "reset", "write_stickers"]
