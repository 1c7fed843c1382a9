"""What decides the weights that come out of a training, apart from the clips."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch

from sensegraph.errors import Problem
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.training.backbone.error import DatasetError
from sensegraph.training.backbone.samples import LEAST_FRAMES

OptimizerName = Literal["adamw", "sgd"]

RATES: dict[tuple[str, bool], float] = {
    ("adamw", True): 2e-3,
    ("adamw", False): 1e-4,
    ("sgd", True): 5e-2,
    ("sgd", False): 5e-3,
}
"""Usual greatest learning rates: of an optimizer, from scratch or not."""

CLIP_NORM = 5.0
"""Longer gradients are shortened to this."""


@dataclass(frozen=True)
class Plan:
    """A training; equal plans, clips and versions on one kind of machine give equal weights.

    Attributes:
        net: `mobilenet` or `efficientnet`.
        scratch: Whether it begins without weights, and so with batch norms.
        epochs: How often each clip is shown.
        batch: Clips that are computed at once.
        accumulate: Batches for one change of the weights.
        frames: Pictures of a window, a multiple of 4, at least 48.
        size: Side of a picture, a multiple of 32; 256 is what graphs run with.
        optimizer: `adamw` or `sgd` (with momentum 0.9).
        rate: Greatest learning rate; None for the usual one.
        warmup: Epochs in which it rises; after that it falls as a cosine.
        weight_decay: Not of biases and norms.
        smoothing: Of the labels.
        dropout: Share of the pooled feature.
        ema: Decay of the mean of weights that is evaluated and written; 0 for none.
        last_layers: Train only so many last layers and the head; None for all.
        augment: Whether clips are shown in drawn views.
        flip: Whether they are mirrored where the mirror image has a class.
        flip_labels: Words that a mirror exchanges, besides left and right.
        balance: Whether classes come equally often.
        seed: Of all that is drawn.
        valid: Share of each class for validation, where the dataset does not say.
        picture_fps: Pictures per second of folders of pictures.
        annotations: Tables of the dataset that lie elsewhere.
    """

    net: str = "mobilenet"
    scratch: bool = True
    epochs: int = 30
    batch: int = 8
    accumulate: int = 1
    frames: int = LEAST_FRAMES
    size: int = 256
    optimizer: OptimizerName = "adamw"
    rate: float | None = None
    warmup: float = 2.0
    weight_decay: float = 0.02
    smoothing: float = 0.1
    dropout: float = 0.2
    ema: float = 0.0
    last_layers: int | None = None
    augment: bool = True
    flip: bool = False
    flip_labels: tuple[tuple[str, str], ...] = ()
    balance: bool = False
    seed: int = 1
    valid: float = 0.2
    picture_fps: float = 12.0
    annotations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = [Problem(f"--{name.replace('_', '-')} {value}", what) for name, value, what in self._wrong()]
        if problems:
            raise DatasetError(problems)

    def _wrong(self) -> list[tuple[str, object, str]]:
        layers = len(ARCHITECTURES[self.net].layers)
        last, rate = self.last_layers, self.rate
        rules: list[tuple[bool, str, object, str]] = [
            (self.frames < LEAST_FRAMES or self.frames % 4 != 0, "frames", self.frames,
             f"must be a multiple of 4, at least {LEAST_FRAMES}: a step is warm after 45 pictures"),
            (self.size < 64 or self.size % 32 != 0, "size", self.size, "must be a multiple of 32, at least 64"),
            (rate is not None and not 0 < rate < math.inf, "rate", rate, "must be above 0"),
            (last is not None and not 0 <= last <= layers, "last_layers", last, f"must be 0 to {layers}"),
            (last is not None and self.scratch, "last_layers", last,
             "needs weights to begin with: the other layers would stay as they were drawn. Give --from FILE"),
        ]  # fmt: skip
        return [(name, value, what) for wrong, name, value, what in rules if wrong]

    @property
    def greatest_rate(self) -> float:
        """The greatest learning rate."""
        return RATES[self.optimizer, self.scratch] if self.rate is None else self.rate

    def optimizer_of(self, module: torch.nn.Module) -> torch.optim.Optimizer:
        """Return the optimizer of what is to be trained in a module."""
        trained = [each for each in module.parameters() if each.requires_grad]
        groups = [
            {"params": [each for each in trained if each.ndim > 1], "weight_decay": self.weight_decay},
            {"params": [each for each in trained if each.ndim <= 1], "weight_decay": 0.0},
        ]
        if self.optimizer == "adamw":
            return torch.optim.AdamW(groups, lr=self.greatest_rate)
        return torch.optim.SGD(groups, lr=self.greatest_rate, momentum=0.9, nesterov=True)

    def schedule_of(self, optimizer: torch.optim.Optimizer, steps: int) -> torch.optim.lr_scheduler.LRScheduler:
        """Return the course of the learning rate, for so many steps in an epoch."""
        rising, total = round(self.warmup * steps), self.epochs * steps
        rising = min(rising, total // 2)

        def share(step: int) -> float:
            if step < rising:
                return (step + 1) / (rising + 1)
            return (1 + math.cos(math.pi * (step - rising) / max(1, total - rising))) / 2

        return torch.optim.lr_scheduler.LambdaLR(optimizer, share)

    def as_dict(self) -> dict[str, Any]:
        """Return its attributes, for records."""
        lists = {"flip_labels": [list(pair) for pair in self.flip_labels], "annotations": list(self.annotations)}
        return {**asdict(self), **lists}

    @classmethod
    def of_dict(cls, values: dict[str, Any]) -> Plan:
        """Return the plan that `as_dict` described."""
        pairs = tuple((one, two) for one, two in values["flip_labels"])
        return cls(**{**values, "flip_labels": pairs, "annotations": tuple(values["annotations"])})
