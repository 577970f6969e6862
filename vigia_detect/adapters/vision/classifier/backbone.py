"""The frozen network that turns pictures into numbers. It was never trained on wounds."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from vigia_detect.errors import ConfigurationError

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Regions = Callable[[Bytes], Mask]

DATA = Path(__file__).parent / "data"
SIDE = 288  # pixels of a view's side; near the 260 it was trained on, and a multiple of 32


@dataclass(frozen=True, slots=True)
class Maps:
    """What the network says about n views.

    Attributes:
        last: (n, 1280, 9, 9), the last feature map; its mean over place is `deep`.
        deep: (n, 1280), what is seen.
        texture: (n, 1296), mean and deviation of three depths: how surfaces look.
    """

    last: Floats
    deep: Floats
    texture: Floats


class Backbone:
    """EfficientNet-Lite2 on ONNX Runtime, one thread: pictures are worked on side by side."""

    def __init__(self, folder: Path = DATA) -> None:
        """Load the network.

        Raises:
            ConfigurationError: the file is missing or is not the one its manifest describes.
        """
        try:
            network = (folder / "backbone.onnx").read_bytes()
            self.manifest = json.loads((folder / "backbone.json").read_text())
        except (OSError, ValueError) as error:
            raise ConfigurationError("The feature network is missing: reinstall Vigia.") from error
        self.checksum = hashlib.sha256(network).hexdigest()
        if self.checksum != self.manifest["sha256"]:
            raise ConfigurationError("The feature network was changed: reinstall Vigia.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            network, options, providers=["CPUExecutionProvider"]
        )

    def run(self, views: Bytes) -> Maps:
        """Return the maps of views (n, h, w, 3), sRGB, h and w multiples of 32."""
        scaled = (views.astype(np.float32) / 255 - 0.5) / 0.5
        picture = np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))
        return Maps(*self._session.run(["map", "deep", "texture"], {"picture": picture}))


@cache
def backbone() -> Backbone:
    """Return this process's network, loaded once."""
    return Backbone()
