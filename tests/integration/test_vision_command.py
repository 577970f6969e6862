"""`vigia vision`: pictures in, findings and masks out, whatever else lies in the folder."""

import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from vigia_detect import bootstrap
from vigia_detect.cli.main import app
from vigia_detect.errors import InvalidOptionError

FUSEG = Path(__file__).parents[1] / "data" / "fuseg" / "images"


def run(home: Path, *words: object) -> Result:
    bootstrap.reset()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VIGIA_HOME", str(home / "home"))
        found = CliRunner().invoke(app, ["vision", *(str(word) for word in words)])
    bootstrap.reset()
    return found


def pictures(found: Result) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = json.loads(found.stdout)["pictures"]
    return said


def pixels(path: str) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_each_picture_gets_findings_and_a_mask_under_its_stem(tmp_path: Path) -> None:
    masks = tmp_path / "new" / "masks"
    found = run(tmp_path, FUSEG, "--masks", masks, "--json")
    assert found.exit_code == 0
    assert [Path(one["path"]).stem for one in pictures(found)] == ["0154", "0254", "0332", "0555"]
    for one in pictures(found):
        mask = pixels(one["mask"])
        assert Path(one["mask"]) == masks / f"{Path(one['path']).stem}.png"
        assert mask.shape == pixels(one["path"]).shape[:2]
        share = float((mask == 255).mean())
        assert share == pytest.approx(one["findings"]["wound"]["area_share"], abs=1e-5)
        assert 0 < sum(one["candidates"].values()) <= 1
        assert one["model"]["id"].startswith("vigia-wound@")


def test_a_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    shutil.copy(FUSEG / "0154.jpg", tmp_path)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff not a picture")
    found = run(tmp_path, tmp_path, tmp_path / "absent.png", "--json")
    first, broken, absent = sorted(pictures(found), key=lambda one: "error" in one)
    assert found.exit_code == 2
    assert first["usable"] is True
    assert broken["error"]["code"] in {"damaged", "truncated"}
    assert absent["error"]["code"] == "unreadable"
    assert "usable" not in broken


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (pipe,) = pictures(run(tmp_path, tmp_path, "--json"))
    assert pipe["error"]["code"] == "unreadable"


def test_people_read_it_in_words(tmp_path: Path) -> None:
    found = run(tmp_path, FUSEG / "0555.jpg")
    assert "Tejido:" in found.stdout
    assert "sin centímetros" in found.stdout
    assert "por confirmar" in found.stdout


def test_masks_that_would_overwrite_each_other_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        shutil.copy(FUSEG / "0154.jpg", tmp_path / folder)
    found = run(tmp_path, tmp_path / "one", tmp_path / "two", "--masks", tmp_path / "masks")
    assert isinstance(found.exception, InvalidOptionError)
    assert not (tmp_path / "masks").exists()


def test_a_mask_never_replaces_a_picture(tmp_path: Path) -> None:
    with Image.open(FUSEG / "0154.jpg") as image:
        image.save(tmp_path / "0154.png")
    before = (tmp_path / "0154.png").read_bytes()
    found = run(tmp_path, tmp_path, "--masks", tmp_path / "new" / "..")
    assert isinstance(found.exception, InvalidOptionError)
    assert (tmp_path / "0154.png").read_bytes() == before


def test_masks_need_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = run(tmp_path, FUSEG, "--masks", tmp_path / "file")
    assert isinstance(found.exception, InvalidOptionError)


def test_photographs_of_other_kinds_in_a_folder_are_not_passed_over(tmp_path: Path) -> None:
    shutil.copy(FUSEG / "0154.jpg", tmp_path / "a.jfif")
    (tmp_path / "b.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    (tmp_path / "notes.txt").write_text("no picture")
    first, second = pictures(run(tmp_path, tmp_path, "--json"))
    assert first["usable"] is True
    assert "iPhone" in second["error"]["es"]


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    found = run(tmp_path, tmp_path)
    assert isinstance(found.exception, InvalidOptionError)


def test_a_picture_of_no_wound_has_an_empty_mask_and_no_class(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("RGB", (300, 200), (40, 90, 200)).save(file, "PNG")
    (tmp_path / "blue.png").write_bytes(file.getvalue())
    (one,) = pictures(run(tmp_path, tmp_path / "blue.png", "--masks", tmp_path / "m", "--json"))
    assert one["usable"] is False
    assert "candidates" not in one
    assert not pixels(one["mask"]).any()
