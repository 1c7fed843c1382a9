"""Train a temporal net and its heads from nothing, on one CPU."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.calibrate import calibrate
from sensegraph.training.corpus import Corpus, HeadPlan
from sensegraph.training.motion.capture import TEST_SUBJECT, Take, training_takes

BATCH = 128
CALIBRATION_SEED_OFFSET = 20_000
KNOWN_WEIGHT = 0.5
"""Weight of the loss of "known or not" against that of the labels."""


class TemporalTcn(nn.Module):
    """Temporal convolutions over landmark channels: (B, channels, frames) -> embedding (B, size).

    Frame-to-frame differences are appended, residual dilated blocks follow, with `stride` on every so many frames; the
    mean and the maximum over time come out and, with `newest`, the mean of the newest second and the newest frame: they
    tell when something happened.
    """

    def __init__(
        self,
        channels: int,
        width: int = 96,
        dilations: Sequence[int] = (1, 2, 4, 8),
        *,
        stride: int = 1,
        newest: bool = False,
    ) -> None:
        super().__init__()
        self.newest = RATE_FPS // stride if newest else 0
        self.size = width * (4 if newest else 2)
        self.stem = nn.Conv1d(2 * channels, width, 5, stride=stride, padding=2)
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
        """Embed windows (B, channels, frames)."""
        change = torch.cat([torch.zeros_like(x[:, :, :1]), x[:, :, 1:] - x[:, :, :-1]], dim=2) * 4
        x = self.stem(torch.cat([x, change], dim=1))  # (B, width, frames / stride)
        for block in self.blocks:
            x = x + block(x)
        parts = [x.mean(dim=2), x.amax(dim=2)]
        if self.newest:
            parts += [x[:, :, -self.newest :].mean(dim=2), x[:, :, -1]]
        return torch.cat(parts, dim=1)


@dataclass(frozen=True)
class Plan:
    """What a training run does; everything that decides the weights.

    Attributes:
        seed: of windows, weights and order.
        samples: windows that are drawn, once.
        epochs: rounds over them.
        rate: highest learning rate.
        smoothing: of the labels.
        dropout: share of the embedding that a head does not see.
        width: channels of the net.
        stride: frames from one step of the net to the next.
        newest: whether the newest second and frame come out apart.
        half: whether the net is trained in bfloat16 and stored in float16: in half the time and bytes.
    """

    seed: int = 1
    samples: int = 160_000
    epochs: int = 10
    rate: float = 4e-3
    smoothing: float = 0.05
    dropout: float = 0.3
    width: int = 96
    stride: int = 1
    newest: bool = False
    half: bool = False


@dataclass(frozen=True)
class Trained:
    """A trained net: the embedding, a last layer for each head (its last row: known or not), and the record."""

    corpus: Corpus
    net: TemporalTcn
    layers: dict[str, nn.Linear]
    record: dict[str, Any]


def train(corpus: Corpus, plan: Plan, takes: Sequence[Take] = (), threads: int = 2) -> Trained:
    """Train a net and its heads on generated windows, with fixed seeds.

    Args:
        corpus: what to learn.
        plan: how.
        takes: motion capture to mix in; the test subject is left out.
        threads: of torch; another number may change the weights in their last digits.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(plan.seed)
    torch.use_deterministic_algorithms(True)
    started, used = time.perf_counter(), training_takes(takes)
    windows, labels = corpus.batch(plan.seed, plan.samples, used, half=plan.half)
    print(f"{plan.samples} windows  {time.perf_counter() - started:.0f} s", flush=True)
    net = TemporalTcn(windows.shape[1], plan.width, stride=plan.stride, newest=plan.newest)
    layers = {head.name: nn.Linear(net.size, len(head.labels) + 1) for head in corpus.heads}
    parameters = [*net.parameters(), *(each for layer in layers.values() for each in layer.parameters())]
    optimizer = torch.optim.AdamW(parameters, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, plan.rate, total_steps=plan.epochs * (plan.samples // BATCH)
    )
    inputs, truth = torch.from_numpy(windows), {name: torch.from_numpy(each) for name, each in labels.items()}
    for epoch in range(plan.epochs):
        net.train()
        total = 0.0
        order = torch.randperm(len(inputs))
        for chosen in order[: len(order) // BATCH * BATCH].split(BATCH):
            total += _step(corpus, net, layers, inputs[chosen], {n: t[chosen] for n, t in truth.items()}, plan)
            torch.nn.utils.clip_grad_norm_(parameters, 5.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        passed = time.perf_counter() - started
        print(f"epoch {epoch + 1:2d}/{plan.epochs}  loss {total / len(order) * BATCH:.3f}  {passed:.0f} s", flush=True)
    record: dict[str, Any] = {**asdict(plan), "threads": threads, "generator_version": corpus.generator}
    record["captured_subjects"] = sorted({take.subject for take in used})
    record["test_subject"] = TEST_SUBJECT if used else None
    record["parameters"] = sum(each.numel() for each in net.parameters())
    record["seconds"] = round(time.perf_counter() - started)
    return Trained(corpus, net.eval(), layers, record)


def _step(
    corpus: Corpus,
    net: TemporalTcn,
    layers: dict[str, nn.Linear],
    x: torch.Tensor,
    truth: dict[str, torch.Tensor],
    plan: Plan,
) -> float:
    """Go forward and backward over one batch; returns its loss."""
    x = x.float()
    with torch.autocast("cpu", torch.bfloat16, enabled=plan.half):
        embedding = net(x + torch.randn_like(x) * 0.01)
    embedding = nn.functional.dropout(embedding.float(), plan.dropout)
    loss = torch.zeros(())
    for head in corpus.heads:
        loss = loss + _loss(head, layers[head.name](embedding), truth[head.name], plan.smoothing)
    loss.backward()
    return float(loss.item())


def _loss(head: HeadPlan, logits: torch.Tensor, truth: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Loss of one head; windows without a label (-1) do not count."""
    said = truth >= 0
    if not said.any():
        return logits.sum() * 0
    logits, truth = logits[said], truth[said]
    rejected = torch.tensor([label in head.rejected for label in head.labels])
    known = (~rejected[truth]).to(logits.dtype)
    naming = nn.functional.cross_entropy(logits[:, :-1], truth, label_smoothing=smoothing)
    return naming + KNOWN_WEIGHT * nn.functional.binary_cross_entropy_with_logits(logits[:, -1], known)


def export_net(net: TemporalTcn, channels: int, frames: int, path: Path, *, half: bool = False) -> None:
    """Write the embedding net as ONNX, `window` (N, channels, frames) -> `embedding` (N, E).

    Args:
        net: what to write.
        channels: of a window.
        frames: of a window.
        path: of the file.
        half: store the weights in float16; they are widened when the file is opened, and it computes in float32.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # dynamo=False needs no further package
        torch.onnx.export(
            net.eval(),
            (torch.zeros(1, channels, frames),),
            str(path),
            input_names=["window"],
            output_names=["embedding"],
            dynamic_axes={"window": {0: "batch"}, "embedding": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
    if half:
        _halve(path)


def _halve(path: Path) -> None:
    """Store the weights of an ONNX file in float16, each with a cast to float32."""
    import onnx

    model = onnx.load(path)
    for weight in model.graph.initializer:
        if weight.data_type == onnx.TensorProto.FLOAT and len(weight.dims) > 1:
            name, values = weight.name, onnx.numpy_helper.to_array(weight).astype(np.float16)
            weight.CopyFrom(onnx.numpy_helper.from_array(values, f"{name}.half"))
            cast = onnx.helper.make_node("Cast", [weight.name], [name], to=onnx.TensorProto.FLOAT)
            model.graph.node.insert(0, cast)
    onnx.save(model, path)


def write(out: Path, trained: Trained, takes: Sequence[Take] = ()) -> None:
    """Write the net, its heads with calibrated thresholds, and their scores on the synthetic test into a folder.

    Args:
        out: the folder; made when it is not there.
        trained: what to write.
        takes: motion capture for the calibration; the test subject is left out.
    """
    out.mkdir(parents=True, exist_ok=True)
    corpus, seed = trained.corpus, trained.record["seed"]
    example, _ = corpus.batch(seed, 1)
    path = out / f"{corpus.net}-temporal.onnx"
    export_net(trained.net, example.shape[1], example.shape[2], path, half=trained.record["half"])
    for head in corpus.heads:
        layer = trained.layers[head.name]
        np.savez(out / f"{head.name}-head.npz", W=layer.weight.detach().numpy(), b=layer.bias.detach().numpy())
        description = {"space": corpus.space, "labels": list(head.labels), "rejected": list(head.rejected)}
        _save(out / f"{head.name}.json", {**description, "training": trained.record})
    for head in corpus.heads:
        decision = calibrate(out, corpus, head, seed + CALIBRATION_SEED_OFFSET, training_takes(takes))
        description = json.loads((out / f"{head.name}.json").read_text())
        _save(out / f"{head.name}.json", {**description, **decision.as_dict()})


def _save(path: Path, description: dict[str, Any]) -> None:
    path.write_text(json.dumps(description, indent=2) + "\n")
