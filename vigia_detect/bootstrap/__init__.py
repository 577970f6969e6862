"""Puts the parts together. Nothing else knows which adapter stands behind which port."""

from vigia_detect.bootstrap.access import (
    actor,
    ask_also,
    asks_itself,
    caller,
    declared,
    needs,
    open_to_all,
)
from vigia_detect.bootstrap.language_model import serve_model
from vigia_detect.bootstrap.parts import Vigia
from vigia_detect.bootstrap.process import current, install, installed, reset
from vigia_detect.bootstrap.stickers import write_stickers

__all__ = [
    "Vigia",
    "actor",
    "ask_also",
    "asks_itself",
    "caller",
    "current",
    "declared",
    "install",
    "installed",
    "needs",
    "open_to_all",
    "reset",
    "serve_model",
    "write_stickers",
]
