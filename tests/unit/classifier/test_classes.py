import pytest

from vigia_detect.adapters.vision.classifier.classes import CLASSES, class_of
from vigia_detect.clinical.loading import load_rules
from vigia_detect.errors import InvalidDataSetError


@pytest.mark.parametrize("code", CLASSES)
def test_a_code_means_itself(code: str) -> None:
    assert class_of(code) == code


@pytest.mark.parametrize(
    ("folder", "code"),
    [
        ("stage1", "stage_1"),
        ("Stage_3", "stage_3"),
        ("Stage III", "stage_3"),
        ("Categoría IV", "stage_4"),
        ("estadío-2", "stage_2"),
        ("CATEGORY 2", "stage_2"),
        ("DTI", "dtpi"),
        ("Unstageable", "unstageable"),
        ("no clasificable", "unstageable"),
        ("Mucosa", "mucosal"),
        ("UPP estadio 2", "stage_2"),
        ("Stage 1 Pressure Injury", "stage_1"),
        ("deep tissue pressure injury", "dtpi"),
        ("suspected-deep-tissue-injury", "dtpi"),
    ],
)
def test_what_people_write_is_understood(folder: str, code: str) -> None:
    assert class_of(folder) == code


@pytest.mark.parametrize("code", CLASSES)
def test_the_names_that_vigia_shows_are_understood(code: str) -> None:
    shown = load_rules().classes.classes[code]
    assert class_of(shown.es) == class_of(shown.en) == code


@pytest.mark.parametrize(
    ("folder", "suggestion"),
    [("grado 2", "stage_2"), ("3", "stage_3"), ("grade_1", "stage_1"), ("stage 5", "unstageable")],
)
def test_what_could_mean_something_else_is_refused_with_a_suggestion(
    folder: str, suggestion: str
) -> None:
    with pytest.raises(InvalidDataSetError, match=suggestion):
        class_of(folder)


@pytest.mark.parametrize("folder", ["", "0", "wounds", "stage", "stage_10", "stage_1_2", "iiii"])
def test_what_means_nothing_is_refused(folder: str) -> None:
    with pytest.raises(InvalidDataSetError, match="Known: no_lesion_seen, stage_1"):
        class_of(folder)
