"""Train the temporal net from nothing: `python -m sensegraph.training.temporal --seed 1 --out DIR`."""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from sensegraph.models.skeleton import CHANNELS, WINDOW_FRAMES, Floats
from sensegraph.models.temporal import EMBEDDING_SIZE, SPACE, Decision
from sensegraph.training.motion.capture import TEST_SUBJECT, Take, read_takes, training_takes
from sensegraph.training.motion.sample import GENERATOR_VERSION, LABELS, batch

BATCH = 128
VALIDATION_SEED_OFFSET = 10_000


class BodyTcn(nn.Module):
    """Temporal convolutions over skeleton channels: (B, CHANNELS, 40) -> embedding (B, 128).

    Frame-to-frame differences are appended, residual dilated blocks follow; the mean and the maximum over
    time come out.
    """

    def __init__(self, width: int = EMBEDDING_SIZE // 2, dilations: Sequence[int] = (1, 2, 4, 8)) -> None:
        super().__init__()
        self.stem = nn.Conv1d(2 * CHANNELS, width, 5, padding=2)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation),
                nn.BatchNorm1d(width),
                nn.ReLU(),
                nn.Conv1d(width, width, 1),
            )
            for dilation in dilations
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Embed windows (B, CHANNELS, 40)."""
        change = torch.cat([torch.zeros_like(x[:, :, :1]), x[:, :, 1:] - x[:, :, :-1]], dim=2) * 4
        x = self.stem(torch.cat([x, change], dim=1))  # (B, width, 40)
        for block in self.blocks:
            x = x + block(x)
        return torch.cat([x.mean(dim=2), x.amax(dim=2)], dim=1)  # (B, 2 * width)


@dataclass(frozen=True)
class Plan:
    """What a training run does; everything that decides the weights."""

    seed: int = 1
    samples: int = 36_000
    epochs: int = 12
    rate: float = 4e-3
    smoothing: float = 0.05


def train(plan: Plan, takes: Sequence[Take] = ()) -> tuple[BodyTcn, nn.Linear, dict[str, Any]]:
    """Train net and head on generated windows, on one thread and with fixed seeds.

    Returns:
        the embedding net, the last layer, and the record of the run.
    """
    torch.set_num_threads(1)
    torch.manual_seed(plan.seed)
    torch.use_deterministic_algorithms(True)
    started = time.perf_counter()
    inputs, labels = (torch.from_numpy(part) for part in batch(plan.seed, plan.samples, takes))
    net, head = BodyTcn(), nn.Linear(EMBEDDING_SIZE, len(LABELS))
    optimizer = torch.optim.AdamW([*net.parameters(), *head.parameters()], weight_decay=1e-3)
    steps = plan.samples // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, plan.rate, total_steps=plan.epochs * steps)
    for epoch in range(plan.epochs):
        loss = run_epoch(net, head, optimizer, schedule, inputs, labels, plan.smoothing)
        print(
            f"epoch {epoch + 1:2d}/{plan.epochs}  loss {loss:.3f}  {time.perf_counter() - started:.0f} s",
            flush=True,
        )
    net.eval()
    record = {**asdict(plan), "generator_version": GENERATOR_VERSION, "captured_takes": len(takes)}
    record["synthetic_validation"] = validate(net, head, plan.seed + VALIDATION_SEED_OFFSET)
    record["seconds"] = round(time.perf_counter() - started)
    return net, head, record


def run_epoch(
    net: BodyTcn,
    head: nn.Linear,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    inputs: torch.Tensor,
    labels: torch.Tensor,
    smoothing: float,
) -> float:
    """Go through all windows once; returns the mean loss."""
    net.train()
    order, total = torch.randperm(len(inputs)), 0.0
    rounds = len(inputs) // BATCH
    for chosen in order[: rounds * BATCH].split(BATCH):
        x = inputs[chosen]
        x = x + torch.randn_like(x) * 0.01
        logits = head(nn.functional.dropout(net(x), 0.3))
        loss = nn.functional.cross_entropy(logits, labels[chosen], label_smoothing=smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item()
    return total / max(rounds, 1)


def validate(net: BodyTcn, head: nn.Linear, seed: int, size: int = 2000) -> float:
    """Share of fresh synthetic windows that are named right."""
    inputs, labels = batch(seed, size)
    with torch.no_grad():
        named = head(net(torch.from_numpy(inputs))).argmax(dim=1).numpy()
    return round(float((named == labels).mean()), 4)


def export_net(net: BodyTcn, path: Path) -> None:
    """Write the embedding net as ONNX, `window` (N, CHANNELS, 40) -> `embedding` (N, 128)."""
    example = torch.zeros(1, CHANNELS, WINDOW_FRAMES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # dynamo=False needs no further package
        torch.onnx.export(
            net.eval(),
            (example,),
            str(path),
            input_names=["window"],
            output_names=["embedding"],
            dynamic_axes={"window": {0: "batch"}, "embedding": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )


def write(out: Path, net: BodyTcn, head: nn.Linear, record: dict[str, Any]) -> None:
    """Write the net, the head and its description into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    export_net(net, out / "body-temporal.onnx")
    weight: NDArray[np.float32] = head.weight.detach().numpy()
    bias: Floats = head.bias.detach().numpy()
    np.savez(out / "fitness-head.npz", W=weight, b=bias)
    description = {"space": SPACE, "labels": list(LABELS), **Decision().as_dict(), "training": record}
    (out / "fitness.json").write_text(json.dumps(description, indent=2) + "\n")


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--samples", type=int, default=Plan.samples)
    parser.add_argument("--epochs", type=int, default=Plan.epochs)
    parser.add_argument("--mocap", type=Path, help="folder with the packed CMU motion capture (optional)")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    takes = training_takes(read_takes(args.mocap)) if args.mocap else []
    plan = Plan(seed=args.seed, samples=args.samples, epochs=args.epochs)
    net, head, record = train(plan, takes)
    if takes:
        record["captured_subjects"] = sorted({take.subject for take in takes})
        record["test_subject"] = TEST_SUBJECT
    write(args.out, net, head, record)
    print(f"{args.out}: synthetic validation {record['synthetic_validation']:.2%}, {record['seconds']} s")


if __name__ == "__main__":
    main()
