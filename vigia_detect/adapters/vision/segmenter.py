"""Where the wound is: the bundled segmentation network on ONNX Runtime."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from vigia_detect.adapters.vision.model_file import ModelFile

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

BUNDLED = Path(__file__).parent / "models" / "wound.json"
STRIDE = 32  # the network halves its input five times


class Segmenter:
    """One network, one thread: workers are processes, and one must not starve another.

    Raises:
        InvalidModelError: the file is missing or is not what its manifest says.
    """

    def __init__(self, manifest: Path = BUNDLED) -> None:
        self.file = ModelFile.read(manifest)
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        cv2.setNumThreads(1)  # else one for each core of the machine, in every worker
        # memory stays flat: without the arena nothing is kept from the largest picture seen
        options.enable_cpu_mem_arena = False
        self._session = ort.InferenceSession(
            self.file.content, options, providers=["CPUExecutionProvider"]
        )

    def probability(self, rgb: Pixels) -> Floats:
        """Return how likely each pixel is wound.

        Args:
            rgb: (h, w, 3) of any size; it is judged at the size that the network was trained at.

        Returns:
            (h, w), 0 to 1.
        """
        height, width = rgb.shape[:2]
        scale = self.file.side / max(height, width)
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        if scale == 1:
            return self._run(_padded(rgb))[:height, :width]
        small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
        found = self._run(_padded(small))[: size[1], : size[0]]
        return np.asarray(cv2.resize(found, (width, height)), np.float32)

    def mask(self, probability: Floats) -> Mask:
        """Return the wound as the manifest cuts it: no specks, and no area unsure throughout."""
        inside = (probability >= self.file.threshold).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
        peaks = np.zeros(count, np.float32)
        where = np.asarray(labels[inside > 0], np.intp)
        np.maximum.at(peaks, where, probability[inside > 0])
        large = stats[:, cv2.CC_STAT_AREA] >= self.file.min_part * probability.size
        keep = large & (peaks >= self.file.min_peak)
        keep[0] = False
        return np.asarray(keep[labels])

    def _run(self, pixels: Pixels) -> Floats:
        (found,) = self._session.run(None, {"pixels": pixels[None]})
        return np.asarray(found[0], np.float32)


@cache
def bundled() -> Segmenter:
    """Return the network that Vigia carries: loaded once, and shared with forked processes."""
    return Segmenter()


def _padded(rgb: Pixels) -> Pixels:
    """Add black at the bottom and the right, up to a multiple of the network's stride."""
    height, width = rgb.shape[:2]
    down, right = -height % STRIDE, -width % STRIDE
    return np.asarray(np.pad(rgb, ((0, down), (0, right), (0, 0))), np.uint8)
