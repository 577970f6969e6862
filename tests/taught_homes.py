"""Homes that know the vectors of the passages already, as any has after its first question."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from made_once import made_once

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.search import Filters
from vigia_detect.settings import Settings

Teach = Callable[[Path], Path]


def teacher(factory: pytest.TempPathFactory) -> Teach:
    """Return what puts the vectors into a home, and returns the home."""
    made = made_once(factory, "taught", _ask)

    def teach(home: Path) -> Path:
        shutil.copytree(made / "knowledge", home / "knowledge")
        return home

    return teach


def _ask(home: Path) -> None:
    vigia = Vigia(Settings(home=home))
    vigia.passage_search.search("colchón", Filters())
    vigia.close()
