"""The reference pages are those that the data gives."""

from pathlib import Path

import pytest

from vigia_detect.clinical.scales import load_scales
from vigia_detect.clinical.scales_docs import FOLDER, pages
from vigia_detect.clinical.terminology import load_terminology

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("name", pages())
def test_the_page_in_the_repository_is_up_to_date(name: str) -> None:
    assert (ROOT / FOLDER / name).read_text(encoding="utf-8") == pages()[name]


def test_every_scale_item_and_profile_is_on_the_page() -> None:
    page = pages()["scales.md"]
    for name, data in load_scales().data.items():
        for word in (name, *data.items, *data.profiles):
            assert f"`{word}`" in page


def test_every_code_is_on_the_page() -> None:
    page = pages()["terminology.md"]
    for group in load_terminology().groups.values():
        for code in group.all_codes():
            assert f"`{code}`" in page


def test_general_knowledge_is_marked_on_the_page() -> None:
    line = next(line for line in pages()["scales.md"].splitlines() if "| `gneaupp` |" in line)
    assert line.endswith("**por verificar** |")
