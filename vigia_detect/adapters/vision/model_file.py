"""A network and what its manifest promises of it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import orjson

from vigia_detect.errors import InvalidModelError
from vigia_detect.phrase import Phrase


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A network whose bytes are those that its manifest names.

    Attributes:
        id: name and version, kept with every result.
        checksum: SHA-256 of the network, hexadecimal.
        content: the network itself, ONNX.
        side: longer side in pixels at which it judges.
        threshold: probability from which a pixel counts as wound.
        min_part: share of the picture below which a separate area is left out.
        min_peak: probability that a separate area must reach somewhere.
    """

    id: str
    checksum: str
    content: bytes
    side: int
    threshold: float
    min_part: float
    min_peak: float

    @classmethod
    def read(cls, manifest: Path) -> "ModelFile":
        """Read manifest and network. Raises InvalidModelError when they do not fit."""
        try:
            said = orjson.loads(manifest.read_bytes())
            content = (manifest.parent / Path(said["file"]).name).read_bytes()
            checksum = hashlib.sha256(content).hexdigest()
            if checksum != said["sha256"]:
                raise InvalidModelError(
                    "{file} is not the network that {name} names: its SHA-256 "
                    "differs. Install Vigia anew, or the model from where it came.",
                    file=said["file"],
                    name=manifest.name,
                )
            return cls(
                id=f"{said['id']}@{said['version']}",
                checksum=checksum,
                content=content,
                side=int(said["input"]["longer_side_px"]),
                threshold=float(said["output"]["threshold"]),
                min_part=float(said["output"]["min_part"]),
                min_peak=float(said["output"]["min_peak"]),
            )
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise InvalidModelError(
                "The model manifest {name} cannot be used ({why}): install Vigia anew, "
                "or the model from where it came.",
                name=manifest.name,
                why=Phrase.of(error),
            ) from error
