"""A trained classifier as a folder: `manifest.json`, `head.npz`, and reports for people.

Reading trusts nothing: no pickle, every size known before it is unpacked, every checksum
compared. The id holds the manifest's own checksum, so a changed manifest is another model.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vigia_detect.adapters.vision.classifier.backbone import backbone
from vigia_detect.adapters.vision.classifier.facts import Facts, parse_facts
from vigia_detect.adapters.vision.classifier.features import Scaler
from vigia_detect.adapters.vision.classifier.hashes import Hashes
from vigia_detect.adapters.vision.classifier.heads import Head, Kind, Numbers
from vigia_detect.adapters.vision.classifier.selection import Member, Team
from vigia_detect.errors import InvalidModelError
from vigia_detect.files import private_dir, write_atomically

FORMAT = 2
MANIFEST, HEAD = "manifest.json", "head.npz"
FILES = frozenset({MANIFEST, HEAD, "report.html", "report.json"})
MAX_BYTES = 100_000_000
ARRAYS = ("mean", "inverse", "weight", "weights", "bias")


@dataclass(frozen=True, slots=True)
class Model:
    """A model as read.

    Attributes:
        id: its name and the start of its manifest's checksum.
        facts: what its manifest says.
        team: what computes.
        seen: digests of the pictures that it learnt from.
    """

    id: str
    facts: Facts
    team: Team
    seen: Hashes

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the class codes."""
        return self.facts.classes


def write_model(
    folder: Path, facts: Facts, team: Team, seen: Hashes, reports: dict[str, bytes]
) -> str:
    """Write a model's folder anew; return its id. The manifest comes last: without it, no model."""
    private_dir(folder)
    files = {HEAD: _packed(team, seen), **reports}
    for name, data in files.items():
        write_atomically(folder / name, data)
    body = {
        "format": FORMAT,
        **json.loads(json.dumps(asdict(facts))),  # as it will be read: lists, not tuples
        "backbone": backbone().checksum,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    manifest = json.dumps(signed(body), indent=2, ensure_ascii=False, allow_nan=False).encode()
    write_atomically(folder / MANIFEST, manifest)
    return _id(facts, manifest)


def read_model(folder: Path) -> Model:
    """Read and check a model's folder.

    Raises:
        InvalidModelError: something is missing, damaged, changed or untrue; says what.
    """
    try:
        manifest = _bounded(folder / MANIFEST)
        body = json.loads(manifest)
        facts = parse_facts(body, FORMAT)
        _check_files(folder, body)
        team, seen = _unpacked((folder / HEAD).read_bytes(), facts)
    except InvalidModelError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise InvalidModelError("{name}: damaged or not a model.", name=folder.name) from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InvalidModelError(
            "{name}: {head} is damaged.", name=folder.name, head=HEAD
        ) from error
    if body.get("backbone") != backbone().checksum:
        raise InvalidModelError(
            "{name}: made with another feature network: train it anew with this version.",
            name=folder.name,
        )
    return Model(_id(facts, manifest), facts, team, seen)


def signed(body: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest with the checksum of all else in it.

    Nothing else ties the classes' names and the figures to the numbers: without it a better
    accuracy could be typed in. It is no signature of who made the model.
    """
    rest = {name: value for name, value in body.items() if name != "sha256"}
    plain = json.dumps(rest, sort_keys=True, allow_nan=False).encode()
    return rest | {"sha256": hashlib.sha256(plain).hexdigest()}


def _id(facts: Facts, manifest: bytes) -> str:
    return f"{facts.name}-{hashlib.sha256(manifest).hexdigest()[:12]}"


def _bounded(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise InvalidModelError("{name}: too large for a model.", name=path.name)
    return path.read_bytes()


def _check_files(folder: Path, body: dict[str, Any]) -> None:
    if body != signed(body):
        raise InvalidModelError("{name}: its manifest was changed.", name=folder.name)
    listed: dict[str, str] = body["files"]
    present = {path.name for path in folder.iterdir()}
    if HEAD not in listed or present != {MANIFEST, *listed} or not present <= FILES:
        raise InvalidModelError(
            "{name}: has not exactly the files its manifest lists.", name=folder.name
        )
    for name, checksum in listed.items():
        if hashlib.sha256(_bounded(folder / name)).hexdigest() != checksum:
            raise InvalidModelError(
                "{name}: {file} is not the file its manifest describes.",
                name=folder.name,
                file=name,
            )


def _packed(team: Team, seen: Hashes) -> bytes:
    arrays: dict[str, Numbers | Hashes] = {"seen": np.sort(seen)}
    for number, member in enumerate(team):
        parts = (member.scaler.mean, member.scaler.inverse, member.scaler.weight)
        values = (*parts, member.head.weights, member.head.bias)
        arrays |= {f"{number}.{key}": part for key, part in zip(ARRAYS, values, strict=True)}
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _unpacked(data: bytes, facts: Facts) -> tuple[Team, Hashes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_BYTES:
            raise InvalidModelError("{head}: too large for a model.", head=HEAD)
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        team = tuple(
            _member(blocks, kind, [arrays[f"{number}.{key}"] for key in ARRAYS], len(facts.classes))
            for number, (blocks, kind) in enumerate(facts.team)
        )
        seen = arrays["seen"]
    if seen.dtype != np.uint64 or seen.ndim != 1:
        raise InvalidModelError("{head}: seen is not a list of digests.", head=HEAD)
    return team, seen


def _member(blocks: tuple[str, ...], kind: str, arrays: list[Numbers], classes: int) -> Member:
    """Return a member whose arrays fit together."""
    size = len(arrays[0])
    lines = {Kind.MULTINOMIAL: classes, Kind.STEPS: classes - 1, Kind.ORDINAL: 1}[Kind(kind)]
    cuts = classes - 1 if kind == Kind.ORDINAL else lines
    shapes = ((size,), (size,), (size,), (size, lines), (cuts,))
    for array, shape in zip(arrays, shapes, strict=True):
        if array.dtype != np.float64 or array.shape != shape or not np.isfinite(array).all():
            raise InvalidModelError("{head}: its numbers do not fit the manifest.", head=HEAD)
    return Member(Scaler(blocks, *arrays[:3]), Head(Kind(kind), arrays[3], arrays[4]))
