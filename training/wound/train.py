"""Train the wound segmentation model.

    python -m wound.train DATA OUT [--scenery FOLDER] [--epochs N]

Resumes from `OUT/last.pt`. One line an epoch; the best weights by validation Dice in `OUT/best.pt`.
"""

import argparse
import copy
import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from wound import augment
from wound.data import SIDE, Example, examples, split, write_split
from wound.net import WoundNet

SEED = 20261122
BATCH = 8
NO_WOUND_SHARE = 0.08
SMALL, LARGE, FINE = 224, 320, 384  # crop sides: learn fast first, finely later
GENTLE = 0.15  # of the peak learning rate, for the last epochs on pictures that vary less


def as_input(images: np.ndarray) -> Tensor:
    """RGB uint8 (n, h, w, 3) -> float (n, 3, h, w) in [-1, 1], as the pretrained weights expect."""
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
    return x.contiguous(memory_format=torch.channels_last)


def loss_of(logits: Tensor, target: Tensor) -> Tensor:
    """Cross entropy and, for pictures with a wound, one minus the soft Dice of each picture."""
    cross = functional.binary_cross_entropy_with_logits(logits, target)
    p = logits.sigmoid()
    inter = (p * target).sum((1, 2, 3))
    dice = (2 * inter + 20) / (p.sum((1, 2, 3)) + target.sum((1, 2, 3)) + 20)
    wound = (target.sum((1, 2, 3)) > 0).float()
    return cross + ((1 - dice) * wound).sum() / wound.sum().clamp(min=1)


@torch.no_grad()
def dice_of(net: nn.Module, held: list[Example]) -> np.ndarray:
    """Return the Dice of each whole validation picture; an empty mask rightly found counts 1."""
    net.eval()
    found = []
    for example in held:
        image, mask = example.load()
        logits = net(as_input(image[None]))[0, 0].numpy()
        guess = logits > 0
        total = guess.sum() + mask.sum()
        found.append(1.0 if total == 0 else 2 * (guess & (mask > 0)).sum() / total)
    return np.array(found)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scenery", type=Path)
    parser.add_argument("--size", default="lite0")
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--gentle-epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(SEED)
    args.out.mkdir(parents=True, exist_ok=True)
    train, held = split(examples(args.data), SEED)
    write_split(args.out / "split.json", train, held)
    print(f"{len(train)} pictures to learn from, {len(held)} held", flush=True)
    loaded = [e.load() for e in train]
    scenery = scenes(args.scenery)
    run(args, loaded, held, scenery)


def scenes(folder: Path | None) -> list[np.ndarray]:
    """Return pictures without wounds, at most SIDE pixels high."""
    if folder is None:
        return []
    found = []
    for path in sorted(folder.iterdir()):
        image = Image.open(path).convert("RGB")
        image.thumbnail((2 * SIDE, SIDE))
        found.append(np.asarray(image))
    return found


def run(
    args: argparse.Namespace,
    loaded: list[tuple[np.ndarray, np.ndarray]],
    held: list[Example],
    scenery: list[np.ndarray],
) -> None:
    """Train from the last saved epoch on."""
    net = WoundNet(args.size).to(memory_format=torch.channels_last)
    smooth = copy.deepcopy(net).requires_grad_(requires_grad=False)
    decoder = [*net.joins.parameters(), *net.head.parameters()]
    optimiser = torch.optim.AdamW(
        [
            {"params": list(net.encoder.parameters()), "peak": 4e-4},
            {"params": decoder, "peak": 2e-3},
        ],
        lr=1e-3,
        weight_decay=1e-4,
    )
    first, best = 0, 0.0
    last = args.out / "last.pt"
    if last.exists():
        saved = torch.load(last)
        net.load_state_dict(saved["net"])
        smooth.load_state_dict(saved["smooth"])
        optimiser.load_state_dict(saved["optimiser"])
        first, best = saved["epoch"] + 1, saved["best"]
    for epoch in range(first, args.epochs + args.gentle_epochs):
        side = SMALL if epoch < args.epochs * 0.42 else LARGE if epoch < args.epochs else FINE
        began = time.monotonic()
        plan = Plan(epoch, args.epochs, args.gentle_epochs, side)
        loss = one_epoch(net, smooth, optimiser, plan, loaded, scenery)
        dice = float(dice_of(smooth, held).mean()) if epoch % 2 or epoch > args.epochs - 4 else 0.0
        if dice > best:
            best = dice
            torch.save({"net": smooth.state_dict(), "size": args.size}, args.out / "best.pt")
        state = {
            "net": net.state_dict(),
            "smooth": smooth.state_dict(),
            "optimiser": optimiser.state_dict(),
            "epoch": epoch,
            "best": best,
        }
        torch.save(state, args.out / "new.pt")
        (args.out / "new.pt").replace(last)
        seconds = time.monotonic() - began
        print(
            f"epoch {epoch + 1}/{args.epochs + args.gentle_epochs} side {side} loss {loss:.4f} "
            f"dice {dice:.4f} best {best:.4f} {seconds:.0f} s",
            flush=True,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Where an epoch stands.

    Attributes:
        epoch: from 0.
        epochs: with everything varied.
        gentle: further epochs with less variation, for the last point of Dice.
        side: of the crops in pixels.
    """

    epoch: int
    epochs: int
    gentle: int
    side: int

    @property
    def is_gentle(self) -> bool:
        """Whether pictures vary less in this epoch."""
        return self.epoch >= self.epochs

    def rate(self, done: float) -> float:
        """Return the share of the peak learning rate after the share `done` of this epoch."""
        at = self.epoch + done
        if self.is_gentle:
            return GENTLE * max(0.05, 1 - (at - self.epochs) / self.gentle)
        return min(1.0, at) * (0.5 + 0.5 * math.cos(math.pi * at / self.epochs)) + 1e-3


def one_epoch(  # noqa: PLR0917 - everything that an epoch needs, called once
    net: WoundNet,
    smooth: nn.Module,
    optimiser: torch.optim.Optimizer,
    plan: Plan,
    loaded: list[tuple[np.ndarray, np.ndarray]],
    scenery: list[np.ndarray],
) -> float:
    """Go once through the pictures; return the mean loss."""
    epoch, side = plan.epoch, plan.side
    order = np.random.default_rng((SEED, epoch)).permutation(len(loaded))
    batches = [order[i : i + BATCH] for i in range(0, len(order) - BATCH + 1, BATCH)]

    def make(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        images, masks = [], []
        for number in numbers:
            rng = np.random.default_rng((SEED, epoch, int(number)))
            if rng.random() < NO_WOUND_SHARE:
                image = augment.light(rng, augment.without_wound(rng, side, scenery))
                mask = np.zeros((side, side), np.uint8)
            else:
                vary = augment.gently if plan.is_gentle else augment.sample
                image, mask = vary(rng, *loaded[number], side, scenery)
            images.append(image)
            masks.append(mask)
        return np.stack(images), np.stack(masks)

    net.train()
    losses = []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(make, batches[0])
        for step in range(len(batches)):
            images, masks = waiting.result()
            if step + 1 < len(batches):
                waiting = pool.submit(make, batches[step + 1])
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * plan.rate(step / len(batches))
            target = torch.from_numpy(masks)[:, None].float()
            loss = loss_of(net(as_input(images)), target)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 3.0)
            optimiser.step()
            follow(smooth, net, min(0.995, (epoch * len(batches) + step + 1) / 400))
            losses.append(float(loss))
            if step % 20 == 0:
                print(f"  {step}/{len(batches)} loss {np.mean(losses[-20:]):.4f}", flush=True)
    return float(np.mean(losses))


@torch.no_grad()
def follow(smooth: nn.Module, net: nn.Module, keep: float) -> None:
    """Move the running average of the weights towards the current ones."""
    ours, theirs = smooth.state_dict(), net.state_dict()
    for name, value in ours.items():
        if value.dtype.is_floating_point:
            value.mul_(keep).add_(theirs[name], alpha=1 - keep)
        else:
            value.copy_(theirs[name])


if __name__ == "__main__":
    main()
