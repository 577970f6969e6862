"""What the security pages name is there: each test, each file, each heading that is linked to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
PAGES = (PAGE, ROOT / "SECURITY.md", ROOT / "docs" / "es" / "seguridad.md")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)]+))?\)")
ROW = re.compile(r"^\| (?!---|promise \|)(.+?) \|.*\| (.+) \|$")


def named_in(page: Path) -> list[tuple[str, str]]:
    return sorted(set(TEST.findall(page.read_text())))


def functions(path: Path) -> set[str]:
    return {
        one.name for one in ast.parse(path.read_text()).body if isinstance(one, ast.FunctionDef)
    }


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as the places that show Markdown make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def promises() -> Iterator[tuple[str, str]]:
    """Yield each promise of the page, and what it names as its test."""
    in_table = False
    for line in PAGE.read_text().splitlines():
        in_table = (in_table or line == "| promise | by | test |") and line.startswith("|")
        if in_table and (found := ROW.match(line)):
            yield found[1], found[2]


@pytest.mark.parametrize(("file", "name"), named_in(PAGE))
def test_a_named_test_is_there(file: str, name: str) -> None:
    assert name, f"{file}: name the test, not only its file"
    assert name in functions(ROOT / file)


def test_the_page_names_tests() -> None:
    assert len(named_in(PAGE)) > 50
    assert {test for page in PAGES[1:] for test in named_in(page)} <= set(named_in(PAGE))


def test_each_promise_names_its_test() -> None:
    found = list(promises())
    assert len(found) > 45
    assert [promise for promise, test in found if not TEST.search(test)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_link_leads_to_a_heading_that_is_there(page: Path) -> None:
    links = LINK.findall(page.read_text())
    linked = [
        (page if not to else page.parent / to, anchor) for to, anchor in links if ":" not in to
    ]
    assert linked
    assert [to for to, _ in linked if not to.exists()] == []
    assert [anchor for to, anchor in linked if anchor and anchor not in anchors(to)] == []
