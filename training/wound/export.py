"""Export the trained network as the ONNX file that Vigia carries.

    python -m wound.export OUT/best.pt MODEL.onnx

The exported network takes RGB bytes and gives probabilities, so that scaling lives in one place. It
looks at the picture and at its mirror image and gives the mean: a wound has no left or right.
"""

import argparse
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from wound.net import WoundNet


class Served(nn.Module):
    """RGB uint8 (1, h, w, 3) -> probability of wound float (1, h, w); h, w multiples of 32."""

    def __init__(self, net: WoundNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the probabilities."""
        x = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1.0
        there, mirrored = self.net(torch.cat([x, x.flip(3)]))[:, 0].sigmoid().split(1)
        return (there + mirrored.flip(2)) / 2


def export(weights: Path, out: Path) -> None:
    """Write `out` from the saved `weights`."""
    saved = torch.load(weights, map_location="cpu")
    net = WoundNet(saved["size"], pretrained=False)
    net.load_state_dict(saved["net"])
    served = Served(net).eval()
    example = torch.zeros(1, 512, 512, 3, dtype=torch.uint8)
    axes = {"pixels": {1: "height", 2: "width"}, "wound": {1: "height", 2: "width"}}
    torch.onnx.export(
        served,
        (example,),
        str(out),
        input_names=["pixels"],
        output_names=["wound"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    onnx.checker.check_model(str(out))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    export(arguments.weights, arguments.out)
