"""What a training tells while it runs, and how it is told to stop."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Step:
    """Where a training is.

    Attributes:
        epoch: From 0.
        batch: How many of the epoch are done.
        batches: Of so many.
        loss: Mean over the epoch so far.
        evaluating: Whether these are batches of the evaluation.
    """

    epoch: int
    batch: int
    batches: int
    loss: float
    evaluating: bool = False


@dataclass(frozen=True, slots=True)
class Epoch:
    """The figures of an epoch: one line of the log.

    Attributes:
        epoch: From 1.
        rate: Learning rate at its end.
        train_loss: Mean over its steps, with smoothing and in drawn views.
        train_top1: Share of its steps named right.
        valid_loss: Mean over the clips for validation, without smoothing.
        valid_top1: Share of these named right.
        valid_top5: Share whose class is among the five likeliest.
        valid_mean_class: Mean over the classes of the share named right.
        best: Whether it is the best so far.
    """

    epoch: int
    rate: float
    train_loss: float
    train_top1: float
    valid_loss: float
    valid_top1: float
    valid_top5: float
    valid_mean_class: float
    best: bool

    def row(self) -> dict[str, Any]:
        """Return the figures by name."""
        return asdict(self)


class Watch(Protocol):
    """Who is told."""

    def step(self, step: Step) -> None:
        """After each batch."""

    def epoch(self, epoch: Epoch) -> None:
        """After each epoch."""

    def stop(self) -> int:
        """Return the exit code when the training is to save its state and stop, else 0."""


class Silence:
    """Tells nobody, and never stops."""

    def step(self, step: Step) -> None:
        """Pass it over."""

    def epoch(self, epoch: Epoch) -> None:
        """Pass it over."""

    def stop(self) -> int:
        """Go on."""
        return 0
