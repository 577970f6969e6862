"""A model's folder is read only when it is whole and says the truth."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vigia_detect.adapters.vision.classifier.calibration import Abstention
from vigia_detect.adapters.vision.classifier.facts import Facts
from vigia_detect.adapters.vision.classifier.features import BLOCKS, Blocks, Scaler
from vigia_detect.adapters.vision.classifier.heads import Kind, Turned, fit
from vigia_detect.adapters.vision.classifier.model import Classifier
from vigia_detect.adapters.vision.classifier.model_file import (
    read_model,
    signed,
    write_model,
)
from vigia_detect.adapters.vision.classifier.selection import Member, together
from vigia_detect.adapters.vision.classifier.shelf import Shelf
from vigia_detect.errors import InvalidModelError, NotFoundError, VigiaError

RANDOM = np.random.default_rng(0)
CLASSES = ("stage_1", "stage_2", "stage_3")
LABELS = np.tile(np.arange(3), 10)
FEATURES: Blocks = {
    name: RANDOM.normal(size=(30, 4)).astype(np.float32) + LABELS[:, None] for name in BLOCKS
}


def member(kind: Kind) -> Member:
    scaler = Scaler.fit(BLOCKS, FEATURES)
    turned = Turned.of(scaler.apply(FEATURES))
    return Member(scaler, fit(kind, turned, LABELS, classes=3, strength=3.0))


TEAM = tuple(member(kind) for kind in Kind)


def facts(**changes: object) -> Facts:
    values: dict[str, object] = {
        "name": "test",
        "created": "2026-01-01T00:00:00+00:00",
        "licence": "none",
        "classes": CLASSES,
        "team": tuple((each.scaler.blocks, str(each.head.kind)) for each in TEAM),
        "temperature": 1.2,
        "coverage": 0.9,
        "candidate_threshold": 0.2,
        "abstention": Abstention(0.3, 0.95, 0.96, None),
        "regions": False,
        "pictures": {"stage_1": 10, "stage_2": 10, "stage_3": 10},
        "figures": {"accuracy": 0.5, "quadratic_kappa": None},
    }
    return Facts(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "model"
    seen = np.array([5, 3], np.uint64)
    write_model(place, facts(), TEAM, seen, {"report.html": b"<p>", "report.json": b"{}"})
    return place


def test_what_is_written_is_read(folder: Path) -> None:
    model = read_model(folder)
    assert model.facts == facts()
    assert model.seen.tolist() == [3, 5]
    assert np.array_equal(together(model.team, FEATURES), together(TEAM, FEATURES))
    found = Classifier(model).predictions(FEATURES)
    assert all(abs(sum(each.probabilities.values()) - 1) < 1e-9 for each in found)
    assert all(tuple(each.probabilities) == CLASSES for each in found)
    assert {each.model_id for each in found} == {model.id}


def rewritten(change: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def apply(folder: Path) -> None:
        body = json.loads((folder / "manifest.json").read_text())
        change(body)
        body = body if float("inf") in body.values() else signed(body)  # as its maker would write
        (folder / "manifest.json").write_text(json.dumps(body))

    return apply


HARM: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "no head": lambda folder: (folder / "head.npz").unlink(),
    "a changed report": lambda folder: (folder / "report.html").write_text("better"),
    "a file more": lambda folder: (folder / "extra.py").write_text("print()"),
    "no report": lambda folder: (folder / "report.json").unlink(),
    "not JSON": lambda folder: (folder / "manifest.json").write_bytes(b"\xff{"),
    "a list": lambda folder: (folder / "manifest.json").write_text("[]"),
    "format 1": rewritten(lambda body: body.update(format=1)),
    "a class that is none": rewritten(lambda body: body.update(classes=["stage_1", "x", "dtpi"])),
    "classes turned round": rewritten(lambda body: body.update(classes=CLASSES[::-1])),
    "a class less": rewritten(lambda body: body.update(classes=CLASSES[:2])),
    "another network": rewritten(lambda body: body.update(backbone="0" * 64)),
    "temperature of nought": rewritten(lambda body: body.update(temperature=0)),
    "a threshold in words": rewritten(lambda body: body.update(candidate_threshold="low")),
    "no abstention": rewritten(lambda body: body.pop("abstention")),
    "an empty team": rewritten(lambda body: body.update(team=[])),
    "a team of others": rewritten(lambda body: body.update(team=[[["deep"], "ordinal"]])),
    "a head of no kind": rewritten(lambda body: body.update(team=[[list(BLOCKS), "magic"]] * 3)),
    "a path out of the folder": rewritten(
        lambda body: body.update(files={"../../secret": "0", "head.npz": "0"})
    ),
    "a name that leads out of the folder": rewritten(lambda body: body.update(name="../../out")),
    "a figure in words": rewritten(lambda body: body.update(figures={"accuracy": "high"})),
    "infinity": rewritten(lambda body: body.update(temperature=float("inf"))),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_a_model_that_lies_is_refused(folder: Path, harm: Callable[[Path], object]) -> None:
    harm(folder)
    with pytest.raises(InvalidModelError):
        read_model(folder)


@pytest.mark.parametrize(
    "lie",
    [{"figures": {"accuracy": 0.99}}, {"classes": ["stage_1", "stage_2", "dtpi"]}, {"licence": ""}],
)
def test_a_lie_typed_into_the_manifest_is_refused(folder: Path, lie: dict[str, object]) -> None:
    body = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(body | lie))
    with pytest.raises(InvalidModelError, match="manifest was changed"):
        read_model(folder)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), name=st.sampled_from(["manifest.json", "head.npz"]))
def test_a_damaged_file_is_refused_or_is_another_model(
    folder: Path, data: st.DataObject, name: str
) -> None:
    model = read_model(folder)
    whole = (folder / name).read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    middle = data.draw(st.one_of(st.just(b""), st.binary(max_size=8)))
    keep = data.draw(st.booleans())
    changed = whole[:cut] + middle + (whole[cut + len(middle) :] if keep else b"")
    try:
        (folder / name).write_bytes(changed)
        try:
            found = read_model(folder)
        except InvalidModelError:
            assert changed != whole
        else:
            assert (found.id == model.id) == (changed == whole)
    finally:
        (folder / name).write_bytes(whole)


def test_a_head_that_is_a_pickle_is_refused(folder: Path) -> None:
    arrays = {"seen": np.array([{"a": 1}], dtype=object)}
    np.savez(folder / "head.npz", **arrays)
    with pytest.raises(InvalidModelError):
        read_model(folder)


def test_models_are_installed_listed_and_used(folder: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "home" / "models")
    assert shelf.installed() == []
    assert shelf.active() is None
    model_id = shelf.install(folder)
    assert shelf.install(folder) == model_id
    assert [(each.id, each.active) for each in shelf.installed()] == [(model_id, False)]
    shelf.use(model_id)
    active = shelf.active()
    assert active is not None
    assert active.model.id == model_id
    assert shelf.installed()[0].active
    shelf.use(None)
    assert shelf.active() is None


def test_a_model_changed_after_installation_is_refused_until_installed_anew(
    folder: Path, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "models")
    model_id = shelf.install(folder)
    shelf.use(model_id)
    rewritten(lambda body: body.update(temperature=0.5))(tmp_path / "models" / model_id)
    with pytest.raises(InvalidModelError, match="after installation"):
        shelf.active()
    assert "after installation" in shelf.installed()[0].problem
    assert shelf.install(folder) == model_id
    assert shelf.active() is not None


@pytest.mark.parametrize("name", ["nobody", "../models", "", "."])
def test_only_an_installed_model_can_be_used(folder: Path, tmp_path: Path, name: str) -> None:
    shelf = Shelf(tmp_path / "models")
    shelf.install(folder)
    with pytest.raises(NotFoundError):
        shelf.use(name)


@pytest.mark.parametrize("state", ["", "[]", '{"active": 3}', "{}"])
def test_a_damaged_note_means_no_model_and_is_said(tmp_path: Path, state: str) -> None:
    (tmp_path / "active.json").write_text(state)
    with pytest.raises(VigiaError, match="active"):
        Shelf(tmp_path).active()


def test_a_removed_model_is_not_replaced_by_another(folder: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "models")
    model_id = shelf.install(folder)
    shelf.use(model_id)
    shutil.rmtree(tmp_path / "models" / model_id)
    with pytest.raises(NotFoundError):
        shelf.active()
