from pathlib import Path

import cv2
import numpy as np
import pytest
from class_sets import draw, save

from vigia_detect.adapters.vision.classifier import grouping
from vigia_detect.adapters.vision.classifier.dataset import DataSet, Entry, read_folder
from vigia_detect.adapters.vision.classifier.hashes import finger_print, pairs
from vigia_detect.errors import InvalidDataSetError

RANDOM = np.random.default_rng(7)
PICTURES = [draw(number % 4, RANDOM) for number in range(40)]


def compressed(rgb: np.ndarray) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], 1)


COPIES = {
    "compressed": compressed,
    "half the size": lambda rgb: cv2.resize(rgb, (64, 64), interpolation=cv2.INTER_AREA),
    "mirrored": lambda rgb: rgb[:, ::-1],
    "upside down": lambda rgb: rgb[::-1],
    "turned": np.rot90,
    "brighter": lambda rgb: np.clip(rgb * 1.12, 0, 255).astype(np.uint8),
    "edge cut off": lambda rgb: rgb[2:-2, 2:-2],
}


@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_a_changed_copy_is_found(change: object) -> None:
    assert callable(change)
    found = sum(
        bool(pairs([finger_print(rgb), finger_print(np.ascontiguousarray(change(rgb)))]))
        for rgb in PICTURES
    )
    assert found >= 39


def test_different_pictures_are_not_taken_for_copies() -> None:
    assert len(pairs([finger_print(rgb) for rgb in PICTURES])) <= 2


def data_set(paths: list[str], pictures: list[np.ndarray]) -> DataSet:
    entries = tuple(
        Entry(path, path.split("/")[-2], path.split("/")[0] if path.count("/") > 1 else None)
        for path in paths
    )
    prints = tuple(finger_print(rgb) for rgb in pictures)
    return DataSet(entries, {}, prints, np.arange(len(paths), dtype=np.uint64), ())


def test_copies_and_patients_share_a_group() -> None:
    paths = [
        "stage_1/a.jpg",
        "stage_1/b.jpg",
        "stage_2/p7-1.jpg",
        "stage_3/P007_2.jpg",
        "x/p8-1.jpg",
    ]
    data = data_set(paths, [PICTURES[0], np.rot90(PICTURES[0]), *PICTURES[1:4]])
    first, copy, one, other, third = grouping.groups_of(data, {})
    assert first == copy
    assert one == other
    assert len({first, one, third}) == 3
    joined = grouping.groups_of(data, {"stage_1/a.jpg": "A", "x/p8-1.jpg": "A"})
    assert joined[0] == joined[1] == joined[4] != joined[2]


def test_numbers_that_only_number_the_classes_are_no_patients() -> None:
    paths = [f"stage_{1 + number // 4}/p{1 + number // 4}_{number}.jpg" for number in range(8)]
    groups = grouping.groups_of(data_set(paths, PICTURES[:8]), {})
    assert len(set(groups)) == 8


def test_folds_keep_groups_whole_and_learn_every_class() -> None:
    labels = np.tile(np.arange(4), 20)
    groups = np.arange(80) // 3
    for train, test in grouping.split(labels, groups, folds=5, seed=0):
        assert not set(groups[train]) & set(groups[test])
        assert set(labels[train]) == {0, 1, 2, 3}
    with pytest.raises(InvalidDataSetError, match="class"):
        grouping.split(labels, np.where(labels == 0, 99, np.arange(80)), folds=5, seed=0)


def test_a_copy_in_two_given_folds_is_refused_by_name() -> None:
    paths = [
        "train/stage_1/a.jpg",
        "train/stage_2/b.jpg",
        "test/stage_1/c.jpg",
        "test/stage_2/d.jpg",
    ]
    pictures = [*PICTURES[:3], PICTURES[1][:, ::-1]]
    data = data_set(paths, pictures)
    with pytest.raises(InvalidDataSetError, match=r"train/stage_2/b\.jpg = test/stage_2/d\.jpg"):
        grouping.given_folds(data.entries, grouping.groups_of(data, {}))
    clean = data_set(paths, PICTURES[:4])
    folds = grouping.given_folds(clean.entries, grouping.groups_of(clean, {}))
    assert [sorted(test.tolist()) for _, test in folds] == [[2, 3], [0, 1]]


def test_copies_in_two_classes_contradict_each_other(tmp_path: Path) -> None:
    save(tmp_path / "stage_1" / "a.png", PICTURES[0])
    save(tmp_path / "stage_2" / "b.png", PICTURES[0])
    save(tmp_path / "stage_2" / "c.png", PICTURES[1])
    data = read_folder(tmp_path)
    assert grouping.contradictions(data) == [(0, 1)]
    kept = data.without({0, 1}, "doubtful")
    assert [entry.path for entry in kept.entries] == ["stage_2/c.png"]
    assert kept.warnings == ("stage_1/a.png: doubtful", "stage_2/b.png: doubtful")


def test_the_table_of_groups_must_have_its_columns(tmp_path: Path) -> None:
    assert grouping.read_table(tmp_path, "group") == {}
    (tmp_path / "a.jpg").touch()
    (tmp_path / "b.jpg").touch()
    (tmp_path / "groups.csv").write_text("path,group,subgroup\na.jpg,7,ward\nb.jpg,,\n")
    assert grouping.read_table(tmp_path, "group") == {"a.jpg": "7"}
    assert grouping.read_table(tmp_path, "subgroup") == {"a.jpg": "ward"}
    (tmp_path / "groups.csv").write_text("file,patient\na.jpg,7\n")
    with pytest.raises(InvalidDataSetError, match=r"groups\.csv"):
        grouping.read_table(tmp_path, "group")
    (tmp_path / "groups.csv").write_text("path,group\nA.jpg,7\n")
    with pytest.raises(InvalidDataSetError, match=r"A\.jpg"):
        grouping.read_table(tmp_path, "group")
