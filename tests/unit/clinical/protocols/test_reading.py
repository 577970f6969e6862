"""A wrong passage is refused with the file and the field; the hospital's own lie over ours."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vigia_detect.clinical.protocols import Library, load_library, read_passage
from vigia_detect.clinical.protocols.library import DATA, put_in_force, read_folder
from vigia_detect.errors import InvalidProtocolError, NotFoundError

GOOD = """\
---
id: heel-offloading
version: h-2
source: [MINSAL23]
grade: ungraded
verified: true
review: 2027-01-31
classes: [stage_1]
populations: [adult]
topics: [heel]
---
# es: Talones
- Deje el talón en el aire. [D MINSAL23 p.20 | M-03]
# en: Heels
- Float the heel. [D MINSAL23 p.20 | M-03]
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def _write(text: str) -> Path:
        path = tmp_path / "own" / "heel.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def test_ours_are_all_right_and_in_both_languages() -> None:
    library = load_library()
    assert len(library) >= 40
    assert all(set(passage.texts) == {"es", "en"} for passage in library)


def test_ours_cover_what_they_must() -> None:
    library = load_library()
    topics = {topic for passage in library for topic in passage.head.topics}
    classes = {code for passage in library for code in passage.head.classes}
    people = {group for passage in library for group in passage.head.populations}
    assert {"prevention", "infection", "sepsis", "moisture", "device", "nutrition"} <= topics
    assert {"repositioning", "surface", "pain", "surgery", "palliative", "heel"} <= topics
    assert {"prone", "operating_room", "documentation"} <= topics
    assert {"stage_1", "stage_2", "stage_3", "stage_4", "unstageable", "dtpi", "mucosal"} <= classes
    assert {"child", "neonate"} <= people


def test_general_knowledge_is_marked_and_never_verified() -> None:
    for passage in load_library():
        tags = {
            one.tag
            for text in passage.texts.values()
            for statement in text.statements
            for one in statement.evidence
        }
        assert passage.head.verified is ("GK" not in tags)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("---\nid", "id", "front matter"),
        ("version: h-2\n", "", "version"),
        ("version: h-2\n", "version: h-2\nversion: h-3\n", "front matter"),
        ("review: 2027-01-31", "review: soon", "review"),
        ("topics: [heel]", "topics: [knitting]", "topics.0"),
        ("classes: [stage_1]", "classes: [stage_9]", "classes"),
        ("populations: [adult]", "populations: [cats]", "populations.0"),
        ("verified: true", "verified: false", "verified"),
        ("source: [MINSAL23]", "source: [MINSAL23, CPG25]", "source"),
        ("id: heel-offloading", "id: Heel Offloading", "id"),
        ("grade: ungraded", "grade: ungraded\ncolour: red", "colour"),
        ("- Float the heel. [D MINSAL23 p.20 | M-03]", "- Float the heel.", "en"),
        ("- Float the heel. [D MINSAL23", "- Float the heel. [Z MINSAL23", "texts.en.statements.0"),
        ("Float the heel. [D MINSAL23 p.20", "Float the heel. [D MINSAL23 p.21", "texts"),
        ("# en: Heels\n- Float the heel. [D MINSAL23 p.20 | M-03]\n", "# en: Heels\n", "texts.en"),
        ("# en: Heels", "# fr: Talons", "texts.fr"),
        ("# en: Heels", "# es: Talones", "es"),
        ("# es: Talones\n", "", "text"),
    ],
)
def test_what_is_wrong_names_file_and_field(
    write: Callable[[str], Path], old: str, new: str, field: str
) -> None:
    assert old in GOOD
    with pytest.raises(InvalidProtocolError) as refused:
        read_passage(write(GOOD.replace(old, new, 1)))
    assert any(problem.path.startswith(f"heel.md: {field}") for problem in refused.value.problems)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "heel.md").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidProtocolError, match=r"heel\.md: file"):
        read_folder(tmp_path, own=True)


def test_every_wrong_file_is_named_at_once(write: Callable[[str], Path]) -> None:
    first = write(GOOD.replace("review: 2027-01-31", "review: soon"))
    first.with_name("toe.md").write_text("nothing")
    with pytest.raises(InvalidProtocolError) as refused:
        load_library(first.parent)
    assert {problem.path.split(":")[0] for problem in refused.value.problems} == {
        "heel.md",
        "toe.md",
    }


def test_one_id_in_two_files_is_refused(write: Callable[[str], Path]) -> None:
    first = write(GOOD)
    first.with_name("toe.md").write_text(GOOD, encoding="utf-8")
    with pytest.raises(InvalidProtocolError, match=r"toe\.md: id"):
        load_library(first.parent)


def test_the_hospitals_own_replaces_ours_and_changes_the_version(
    write: Callable[[str], Path],
) -> None:
    ours = load_library()
    library = load_library(write(GOOD).parent)
    assert len(library) == len(ours)
    assert library["heel-offloading"].own
    assert library["heel-offloading"].text("es").title == "Talones"
    assert library.version != ours.version


def test_one_language_is_enough_for_a_hospital(write: Callable[[str], Path]) -> None:
    path = write(GOOD[: GOOD.index("# en")])
    assert read_passage(path, own=True).text("en").title == "Talones"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidProtocolError, match="not a folder"):
        load_library(tmp_path / "nowhere")


def test_a_wrong_passage_is_not_put_in_force(write: Callable[[str], Path], tmp_path: Path) -> None:
    folder = tmp_path / "protocols"
    with pytest.raises(InvalidProtocolError):
        put_in_force(write("nothing"), folder)
    assert not folder.exists()
    passage, place = put_in_force(write(GOOD), folder)
    assert (passage.head.id, place.name) == ("heel-offloading", "heel-offloading.md")
    assert load_library(folder)["heel-offloading"].own


def test_an_unknown_passage_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        Library({})["heel-offloading"]


def test_the_files_are_named_after_their_ids() -> None:
    names = {path.stem for path in (DATA / "passages").glob("*.md")}
    assert names == {passage.head.id for passage in load_library()}
