"""`vigia model` from pictures to results, on drawn classes whose best accuracy is known."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from class_sets import draw, draw_set, save
from made_once import made_once
from typer.testing import CliRunner

from vigia_detect import bootstrap
from vigia_detect.adapters.vision.classifier.dataset import decoded
from vigia_detect.adapters.vision.classifier.model import Classifier
from vigia_detect.cli.main import app
from vigia_detect.errors import InvalidDataSetError, InvalidModelError, InvalidOptionError

WRONG = 0.2


def run(home: Path, *words: object) -> str:
    """Run a command in a home of its own; return what it printed."""
    bootstrap.reset()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VIGIA_HOME", str(home))
        found = CliRunner().invoke(app, [str(word) for word in words])
    bootstrap.reset()
    if found.exception is not None:
        raise found.exception
    return found.stdout


def train(place: Path) -> None:
    """Draw a training set and a fresh one in a new folder, and train a model there."""
    draw_set(place / "known", count=100, wrong=WRONG, seed=1)
    draw_set(place / "fresh", count=80, wrong=WRONG, seed=2)
    (place / "known" / "stage_1" / "broken.jpg").write_bytes(b"\xff\xd8 not a picture")
    words = ("model", "train", place / "known", "--out", place / "model", "--licence", "ours")
    (place / "said.json").write_text(run(place, *words, "--json"))


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this process's own with the sets and the model."""
    made = made_once(tmp_path_factory, "classifier", train)
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("own") / "classifier"))


@pytest.fixture(scope="module")
def trained(work: Path) -> dict[str, object]:
    """What the command said that trained it."""
    found: dict[str, object] = json.loads((work / "said.json").read_text())
    return found


def test_it_reaches_the_optimum_on_fresh_pictures(work: Path, trained: dict[str, object]) -> None:
    found = json.loads(run(work, "model", "evaluate", work / "model", work / "fresh", "--json"))
    accuracy, coverage = found["overall"]["accuracy"], found["overall"]["coverage"]
    assert accuracy["low"] <= 1 - WRONG <= accuracy["high"]
    assert coverage["low"] <= 0.90 <= coverage["high"]
    assert found["model_id"] == trained["model_id"]
    assert len(found["images"]) == found["overall"]["pictures"] == 80
    for image in found["images"]:
        assert image["path"].startswith(image["label"])
        assert sum(image["probabilities"].values()) == pytest.approx(1)
        likeliest = max(image["probabilities"], key=image["probabilities"].get)
        assert image["candidates"][0] == likeliest


def test_training_says_how_good_it_is_and_what_it_left_out(
    work: Path, trained: dict[str, object]
) -> None:
    figures = trained["figures"]
    assert isinstance(figures, dict)
    assert figures["accuracy"]["low"] <= 1 - WRONG <= figures["accuracy"]["high"]
    assert figures["pictures"] == 100
    assert any("broken.jpg" in str(warning) for warning in trained["warnings"])  # type: ignore[attr-defined]
    page = (work / "model" / "report.html").read_text()
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert json.loads((work / "model" / "report.json").read_text()) == figures


@pytest.mark.usefixtures("trained")
def test_pictures_it_learnt_from_do_not_count(work: Path, tmp_path: Path) -> None:
    old = sorted((work / "known").rglob("0*.jpg"))[:12]
    for path in old:
        target = tmp_path / path.parent.name / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    found = json.loads(run(work, "model", "evaluate", work / "model", tmp_path, "--json"))
    assert all(image["seen"] for image in found["images"])
    assert found["overall"] is None


@pytest.mark.usefixtures("trained")
def test_pictures_without_a_truth_are_judged_all_the_same(work: Path, tmp_path: Path) -> None:
    save(tmp_path / "a.png", draw(3, np.random.default_rng(5)))
    found = json.loads(run(work, "model", "evaluate", work / "model", tmp_path, "--json"))
    assert [image["label"] for image in found["images"]] == [None]
    assert found["overall"] is None
    assert "a.png: stage_4" in run(work, "model", "evaluate", work / "model", tmp_path)


@pytest.mark.usefixtures("trained")
def test_the_explanation_points_at_the_wound(work: Path) -> None:
    picture = draw(3, np.random.default_rng(6))  # its wound lies around the middle
    classifier = Classifier.load(work / "model")
    assert "stage_4" in classifier.predict(picture).candidates
    heat = classifier.explain(picture, "stage_4")
    assert heat.shape == (128, 128)
    assert 0 <= heat.min() <= heat.max() <= 1.001
    corners = [heat[:24, :24], heat[:24, -24:], heat[-24:, :24], heat[-24:, -24:]]
    assert heat[44:84, 44:84].mean() > 2 * np.mean(corners)
    with pytest.raises(InvalidOptionError, match="dtpi"):
        classifier.explain(picture, "dtpi")


@pytest.mark.usefixtures("trained")
def test_it_is_installed_listed_used_and_refused_once_tampered_with(
    work: Path, tmp_path: Path
) -> None:
    run(tmp_path, "db", "upgrade")  # a change of models is recorded
    assert "No hay modelos" in run(tmp_path, "model", "list")
    model_id = Classifier.load(work / "model").model.id
    assert model_id in run(tmp_path, "model", "install", work / "model")
    run(tmp_path, "model", "use", model_id)
    listed = json.loads(run(tmp_path, "model", "list", "--json"))
    assert [(each["id"], each["active"], each["problem"]) for each in listed] == [
        (model_id, True, "")
    ]
    with (tmp_path / "models" / model_id / "head.npz").open("ab") as file:
        file.write(b"x")
    with pytest.raises(InvalidModelError, match=r"head\.npz"):
        run(tmp_path, "model", "use", model_id)
    assert "head.npz" in run(tmp_path, "model", "list", "--json")
    run(tmp_path, "model", "use", "none")


def test_a_copy_in_two_given_folds_is_refused(tmp_path: Path) -> None:
    for number, fold in enumerate(("train", "test")):
        draw_set(tmp_path / "set" / fold, count=8, wrong=0, seed=number)
    source = tmp_path / "set" / "train" / "stage_2" / "0001.jpg"
    copy = cv2.flip(decoded(source.read_bytes()), 1)
    save(tmp_path / "set" / "test" / "stage_2" / "new.jpg", copy)
    with pytest.raises(InvalidDataSetError, match=r"new\.jpg = train/stage_2/0001\.jpg"):
        run(tmp_path, "model", "train", tmp_path / "set", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("count", "why"), [(24, "independent"), (1, "two classes")])
def test_too_little_to_learn_from_is_refused(tmp_path: Path, count: int, why: str) -> None:
    draw_set(tmp_path / "set", count=count, wrong=0, seed=0)
    with pytest.raises(InvalidDataSetError, match=why):
        run(tmp_path, "model", "train", tmp_path / "set", "--out", tmp_path / "out")


def test_a_class_without_pictures_is_refused(tmp_path: Path) -> None:
    draw_set(tmp_path / "set", count=8, wrong=0, seed=0)
    (tmp_path / "set" / "LPP no clasificable").mkdir()
    with pytest.raises(InvalidDataSetError, match="unstageable: its folder holds no readable"):
        run(tmp_path, "model", "train", tmp_path / "set", "--out", tmp_path / "out")


def test_a_folder_that_holds_something_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InvalidOptionError, match="exists"):
        run(tmp_path, "model", "train", tmp_path, "--out", tmp_path)
