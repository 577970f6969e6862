"""The reference pages are those that the data gives."""

from vigia_detect.clinical.scales import load_scales
from vigia_detect.clinical.scales_docs import scales_page
from vigia_detect.clinical.terminology import load_terminology
from vigia_detect.clinical.terminology_docs import terminology_page


def test_every_scale_item_and_profile_is_on_the_page() -> None:
    page = scales_page()
    for name, data in load_scales().data.items():
        for word in (name, *data.items, *data.profiles):
            assert f"`{word}`" in page


def test_every_code_is_on_the_page() -> None:
    page = terminology_page()
    for group in load_terminology().groups.values():
        for code in group.all_codes():
            assert f"`{code}`" in page


def test_general_knowledge_is_marked_on_the_page() -> None:
    line = next(line for line in scales_page().splitlines() if "| `gneaupp` |" in line)
    assert line.endswith("**por verificar** |")
