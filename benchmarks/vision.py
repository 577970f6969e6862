"""One picture of 12 megapixels on one core: the bundled network, and the same one in PyTorch.

    python benchmarks/vision.py TORCH_PYTHON

TORCH_PYTHON is the interpreter of the training environment (`training/train.sh` makes one). Both
sides run on one thread, turn by turn, in this one run; what counts is the ratio.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vigia_detect.adapters.vision.segmenter import Segmenter
from vigia_detect.bootstrap import Vigia

ROOT = Path(__file__).parents[1]
ROUNDS = 11
# drawn in a process of its own: that takes more memory than looking at it
DRAW = """
import sys
from vigia_detect.testing import draw_wound
sys.stdout.buffer.write(draw_wound(7, (4000, 3000)))
"""
PEER = """
import sys, time, torch
sys.path.insert(0, sys.argv[1])
from wound.net import WoundNet
torch.set_num_threads(1)
net = WoundNet("lite0", pretrained=False).eval()
picture = torch.zeros(1, 3, 384, 512)
for _ in sys.stdin:
    began = time.perf_counter()
    with torch.inference_mode():
        net(picture)
    print(time.perf_counter() - began, flush=True)
"""


class Peer:
    """The same network in PyTorch, in a process of its own; random weights take the same time."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, "-c", PEER, str(ROOT / "training")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )

    def seconds(self) -> float:
        """Return how long one picture took."""
        question, answer = self._process.stdin, self._process.stdout
        if question is None or answer is None:
            raise RuntimeError("the peer has no pipes")
        question.write("go\n")
        question.flush()
        return float(answer.readline())

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def show(name: str, seconds: list[float]) -> None:
    """Print the median with its spread, in milliseconds."""
    low, middle, high = (1000 * q for q in statistics.quantiles(seconds, n=4))
    print(f"{name:42s} {middle:7.1f} ms  (quartiles {low:.1f} to {high:.1f})")


def main(python: str) -> None:
    """Measure and print."""
    raw = subprocess.run([sys.executable, "-c", DRAW], check=True, capture_output=True).stdout
    inspector = Vigia().inspector
    segmenter = Segmenter()
    pixels = np.zeros((384, 512, 3), np.uint8)
    peer = Peer(python)
    works: dict[str, Callable[[], float]] = {
        "whole picture of 12 megapixels": lambda: timed(lambda: inspector.inspect(raw)),
        "the network, bundled, ONNX Runtime": lambda: timed(lambda: segmenter.probability(pixels)),
        "the network, PyTorch": peer.seconds,
    }
    found: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(ROUNDS + 1):
        for name, work in works.items():
            seconds = work()
            if turn:  # the first of each warms up
                found[name].append(seconds)
    peer.close()
    for name, values in found.items():
        show(name, values)
    whole, ours, theirs = (statistics.median(values) for values in found.values())
    print(
        f"PyTorch / ours: {theirs / ours:.2f}; whole picture / limit of 400 ms: {whole / 0.4:.2f}"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process: {peak:.0f} MiB (limit 600)")


if __name__ == "__main__":
    main(sys.argv[1])
